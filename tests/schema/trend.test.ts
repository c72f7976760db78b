import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordBatch } from '../../src/domain/record.ts';
import { LUMISECTION_SECONDS } from '../../src/domain/trend.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { lumisectionBatch, summaryBatch } from './batch.ts';
import { CHARGE_PATH, certify, contentsOf, DISK, fillWorld, ingest, PROMPT2023, UL2018 } from './world.ts';

const CHARGE = 'charge_PXLayer_1';
const LATER = 315300;
/** Has no lumisections yet. */
const AHEAD = 315310;
/** Of the run LATER, which has lumisections 1 to 20. */
const HELD = [2, 3, 4, 9, 10, 20];
const EMPTY = 9;

interface Point {
  readonly run: number;
  readonly lumisection: number | null;
  readonly dataset?: { readonly name: string };
  readonly value: number | null;
  readonly entries: number | null;
  readonly flag: string | null;
}

describe.each(databases)('trend on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;
  const statements: string[] = [];

  beforeAll(async () => {
    opened = await createTestStore(database, { onStatement: (sql) => statements.push(sql) });
    const { store } = opened;
    await fillWorld(store);
    await ingest(store, { path: 'later.csv', format: 'test' }, [
      {
        kind: 'runs',
        runs: [
          {
            number: LATER,
            startedAt: new Date('2018-05-01T00:00:00Z'),
            endedAt: new Date('2018-05-01T00:01:40Z'),
            recordedLumi: 4,
          },
        ],
      },
      {
        kind: 'lumisections',
        lumisections: Array.from({ length: 20 }, (_, i) => ({
          run: LATER,
          number: i + 1,
          ...(i % 2 === 0 ? {} : { recordedLumi: i % 4 === 1 ? 0 : 0.5 }),
        })),
      },
      // in the order of the datasets' names PROMPT2023 comes last, but it is known first
      lumisectionBatch(
        [PROMPT2023, UL2018].flatMap((dataset) =>
          HELD.map((lumisection) => ({
            run: LATER,
            lumisection,
            dataset,
            element: CHARGE_PATH,
            contents: lumisection === EMPTY ? new Float64Array(6) : contentsOf(CHARGE_PATH, lumisection),
          })),
        ),
      ),
    ]);
    const judged = {
      pixel: [{ first: 1, last: 20, flag: 'GOOD' }],
      strip: [
        { first: 1, last: 3, flag: 'GOOD' },
        { first: 4, last: 4, flag: 'BAD' },
      ],
    } as const;
    for (const [subsystem, ranges] of Object.entries(judged)) {
      await ingest(store, { path: `${subsystem}.json`, format: 'test', source: `by-${subsystem}` }, [
        { kind: 'certification', dataset: '', subsystem, runs: [{ run: LATER, line: 1, ranges }] },
      ]);
    }
    for (const [dataset, last] of [
      [UL2018, 20],
      [PROMPT2023, 9],
    ] as const) {
      const ranges = [{ first: 1, last, flag: 'GOOD' as const }];
      await ingest(store, { path: 'uneven.json', format: 'test', source: 'by-dataset' }, [
        { kind: 'certification', dataset, subsystem: 'pixel', runs: [{ run: LATER, line: 1, ranges }] },
      ]);
    }
    ask = asker(store);
  });
  afterAll(() => opened.drop());

  const pointsOf = async (argumentsText: string, fields = 'run lumisection value entries flag'): Promise<Point[]> => {
    const { data, errors } = await ask(`{ trend(${argumentsText}) { points { ${fields} } } }`);
    expect(errors).toBeUndefined();
    return data.trend.points;
  };

  it('has one point a histogram, whatever the quantity, in the order of runs, lumisections and datasets', async () => {
    const names = ['entries', 'integral', 'meanX', 'rmsX', 'meanY', 'rmsY', 'skewness', 'kurtosis'];
    const { data } = await ask(`{ lumisectionHistograms(first: 1000,
        where: { monitorElement: { path: { eq: "${CHARGE_PATH.path}" } } },
        orderBy: [{ field: RUN }, { field: LUMISECTION }, { field: DATASET }]) {
      nodes { run { number } lumisection { number } dataset { name } ${names.join(' ')} } } }`);
    const nodes: Record<string, never>[] = data.lumisectionHistograms.nodes;
    expect(nodes.length).toBeGreaterThan(20);
    for (const name of names) {
      const quantity = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
      const points = await pointsOf(
        `monitorElement: "${CHARGE_PATH.path}", quantity: ${quantity}`,
        'run lumisection dataset { name } value entries flag',
      );
      expect(points).toEqual(
        nodes.map((node) => {
          const { run, lumisection, dataset, entries } = node as Record<string, { number: number }>;
          return {
            run: run?.number,
            lumisection: lumisection?.number,
            dataset,
            value: node[name],
            entries,
            flag: null,
          };
        }),
      );
    }
    expect(nodes.filter(({ meanX }) => meanX === null)).toHaveLength(2);
    const of = `monitorElement: "${CHARGE_PATH.path}", quantity: MEAN_X`;
    const fields = 'run lumisection dataset { name } value';
    for (const run of [LATER, 315257]) {
      const ofRun = await pointsOf(`${of}, where: { run: { number: { eq: ${run} } } }`, fields);
      expect(ofRun).toEqual((await pointsOf(of, fields)).filter((point) => point.run === run));
      expect(ofRun.length).toBeGreaterThan(10);
    }
  });

  it('reads no bins, in one statement beside the one for the path', async () => {
    const where = 'where: { run: { number: { eq: 315257 } }, dataset: { name: { startsWith: "/ZeroBias" } } }';
    const asked = () => pointsOf(`monitorElement: "${CHARGE}", quantity: MEAN_X, ${where}`);
    await asked(); // names are in memory from now on
    statements.length = 0;
    expect(await asked()).toHaveLength(11);
    expect(statements).toHaveLength(2);
    expect(statements.join()).not.toMatch(/\bbins\b/);
  });

  it('flags lumisections as `verdict` does', async () => {
    for (const [source, subsystem] of [
      ['golden-2018'],
      ['rr-2018', 'pixel'],
      ['rr-2018'],
      ['by-pixel'],
      ['by-strip', 'strip'],
      ['by-dataset'],
    ]) {
      const narrowed = `source: "${source}"${subsystem ? `, subsystem: "${subsystem}"` : ''}`;
      const path = source?.startsWith('by-') ? CHARGE_PATH.path : CHARGE;
      const points = await pointsOf(`monitorElement: "${path}", quantity: ENTRIES, ${narrowed}`);
      expect(points.length).toBeGreaterThan(5);
      const { data } = await ask(
        `{ lumisections(first: 1000) { nodes { run { number } number verdict(${narrowed}) } } }`,
      );
      const verdicts = new Map(
        data.lumisections.nodes.map((node: { run: { number: number }; number: number; verdict: string }) => [
          `${node.run.number}:${node.number}`,
          node.verdict,
        ]),
      );
      for (const { run, lumisection, flag } of points) expect(flag).toBe(verdicts.get(`${run}:${lumisection}`));
    }
  });

  it('knows lumisections without a histogram as gaps, and those that `where` leaves out as none', async () => {
    const gaps = async (where: string, by = 'LUMISECTION') => {
      const { data, errors } = await ask(
        `{ trend(monitorElement: "${CHARGE_PATH.path}", quantity: MEAN_X, by: ${by}, where: ${where}) { gaps { run first last } } }`,
      );
      expect(errors).toBeUndefined();
      return data.trend.gaps.map(({ run, first, last }: { run: number; first: number; last: number }) => [
        run,
        first,
        last,
      ]);
    };
    const later = `run: { number: { eq: ${LATER} } }`;
    expect(await gaps(`{ ${later} }`)).toEqual([
      [LATER, 1, 1],
      [LATER, 5, 8],
      [LATER, 11, 19],
    ]);
    expect(await gaps(`{ ${later}, lumisection: { number: { lte: 6 } } }`)).toEqual([
      [LATER, 1, 1],
      [LATER, 5, 6],
    ]);
    expect(await gaps(`{ ${later}, mask: "by-strip" }`)).toEqual([[LATER, 1, 1]]);
    expect(await gaps(`{ ${later}, mask: "by-pixel", NOT: { lumisection: { number: { gt: 7 } } } }`)).toEqual([
      [LATER, 1, 1],
      [LATER, 5, 7],
    ]);
    // a histogram that the condition leaves out is no point
    expect(await gaps(`{ ${later}, entries: { gt: 0 } }`)).toContainEqual([LATER, 5, 9]);
    expect(await gaps(`{ run: { number: { eq: 315257 } } }`)).toEqual([]);
    expect(await gaps('{}', 'RUN')).toEqual([]);
  });

  it('divides amounts by the time or the luminosity of a lumisection, where that is known', async () => {
    const of = `monitorElement: "${CHARGE_PATH.path}", where: { run: { number: { eq: ${LATER} } }, dataset: { name: { eq: "${UL2018}" } } }`;
    const plain = await pointsOf(`${of}, quantity: INTEGRAL`);
    const rates = await pointsOf(`${of}, quantity: INTEGRAL, normalize: RATE`);
    expect(LUMISECTION_SECONDS).toBeCloseTo(23.31, 2);
    expect(rates.map(({ value }) => value)).toEqual(plain.map(({ value }) => (value as number) / LUMISECTION_SECONDS));
    expect(rates.map(({ entries }) => entries)).toEqual(plain.map(({ entries }) => entries));
    const byLumi = await pointsOf(`${of}, quantity: INTEGRAL, normalize: LUMINOSITY`);
    // 2 and 10: 0; 3 and 9: not known; 4 and 20: 0.5
    expect(byLumi.map(({ value }) => value)).toEqual([
      null,
      null,
      (plain[2]?.value as number) / 0.5,
      null,
      null,
      (plain[5]?.value as number) / 0.5,
    ]);
    const { errors } = await ask(`{ trend(${of}, quantity: MEAN_X, normalize: RATE) { points { value } } }`);
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining('MEAN_X is no amount') });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('flags no run as GOOD whose lumisections are not stored, whatever is said of them', async () => {
    const summary = { title: '', entries: 1, meanX: 1, rmsX: 0 };
    await ingest(opened.store, { path: 'ahead.csv', format: 'per-run-csv' }, [
      summaryBatch([{ run: AHEAD, dataset: UL2018, path: 'Ahead/efficiency', ...summary }]),
    ]);
    await certify(opened.store, 'ahead', '', [{ run: AHEAD, line: 1, ranges: [{ first: 1, last: 10, flag: 'GOOD' }] }]);
    const [point] = await pointsOf('monitorElement: "Ahead/efficiency", by: RUN, quantity: MEAN_X, source: "ahead"');
    expect(point).toMatchObject({ run: AHEAD, flag: 'NOT_EVALUATED' });
    const { data } = await ask(
      `{ runFacets(where: { number: { eq: ${AHEAD} } }) { flag(source: "ahead") { value count } } }`,
    );
    expect(data.runFacets.flag).toEqual([{ value: 'NOT_EVALUATED', count: 1 }]);
  });

  it('flags a run as GOOD where that is said of as many lumisections as it has, not of those alone that are stored', async () => {
    const summary = { title: '', entries: 1, meanX: 1, rmsX: 0 };
    const runs = [AHEAD + 1, AHEAD + 2, AHEAD + 3, AHEAD + 4];
    await ingest(opened.store, { path: 'known.csv', format: 'per-run-csv' }, [
      summaryBatch(runs.map((run) => ({ run, dataset: UL2018, path: 'Known/efficiency', ...summary }))),
    ]);
    const lumisections = runs.map((run) => ({ run, number: 5, line: 1 }));
    await ingest(opened.store, { path: 'known-oms.csv', format: 'test' }, [
      { kind: 'lumisections', lumisections },
      { kind: 'runs', runs: runs.slice(0, 3).map((number) => ({ number, line: 1, lumisectionCount: 10 })) },
    ] as RecordBatch[]);
    const good = (...ranges: [number, number][]) =>
      ranges.map(([first, last]) => ({ first, last, flag: 'GOOD' as const }));
    const ranges = [good([1, 10]), good([2, 10]), good([1, 6], [8, 10]), good([5, 5])];
    await certify(
      opened.store,
      'known',
      '',
      runs.map((run, i) => ({ run, line: 1 + i, ranges: ranges[i] as ReturnType<typeof good> })),
    );
    const expected = ['GOOD', 'NOT_EVALUATED', 'NOT_EVALUATED', 'GOOD'];
    const points = await pointsOf('monitorElement: "Known/efficiency", by: RUN, quantity: MEAN_X, source: "known"');
    expect(points.map(({ flag }) => flag)).toEqual(expected);
    for (const [i, run] of runs.entries()) {
      const { data } = await ask(
        `{ runFacets(where: { number: { eq: ${run} } }) { flag(source: "known") { value count } } }`,
      );
      expect(data.runFacets.flag).toEqual([{ value: expected[i], count: 1 }]);
    }
  });

  it('goes by run over the histograms of whole runs', async () => {
    const of = 'monitorElement: "CSC/Summary/efficiency", by: RUN';
    expect(await pointsOf(`${of}, quantity: MEAN_X, source: "golden-2018"`)).toEqual([
      // nothing is BAD, but lumisection 5 is not evaluated
      { run: 315257, lumisection: null, value: 4.5, entries: 540, flag: 'NOT_EVALUATED' },
    ]);
    const [bad] = await pointsOf(`${of}, quantity: ENTRIES, normalize: RATE, source: "rr-2018"`);
    expect(bad).toMatchObject({ flag: 'BAD', value: 540 / 2559.5 });
    const [lumi] = await pointsOf(`${of}, quantity: ENTRIES, normalize: LUMINOSITY`);
    expect(lumi?.value).toBe(540 / 5.25);
    expect(await pointsOf(`${of}, quantity: ENTRIES, where: { run: { number: { gt: 315257 } } }`)).toEqual([]);
    const { errors } = await ask(
      `{ trend(${of}, quantity: ENTRIES, where: { lumisection: { number: { eq: 1 } } }) { points { value } } }`,
    );
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  describe('in a window', () => {
    const ofRun = 'run: { number: { eq: 315257 } }, dataset: { name: { startsWith: "/ZeroBias" } }';
    /** Contents of the bins in range, by lumisection. */
    const binsOf = async (path: string, where: string): Promise<{ lumisection: number; bins: number[] }[]> => {
      const { data } = await ask(`{ lumisectionHistograms(first: 100, orderBy: { field: LUMISECTION },
          where: { monitorElement: { path: { eq: "${path}" } }, ${where} }) { nodes { lumisection { number } bins } } }`);
      return data.lumisectionHistograms.nodes.map((node: { lumisection: { number: number }; bins: number[] }) => ({
        lumisection: node.lumisection.number,
        bins: node.bins,
      }));
    };
    const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

    it('adds up the bins whose middle lies in it, and tells which share of the integral they are', async () => {
      const nodes = await binsOf(CHARGE, ofRun);
      expect(nodes.length).toBe(11);
      // middles at 25, 75, 125 and 175 thousand
      for (const [x, from, to] of [
        ['{ min: 75000, max: 175000 }', 1, 3],
        ['{ min: 75000.5 }', 2, 4],
        ['{ max: 174999 }', 0, 3],
        ['{}', 0, 4],
      ] as const) {
        const of = `monitorElement: "${CHARGE}", where: { ${ofRun} }, window: { x: ${x} }`;
        const inside = nodes.map(({ bins }) => sum(bins.slice(from, to)));
        expect((await pointsOf(`${of}, quantity: INTEGRAL`)).map(({ value }) => value)).toEqual(inside);
        expect((await pointsOf(`${of}, quantity: FRACTION`)).map(({ value }) => value)).toEqual(
          nodes.map(({ bins }, i) => (sum(bins) === 0 ? null : (inside[i] as number) / sum(bins))),
        );
        expect((await pointsOf(`${of}, quantity: INTEGRAL, normalize: RATE`)).map(({ value }) => value)).toEqual(
          inside.map((value) => value / LUMISECTION_SECONDS),
        );
      }
      const none = `monitorElement: "${CHARGE}", where: { ${ofRun} }, window: { x: { min: 30000, max: 70000 } }`;
      expect((await pointsOf(`${none}, quantity: INTEGRAL`)).every(({ value }) => value === null)).toBe(true);
    });

    it('takes both axes of a map, with flow bins or without', async () => {
      const where = 'run: { number: { eq: 367129 } }';
      const nodes = await binsOf(DISK.path, where);
      // x in thirds: -10, 0, 10; y in halves: -7.5, 7.5
      const of = `monitorElement: "${DISK.path}", where: { ${where} }, quantity: INTEGRAL`;
      const points = await pointsOf(`${of}, window: { x: { min: 0 }, y: { max: 0 } }`);
      expect(points.map(({ value }) => value)).toEqual(nodes.map(({ bins }) => sum(bins.slice(1, 3))));
      const rows = await pointsOf(`${of}, window: { y: { min: 0 } }`);
      expect(rows.map(({ value }) => value)).toEqual(nodes.map(({ bins }) => sum(bins.slice(3, 6))));
      expect(nodes.length).toBe(2);
    });

    it('goes by run where histograms of runs have bins', async () => {
      const of = 'monitorElement: "CSC/Summary/status", by: RUN, quantity: FRACTION, window: { x: { max: 2.5 } }';
      const [{ value } = { value: null }] = await pointsOf(of);
      const { data } = await ask(
        '{ runHistograms(where: { monitorElement: { path: { eq: "CSC/Summary/status" } } }) { nodes { bins } } }',
      );
      const [{ bins }] = data.runHistograms.nodes;
      expect(value).toBe((bins[0] + bins[1]) / sum(bins));
      const summaries =
        'monitorElement: "CSC/Summary/efficiency", by: RUN, quantity: INTEGRAL, window: { x: { min: 0 } }';
      expect((await pointsOf(summaries)).map(({ value }) => value)).toEqual([null]);
    });

    it.each([
      ['quantity: FRACTION', 'FRACTION is the share of a window'],
      ['quantity: MEAN_X, window: { x: { min: 0 } }', 'only INTEGRAL and FRACTION are of a part'],
      ['quantity: INTEGRAL, window: { x: { min: 2, max: 1 } }', 'nothing lies between 2 and 1'],
      ['quantity: INTEGRAL, window: { y: { min: 0 } }', 'has one axis'],
      ['quantity: FRACTION, window: {}, normalize: RATE', 'FRACTION is no amount'],
    ])('%s is refused', async (given, message) => {
      const { errors } = await ask(`{ trend(monitorElement: "${CHARGE}", ${given}) { points { value } } }`);
      expect(errors?.[0]).toMatchObject({ message: expect.stringContaining(message) });
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    });
  });

  it('has bands of a reference: quantiles, or mean and standard deviations', async () => {
    const of = `monitorElement: "${CHARGE_PATH.path}", quantity: MEAN_X`;
    const reference = `{ run: { number: { eq: ${LATER} } }, dataset: { name: { eq: "${UL2018}" } } }`;
    const values = (await pointsOf(`${of}, where: ${reference}`)).flatMap(({ value }) =>
      value === null ? [] : [value],
    );
    expect(values).toHaveLength(5);
    const sorted = [...values].sort((a, b) => a - b) as [number, number, number, number, number];
    const mean = values.reduce((sum, value) => sum + value, 0) / 5;
    const rms = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 5);
    const { data, errors } = await ask(`{ trend(${of}, where: { run: { number: { eq: 315257 } } }) {
      quantiles: band(where: ${reference}, low: 0.25, high: 0.75) { center low high count lacking }
      masked: band(where: { run: { number: { eq: ${LATER} } }, mask: "by-strip" }) { count }
      spread: band(where: ${reference}, kind: MEAN_RMS, k: 2) { center low high }
      nothing: band(where: { run: { number: { eq: 1 } } }) { center low high count } } }`);
    expect(errors).toBeUndefined();
    expect(data.trend.quantiles).toEqual({ center: sorted[2], low: sorted[1], high: sorted[3], count: 5, lacking: 1 });
    // 2 and 3 of each dataset: 4 is BAD
    expect(data.trend.masked.count).toBe(4);
    expect(data.trend.spread.center).toBeCloseTo(mean, 6);
    expect(data.trend.spread.low).toBeCloseTo(mean - 2 * rms, 6);
    expect(data.trend.spread.high).toBeCloseTo(mean + 2 * rms, 6);
    expect(data.trend.nothing).toEqual({ center: null, low: null, high: null, count: 0 });
    for (const given of ['low: 0.8, high: 0.2', 'low: -1', 'kind: MEAN_RMS, k: -1']) {
      const refused = await ask(`{ trend(${of}) { band(where: {}, ${given}) { center } } }`);
      expect(refused.errors?.[0]?.extensions.code, given).toBe('BAD_USER_INPUT');
    }
  });

  it('says when it has more points than were asked for, and refuses to be asked for too many', async () => {
    const of = `trend(monitorElement: "${CHARGE}", quantity: ENTRIES)`;
    const { data, extensions } = await ask(`{ ${of} { points(first: 3) { lumisection } } }`);
    expect(data.trend.points.map(({ lumisection }: Point) => lumisection)).toEqual([1, 2, 3]);
    expect(extensions?.warnings).toEqual([expect.objectContaining({ code: 'MORE_POINTS', path: ['trend', 'points'] })]);
    const whole = await ask(`{ ${of} { points(first: 11) { lumisection } } }`);
    expect(whole.data.trend.points).toHaveLength(11);
    expect(whole.extensions?.warnings).toBeUndefined();
    for (const first of [-1, 50_001]) {
      const { errors } = await ask(`{ ${of} { points(first: ${first}) { lumisection } } }`);
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
    const { errors } = await ask(`{ ${of} { points(first: 50000) { dataset { name } run } } }`, {});
    expect(errors).toBeUndefined();
    const budget = asker(opened.store, { LUMIGRAPH_MAX_NODES: '9999' });
    const refused = await budget(`{ ${of} { points { lumisection } } }`);
    expect(refused.errors?.[0]?.extensions.code).toBe('LIMIT_EXCEEDED');
  });

  it.each([
    ['of lumisections of all datasets', `monitorElement: "${CHARGE_PATH.path}", quantity: MEAN_X`],
    [
      'of one run',
      `monitorElement: "${CHARGE_PATH.path}", quantity: ENTRIES, where: { run: { number: { eq: ${LATER} } } }`,
    ],
    ['of runs', 'monitorElement: "CSC/Summary/efficiency", quantity: ENTRIES, by: RUN'],
  ])('%s goes on behind any of its points', async (_, given) => {
    const points = async (page: string) => {
      const { data, errors, extensions } = await ask(
        `{ trend(${given}) { points(${page}) { run lumisection dataset { name } value cursor } } }`,
      );
      expect(errors).toBeUndefined();
      const more = extensions?.warnings?.some(({ code }) => code === 'MORE_POINTS') ?? false;
      return { points: data.trend.points as (Point & { cursor: string })[], more };
    };
    const { points: whole } = await points('first: 1000');
    const paged: unknown[] = [];
    for (let after = ''; ; ) {
      const page = await points(`first: 3${after}`);
      paged.push(...page.points);
      expect(page.more).toBe(paged.length < whole.length);
      if (!page.more) break;
      after = `, after: "${page.points.at(-1)?.cursor}"`;
    }
    expect(paged).toEqual(whole);
    expect(whole.length).toBeGreaterThan(0);
  });

  it('takes no cursor but that of a point', async () => {
    const encoded = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
    for (const after of [
      'x',
      encoded('run:number', 1),
      encoded('trend', 1, 2),
      encoded('trend', 1, 2.5, 'a'),
      encoded('trend', 1, 2, 'a\0'),
    ]) {
      const { errors } = await ask(
        `{ trend(monitorElement: "${CHARGE}", quantity: ENTRIES) { points(after: "${after}") { run } } }`,
      );
      expect(errors?.[0]?.extensions.code, after).toBe('BAD_USER_INPUT');
    }
  });

  it('of an efficiency is neither a rate nor a share: ratios are no amounts', async () => {
    const element = { path: 'Demo/ratio', title: '', axes: [{ bins: 2, min: 0, max: 2, title: '' }] };
    const batch = lumisectionBatch([
      { run: LATER, lumisection: 1, dataset: UL2018, element, contents: Float64Array.of(0, 0.5, 0.9, 0) },
    ]);
    const monitorElements = batch.monitorElements.map((one) => ({ ...one, efficiency: true }));
    await ingest(opened.store, { path: 'ratio.csv', format: 'test' }, [{ ...batch, monitorElements } as never]);
    const refusal = async (given: string) =>
      (await ask(`{ trend(monitorElement: "Demo/ratio", ${given}) { points { value } } }`)).errors?.[0];
    for (const given of [
      'quantity: INTEGRAL, normalize: RATE',
      'quantity: INTEGRAL, window: { x: { min: 1 } }',
      'quantity: FRACTION, window: { x: { min: 1 } }',
    ]) {
      expect(await refusal(given), given).toMatchObject({
        message: expect.stringContaining('efficiency'),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
    expect(await refusal('quantity: MEAN_X')).toBeUndefined();
  });

  it.each([
    ['trend(monitorElement: "no/such", quantity: ENTRIES)', 'NOT_FOUND'],
    [`trend(monitorElement: "${CHARGE}", quantity: ENTRIES, source: "goldne")`, 'NOT_FOUND'],
    [`trend(monitorElement: "${CHARGE}", quantity: ENTRIES, where: { mask: "goldne" })`, 'NOT_FOUND'],
    [`trend(monitorElement: "${CHARGE}", quantity: ENTRIES, subsystem: "pixel")`, 'BAD_USER_INPUT'],
  ])('%s is refused', async (field, code) => {
    const { errors } = await ask(`{ ${field} { points { value } } }`);
    expect(errors?.[0]?.extensions.code).toBe(code);
  });
});
