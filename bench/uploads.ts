/**
 * Files that clients upload: how fast one comes in and what memory the server takes meanwhile, how long it is from the answer
 * to the rows, and what the queue takes: `npm run bench:uploads [-- --quick] [-- --on sqlite]`. See docs/performance.md.
 */
import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import { csv, csvRow } from '../tests/support/csv-files.ts';
import { type DatabaseServer, onDatabases } from './support/databases.ts';
import { peakMemory, residentMemory } from './support/machine.ts';
import { median, Report } from './support/report.ts';
import { startLumigraph } from './support/servers.ts';
import { DATASET } from './support/world.ts';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, on: { type: 'string' } },
});

const LARGE_MB = flags.quick ? 200 : 1000;
const SMALL_FILES = flags.quick ? 5 : 21;
const TURNS = flags.quick ? 50 : 300;
const MEMORY_MB = 150;

const report = new Report('uploads', 'Uploads and jobs');
const folder = mkdtempSync(join(tmpdir(), 'lumigraph-bench-uploads-'));
const run = promisify(execFile);

const OPERATIONS = JSON.stringify({
  query: `mutation ($file: File!) { uploadDataFile(input: { file: $file, dataset: "${DATASET}" }) { job { id } } }`,
  variables: { file: null },
});

async function measure(databases: DatabaseServer): Promise<void> {
  const url = await databases.create();
  const store = await openStore(url);
  const expiresAt = new Date(Date.now() + 86_400_000);
  const { secret } = await store.tokens.create({ name: 'bench', scopes: ['ingest'], expiresAt }, 'bench');
  await queueAlone(databases.kind, store);
  const uploads = join(folder, databases.kind);
  const server = await startLumigraph(url, { environment: { LUMIGRAPH_UPLOADS: uploads } });
  const upload = async (path: string) => {
    const headers = ['-H', `authorization: Bearer ${secret}`, '-H', 'x-graphql-yoga-csrf: 1'];
    const parts = ['-F', `operations=${OPERATIONS}`, '-F', 'map={"0":["variables.file"]}', '-F', `0=@${path}`];
    const { stdout } = await run('curl', ['-s', `http://127.0.0.1:${server.port}/graphql`, ...headers, ...parts]);
    if (JSON.parse(stdout).errors) throw new Error(stdout);
  };

  const latencies: number[] = [];
  for (let i = 1; i <= SMALL_FILES; i++) {
    const path = join(folder, 'small.csv');
    writeFileSync(path, csv(csvRow({ run: i })));
    await upload(path);
    const started = performance.now();
    await latestIs(store, 'DONE');
    latencies.push(performance.now() - started);
  }
  const [first, ...others] = latencies;
  report.line(
    `${databases.kind}: from the answer to DONE, a file of one row: ${median(others).toFixed(0)} ms (median of ${others.length}); the first, with the start of the worker, ${first?.toFixed(0)} ms`,
  );

  const large = join(folder, 'large.bin');
  const file = openSync(large, 'w');
  const block = Buffer.alloc(1e6, 'no format that anybody knows ');
  for (let i = 0; i < LARGE_MB; i++) writeSync(file, block);
  closeSync(file);
  const before = residentMemory(server.pid);
  const started = performance.now();
  await upload(large);
  const seconds = (performance.now() - started) / 1000;
  report.line(`${databases.kind}: an upload of ${LARGE_MB} MB: ${(LARGE_MB / seconds).toFixed(0)} MB/s`);
  const more = peakMemory(server.pid) - before;
  const detail = `MB above ${before.toFixed(0)} MB, while ${LARGE_MB} MB came in`;
  report.verdict(`${databases.kind}: memory of an upload`, more, { atMost: MEMORY_MB }, detail);
  await latestIs(store, 'FAILED');
  rmSync(large);
  await server.stop();
  await store.close();
  await databases.drop(url);
}

async function queueAlone(kind: string, { jobs }: Store): Promise<void> {
  const lease = { owner: 'bench', isDead: () => false };
  const how = { size: 1, dataset: '', source: '', format: '', settings: '{}' };
  const started = performance.now();
  for (let i = 0; i < TURNS; i++) {
    await jobs.enqueue([{ origin: 'path', path: '/nothing', ledgerPath: `/nothing/${i}`, ...how }], 'bench');
    const job = await jobs.claim(lease);
    if (job === null) throw new Error('the queue lost a job');
    await jobs.settle(job.id, lease.owner, { state: 'DONE' });
  }
  const milliseconds = (performance.now() - started) / TURNS;
  report.line(
    `${kind}: a job through the queue (queued, taken, settled; three flushed transactions): ${milliseconds.toFixed(1)} ms`,
  );
}

async function latestIs({ lists }: Store, state: string): Promise<void> {
  for (;;) {
    const { rows } = await lists.page('job', { first: 1, orderBy: [{ field: 'id', descending: true }] });
    if (rows[0]?.state === state) return;
    if (rows[0]?.state === 'FAILED') throw new Error(rows[0].errorMessage ?? '');
    await pause(1);
  }
}

try {
  await onDatabases(flags.on, measure);
  report.end(!flags.quick);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
