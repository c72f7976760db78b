/**
 * How fast clients fill the database by `upsertLumisectionHistograms`, against the ingest of the same rows from a file, and
 * what memory that takes: `npm run bench:mutations [-- --quick] [-- --on sqlite]`. See docs/performance.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/open-store.ts';
import { writeCsv } from './support/csv.ts';
import { type DatabaseServer, onDatabases } from './support/databases.ts';
import type { IngestResult } from './support/ingest-process.ts';
import { writeOut } from './support/loaders.ts';
import { processorSeconds, residentMemory } from './support/machine.ts';
import type { CallsJob, CallsResult } from './support/mutation-client.ts';
import { output, type Started, start } from './support/processes.ts';
import { median, Report, spread } from './support/report.ts';
import { startLumigraph } from './support/servers.ts';
import { DATASET } from './support/world.ts';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    on: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string' },
    /** Profiles the server into this folder. */
    profile: { type: 'string' },
  },
});

const ROUNDS = flags.rounds ? Number(flags.rounds) : flags.quick ? 1 : 3;
const ROWS = flags.quick ? 20_000 : 100_000;
const PER_CALL = 500;
/** Calls under way at a time. */
const CONNECTIONS = 4;
const AT_LEAST = 0.3;
/** A server is warm when clients fill it: calls on other keys before the measured ones. */
const WARM_CALLS = 40;

/** V8 finds its size within some thousand calls: those are not looked at. */
const MEMORY = { warm: flags.quick ? 500 : 5_000, calls: flags.quick ? 1_000 : 10_000, perCall: 20, atMost: 1.15 };

const report = new Report(
  'mutations',
  'Mutations: upsertLumisectionHistograms against the ingest of the same rows from a file',
);
report.line(
  `${ROWS} histograms of 100 bins (102 with flow bins), ${PER_CALL} a call, ${CONNECTIONS} calls under way at a time over connections
that are kept; the server is a process of its own, warmed by ${WARM_CALLS} calls of other keys, and the client another one, whose
bodies are made before; the file is a per-LS CSV of the same rows, read by \`npm run ingest\` (its process start left out).
Both on new databases, every call and the file on disk when it is answered; ${ROUNDS} rounds, medians of the ratios of a round.
`,
);

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-bench-'));
try {
  const path = join(folder, 'rows.csv');
  await writeCsv(path, { rows: ROWS, nx: 100, ny: 1 });
  const warm = join(folder, 'warm.csv');
  await writeCsv(warm, { rows: WARM_CALLS * PER_CALL, nx: 100, ny: 1, run: 400_000 });
  const many = join(folder, 'many.csv');
  await writeCsv(many, { rows: (MEMORY.warm + MEMORY.calls) * MEMORY.perCall, nx: 100, ny: 1, run: 500_000 });
  await onDatabases(flags.on, async (databases) => {
    report.line(`\n${databases.kind}: ${databases.settings}`);
    if (!flags.only || flags.only === 'speed') await compare(databases, path, warm);
    if (!flags.only || flags.only === 'memory') await memory(databases, many);
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report.end(!flags.quick && !flags.rounds && !flags.on && !flags.only);

interface Round {
  readonly file: number;
  readonly list: number;
  readonly text: number;
  /** Processor seconds of the server a thousand rows of lists. */
  readonly server: number;
}

async function compare(databases: DatabaseServer, path: string, warm: string): Promise<void> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const file = ROWS / (await ingest(databases, path));
    const list = await fill(databases, path, warm, 'list');
    const text = await fill(databases, path, warm, 'text');
    rounds.push({ file, list: ROWS / list.seconds, text: ROWS / text.seconds, server: list.processor });
  }
  const of = (key: keyof Round) => median(rounds.map((one) => one[key]));
  for (const [form, told] of [
    ['list', 'bins as a list of numbers'],
    ['text', 'bins as base64'],
  ] as const) {
    const ratios = rounds.map((one) => one[form] / one.file);
    report.verdict(
      `${databases.kind}, ${told}`,
      median(ratios),
      { atLeast: AT_LEAST },
      `${spread(ratios)}  ${of(form).toFixed(0)} rows/s against ${of('file').toFixed(0)}`,
    );
  }
  report.line(`      the server took ${((1e6 * of('server')) / ROWS).toFixed(1)} us of processor time a row of a list`);
}

async function ingest(databases: DatabaseServer, path: string): Promise<number> {
  const url = await databases.create();
  await writeOut();
  const running = start('bench/support/ingest-process.ts', [url, path, DATASET, '']);
  const [line] = await output(running, /^\{.*\}$/m);
  if ((await running.ended) !== 0) throw new Error('the ingest failed');
  const { seconds, counts } = JSON.parse(line) as IngestResult;
  if (counts.inserted !== ROWS) throw new Error(`the file brought ${counts.inserted} of ${ROWS} rows`);
  await databases.drop(url);
  return seconds;
}

async function fill(
  databases: DatabaseServer,
  path: string,
  warm: string,
  form: 'list' | 'text',
): Promise<{ seconds: number; processor: number }> {
  const url = await databases.create();
  const token = await makeToken(url);
  const server = await startLumigraph(url, {
    nodeFlags: flags.profile ? ['--cpu-prof', `--cpu-prof-dir=${join(flags.profile, form)}`] : [],
  });
  const client = startClient();
  try {
    const job = { port: server.port, token, connections: CONNECTIONS, perCall: PER_CALL, form, dataset: DATASET };
    await client.run({ ...job, path: warm });
    await writeOut();
    const before = processorSeconds(server.pid);
    const { seconds, inserted } = await client.run({ ...job, path });
    const processor = processorSeconds(server.pid) - before;
    if (inserted !== ROWS) throw new Error(`the calls brought ${inserted} of ${ROWS} rows`);
    return { seconds, processor };
  } finally {
    await client.stop();
    await server.stop();
    await databases.drop(url);
  }
}

async function makeToken(url: string): Promise<string> {
  const store = await openStore(url);
  try {
    const expiresAt = new Date(Date.now() + 86_400_000);
    return (await store.tokens.create({ name: 'bench', scopes: ['ingest'], expiresAt }, 'bench')).secret;
  } finally {
    await store.close();
  }
}

/** Resident memory, looked at while the calls run: the mean of the first tenth of them after the warm-up, and of the last. */
async function memory(databases: DatabaseServer, path: string): Promise<void> {
  const url = await databases.create();
  const token = await makeToken(url);
  const server = await startLumigraph(url);
  const client = startClient();
  try {
    const settings = { port: server.port, token, connections: CONNECTIONS, perCall: MEMORY.perCall, dataset: DATASET };
    const seen: { calls: number; megabytes: number }[] = [];
    const { seconds, inserted } = await client.run({ ...settings, form: 'list', path }, (calls) =>
      seen.push({ calls, megabytes: residentMemory(server.pid) }),
    );
    if (inserted !== (MEMORY.warm + MEMORY.calls) * MEMORY.perCall)
      throw new Error(`the calls brought ${inserted} rows`);
    const within = (from: number, to: number) => {
      const some = seen.filter(
        ({ calls }) => calls > MEMORY.warm + from * MEMORY.calls && calls <= MEMORY.warm + to * MEMORY.calls,
      );
      return some.reduce((sum, { megabytes }) => sum + megabytes, 0) / some.length;
    };
    const [first, last] = [within(0, 0.1), within(0.9, 1)];
    report.verdict(
      `${databases.kind}, memory over ${MEMORY.calls} calls`,
      last / first,
      { atMost: MEMORY.atMost },
      `${last.toFixed(0)} MB in the last tenth of them, ${first.toFixed(0)} in the first, after ${MEMORY.warm} others; ${MEMORY.perCall} histograms a call, ${seconds.toFixed(0)} s in all`,
    );
  } finally {
    await client.stop();
    await server.stop();
    await databases.drop(url);
  }
}

interface Client {
  run(job: CallsJob, onProgress?: (calls: number) => void): Promise<CallsResult>;
  stop(): Promise<void>;
}

function startClient(): Client {
  const { child, stop }: Started = start('bench/support/mutation-client.ts', [], { ipc: true });
  return {
    run: (job, onProgress = () => {}) =>
      new Promise((resolve, reject) => {
        const listen = (message: CallsResult | { calls: number } | { error: string }) => {
          if ('calls' in message) return onProgress(message.calls);
          child.off('message', listen);
          if ('error' in message) reject(new Error(message.error));
          else resolve(message);
        };
        child.on('message', listen);
        child.once('exit', () => reject(new Error('the client ended')));
        child.send(job);
      }),
    stop,
  };
}
