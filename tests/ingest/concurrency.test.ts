import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import { csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { dumpDatabase, execute } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { ingestJson, runHere } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-concurrency-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DATASET = '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO';
const FLAGS = ['--dataset', DATASET];
const none = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, added: 0, rejected: 0 };
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe.each(databases)('at the same time on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(() => opened.drop());

  test('two processes that share a list do each file once between them, while a third reads what is there', async () => {
    // the first is by far the longest: who has it not waits for it at the end
    const rows = [10_000, 1_200, 1_200, 1_200, 1_200];
    const paths = rows.map((count, i) =>
      file(`listed-${i}.csv`, lumisectionCsv({ run: 20 + i, lumisections: count / 20, elements: 20 })),
    );
    const counts: number[] = [];
    let reading = true;
    const reader = (async () => {
      while (reading) {
        counts.push(await opened.store.lists.count('lumisectionHistogram'));
        await new Promise((resume) => setTimeout(resume, 10));
      }
    })();
    const both = await Promise.all([1, 2].map(() => ingestJson([...paths, ...FLAGS], { url: opened.url })));
    reading = false;
    await reader;
    for (const { status, files } of both) {
      expect(status).toBe(0);
      expect(files.map(({ path }) => path)).toEqual(paths);
      expect(files.map(({ counts }) => counts)).toEqual(rows.map((inserted) => ({ ...none, inserted })));
    }
    const rowsRead = both.flatMap(({ files }) => files.map((file) => file.rowsRead));
    expect(rowsRead.reduce((sum, read) => sum + read, 0)).toBe(14_800);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect((await runHere(['verify'], { url: opened.url })).status).toBe(0);
  });

  test('two processes with files that overlap settle every row', async () => {
    const one = file('one.csv', lumisectionCsv({ run: 6, lumisections: 200, elements: 10 }));
    const rows = lumisectionCsv({ run: 6, lumisections: 300, elements: 10 }).trimEnd().split('\n').slice(1);
    const two = file('two.csv', csv(...rows.slice(1000), csvRow({ run: 6, name: 'element_1' })));
    const both = await Promise.all([one, two].map((path) => ingestJson([path, ...FLAGS], { url: opened.url })));
    const [first, second] = both.map(({ files }) => files[0]?.counts ?? none);
    expect((first?.inserted ?? 0) + (second?.inserted ?? 0)).toBe(3_000);
    expect((first?.identical ?? 0) + (second?.identical ?? 0)).toBe(1_000);
    expect((first?.conflicting ?? 0) + (second?.conflicting ?? 0)).toBe(1);
    expect((await dumpDatabase(opened.url)).lumisectionHistograms).toHaveLength(3_000);
    expect((await runHere(['verify'], { url: opened.url })).status).toBe(0);
  });

  if (database.name === 'postgresql') {
    test('a database that goes away leaves a checkpoint to go on from', async () => {
      const path = file('lost.csv', lumisectionCsv({ run: 7, lumisections: 400, elements: 10 }));
      const parser = new ParseProcess();
      const tools = { store: opened.store, parser };
      let gone: Promise<void> | undefined;
      let reading = true;
      const cut = () => {
        // again and again: a single cut may fall between two transactions, where nobody misses the connection
        gone ??= (async () => {
          while (reading) {
            await execute(
              opened.url,
              'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
            );
          }
        })();
      };
      const settings = { dataset: DATASET, batchRows: 20 };
      const lost = await ingestFile(tools, path, settings, { onProgress: ({ rows }) => rows >= 200 && cut() });
      reading = false;
      await gone;
      expect(lost).toMatchObject({ outcome: 'failed', exitStatus: 1, error: { code: 'DATABASE_LOST' } });
      expect(lost.error?.message).toContain('goes on from its checkpoint');
      const resumed = await ingestFile(tools, path, settings);
      await parser.close();
      expect(resumed).toMatchObject({ outcome: 'ingested', counts: { ...none, inserted: 4_000 } });
      expect(resumed.rowsRead).toBeLessThan(4_000);
    });
  }
});

const sqlite = databases.find(({ name }) => name === 'sqlite');

test.skipIf(process.platform === 'win32')('a disk that is full leaves a checkpoint to go on from', async () => {
  if (!sqlite) throw new Error('no SQLite');
  const database = await sqlite.create({ migrated: true });
  const path = file('full.csv', lumisectionCsv({ run: 8, lumisections: 1000, elements: 20, bins: 60 }));
  const args = [path, ...FLAGS];
  // No file may grow beyond 3 MB: what a full disk is to the database. The signal would end the process first.
  const full = await ingestJson(args, { url: database.url, shell: 'trap "" XFSZ; ulimit -f 3000; exec "$@"' });
  expect(full.status).toBe(1);
  expect(full.files).toMatchObject([{ outcome: 'failed', error: { code: 'DISK_FULL' } }]);
  expect(full.files[0]?.error?.message).toContain('make room and run the same command again');
  const resumed = await ingestJson(args, { url: database.url }, runHere);
  expect(resumed.status).toBe(0);
  expect(resumed.files[0]?.counts).toEqual({ ...none, inserted: 20_000 });
  expect((await runHere(['verify'], { url: database.url })).status).toBe(0);
  await database.drop();
});
