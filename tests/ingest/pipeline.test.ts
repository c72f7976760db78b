import { appendFileSync, mkdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { IngestHooks, IngestSettings } from '../../ingest/pipeline/report.ts';
import { faultyParser } from '../support/compiled-programs.ts';
import { csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { DATASET, ingestFolder, none } from '../support/ingest-files.ts';
import { perLsParquet } from './formats/per-ls-parquet-files.ts';

const { folder, parser, file } = ingestFolder('pipeline');
const one = csvRow({ ls: 1, bins: [0, 1, 2, 3, 0] });
const two = csvRow({ ls: 2, bins: [0, 1, 2, 3, 0] });
const otherOne = csvRow({ ls: 1, bins: [7, 7, 7, 7, 7] });
const bad = csvRow({ ls: 0 });

describe.each(databases)('the pipeline on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(() => opened.drop());

  const ingest = (path: string, settings: IngestSettings = {}, hooks: IngestHooks = {}) =>
    ingestFile({ store: opened.store, parser }, path, { dataset: DATASET, ...settings }, hooks);
  const dump = () => dumpDatabase(opened.url);
  const stored = async () => (await dump()).lumisectionHistograms?.length;

  test('leaves a file that it knows alone, and repeats its result', async () => {
    const path = file('known.csv', csv(one, two, bad));
    const first = await ingest(path);
    expect(first).toMatchObject({ outcome: 'ingested', exitStatus: 2, counts: { ...none, inserted: 2, rejected: 1 } });
    const before = await dump();
    const again = await ingest(file('known-by-another-name.csv', csv(one, two, bad)));
    expect(again).toMatchObject({ outcome: 'known', exitStatus: 2, counts: first.counts, fileId: first.fileId });
    expect(again.issues).toEqual(first.issues);
    expect(await dump()).toEqual(before);
  });

  test('reads a known file again when forced, and finds every row identical', async () => {
    const path = file('forced.csv', csv(one, two, bad, otherOne));
    await ingest(path);
    const again = await ingest(path, { force: true });
    expect(again).toMatchObject({ outcome: 'ingested', exitStatus: 2 });
    expect(again.counts).toEqual({ ...none, identical: 2, conflicting: 1, rejected: 1 });
    expect(again.issues).toMatchObject([{ line: 4 }, { line: 5 }]);
  });

  test('takes the same file for another dataset as another file', async () => {
    const path = file('twice.csv', csv(one));
    await ingest(path);
    const other = await ingest(path, { dataset: '/ZeroBias/Run2018A-PromptReco-v1/DQMIO' });
    expect(other).toMatchObject({ outcome: 'ingested', counts: { ...none, inserted: 1 } });
  });

  test('keeps the first of two rows that differ, and names the file of the first', async () => {
    const first = file('first.csv', csv(one));
    await ingest(first);
    const report = await ingest(file('second.csv', csv(otherOne, two)));
    expect(report).toMatchObject({ exitStatus: 2, counts: { ...none, inserted: 1, conflicting: 1 } });
    expect(report.issues).toMatchObject([
      {
        severity: 'CONFLICTING',
        code: 'CONFLICT',
        line: 2,
        value: 'run 1, LS 1, charge',
        reason: `a row of ${first} has this key and another content, and stays: entries 35, not 6; contents of 5 of 5 bins, first bin 0: 7, not 0`,
      },
    ]);
  });

  test('names both lines of a conflict within a file, however long the name of the monitor element', async () => {
    const name = `${'long/'.repeat(60)}name`;
    const long = (ls: number, bin: number) => csvRow({ ls, name, bins: [0, bin, 2, 3, 0] });
    const rows = [long(1, 1), two, long(2, 1), long(1, 5), long(2, 6), long(1, 1)];
    const report = await ingest(file('both-lines.csv', csv(...rows)));
    expect(report.counts).toEqual({ ...none, inserted: 3, identical: 1, conflicting: 2 });
    expect(report.issues.map(({ reason }) => reason)).toEqual([
      'line 2 of this file has the same key and another content: line 2 stays, line 5 does not: entries 10, not 6; contents of 1 of 5 bins, first bin 1: 5, not 1',
      'line 4 of this file has the same key and another content: line 4 stays, line 6 does not: entries 11, not 6; contents of 1 of 5 bins, first bin 1: 6, not 1',
      expect.stringContaining('line 2 of this file has the same key and the same content as line 7'),
    ]);
  });

  test('names rows of a Parquet as rows', async () => {
    const row = { fromrun: 1, hname: 'charge', metype: 3, Xmin: 0, Xmax: 3, Xbins: 3 };
    const rows = [1, 2, 4].map((bin) => ({ ...row, fromlumi: 1, entries: 6, histo: [0, bin, 2, 3, 0] }));
    const report = await ingest(file('rows.parquet', perLsParquet(rows)));
    expect(report.issues.map(({ reason }) => reason)).toEqual([
      'row 1 of this file has the same key and another content: row 1 stays, row 2 does not: contents of 1 of 5 bins, first bin 1: 2, not 1',
      'row 1 of this file has the same key and another content: row 1 stays, row 3 does not: contents of 1 of 5 bins, first bin 1: 4, not 1',
    ]);
  });

  test('tells of a row that repeats an earlier one of its file, with both lines, once and for all', async () => {
    const repeated = {
      severity: 'NOTE',
      code: 'REPEATED_ROW',
      line: 5,
      value: 'run 1, LS 1, charge',
      reason:
        'line 2 of this file has the same key and the same content as line 5, and is stored once: if they are two monitor elements of one name, one of them is lost',
    };
    const path = file('repeats.csv', csv(one, two, csvRow({ ls: 3 }), one, csvRow({ ls: 4 })));
    const report = await ingest(path, { batchRows: 2 });
    expect(report).toMatchObject({ exitStatus: 0, counts: { ...none, inserted: 4, identical: 1 } });
    expect(report.issues).toMatchObject([repeated]);
    const again = await ingest(path, { force: true, batchRows: 2 });
    expect(again).toMatchObject({ counts: { ...none, identical: 5 }, issues: [repeated] });
    // two rows of one key are two parts of one count
    const parts = file('parts.csv', csv(csvRow({ run: 2 }), csvRow({ run: 2 })));
    expect((await ingest(parts, { onConflict: 'add' })).issues).toEqual([]);
  });

  test('tells of repeated rows alike when the reading was stopped in between, forced or not', async () => {
    const rows = [1, 2, 3, 2, 5, 6, 5].map((ls) => csvRow({ ls }));
    const path = file('stopped-repeats.csv', csv(...rows));
    const lines = async (settings: IngestSettings) => {
      const controller = new AbortController();
      const stop = { signal: controller.signal, onProgress: () => controller.abort() };
      const stopped = await ingest(path, { batchRows: 3, ...settings }, stop);
      expect(stopped.outcome).toBe('cancelled');
      return (await ingest(path)).issues.map(({ code, line }) => [code, line]);
    };
    const repeats = [
      ['REPEATED_ROW', 5],
      ['REPEATED_ROW', 8],
    ];
    expect(await lines({})).toEqual(repeats);
    expect(await lines({ force: true })).toEqual(repeats);
  });

  test('replaces the first of two rows that differ when told so', async () => {
    await ingest(file('replaced.csv', csv(one, two)));
    const report = await ingest(file('replacing.csv', csv(otherOne, two)), { onConflict: 'replace' });
    expect(report).toMatchObject({ exitStatus: 0, counts: { ...none, identical: 1, replaced: 1 } });
    expect((await dump()).lumisectionHistograms?.filter((row) => row.includes('replacing.csv'))).toHaveLength(1);
  });

  test('fails over a conflict when told so, and keeps nothing of the file', async () => {
    const first = file('stays.csv', csv(one));
    await ingest(first);
    const before = await dump();
    const rows = [...Array(30).keys()].map((index) => csvRow({ ls: 100 + index }));
    const path = file('fails.csv', csv(...rows, otherOne));
    const report = await ingest(path, { onConflict: 'fail', batchRows: 10 });
    expect(report).toMatchObject({ outcome: 'failed', exitStatus: 2, error: { code: 'CONFLICT', line: 32 } });
    expect(report.error?.message).toContain(`run 1, LS 1, charge: a row of ${first}`);
    expect(report.counts).toEqual({ ...none, conflicting: 1 });
    const after = await dump();
    expect(after.files?.filter((row) => row.includes('fails.csv'))).toMatchObject([expect.stringContaining('FAILED')]);
    expect({ ...after, files: [], issues: [] }).toEqual({ ...before, files: [], issues: [] });
  });

  test('names both lines when it fails over a conflict within a file', async () => {
    const report = await ingest(file('fails-in-file.csv', csv(two, one, otherOne)), { onConflict: 'fail' });
    expect(report.issues).toMatchObject([{ line: 4, reason: expect.stringContaining('line 3 of this file') }]);
    expect(await stored()).toBe(0);
  });

  test('is strict about rejected rows: lists them all, keeps none', async () => {
    const path = file('strict.csv', csv(one, bad, two, bad));
    const report = await ingest(path, { strict: true });
    expect(report).toMatchObject({ outcome: 'failed', exitStatus: 2, error: { code: 'STRICT' } });
    expect(report.issues.map(({ line }) => line)).toEqual([3, 5]);
    expect(await stored()).toBe(0);
    // and the file is no worse off for it
    const lenient = await ingest(path);
    expect(lenient).toMatchObject({ outcome: 'ingested', counts: { ...none, inserted: 2, rejected: 2 } });
    expect(lenient.issues).toHaveLength(2);
  });

  test('is strict about conflicts: keeps nothing of the file', async () => {
    await ingest(file('before-strict.csv', csv(one)));
    const before = await dump();
    const report = await ingest(file('strict-conflict.csv', csv(two, otherOne)), { strict: true });
    expect(report).toMatchObject({ outcome: 'failed', exitStatus: 2, error: { code: 'STRICT' } });
    expect(report.issues).toMatchObject([{ code: 'CONFLICT', line: 3 }]);
    const after = await dump();
    expect({ ...after, files: [], issues: [] }).toEqual({ ...before, files: [], issues: [] });
  });

  test('rehearses without a trace: counts what would be, changes nothing', async () => {
    await ingest(file('there.csv', csv(one)));
    const before = await dump();
    const path = file('dry.csv', csv(otherOne, one, two, two, bad, csvRow({ ls: 2, bins: [1, 1, 1, 1, 1] })));
    const report = await ingest(path, { dryRun: true, batchRows: 2 });
    expect(report.counts).toEqual({ ...none, inserted: 1, identical: 2, conflicting: 2, rejected: 1 });
    expect(report).toMatchObject({ outcome: 'ingested', fileId: null, exitStatus: 2 });
    expect(report.issues.map(({ line }) => line)).toEqual([2, 6, 7, 5]);
    expect(report.issues.at(2)?.reason).toContain('line 4 of this file');
    expect(await dump()).toEqual(before);
    expect((await ingest(path)).counts).toEqual(report.counts);
  });

  test('rehearses a failure without a trace', async () => {
    await ingest(file('there-too.csv', csv(one)));
    const before = await dump();
    const path = file('dry-fail.csv', csv(two, otherOne));
    const report = await ingest(path, { dryRun: true, onConflict: 'fail' });
    expect(report).toMatchObject({ outcome: 'failed', exitStatus: 2, error: { code: 'CONFLICT' } });
    expect(await dump()).toEqual(before);
  });

  test('gives a file up that changes while it is read, and keeps nothing of it', async () => {
    const path = file('changing.csv', lumisectionCsv({ lumisections: 400, elements: 10 }));
    let changed = false;
    const report = await ingest(
      path,
      { batchRows: 50 },
      {
        onProgress: () => {
          if (!changed) appendFileSync(path, `${csvRow({ ls: 9999 })}\n`);
          changed = true;
        },
      },
    );
    expect(report).toMatchObject({ outcome: 'failed', exitStatus: 1, error: { code: 'FILE_CHANGED' } });
    expect(report.error?.message).toContain('changing.csv');
    expect(await stored()).toBe(0);
    expect((await ingest(path)).counts).toEqual({ ...none, inserted: 4001 });
  });

  test('stops after the batch in flight when asked to, and goes on from there', async () => {
    const path = file('stopped.csv', lumisectionCsv({ lumisections: 100, elements: 10 }));
    const controller = new AbortController();
    const onProgress = ({ rows }: { rows: number }) => rows >= 300 && controller.abort();
    const stopped = await ingest(path, { batchRows: 50 }, { signal: controller.signal, onProgress });
    expect(stopped).toMatchObject({ outcome: 'cancelled', counts: { ...none, inserted: 300 } });
    expect(await stored()).toBe(300);
    const resumed = await ingest(path);
    expect(resumed).toMatchObject({ outcome: 'ingested', rowsRead: 700, counts: { ...none, inserted: 1000 } });
  });

  test('stops when asked to while a file is hashed, or a gzip file is looked through', async () => {
    // nobody lives to see the end of this one
    const path = file('huge.csv', csv(one, two));
    truncateSync(path, 2 ** 40);
    const controller = new AbortController();
    const stopSoon = () => setTimeout(() => controller.abort(), 10);
    const stopped = await ingest(path, {}, { signal: controller.signal, opened: async () => void stopSoon() });
    expect(stopped).toMatchObject({ outcome: 'cancelled', sha256: null, error: null, exitStatus: 1 });

    const rows = lumisectionCsv({ lumisections: 1000, elements: 100 });
    const gzip = file('looked-through.csv.gz', gzipSync(rows, { level: 0 }));
    const stop = new AbortController();
    const looked = await ingest(gzip, {}, { signal: stop.signal, onProgress: () => stop.abort() });
    expect(looked).toMatchObject({ outcome: 'cancelled', rowsRead: 0, counts: none });
    expect(await stored()).toBe(0);
  });

  test('does not hash what nobody knows where it is left out', async () => {
    const path = file('huge.bin', 'no format begins like this');
    truncateSync(path, 2 ** 40);
    const unknown = { outcome: 'failed', sha256: null, error: { code: 'UNKNOWN_FORMAT' } };
    expect(await ingest(path, {}, { metInFolder: true })).toMatchObject(unknown);
    expect(await ingest(path, { dryRun: true })).toMatchObject(unknown);
  });

  test('refuses a path that is longer than the ledger keeps, as the server does', async () => {
    const long = Array.from({ length: 12 }, () => 'x'.repeat(230)).join('/');
    mkdirSync(join(folder, long), { recursive: true });
    for (const content of [csv(one), '']) {
      const report = await ingest(file(join(long, 'a.csv'), content));
      expect(report).toMatchObject({
        outcome: 'failed',
        exitStatus: 1,
        fileId: null,
        error: { code: 'PATH_TOO_LONG' },
      });
    }
    expect((await dump()).files).toEqual([]);
  });

  test('quarantines a file that takes its reader down', async () => {
    const stuck = new ParseProcess({
      entry: faultyParser('crash-while-reading'),
    });
    const path = file('deadly.csv', csv(one, two));
    const report = await ingestFile({ store: opened.store, parser: stuck }, path, { dataset: DATASET });
    await stuck.close();
    expect(report).toMatchObject({ outcome: 'failed', exitStatus: 1, error: { code: 'PARSER_CRASHED' } });
    expect((await dump()).files).toMatchObject([expect.stringContaining('QUARANTINED')]);
    expect((await ingest(path)).counts).toEqual({ ...none, inserted: 2 });
  });

  test('keeps who judged, why and what was said with the version, and refuses the name of a saved mask', async () => {
    const golden = file('judged.json', '{"315257": [[1, 88]]}');
    const judgement = { author: 'Ada', cause: 're-reco', comment: 'by hand' };
    await ingest(golden, { source: 'judged-2018', judgement });
    const where = { kind: 'test', field: 'source', op: 'eq', value: 'judged-2018' } as const;
    const { rows } = await opened.store.lists.page('certificationVersion', { first: 2, orderBy: [], where });
    expect(rows).toMatchObject([{ ...judgement, version: 1, kind: 'lumi-json' }]);
    await opened.store.masks.save({ name: 'a-mask', expression: 'judged-2018', comment: null, author: 'Ada' });
    const refused = await ingest(file('masked.json', '{"315257": [[1, 8]]}'), { source: 'a-mask' });
    expect(refused).toMatchObject({ outcome: 'failed', error: { code: 'BAD_USER_INPUT' } });
    await expect(
      opened.store.masks.read({ kind: 'name', name: 'a-mask', version: null, column: 1 }),
    ).resolves.toBeDefined();
  });

  test('makes a golden JSON a version of its source, and the same content again none', async () => {
    const golden = file('golden.json', '{"315257": [[1, 88], [91, 92]],\n "315259": [[1, 172]]}');
    const report = await ingest(golden, { source: 'golden-2018' });
    expect(report).toMatchObject({ outcome: 'ingested', exitStatus: 0, format: 'lumi-json', dataset: '' });
    expect((await dump()).certifications).toHaveLength(3);
    expect(await ingest(golden, { source: 'golden-2018' })).toMatchObject({ outcome: 'known' });
    await ingest(golden, { source: 'golden-again' });
    expect((await dump()).certifications).toHaveLength(6);
  });
});
