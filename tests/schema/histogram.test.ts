import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { UnavailableError } from '../../src/domain/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Answer, type Ask, asker } from './ask.ts';
import { CHARGE_PATH, DISK, fillWorld, PROMPT2023 } from './world.ts';

const one = (lumisection: number, path: string, fields: string) =>
  `{ histogram: lumisectionHistogram(run: 367129, lumisection: ${lumisection}, dataset: "${PROMPT2023}", monitorElement: "${path}") { ${fields} } }`;

describe.each(databases)('a histogram on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;

  beforeAll(async () => {
    opened = await createTestStore(database);
    await fillWorld(opened.store);
    ask = asker(opened.store);
  });
  afterAll(() => opened.drop());

  it('gives its bins without and with flow bins, y outer', async () => {
    const { data } = await ask(one(3, DISK.path, 'shape bins all: bins(flow: true)'));
    const { shape, bins, all } = data.histogram;
    expect(shape).toEqual([2, 3]);
    expect(all.length).toBe(4 * 5);
    expect(bins).toEqual([...all.slice(6, 9), ...all.slice(11, 14)]);
  });

  it('has no flow bins where its source had none: null and a warning, never zeros', async () => {
    const { data, errors, extensions } = await ask(
      one(4, DISK.path, 'bins all: bins(flow: true) packed: binsBase64(flow: true) underflow overflow'),
    );
    expect(errors).toBeUndefined();
    expect(data.histogram).toMatchObject({ all: null, packed: null, underflow: null, overflow: null });
    expect(data.histogram.bins.length).toBe(6);
    expect(extensions?.warnings).toMatchObject([{ code: 'NO_FLOW_BINS', path: ['histogram', 'all'] }]);
  });

  it('warns of the same place, compiled or not, in whatever order fields are resolved', async () => {
    const list = `{ runs { nodes { number b: lumisectionHistograms { edges { node { bins(flow: true) } } }
      a: lumisectionHistograms(last: 5) { nodes { e: errors(flow: true) bins(flow: true) } } } } }`;
    const answers: unknown[] = [];
    for (const LUMIGRAPH_JIT of ['off', 'on']) {
      const asking = asker(opened.store, { LUMIGRAPH_JIT });
      // the third one is compiled
      for (let i = 0; i < 3; i++) answers.push(await asking(list));
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect((answers[0] as Answer).extensions?.warnings).toMatchObject([{ code: 'NO_FLOW_BINS' }]);
  });

  it('has under- and overflow and an integral in range with one axis', async () => {
    const { data } = await ask(one(3, CHARGE_PATH.path, 'bins underflow overflow integral entries'));
    expect(data.histogram).toEqual({
      bins: [1.25, 2, 3.75, -1],
      underflow: 0.5,
      overflow: 0.1,
      integral: 6,
      entries: expect.closeTo(6.6, 10),
    });
  });

  it('packs the same numbers, little-endian', async () => {
    const { data } = await ask(
      one(
        3,
        DISK.path,
        'bins f32: binsBase64(type: FLOAT32) f64: binsBase64(type: FLOAT64) i32: binsBase64(type: INT32, flow: true) all: bins(flow: true) plain: binsBase64',
      ),
    );
    const { bins, f32, f64, i32, all, plain } = data.histogram;
    const unpack = (text: string, size: 4 | 8, method: 'readFloatLE' | 'readDoubleLE' | 'readInt32LE') => {
      const bytes = Buffer.from(text, 'base64');
      return Array.from({ length: bytes.length / size }, (_, i) => bytes[method](i * size));
    };
    expect(unpack(f32, 4, 'readFloatLE')).toEqual(bins);
    expect(unpack(f64, 8, 'readDoubleLE')).toEqual(bins);
    expect(unpack(i32, 4, 'readInt32LE')).toEqual(all);
    expect(plain).toBe(f64);
  });

  it('refuses to pack into integers what are none', async () => {
    const { data, errors } = await ask(one(3, CHARGE_PATH.path, 'bins packed: binsBase64(type: INT32)'));
    expect(data.histogram.packed).toBeNull();
    expect(data.histogram.bins.length).toBe(4);
    expect(errors).toMatchObject([{ path: ['histogram', 'packed'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('is null where no such histogram, dataset or monitor element is stored', async () => {
    const { data, errors } = await ask(`{
      a: lumisectionHistogram(run: 367129, lumisection: 99, dataset: "${PROMPT2023}", monitorElement: "${DISK.path}") { id }
      b: lumisectionHistogram(run: 367129, lumisection: 3, dataset: "nothing", monitorElement: "${DISK.path}") { id }
      c: lumisectionHistogram(run: 367129, lumisection: 3, dataset: "${PROMPT2023}", monitorElement: "nothing") { id }
      d: runHistogram(run: 1, dataset: "${PROMPT2023}", monitorElement: "${DISK.path}") { id }
      e: run(number: 1) { id } f: lumisection(run: 1, number: 1) { id } g: dataset(name: "x") { id } h: monitorElement(path: "x") { id }
    }`);
    expect(errors).toBeUndefined();
    expect(new Set(Object.values(data))).toEqual(new Set([null]));
  });

  it('fails as a field, with a code, when the database fails under it', async () => {
    const lost = () => Promise.reject(new UnavailableError('The database is not there'));
    const binnings = Object.assign(lost, { known: () => undefined });
    const reads = Object.assign(Object.create(opened.store.reads), { lumisectionBins: lost, binnings });
    const store: Store = Object.assign(Object.create(opened.store), { reads, forOperation: () => store });
    const askLost = asker(store);
    // alone: nobody else looks at the failure of the binning, which must not become that of the process
    expect((await askLost(one(3, DISK.path, 'bins'))).errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    const { data, errors } = await askLost(one(3, DISK.path, 'entries bins shape underflow'));
    expect(data.histogram).toEqual({ entries: 102, bins: null, shape: null, underflow: null });
    expect(errors?.map(({ path, extensions }) => [path?.at(-1), extensions.code]).sort()).toEqual([
      ['bins', 'UNAVAILABLE'],
      ['shape', 'UNAVAILABLE'],
      ['underflow', 'UNAVAILABLE'],
    ]);
  });

  it('reads the same, byte for byte, without splicing and without compiled operations', async () => {
    const query = readFileSync(join(import.meta.dirname, '../queries/run-graph.graphql'), 'utf8');
    const everything = one(3, CHARGE_PATH.path, 'a: bins b: bins(flow: true) axes { edges labels } bins');
    const texts = async (environment: Record<string, string>) => {
      const app = createApp(opened.store, parseConfig({ LUMIGRAPH_LOG: 'error', ...environment }));
      const answers = [query, everything].map((query) =>
        app.fetch('http://localhost/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        }),
      );
      return Promise.all(answers.map(async (answer) => (await answer).text()));
    };
    const usual = await texts({});
    expect(usual[1]).toContain('"a":[1.25,2,3.75,-1]');
    expect(await texts({ LUMIGRAPH_SPLICE: 'off' })).toEqual(usual);
    expect(await texts({ LUMIGRAPH_JIT: 'off' })).toEqual(usual);
  });
});
