import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { Store } from '../../src/store/store.ts';
import { csv, csvRow } from '../support/csv-files.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { DATASET, ingestFolder } from '../support/ingest-files.ts';
import { type Ask, asker } from './ask.ts';

const REPORT = `report { inserted identical conflicting replaced added rejected
  issues { index severity code field value reason } }`;
const UPSERT = `mutation ($input: UpsertLumisectionHistogramsInput!) { upsertLumisectionHistograms(input: $input) {
  histograms { run { number } entries meanX bins } dataFile { id path format status report { inserted issues { index } } } ${REPORT} } }`;

const none = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, added: 0, rejected: 0 };
const histogram = (more: object = {}) => ({
  run: 1,
  lumisection: 1,
  dataset: DATASET,
  monitorElement: 'Demo/x',
  axes: [{ bins: 3, min: 0, max: 3 }],
  bins: [1, 2, 3],
  ...more,
});

const { parser, file } = ingestFolder('mutations');

describe.each(databases)('mutations on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let ask: Ask;
  let run = 0;

  beforeAll(async () => {
    opened = await createTestStore(database);
    ask = asker(opened.store);
  });
  afterAll(async () => {
    try {
      expect(await opened.store.verify()).toEqual([]);
    } finally {
      await opened.drop();
    }
  });

  const upsert = async (histograms: object[], more: object = {}) => {
    const { data, errors } = await ask(UPSERT, { input: { histograms, ...more } });
    expect(errors).toBeUndefined();
    return data.upsertLumisectionHistograms;
  };
  const binsOf = async (number: number) => {
    const { data } = await ask(
      `{ lumisectionHistograms(where: { run: { number: { eq: ${number} } } }) { nodes { bins } } }`,
    );
    return data.lumisectionHistograms.nodes.map(({ bins }: { bins: number[] }) => bins);
  };

  test('histograms are inserted, identical, in conflict or replaced, and given back as they are stored', async () => {
    run++;
    const first = await upsert([histogram({ run })]);
    expect(first).toMatchObject({
      histograms: [{ run: { number: run }, entries: null, bins: [1, 2, 3] }],
      dataFile: { format: 'graphql', status: 'DONE', report: { inserted: 1, issues: [] } },
      report: { ...none, inserted: 1, issues: [] },
    });
    const again = await upsert([histogram({ run })]);
    expect(again.report).toEqual({ ...none, identical: 1, issues: [] });
    expect(again.dataFile.id).toBe(first.dataFile.id);
    const other = histogram({ run, bins: [1, 2, 4] });
    const kept = await upsert([other]);
    expect(kept.report).toMatchObject({ ...none, conflicting: 1, issues: [{ index: 0, code: 'CONFLICT' }] });
    expect(kept.dataFile).toBeNull();
    expect(await binsOf(run)).toEqual([[1, 2, 3]]);
    const replaced = await upsert([other], { onConflict: 'REPLACE' });
    expect(replaced).toMatchObject({ histograms: [{ bins: [1, 2, 4] }], report: { ...none, replaced: 1 } });
  });

  test('FAIL and strict leave nothing of a call, and say why', async () => {
    run++;
    await upsert([histogram({ run })]);
    const before = await dumpDatabase(opened.url);
    const mixed = [histogram({ run, lumisection: 2, monitorElement: 'Demo/new' }), histogram({ run, bins: [9, 9, 9] })];
    const failed = await ask(UPSERT, { input: { histograms: mixed, onConflict: 'FAIL' } });
    expect(failed.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      reason: 'CONFLICT',
      issues: [{ index: 1, code: 'CONFLICT', field: 'key' }],
    });
    const bad = [mixed[0], histogram({ run, bins: [1] })];
    const strict = await ask(UPSERT, { input: { histograms: bad, strict: true } });
    expect(strict.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      reason: 'STRICT',
      issues: [{ index: 1, code: 'BIN_COUNT', field: 'bins', value: '1' }],
    });
    const after = await dumpDatabase(opened.url);
    expect({ ...after, binnings: [] }).toEqual({ ...before, binnings: [] });
  });

  test('ADD adds partial counts, and the same input once', async () => {
    run++;
    const add = { onConflict: 'ADD' };
    expect((await upsert([histogram({ run })], add)).report.inserted).toBe(1);
    expect((await upsert([histogram({ run, bins: [10, 0, 0] })], add)).report.added).toBe(1);
    expect((await upsert([histogram({ run, bins: [10, 0, 0] })], add)).report).toMatchObject({
      added: 0,
      identical: 1,
    });
    expect(await binsOf(run)).toEqual([[11, 2, 3]]);
  });

  test.each([
    [{ run: 0 }, 'OUT_OF_RANGE', 'run', '0'],
    [{ lumisection: -1 }, 'OUT_OF_RANGE', 'lumisection', '-1'],
    [{ lumisection: 268_435_455 }, 'OUT_OF_RANGE', 'lumisection', '268435455'],
    [{ dataset: 'with space' }, 'BAD_DATASET', 'dataset', 'with space'],
    [{ monitorElement: '/x' }, 'BAD_PATH', 'monitorElement', '/x'],
    [{ monitorElement: '\ud800' }, 'BAD_TEXT', 'monitorElement', expect.anything()],
    [{ title: 'a\0b' }, 'BAD_TEXT', 'title', expect.anything()],
    [{ bins: [1, 2, null] }, 'NOT_FINITE', 'bins', 'NaN'],
    [{ bins: [1e308, 1e308, 1e308] }, 'NOT_FINITE', 'bins', null],
    [{ bins: [1, 2] }, 'BIN_COUNT', 'bins', '2'],
    [{ flow: true }, 'BIN_COUNT', 'bins', '3'],
    [{ entries: -1 }, 'NEGATIVE_ENTRIES', 'entries', '-1'],
    [{ sumw2: [1, 2] }, 'BIN_COUNT', 'sumw2', '2'],
    [{ sumw2: [1, -2, 3] }, 'NEGATIVE_SQUARES', 'sumw2', '-2'],
    [{ kind: 'PROFILE', binEntries: [1, 1, 1], binSumw2: [-1, 1, 1] }, 'NEGATIVE_SQUARES', 'binSumw2', '-1'],
    [{ sumw2: [1, 2, 3], errors: [1, 2, 3] }, 'COLUMNS_DISAGREE', 'errors', null],
    [{ axes: [] }, 'DIMENSION', 'axes', null],
    [{ axes: [{ bins: 3, min: 3, max: 0 }] }, 'AXIS_RANGE', 'axes.0', expect.anything()],
    [{ axes: [{ bins: 3 }] }, 'MISSING_VALUE', 'axes.0', null],
    [{ axes: [{ edges: [0, 2, 1, 3] }] }, 'AXIS_RANGE', 'axes.0', null],
    [{ kind: 'TH2' }, 'DIMENSION', 'axes', 'TH2'],
    [{ kind: 'PROFILE' }, 'BIN_COUNT', 'binEntries', null],
    [{ kind: 'PROFILE', binEntries: [1, 1, 1], errors: [1, 1, 1] }, 'COMPUTED', 'errors', null],
    [{ binEntries: [1, 2, 3] }, 'NOT_OF_KIND', 'binEntries', 'TH1'],
    [{ errorOption: 'S' }, 'NOT_OF_KIND', 'errorOption', 'TH1'],
  ])('a row is refused by its index and spoils no other: %j', async (wrong, code, field, value) => {
    run++;
    const { report, histograms } = await upsert([histogram({ run, ...wrong }), histogram({ run, lumisection: 7 })]);
    expect(report).toMatchObject({
      inserted: 1,
      rejected: 1,
      issues: [{ index: 0, severity: 'REJECTED', code, field, value }],
    });
    expect(histograms[1]).toMatchObject({ bins: [1, 2, 3] });
  });

  test('bins come as a list in the document, as a list or as base64 in variables, up to maps of 60,000', async () => {
    run++;
    const map = Float32Array.from({ length: 60_000 }, (_, i) => i % 17);
    const axes = [
      { bins: 300, min: 0, max: 1 },
      { bins: 200, min: 0, max: 1, title: 'y' },
    ];
    const rows = [
      histogram({ run, monitorElement: 'Demo/list', axes, bins: [...map] }),
      histogram({
        run,
        monitorElement: 'Demo/text',
        axes,
        bins: `FLOAT32:${Buffer.from(map.buffer).toString('base64')}`,
      }),
    ];
    expect((await upsert(rows)).report.inserted).toBe(2);
    const [list, text] = await binsOf(run);
    expect(list).toEqual([...map]);
    expect(text).toEqual(list);
    const wrong = await ask(UPSERT, { input: { histograms: [histogram({ bins: [1, 'two', 3] })] } });
    expect(wrong.errors?.[0]?.message).toContain('its value 1 is none');
  });

  test('a list that is too long is refused with the limit and the remedy', async () => {
    const small = asker(opened.store, { LUMIGRAPH_MAX_INPUT_ROWS: '2' });
    const { errors } = await small(UPSERT, { input: { histograms: [1, 2, 3].map(() => histogram()) } });
    expect(errors?.[0]?.message).toContain('3 rows are more than 2');
    expect(errors?.[0]?.extensions.code).toBe('LIMIT_EXCEEDED');
  });

  test('a server that only reads takes none, and none is taken from who has no token', async () => {
    run++;
    for (const [closed, code] of [
      [asker(opened.store, { LUMIGRAPH_MUTATIONS: 'off' }), 'FORBIDDEN'],
      [asker(opened.store, {}, null), 'UNAUTHENTICATED'],
    ] as const) {
      const { data, errors } = await closed(UPSERT, { input: { histograms: [histogram({ run })] } });
      expect([data ?? null, errors?.[0]?.extensions.code]).toEqual([null, code]);
    }
    expect(await binsOf(run)).toEqual([]);
  });

  test('the same content in another form is the same call', async () => {
    run++;
    const text = `INT32:${Buffer.from(Int32Array.of(1, 2, 3).buffer).toString('base64')}`;
    const first = await upsert([histogram({ run, title: null })]);
    const again = await upsert([{ bins: text, ...(({ bins: _, ...rest }) => rest)(histogram({ run, title: null })) }]);
    expect(again.report).toMatchObject({ inserted: 0, identical: 1 });
    expect(again.dataFile.id).toBe(first.dataFile.id);
    for (const bins of ['INT32:AQ A', 'INT32:AQ==', 'FLOAT16:AAAA', 'INT32:é', 'AAAA']) {
      const { errors } = await ask(UPSERT, { input: { histograms: [histogram({ bins })] } });
      expect(errors?.[0]?.message, bins).toMatch(/BinsInput/);
    }
  });

  test('runs of certifications, and their ranges, count as rows', async () => {
    run++;
    const small = asker(opened.store, { LUMIGRAPH_MAX_INPUT_ROWS: '2' });
    const certify = async (counts: number[]) => {
      const certifications = counts.map((ranges, i) => ({
        subsystem: `s${i}`,
        runs: [
          {
            run,
            ranges: Array.from({ length: ranges }, (_, r) => ({ first: 3 * r + 1, last: 3 * r + 2, flag: 'GOOD' })),
          },
        ],
      }));
      const { errors } = await small(
        `mutation ($c: [CertificationInput!]!) { upsertCertifications(input: { source: "s", certifications: $c }) { report { inserted } } }`,
        { c: certifications },
      );
      return errors?.[0]?.message;
    };
    expect(await certify([1, 1])).toBeUndefined();
    expect(await certify([3])).toContain('certifications.runs.ranges: 3 rows are more than 2');
    expect(await certify([1, 1, 1])).toContain('certifications: 3 rows are more than 2');
  });

  test.each(['', 'a\nb', '315257', 'x'.repeat(201)])('no source is called %j', async (source) => {
    const input = { source, certifications: [{ golden: { 1: [[1, 2]] } }] };
    const { errors } = await ask(
      'mutation ($input: UpsertCertificationsInput!) { upsertCertifications(input: $input) { report { inserted } } }',
      { input },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'source' } }]);
  });

  test('run-level histograms have bins or statistics alone', async () => {
    run++;
    const { data } = await ask(
      `mutation ($h: [RunHistogramInput!]!) { upsertRunHistograms(input: { histograms: $h }) {
        histograms { title entries meanX rmsX integral } ${REPORT} } }`,
      {
        h: [
          {
            run,
            dataset: DATASET,
            monitorElement: 'Demo/run',
            axes: [{ bins: 2, min: 0, max: 2 }],
            bins: [1, 3],
            title: 'T',
          },
          { run, dataset: DATASET, monitorElement: 'Demo/summary', entries: 5, meanX: 1.5, rmsX: 0.5 },
          { run, dataset: DATASET, monitorElement: 'Demo/summary2', entries: 5, rmsX: -1 },
        ],
      },
    );
    expect(data.upsertRunHistograms).toMatchObject({
      histograms: [
        { title: 'T', entries: null, meanX: 1.25, integral: 4 },
        { title: null, entries: 5, meanX: 1.5, rmsX: 0.5, integral: null },
        null,
      ],
      report: { inserted: 2, rejected: 1, issues: [{ index: 2, code: 'NEGATIVE_RMS', field: 'rmsX' }] },
    });
  });

  test('a call that states what is stated already keeps it where the other one is withdrawn', async () => {
    run++;
    const state = async (runs: object[]) => {
      const { data } = await ask(
        `mutation ($input: UpsertRunsInput!) { upsertRuns(input: $input) { dataFile { id } ${REPORT} } }`,
        { input: { runs } },
      );
      return data.upsertRuns;
    };
    const first = await state([{ number: run, fill: 7, era: 'Run2026A' }]);
    const second = await state([{ number: run, fill: 7 }, { number: 0 }]);
    expect(second.report).toMatchObject({ inserted: 0, identical: 1, rejected: 1 });
    expect(second.dataFile.id).not.toBe(first.dataFile.id);
    const withdrawn = await ask(
      `mutation { deleteDataFile(input: { id: "${first.dataFile.id}" }) { dataFile { status } } }`,
    );
    expect(withdrawn.errors).toBeUndefined();
    const { data } = await ask(`{ run(number: ${run}) { fill era } }`);
    expect(data.run).toEqual({ fill: 7, era: null });
  });

  test('conditions complement, contradict, and are replaced', async () => {
    run++;
    const runs = async (input: object) => {
      const { data } = await ask(
        `mutation ($input: UpsertRunsInput!) { upsertRuns(input: $input) { runs { era fill energy } dataFile { id } ${REPORT} } }`,
        { input },
      );
      return data.upsertRuns;
    };
    expect(await runs({ runs: [{ number: run, era: 'Run2026A' }, { number: 0 }] })).toMatchObject({
      runs: [{ era: '2026A', fill: null }, null],
      report: { inserted: 1, rejected: 1, issues: [{ index: 1, field: 'number', value: '0' }] },
    });
    expect(await runs({ runs: [{ number: run, fill: 5 }] })).toMatchObject({ runs: [{ era: '2026A', fill: 5 }] });
    expect(await runs({ runs: [{ number: run, fill: 5 }] })).toMatchObject({
      dataFile: { id: expect.any(String) },
      report: { identical: 1 },
    });
    expect((await runs({ runs: [{ number: run, fill: 6 }] })).report).toMatchObject({
      conflicting: 1,
      issues: [{ index: 0 }],
    });
    expect(await runs({ runs: [{ number: run, fill: 6 }], onConflict: 'REPLACE' })).toMatchObject({
      runs: [{ fill: 6 }],
      report: { replaced: 1 },
    });
    const { data } = await ask(
      `mutation ($l: [LumisectionInput!]!) { upsertLumisections(input: { lumisections: $l }) {
        lumisections { number pileup flagsOn } ${REPORT} } }`,
      {
        l: [
          { run, number: 3, pileup: 31.5, flagsOn: ['CMS_ACTIVE'] },
          { run, number: 4, flagsOn: ['CMS_ACTIVE'], flagsOff: ['CMS_ACTIVE'] },
        ],
      },
    );
    expect(data.upsertLumisections).toMatchObject({
      lumisections: [{ number: 3, pileup: 31.5, flagsOn: ['CMS_ACTIVE'] }, null],
      report: { inserted: 1, rejected: 1, issues: [{ index: 1, field: 'flagsOn' }] },
    });
  });

  test('certifications are ranges, a golden JSON and fractions', async () => {
    run++;
    const input = {
      source: `source-${run}`,
      certifications: [
        { golden: { [run]: [[1, 5]], nonsense: [[1, 2]] } },
        {
          subsystem: 'pixel',
          runs: [
            {
              run,
              ranges: [
                { first: 6, flag: 'BAD' },
                { first: 1, last: 5, flag: 'GOOD' },
              ],
            },
            { run: run + 1000, ranges: [{ first: 4, last: 2, flag: 'GOOD' }] },
          ],
        },
      ],
      fractions: [
        { run, subsystem: 'pixel', fraction: 0.5 },
        { run, subsystem: 'strip', fraction: 1.5 },
      ],
    };
    const certify = async () => {
      const { data } = await ask(
        `mutation ($input: UpsertCertificationsInput!) { upsertCertifications(input: $input) {
          certifications { subsystem flag version ranges { first last } } ${REPORT} } }`,
        { input },
      );
      return data.upsertCertifications;
    };
    const first = await certify();
    expect(first.report).toMatchObject({ ...none, inserted: 3, rejected: 3 });
    expect(first.report.issues.map(({ index, field }: { index: number; field: string }) => [index, field])).toEqual([
      [0, 'golden.nonsense'],
      [1, 'runs.1.ranges.0'],
      [1, 'fractions.fraction'],
    ]);
    expect(first.certifications).toEqual([
      { subsystem: '', flag: 'GOOD', version: 1, ranges: [{ first: 1, last: 5 }] },
      { subsystem: 'pixel', flag: 'BAD', version: 1, ranges: [{ first: 6, last: null }] },
      { subsystem: 'pixel', flag: 'GOOD', version: 1, ranges: [{ first: 1, last: 5 }] },
    ]);
    const again = await certify();
    expect(again.report).toMatchObject({ ...none, identical: 3, rejected: 3 });
    expect(again.certifications).toEqual(first.certifications);
  });

  test('eight clients that write one key at once leave what one of them wrote, and counts that add up', async () => {
    run++;
    const key = run;
    const clients = Array.from({ length: 8 }, (_, i) => i);
    const kept = await Promise.all(clients.map((i) => upsert([histogram({ run: key, bins: [i, i, i] })])));
    const sum = (name: string) => kept.reduce((total, { report }) => total + report[name], 0);
    expect([sum('inserted'), sum('conflicting')]).toEqual([1, 7]);
    const winner = kept.findIndex(({ report }) => report.inserted === 1);
    expect(await binsOf(key)).toEqual([[winner, winner, winner]]);
    const replaced = await Promise.all(
      clients.map((i) => upsert([histogram({ run: key, bins: [i + 10, 0, 0] })], { onConflict: 'REPLACE' })),
    );
    expect(replaced.every(({ report }) => report.replaced === 1)).toBe(true);
    expect((await binsOf(key))[0][0]).toBeGreaterThanOrEqual(10);
    run++;
    await Promise.all(
      clients.map((i) => upsert([histogram({ run: key + 1, bins: [2 ** i, 1, 0] })], { onConflict: 'ADD' })),
    );
    expect(await binsOf(key + 1)).toEqual([[255, 8, 0]]);
  });
});

describe.each(databases)('the same histograms on $name', (database) => {
  test('are the same database by CSV and by mutation, and withdrawing the call leaves nothing', async () => {
    const rows = [1, 2, 3].flatMap((ls) =>
      ['charge', 'size'].map((name) => ({ run: 9, ls, name, bins: [ls, 1, 2.5, 3, 0] })),
    );
    const [byFile, byCall] = await Promise.all([createTestStore(database), createTestStore(database)]);
    try {
      const path = file(`same-${database.name}.csv`, csv(...rows.map((row) => csvRow(row))));
      await ingestFile({ store: byFile.store, parser }, path, { dataset: DATASET });
      const empty = await dumpDatabase(byCall.url);
      const { data } = await asker(byCall.store)(UPSERT, {
        input: {
          histograms: rows.map(({ run, ls, name, bins }) =>
            histogram({
              ...{ run, lumisection: ls, monitorElement: name, bins, flow: true },
              entries: bins.reduce((sum, bin) => sum + bin, 0),
            }),
          ),
        },
      });
      const { dataFile, report } = data.upsertLumisectionHistograms;
      expect(report.inserted).toBe(rows.length);
      const same = (dump: Record<string, string[]>, source: string) =>
        JSON.parse(JSON.stringify(dump).replaceAll(source, 'SOURCE'));
      const [fromFile, fromCall] = [await dumpDatabase(byFile.url), await dumpDatabase(byCall.url)];
      expect(same({ ...fromCall, files: [], dataFiles: [] }, dataFile.path)).toEqual(
        same({ ...fromFile, files: [], dataFiles: [] }, path),
      );
      const id = (await byCall.store.lists.page('dataFile', { first: 1, orderBy: [] })).rows[0]?.id as number;
      await byCall.store.ledger.discard(id, () => true);
      const left = await dumpDatabase(byCall.url);
      expect(left.lumisectionHistograms).toEqual(empty.lumisectionHistograms);
      expect([left.runs, left.monitorElements, left.datasets]).toEqual([[], [], []]);
    } finally {
      await Promise.all([byFile.drop(), byCall.drop()]);
    }
  });
});
