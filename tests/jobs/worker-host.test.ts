import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { settingsText } from '../../src/jobs/job-settings.ts';
import { UploadFolder, uploadLedgerPath } from '../../src/jobs/upload-folder.ts';
import { WorkerHost } from '../../src/jobs/worker-host.ts';
import type { Store } from '../../src/store/store.ts';
import { csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { DATASET } from '../support/ingest-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-host-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Where it makes no difference. */
const sqlite = databases[0] as (typeof databases)[number];

const LIMITS = { maxUploadBytes: 1e9, maxClientWaitingBytes: 1e9, maxWaitingBytes: 1e9, maxClientJobs: 100 };

const LARGE_ROWS = 30_000;
const large = (run: number) => lumisectionCsv({ run, lumisections: 1500, elements: 20, bins: 1 });

describe.each(databases)('the worker process of a server on $name', (database) => {
  test('reads files, and what it or its server leaves is gone on with', async () => {
    const { store, url, drop } = await createTestStore(database);
    const path = join(folder, database.name);
    mkdirSync(path);
    const uploads = new UploadFolder(path, LIMITS);
    const settings = {
      databaseUrl: url,
      jobs: 1,
      keepUploadsDays: 1,
      uploads: path,
      ...LIMITS,
      ingestRoots: [],
    };
    const troubles: string[] = [];
    const start = () => new WorkerHost(store.jobs, uploads, settings, { onTrouble: (what) => troubles.push(what) });
    const queue = async (content: string) => {
      const { path, size, sha256 } = await uploads.receive(Readable.from([content]), 'a.csv', 'me');
      const how = { dataset: DATASET, source: '', format: '', settings: settingsText({ dataset: DATASET }) };
      const request = { origin: 'upload', path, ledgerPath: uploadLedgerPath(path), size, sha256, ...how } as const;
      const [queued] = await store.jobs.enqueue([request], 'test');
      return { job: queued?.job.id ?? 0, file: queued?.file.id ?? 0 };
    };
    const until = (file: number, has: (row: NonNullable<Awaited<ReturnType<typeof rowOf>>>) => boolean) =>
      vi.waitFor(
        async () => {
          const row = await rowOf(store, file);
          if (row === null || !has(row)) throw new Error(`${row?.status} at byte ${row?.bytesDone}`);
          return row;
        },
        { interval: 5, timeout: 30_000 },
      );

    let host = start();
    const first = await queue(csv(csvRow({ run: 1 })));
    host.wake();
    expect(await until(first.file, ({ status }) => status === 'DONE')).toMatchObject({ inserted: 1 });

    // killed in the middle of a file
    const second = await queue(large(2));
    host.wake();
    await until(second.file, ({ bytesDone }) => bytesDone > 0n);
    const { pid = 0 } = host;
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(troubles).toEqual(['the worker process ended']), { interval: 5 });
    expect(await rowOf(store, second.file)).toMatchObject({ status: 'RUNNING' });
    await host.close();

    // the next server looks at the queue by itself; and it stops in the middle of the file
    host = start();
    const { bytesDone } = (await rowOf(store, second.file)) ?? { bytesDone: 0n };
    await until(second.file, (row) => row.bytesDone > bytesDone);
    await host.close();
    expect(host.pid).toBeUndefined();
    const [left] = await store.reads.jobs([second.job]);
    if (left?.state !== 'DONE') {
      expect(left).toMatchObject({ state: 'QUEUED', attempts: 0, leaseOwner: null });
      expect(await rowOf(store, second.file)).toMatchObject({ status: 'RUNNING', leaseOwner: null });
    }

    host = start();
    expect(await until(second.file, ({ status }) => status === 'DONE')).toMatchObject({
      inserted: LARGE_ROWS,
      identical: 0,
    });
    await vi.waitFor(() => expect(readdirSync(path)).toEqual([]), { interval: 5 });
    await host.close();
    expect(troubles).toHaveLength(1);
    const [done] = await store.reads.jobs([second.job]);
    expect(done).toMatchObject({ state: 'DONE', attempts: 1 });
    await drop();
  });
});

describe('the worker process of a server', () => {
  test('is none where there are to be no jobs, and is told of a database that is not there', async () => {
    const { store, drop } = await createTestStore(sqlite);
    const settings = {
      databaseUrl: `file:${join(folder, 'no/such.db')}`,
      jobs: 0,
      keepUploadsDays: 1,
      uploads: folder,
    };
    const uploads = new UploadFolder(folder, LIMITS);
    const none = new WorkerHost(store.jobs, uploads, { ...settings, ...LIMITS, ingestRoots: [] });
    none.wake();
    expect(none.pid).toBeUndefined();
    await none.close();
    const troubles: string[] = [];
    const host = new WorkerHost(
      store.jobs,
      uploads,
      { ...settings, jobs: 1, ...LIMITS, ingestRoots: [] },
      { onTrouble: (what) => troubles.push(what) },
    );
    host.wake();
    await vi.waitFor(() => expect(troubles).toEqual(['a job went wrong', 'the worker process ended']), {
      interval: 5,
      timeout: 50_000,
    });
    await host.close();
    await drop();
  });
});

const rowOf = async (store: Store, id: number) => (await store.reads.dataFiles([id]))[0] ?? null;
