import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { type Booking, lumisectionBatch } from './batch.ts';
import { CHARGE_PATH, contentsOf, DISK, fillWorld, ingest, LUMISECTIONS, PROMPT2023, STATUS, UL2018 } from './world.ts';

const ELSEWHERE: Booking = { path: 'Demo/moved', title: '', axes: [{ bins: 2, min: 0, max: 1, title: '' }] };
const MOVED: Booking = { ...ELSEWHERE, axes: [{ bins: 2, min: 0, max: 2, title: '' }] };
const RETITLED: Booking = {
  ...ELSEWHERE,
  title: 'another title',
  axes: [{ bins: 2, min: 0, max: 1, title: 'another title of x' }],
};
const LABELLED: Booking = { ...ELSEWHERE, axes: [{ bins: 2, min: 0, max: 1, labels: ['on', null], title: '' }] };
const HOLES: Booking = { path: 'Demo/holes', title: '', axes: [{ bins: 2, min: 0, max: 1, title: '' }] };
const WIDE: Booking = { ...HOLES, path: 'Demo/wide' };

const booked = (element: Booking, run: number, lumisection: number, first = lumisection) => ({
  run,
  lumisection,
  dataset: UL2018,
  element,
  contents: Float64Array.of(0, first, 2, 0),
});

describe.each(databases)('a matrix of histograms on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;
  const matrix = async (given: string, fields: string) => {
    const { data, errors } = await ask(`{ matrix: histogramMatrix(${given}) { ${fields} } }`);
    expect(errors).toBeUndefined();
    return data.matrix;
  };
  const refusal = async (given: string, fields = 'shape') => {
    const { errors } = await ask(`{ matrix: histogramMatrix(${given}) { ${fields} } }`);
    return `${errors?.[0]?.extensions.code}: ${errors?.[0]?.message}`;
  };

  beforeAll(async () => {
    opened = await createTestStore(database);
    const { store } = opened;
    await fillWorld(store);
    await ingest(store, { path: 'demo.csv', format: 'test', dataset: UL2018 }, [
      lumisectionBatch([
        ...[1, 2, 3].map((ls) => booked(ELSEWHERE, 315257, ls)),
        booked(RETITLED, 315257, 4),
        booked(MOVED, 315258, 1),
        booked(LABELLED, 315259, 1),
        ...[2, 3, 8, 12].map((ls) => booked(HOLES, 315257, ls)),
        ...[1, 7].map((ls) => booked(HOLES, 315258, ls)),
        booked(WIDE, 315257, 1, 2 ** 40),
        booked(WIDE, 315257, 2, 1e300),
      ]),
    ]);
    ask = asker(store);
  });
  afterAll(() => opened.drop());

  it('has a row a lumisection, its numbers as JSON and as base64 of every type', async () => {
    const { bins, f32, f64, i32, ...rest } = await matrix(
      `monitorElement: "${CHARGE_PATH.path}", dataset: "${UL2018}"`,
      'shape runs lumisections valid entries bins f32: binsBase64 f64: binsBase64(type: FLOAT64) i32: binsBase64(type: INT32)',
    );
    const expected = LUMISECTIONS.map((ls) => [...contentsOf(CHARGE_PATH, ls)]);
    expect(rest).toEqual({
      shape: [11, 4],
      runs: LUMISECTIONS.map(() => 315257),
      lumisections: LUMISECTIONS,
      valid: LUMISECTIONS.map(() => true),
      entries: expected.map((row) => row.reduce((sum, value) => sum + value)),
    });
    expect(bins).toEqual(expected.map((row) => row.slice(1, -1)));
    const unpack = (text: string) => {
      const { buffer } = Uint8Array.from(Buffer.from(text, 'base64'));
      return buffer;
    };
    expect([...new Float32Array(unpack(f32))]).toEqual(bins.flat());
    expect([...new Float64Array(unpack(f64))]).toEqual(bins.flat());
    expect([...new Int32Array(unpack(i32))]).toEqual(bins.flat());
  });

  it('of two axes has a map a row, y then x, with flow bins where they are asked for', async () => {
    const of = `monitorElement: "${DISK.path}", dataset: "${PROMPT2023}"`;
    const { shape, bins } = await matrix(of, 'shape bins');
    expect(shape).toEqual([2, 2, 3]);
    const one = await ask(
      `{ lumisectionHistograms(where: { monitorElement: { path: { eq: "${DISK.path}" } } }) { nodes { bins all: bins(flow: true) } } }`,
    );
    const { nodes } = one.data.lumisectionHistograms;
    expect(bins).toEqual(nodes.map((node: { bins: number[] }) => node.bins));
    const flow = await matrix(`${of}, flow: true, where: { lumisection: { number: { eq: 3 } } }`, 'shape bins');
    expect(flow).toEqual({ shape: [1, 4, 5], bins: [nodes[0].all] });
    expect(await refusal(`${of}, flow: true`)).toBe(
      'BAD_USER_INPUT: flow: the histogram of run 367129, lumisection 4 has no under- and overflow bins',
    );
  });

  it('is the same whole and page by page, whether rows or bytes end a page', async () => {
    const of = `monitorElement: "${CHARGE_PATH.path}", dataset: "${UL2018}"`;
    const fields = 'lumisections bins pageInfo { hasNextPage endCursor }';
    const whole = await matrix(of, fields);
    for (const size of ['first: 4', `maxBytes: ${3 * 4 * 8}`, 'maxBytes: 1']) {
      const pages = [await matrix(`${of}, ${size}`, fields)];
      while (pages.at(-1).pageInfo.hasNextPage) {
        pages.push(await matrix(`${of}, ${size}, after: "${pages.at(-1).pageInfo.endCursor}"`, fields));
      }
      expect(pages.length).toBe({ f: 3, m: size.endsWith(' 1') ? 11 : 4 }[size[0] as 'f' | 'm']);
      expect(pages.flatMap((page) => page.bins)).toEqual(whole.bins);
      expect(pages.flatMap((page) => page.lumisections)).toEqual(whole.lumisections);
    }
    expect(whole.pageInfo.hasNextPage).toBe(false);
    expect(await matrix(`${of}, first: 0`, 'shape pageInfo { hasNextPage endCursor }')).toEqual({
      shape: [0, 4],
      pageInfo: { hasNextPage: true, endCursor: null },
    });
  });

  it('takes the masks and conditions of every list', async () => {
    const of = `monitorElement: "${CHARGE_PATH.path}", dataset: "${UL2018}"`;
    const { lumisections } = await matrix(`${of}, where: { mask: "golden-2018" }`, 'lumisections');
    expect(lumisections).toEqual(LUMISECTIONS.filter((ls) => ls !== 5));
    const bright = await matrix(`${of}, where: { lumisection: { recordedLumi: { gt: 0.09 } } }`, 'lumisections');
    expect(bright.lumisections).toEqual([10, 11, 12]);
    const none = await matrix(`${of}, where: { run: { number: { eq: 1 } } }`, 'shape runs bins binsBase64 valid');
    expect(none).toEqual({ shape: [0], runs: [], bins: null, binsBase64: '', valid: [] });
  });

  it('shows lumisections without a histogram as gaps, page by page too', async () => {
    const of = 'monitorElement: "Demo/holes", gaps: true';
    const fields = 'runs lumisections valid entries bins pageInfo { hasNextPage endCursor }';
    const whole = await matrix(of, fields);
    expect(whole.lumisections).toEqual([...LUMISECTIONS, 1, 7]);
    const stored = whole.lumisections.map((ls: number, i: number) => i >= 11 || [2, 3, 8, 12].includes(ls));
    expect(whole.valid).toEqual(stored);
    expect(whole.bins).toEqual(whole.lumisections.map((ls: number, i: number) => (stored[i] ? [ls, 2] : [0, 0])));
    expect(whole.entries[0]).toBe(null);
    const pages = [await matrix(`${of}, first: 3`, fields)];
    while (pages.at(-1).pageInfo.hasNextPage) {
      pages.push(await matrix(`${of}, first: 3, after: "${pages.at(-1).pageInfo.endCursor}"`, fields));
    }
    for (const field of ['runs', 'lumisections', 'valid', 'entries']) {
      expect(pages.flatMap((page) => page[field])).toEqual(whole[field]);
    }
    const golden = await matrix(`${of}, where: { mask: "golden-2018" }`, 'lumisections');
    expect(golden.lumisections).toEqual(LUMISECTIONS.filter((ls) => ls !== 5));
    expect(await refusal(`${of}, where: { entries: { gt: 3 } }`)).toMatch(
      /^BAD_USER_INPUT: where.entries: with `gaps`/,
    );
  });

  it('never mixes axes, on a later page neither, and names what differs: titles of anything may, bounds and labels not', async () => {
    const of = 'monitorElement: "Demo/moved"';
    const one = await matrix(`${of}, where: { run: { number: { eq: 315257 } } }`, 'shape pageInfo { endCursor }');
    expect(one.shape).toEqual([4, 2]);
    const refusalFor = (place: string, difference: string) =>
      `BAD_USER_INPUT: The histogram of ${place} ${difference}: it cannot stand in one matrix with those before it. Select one kind with \`where\`.`;
    const moved = refusalFor('run 315258, lumisection 1', 'has an x axis of 2 bins from 0 to 2, not 2 from 0 to 1');
    expect(await refusal(of)).toBe(moved);
    expect(await refusal(`${of}, after: "${one.pageInfo.endCursor}"`)).toBe(moved);
    expect(await refusal(`${of}, where: { run: { number: { in: [315257, 315259] } } }`)).toBe(
      refusalFor('run 315259, lumisection 1', 'has an x axis of other labels: bin 1 is "on", not null'),
    );
  });

  it('refuses numbers that a type does not hold, naming the row', async () => {
    const of = 'monitorElement: "Demo/wide"';
    expect(await refusal(of, 'binsBase64(type: INT32)')).toBe(
      'BAD_USER_INPUT: run 315257, lumisection 1: INT32 cannot hold bin 0 (1099511627776): ask for FLOAT64',
    );
    expect(await refusal(of, 'binsBase64(type: FLOAT32)')).toMatch(/run 315257, lumisection 2: FLOAT32 cannot hold/);
    expect((await matrix(of, 'bins')).bins).toEqual([
      [2 ** 40, 2],
      [1e300, 2],
    ]);
  });

  it('is the same, byte for byte, without splicing and without compiled operations', async () => {
    const query = `{ histogramMatrix(monitorElement: "${CHARGE_PATH.path}", dataset: "${UL2018}", gaps: true) {
      shape bins f32: binsBase64 f64: binsBase64(type: FLOAT64) valid } }`;
    const text = async (environment: Record<string, string>) => {
      const app = createApp(opened.store, parseConfig({ LUMIGRAPH_LOG: 'error', ...environment }));
      const body = JSON.stringify({ query });
      const headers = { 'content-type': 'application/json' };
      return (await app.fetch('http://localhost/graphql', { method: 'POST', headers, body })).text();
    };
    const usual = await text({});
    expect(JSON.parse(usual).data.histogramMatrix.f64).toMatch(/^[A-Za-z0-9+/]{50,}=*$/);
    expect(await text({ LUMIGRAPH_SPLICE: 'off' })).toBe(usual);
    expect(await text({ LUMIGRAPH_JIT: 'off' })).toBe(usual);
  });

  it('refuses what is not there, is not said, or cannot be', async () => {
    expect(await refusal('monitorElement: "no/such"')).toBe("NOT_FOUND: monitorElement: 'no/such' is not stored");
    expect(await refusal(`monitorElement: "${DISK.path}", dataset: "x"`)).toBe("NOT_FOUND: dataset: 'x' is not stored");
    expect(await refusal(`monitorElement: "${CHARGE_PATH.path}"`)).toBe(
      `BAD_USER_INPUT: dataset: 2 datasets have ${CHARGE_PATH.path}; name one: ${UL2018}, ${PROMPT2023}`,
    );
    const of = `monitorElement: "${DISK.path}"`;
    expect(await refusal(`${of}, first: 10001`)).toMatch(/^BAD_USER_INPUT: first: 10001 is not between 0 and 10000/);
    expect(await refusal(`${of}, first: -1`)).toMatch(/^BAD_USER_INPUT: first: -1/);
    expect(await refusal(`${of}, maxBytes: 0`)).toMatch(/^BAD_USER_INPUT: maxBytes: 0/);
    expect(await refusal(`${of}, after: "x"`)).toMatch(/^BAD_USER_INPUT: after: 'x' is no cursor/);
    expect(await refusal(`${of}, where: { mask: "unknown" }`)).toMatch(/^NOT_FOUND/);
  });

  it('of runs has a row a run, without lumisections', async () => {
    const { data, errors } = await ask(
      `{ runHistogramMatrix(monitorElement: "${STATUS.path}") { shape runs lumisections bins binsBase64(type: INT32) } }`,
    );
    expect(errors).toBeUndefined();
    const [, ...bins] = contentsOf(STATUS, 0).subarray(0, 4);
    expect(data.runHistogramMatrix).toEqual({
      shape: [1, 3],
      runs: [315257],
      lumisections: null,
      bins: [bins],
      binsBase64: Buffer.from(Int32Array.from(bins).buffer).toString('base64'),
    });
  });
});
