/**
 * DQMIO files of 300 monitor elements in each lumisection: how many elements are ingested a second, how much memory that
 * takes at two sizes, and what a second job brings: `npm run bench:dqmio [-- --quick] [-- --on sqlite] [-- --only memory]`.
 * Makes its own files. See docs/performance.md.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeCsv } from './support/csv.ts';
import { type DatabaseServer, onDatabases } from './support/databases.ts';
import { writeOut } from './support/loaders.ts';
import { watchMemory } from './support/memory.ts';
import { type StartOptions, startScript } from './support/processes.ts';
import { median, Report, spread } from './support/report.ts';
import { ELEMENTS, writeDqmio } from './support/root-files.ts';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    on: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const SCALE = flags.quick ? 0.2 : 1;
const ROUNDS = Number(flags.rounds ?? (flags.quick ? 1 : 3));
/** Lumisections of the two files. */
const SIZES = [100 * SCALE, 400 * SCALE];
const FILES = 6;
const DATASET = '/ZeroBias/Run2023C-PromptReco-v1/DQMIO';

/** Files of ten to 90 MB, no two of which hold a key in common. */
const WRITERS: Readonly<Record<string, (path: string, i: number) => unknown>> = {
  'CSV 1D': (path, i) => writeCsv(path, { rows: 150_000 * SCALE, nx: 100, ny: 1, run: 300_000 + 10 * i }),
  'CSV 2D': (path, i) => writeCsv(path, { rows: 1_000 * SCALE, nx: 200, ny: 200, run: 300_000 + 10 * i }),
  ROOT: (path, i) => writeDqmio(path, 80 * SCALE, 1 + i * 80 * SCALE),
};

const report = new Report('dqmio', 'DQMIO: elements a second, memory, and a second job');
const folder = mkdtempSync(join(tmpdir(), 'lumigraph-bench-'));
try {
  await onDatabases(flags.on, async (databases) => {
    report.line(`${databases.kind}: ${databases.settings}`);
    if (!flags.only || flags.only === 'memory') await memory(databases);
    if (!flags.only || flags.only === 'jobs') await jobs(databases);
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report.end(!flags.quick && !flags.rounds && !flags.on && !flags.only);

/** The command as users run it, on two files of one kind. */
async function memory(databases: DatabaseServer): Promise<void> {
  const peaks: number[] = [];
  for (const lumisections of SIZES) {
    const path = join(folder, `${lumisections}.root`);
    make(path, () => writeDqmio(path, lumisections));
    const { seconds, together } = await ingest(databases, [path], 1);
    peaks.push(together);
    const elements = lumisections * ELEMENTS;
    report.line(
      `  ${lumisections} LS x ${ELEMENTS} elements, ${megabytes(path).toFixed(0)} MB: ${(elements / seconds).toFixed(0)} elements/s (${seconds.toFixed(1)} s, start and end of all processes counted), peak ${together.toFixed(0)} MB, all processes of the command together`,
    );
  }
  const [small = 0, large = 0] = peaks;
  report.verdict(`${databases.kind}, peak memory, 4 x the file`, large / small, { atMost: 1.2 }, '');
}

/** Several files: one job on one core, the database's server on the same, and two jobs on as many cores as there are. */
async function jobs(databases: DatabaseServer): Promise<void> {
  const empty = join(folder, 'empty.csv');
  await make(empty, () => writeCsv(empty, { rows: 20, nx: 100, ny: 1 }));
  for (const [what, write] of Object.entries(WRITERS)) {
    const paths: string[] = [];
    for (let i = 0; i < FILES; i++) {
      const path = join(folder, `${what.replace(' ', '-')}-${i}`);
      await make(path, () => write(path, i));
      paths.push(path);
    }
    const rounds: { one: number; two: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const took = async (count: number, pinned: boolean) => {
        databases.keepTo(pinned ? '0' : `0-${availableParallelism() - 1}`);
        const nothing = await ingest(databases, [empty], count, { pinned });
        return (await ingest(databases, paths, count, { pinned })).seconds - nothing.seconds;
      };
      rounds.push({ one: await took(1, true), two: await took(2, false) });
    }
    const ratios = rounds.map(({ one, two }) => one / two);
    const [one, two] = [median(rounds.map((r) => r.one)), median(rounds.map((r) => r.two))];
    report.verdict(
      `${databases.kind}, ${what}, -j 2 against one core`,
      median(ratios),
      { atLeast: 1.6 },
      `${spread(ratios)}  ${FILES} files, ${one.toFixed(1)} s with -j 1 on one core, ${two.toFixed(1)} s with -j 2`,
    );
  }
}

async function ingest(databases: DatabaseServer, paths: readonly string[], count: number, options: StartOptions = {}) {
  const url = await databases.create();
  await writeOut();
  const args = [...paths, '--dataset', DATASET, '-j', String(count)];
  const started = performance.now();
  const messages = openSync(join(folder, 'messages.txt'), 'w');
  const running = startScript('ingest', args, { ...options, stderr: messages, env: { DATABASE_URL: url } });
  running.child.stdout?.resume();
  const watch = watchMemory(running.child.pid as number);
  const status = await running.ended;
  const seconds = (performance.now() - started) / 1000;
  watch.stop();
  closeSync(messages);
  if (status !== 0)
    throw new Error(`the ingest ended with ${status}: ${readFileSync(join(folder, 'messages.txt'), 'utf8')}`);
  await databases.drop(url);
  return { seconds, together: watch.use.together };
}

function make<T>(path: string, write: () => T): T | undefined {
  return statSync(path, { throwIfNoEntry: false }) ? undefined : write();
}

function megabytes(path: string): number {
  return statSync(path).size / 1e6;
}
