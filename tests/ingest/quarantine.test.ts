import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { IngestHooks, IngestSettings } from '../../ingest/pipeline/report.ts';
import { faultyParser } from '../support/compiled-programs.ts';
import { csv, csvRow } from '../support/csv-files.ts';
import { createTestStore, databases } from '../support/databases.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-quarantine-'));
const good = new ParseProcess();
const faulty = (name: string, limits = {}) => new ParseProcess({ entry: faultyParser(name), ...limits });
const [crashing, refusing, escaping, silent] = [
  faulty('crash'),
  faulty('refuse'),
  faulty('let-escape'),
  faulty('stuck', { silenceMs: 300 }),
];
afterAll(async () => {
  for (const parser of [good, crashing, refusing, escaping, silent]) await parser.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const dataset = '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO';
const table = csv(csvRow());
const attributes = { b_field: 3.8, clock_type: 'LHC', components: ['PIXEL'], era: 'Run2018A', run_number: 315257 };
const answer = JSON.stringify({ data: [{ id: '315257', type: 'runs', attributes }], meta: { totalResourceCount: 1 } });
const flags = '[{"run_number": 315257, "lumi_number": 2, "class": "cosmics", "pixel_flag": true}]';

describe.each(databases)('a file that was refused before anybody knew what it is, on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(() => opened.drop());

  const ingest = (path: string, parser = good, settings: IngestSettings = {}, hooks: IngestHooks = {}) =>
    ingestFile({ store: opened.store, parser }, path, { dataset, ...settings }, hooks);
  const ledger = async () => (await opened.store.lists.page('dataFile', { first: 100, orderBy: [] })).rows;

  test.each([
    ['unknown.csv', 'what is this?\n', good, 'UNKNOWN_FORMAT'],
    ['empty.csv', '', good, 'EMPTY_FILE'],
    ['wide.csv', Buffer.from(`\ufeff${table}`, 'utf16le'), good, 'UTF16'],
    ['broken.csv.gz', gzipSync(table).fill(0xff, 10, 20), good, 'BROKEN_GZIP'],
    ['deadly.csv', table, crashing, 'PARSER_CRASHED'],
    ['endless.csv', table, silent, 'PARSER_SILENT'],
    ['unforeseen.root', table, escaping, 'PARSER_FAILED'],
    ['unspeakable.root', table, refusing, 'BROKEN_ROOT'],
  ] as const)('stands in the ledger, quarantined with its code: %s', async (name, content, parser, code) => {
    const path = file(name, content);
    const report = await ingest(path, parser);
    expect(report).toMatchObject({ outcome: 'failed', exitStatus: 1, format: null, error: { code } });
    expect(report.sha256).toMatch(/^[0-9a-f]{64}$/);
    const row = { status: 'QUARANTINED', errorCode: code, path, format: '', sha256: report.sha256, id: report.fileId };
    expect(await ledger()).toMatchObject([row]);
    // once, however often it is tried
    expect(await ingest(path, parser)).toMatchObject({ fileId: report.fileId });
    expect(await ledger()).toMatchObject([row]);
    expect(await opened.store.verify()).toEqual([]);
  });

  test.each([
    ['cut.json', `${answer.slice(0, 120)}`, 'TRUNCATED'],
    ['cut-early.json', answer.slice(0, 40), 'TRUNCATED'],
    ['cut-flags.json', flags.slice(0, 60), 'TRUNCATED'],
    ['cut.json.gz', gzipSync(answer).subarray(0, -12), 'TRUNCATED'],
    ['nan.json', flags.replace('true', 'NaN'), 'MALFORMED_JSON'],
    ['lines.json', `${flags.slice(1, -1)}\n`.repeat(2), 'MALFORMED_JSON'],
    ['latin1.json', Buffer.from(flags.replace('cosmics', 'caf\u00e9'), 'latin1'), 'MALFORMED_JSON'],
    ['large.json', flags.replace('cosmics', ' '.repeat(64 * 1024 * 1024)), 'FILE_TOO_LARGE'],
  ])('stands in the ledger where it was meant for a table, met in a folder too: %s', async (name, content, code) => {
    const report = await ingest(file(name, content), good, {}, { metInFolder: true });
    expect(report).toMatchObject({ outcome: 'failed', exitStatus: 1, error: { code } });
    expect(await ledger()).toMatchObject([{ status: 'QUARANTINED', errorCode: code, id: report.fileId }]);
  });

  test.each([
    ['settings.json', '{"name": "x", "version": '],
    ['log.json', '{"level": 30, "message": "started"}\n'.repeat(2)],
    ['settings.ini', '[section]\nname = run_number\n'],
  ])('does not stand there where nothing speaks for a table: %s', async (name, content) => {
    const report = await ingest(file(name, content), good, {}, { metInFolder: true });
    expect(report).toMatchObject({ fileId: null, error: { code: 'UNKNOWN_FORMAT' } });
  });

  test('does not stand there when it was met in a folder and is no data at all, or in a rehearsal', async () => {
    const path = file('README', 'what is this?\n');
    expect(await ingest(path, good, {}, { metInFolder: true })).toMatchObject({ fileId: null });
    expect(await ingest(path, good, { dryRun: true })).toMatchObject({ fileId: null });
    expect(await ledger()).toEqual([]);
    expect(await ingest(file('broken.csv', table), crashing, {}, { metInFolder: true })).toMatchObject({
      fileId: expect.any(Number),
    });
  });

  test('does not stand there for what is not its own fault', async () => {
    const path = file('golden.json', '{"1": [[1, 2]]}');
    expect(await ingest(path)).toMatchObject({ fileId: null, error: { code: 'SOURCE_REQUIRED' } });
    expect(await ingest(join(folder, 'nowhere'))).toMatchObject({ fileId: null, error: { code: 'FILE_NOT_FOUND' } });
    const closed = file('closed.csv', table);
    chmodSync(closed, 0);
    if (process.getuid?.() !== 0) expect(await ingest(closed)).toMatchObject({ fileId: null });
    expect(await ledger()).toEqual([]);
  });
});
