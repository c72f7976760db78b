import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { inspectFile } from '../../ingest/pipeline/inspect.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { IngestSettings } from '../../ingest/pipeline/report.ts';
import { asker } from '../schema/ask.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { dqmioFile } from '../support/root-writer/dqmio.ts';
import { harvestedFile, labelled, type WrittenFolder } from '../support/root-writer/harvested.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-scalars-'));
const parser = new ParseProcess();
afterAll(async () => {
  await parser.close();
  rmSync(folder, { recursive: true, force: true });
});

const none = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, rejected: 0 };
let files = 0;
/** A harvested file under a name that states its dataset; files of equal content have one identity. */
const file = (folders: readonly WrittenFolder[], version = ++files) => {
  const number = String(version).padStart(4, '0');
  const path = join(folder, `DQM_V${number}_R000316293__ZeroBias__Run2018A-PromptReco-v2__DQMIO.root`);
  writeFileSync(path, harvestedFile(316293, folders));
  return path;
};
const axis = { fNbins: 2, fXmin: 0, fXmax: 2 };
const histogram = (contents: readonly number[]) => ({ fTitle: 'x', fEntries: 3, fXaxis: axis, fArray: contents });
const info = (...texts: string[]): WrittenFolder => ({ path: 'Info/Run summary/ProvInfo', texts });
const csc = (...texts: string[]): WrittenFolder => ({
  path: 'CSC/Run summary/Digis',
  histograms: { occupancy: histogram([0, 4, 9, 0]), eff: histogram([0, 0.25, 1, 0]) },
  texts: [labelled('eff', 'e=1'), ...texts],
});
const EVERYTHING = [
  info(labelled('events', 'i=12'), labelled('ratio', 'f=0.5'), labelled('tag', 's=CMSSW_10_1_4')),
  csc(labelled('occupancy.Noise', 'qr=st:300:0.25:Noisy:2 hot'), labelled('eff.Mean', 'qr=st:100:1:Mean:')),
];

describe.each(databases)('scalars and quality tests ingested on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(async () => {
    expect(await opened.store.verify()).toEqual([]);
    await opened.drop();
  });
  const ingest = (path: string, settings: IngestSettings = {}) =>
    ingestFile({ store: opened.store, parser }, path, settings);

  test('are served beside the histograms of their run, with the mark of an efficiency', async () => {
    const path = file(EVERYTHING);
    const inspection = await inspectFile({ store: opened.store, parser }, path, {});
    expect(inspection.ingest?.counts).toMatchObject({ ...none, inserted: 7 });
    expect(inspection.contents).toMatchObject({ others: { scalars: 3, qualityTests: 2 } });
    expect(inspection.contents.elements.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'TH1 CSC/Digis/eff',
      'TH1 CSC/Digis/occupancy',
      'SCALAR Info/ProvInfo/events',
      'SCALAR Info/ProvInfo/ratio',
      'SCALAR Info/ProvInfo/tag',
    ]);
    expect(await opened.store.lists.count('scalarValue')).toBe(0);
    expect(inspection.issues).toEqual([]);
    expect(await ingest(path)).toMatchObject({ exitStatus: 0, issues: [], counts: { ...none, inserted: 7 } });
    const { data, errors } = await asker(opened.store)(`{ run(number: 316293) {
      scalars { nodes { monitorElement { path kind } type value number dataset { name } dataFile { format } } }
      qualityTests { nodes { monitorElement { path efficiency } name status result algorithm message } }
      histograms { nodes { monitorElement { path efficiency } bins errors } } } }`);
    expect(errors).toBeUndefined();
    const common = {
      dataset: { name: '/ZeroBias/Run2018A-PromptReco-v2/DQMIO' },
      dataFile: { format: 'harvested-root' },
    };
    const scalar = (name: string) => ({ path: `Info/ProvInfo/${name}`, kind: 'SCALAR' });
    expect(data.run).toEqual({
      scalars: {
        nodes: [
          { ...common, monitorElement: scalar('events'), type: 'INT', value: '12', number: 12 },
          { ...common, monitorElement: scalar('ratio'), type: 'FLOAT', value: '0.5', number: 0.5 },
          { ...common, monitorElement: scalar('tag'), type: 'STRING', value: 'CMSSW_10_1_4', number: null },
        ],
      },
      qualityTests: {
        nodes: [
          {
            monitorElement: { path: 'CSC/Digis/eff', efficiency: true },
            name: 'Mean',
            status: 'OK',
            result: 1,
            algorithm: 'Mean',
            message: '',
          },
          {
            monitorElement: { path: 'CSC/Digis/occupancy', efficiency: null },
            name: 'Noise',
            status: 'ERROR',
            result: 0.25,
            algorithm: 'Noisy',
            message: '2 hot',
          },
        ],
      },
      histograms: {
        nodes: [
          { monitorElement: { path: 'CSC/Digis/eff', efficiency: true }, bins: [0.25, 1], errors: null },
          { monitorElement: { path: 'CSC/Digis/occupancy', efficiency: null }, bins: [4, 9], errors: [2, 3] },
        ],
      },
    });
  });

  test('that differ from those of another file are conflicts that name both places', async () => {
    const first = file(EVERYTHING);
    await ingest(first);
    const later = [
      info(labelled('events', 'i=13'), labelled('ratio', 'f=5e-1'), labelled('tag', 's=CMSSW_10_1_4')),
      csc(labelled('occupancy.Noise', 'qr=st:100:0.25:Noisy:')),
    ];
    const report = await ingest(file(later));
    expect(report.counts).toMatchObject({ ...none, identical: 4, conflicting: 2 });
    expect(report.exitStatus).toBe(2);
    const issue = { severity: 'CONFLICTING', code: 'CONFLICT', field: 'key' };
    expect(report.issues).toMatchObject([
      { ...issue, value: 'run 316293, Info/ProvInfo/events', line: 3 },
      { ...issue, value: 'run 316293, CSC/Digis/occupancy, quality test Noise', line: 6 },
    ]);
    for (const { reason } of report.issues) expect(reason).toContain(`a row of ${first}`);

    const failed = await ingest(file(later.toReversed()), { onConflict: 'fail' });
    expect(failed).toMatchObject({ outcome: 'failed', counts: { ...none, conflicting: 1 } });
    expect(failed.error?.message).toContain('run 316293, Info/ProvInfo/events');

    const replaced = await ingest(file([...later, info(labelled('more', 'i=1'))]), { onConflict: 'replace' });
    expect(replaced.counts).toMatchObject({ ...none, inserted: 1, identical: 4, replaced: 2 });
    const { rows } = await opened.store.lists.page('qualityTest', {
      first: 9,
      orderBy: [],
      where: { kind: 'test', field: 'name', op: 'eq', value: 'Noise' },
    });
    expect(rows).toMatchObject([{ status: 'OK', fileId: replaced.fileId }]);
  });

  test('that differ within a file name both lines', async () => {
    const report = await ingest(
      file([
        info(labelled('events', 'i=1'), labelled('events', 'i=2')),
        csc(labelled('eff.Mean', 'qr=st:100:1:Mean:'), labelled('eff.Mean', 'qr=st:200:1:Mean:')),
      ]),
    );
    expect(report.counts).toMatchObject({ ...none, inserted: 4, conflicting: 2 });
    const issues = report.issues.map(({ code, line, value, reason }) => ({ code, line, value, reason }));
    const reason = (folder: string, difference: string, ...places: [line: number, text: string][]) => {
      const [first, later] = places.map(([line, text]) => ({
        line,
        place: `line ${line} (key DQMData/Run 316293/${folder}/${text};1)`,
      }));
      const same = 'of this file has the same key and another content';
      return `${first?.place} ${same}: line ${first?.line} stays, ${later?.place} does not: ${difference}`;
    };
    expect(issues).toEqual([
      {
        code: 'CONFLICT_IN_FILE',
        line: 4,
        value: 'run 316293, Info/ProvInfo/events',
        reason: reason(
          'Info/Run summary/ProvInfo',
          'value "2", not "1"',
          [3, labelled('events', 'i=1')],
          [4, labelled('events', 'i=2')],
        ),
      },
      {
        code: 'CONFLICT_IN_FILE',
        line: 6,
        value: 'run 316293, CSC/Digis/eff, quality test Mean',
        reason: reason(
          'CSC/Run summary/Digis',
          'status 200, not 100',
          [5, labelled('eff.Mean', 'qr=st:100:1:Mean:')],
          [6, labelled('eff.Mean', 'qr=st:200:1:Mean:')],
        ),
      },
    ]);
  });

  test('that are not what their marks say are refused one by one', async () => {
    const report = await ingest(
      file([info(labelled('half', 'i=1.5'), labelled('nul', 's=a\0b'), labelled('a', 'i=1'), 'CMSSW_10_1_4')]),
    );
    expect(report.counts).toMatchObject({ ...none, inserted: 1, rejected: 2 });
    expect(report.issues).toMatchObject([
      { severity: 'REJECTED', code: 'BAD_VALUE', line: 1, value: '<half>i=1.5</half>' },
      { severity: 'REJECTED', code: 'BAD_TEXT', line: 2 },
      { severity: 'NOTE', code: 'TEXTS_NOT_KEPT', reason: expect.stringContaining('1 in the file') },
    ]);
  });

  test('are chosen and renamed as histograms are, and two names of one path are a conflict', async () => {
    const elements = (map: Record<string, string>) => ({ prefix: '', map, include: [], exclude: [] });
    const chosen = await ingest(file(EVERYTHING), { elements: { ...elements({}), include: ['CSC/*'] } });
    expect(chosen.counts).toMatchObject({ ...none, inserted: 4 });
    expect(chosen.skipped.rows).toBe(3);
    const renamed = await ingest(file([info(labelled('a', 'i=1'), labelled('b', 'i=1'))]), {
      elements: elements({ 'Info/ProvInfo/a': 'Info/x', 'Info/ProvInfo/b': 'Info/x' }),
    });
    expect(renamed.counts).toMatchObject({ ...none, inserted: 1, conflicting: 1 });
    expect(renamed.issues).toMatchObject([{ code: 'NAMES_COLLIDE', value: 'Info/ProvInfo/b' }]);
  });

  test('are withdrawn with their file, and stay where another file has them alike', async () => {
    const first = await ingest(file(EVERYTHING));
    const second = await ingest(file([...EVERYTHING, info(labelled('more', 'i=1'))]));
    expect(second.counts).toMatchObject({ ...none, inserted: 1, identical: 7 });
    await opened.store.ledger.withdraw(first.fileId ?? 0);
    expect(await opened.store.verify()).toEqual([]);
    const { rows } = await opened.store.lists.page('scalarValue', { first: 9, orderBy: [] });
    expect(rows.map(({ fileId }) => fileId)).toEqual(Array(4).fill(second.fileId));
    await opened.store.ledger.withdraw(second.fileId ?? 0);
    for (const noun of ['scalarValue', 'qualityTest', 'runHistogram', 'monitorElement', 'dataset', 'run'] as const) {
      expect(await opened.store.lists.count(noun)).toBe(0);
    }
  });

  test('of DQMIO belong to their lumisection or run, and are not added where counts are', async () => {
    const dqmio = (name: string, value: bigint) => {
      const path = join(folder, `ZeroBias-Run2023C-PromptReco-v1-DQMIO-${name}.root`);
      const elements = [
        { tree: 'Ints', fullName: 'Pixel/events', value },
        { tree: 'Floats', fullName: 'Pixel/rate', value: 0.5 },
        { tree: 'Strings', fullName: 'Pixel/tag', value: 'CMSSW_13_0_7' },
      ];
      writeFileSync(path, dqmioFile([1, 2, 0].map((lumi) => ({ run: 367129, lumi, elements }))));
      return path;
    };
    const first = dqmio('first', 2n ** 60n + 1n);
    expect((await ingest(first)).counts).toMatchObject({ ...none, inserted: 9 });
    const second = await ingest(dqmio('second', 2n ** 60n));
    expect(second.counts).toMatchObject({ ...none, added: 0, identical: 6, conflicting: 3 });
    expect(second.issues).toMatchObject([
      { code: 'CONFLICT', value: 'run 367129, LS 1, Pixel/events' },
      { code: 'CONFLICT', value: 'run 367129, LS 2, Pixel/events' },
      { code: 'CONFLICT', value: 'run 367129, Pixel/events' },
    ]);
    for (const { reason } of second.issues) expect(reason).toContain(`a row of ${first}`);
    const { data } = await asker(opened.store)(`{ run(number: 367129) {
      scalars { nodes { value } }
      lumisections { nodes { number scalars { nodes { monitorElement { path } type value number } } } } } }`);
    expect(data.run.scalars.nodes).toEqual(['1152921504606846977', '0.5', 'CMSSW_13_0_7'].map((value) => ({ value })));
    const nodes = [
      { monitorElement: { path: 'Pixel/events' }, type: 'INT', value: '1152921504606846977', number: 2 ** 60 },
      { monitorElement: { path: 'Pixel/rate' }, type: 'FLOAT', value: '0.5', number: 0.5 },
      { monitorElement: { path: 'Pixel/tag' }, type: 'STRING', value: 'CMSSW_13_0_7', number: null },
    ];
    expect(data.run.lumisections.nodes).toEqual([1, 2].map((number) => ({ number, scalars: { nodes } })));
  });
});
