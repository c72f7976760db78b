/**
 * How fast files are ingested, against the database's own loader that puts the same file as text into one table, and how
 * much memory that takes: `npm run bench:ingest [-- --quick] [-- --on sqlite]`. Makes its own files. See docs/performance.md.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CsvShape, writeCsv } from './support/csv.ts';
import { type DatabaseKind, type DatabaseServer, startDatabases } from './support/databases.ts';
import type { IngestResult } from './support/ingest-process.ts';
import { loadAsText, writeOut } from './support/loaders.ts';
import { familySeconds, processorSeconds } from './support/machine.ts';
import { watchMemory } from './support/memory.ts';
import { nodeFlagsOf, output, start, startScript } from './support/processes.ts';
import { median, Report, spread } from './support/report.ts';
import { DATASET } from './support/world.ts';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    on: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string' },
    /** Profiles the ingesting processes into this folder. */
    profile: { type: 'string' },
  },
});

const SCALE = flags.quick ? 0.1 : 1;
const ROUNDS = flags.rounds ? Number(flags.rounds) : flags.quick ? 1 : 3;
const FILES = {
  '1D': { rows: 200_000 * SCALE, nx: 100, ny: 1 },
  '2D': { rows: 4_000 * SCALE, nx: 200, ny: 200 },
} as const satisfies Record<string, CsvShape>;
/** About 2 GB of text. */
const LARGE: CsvShape = { rows: 3_900_000 * SCALE, nx: 100, ny: 1 };
const AT_MOST: Record<DatabaseKind, number> = { sqlite: 3.5, postgresql: 2 };
const LOADER: Record<DatabaseKind, string> = { sqlite: '.import', postgresql: '\\copy' };
const MEMORY_MB = 400;

const report = new Report('ingest', "Ingest: lumigraph against the database's own loader of text");
report.line(
  `from the file to its last durable commit, keys checked, conflicts found; process start left out on both sides (the parse
process runs, but has parsed nothing); the loader fills one table of 12 text columns without a key, in one transaction;
${ROUNDS} rounds in turn on new databases, medians of the ratios of a round [least .. greatest]; files lie in the page cache.
`,
);
const folder = mkdtempSync(join(tmpdir(), 'lumigraph-bench-'));
try {
  const paths = new Map<string, string>();
  for (const [name, shape] of Object.entries(FILES)) paths.set(name, await make(name, shape));
  if (!flags.only || flags.only === 'memory') paths.set('large', await make('large', LARGE));
  for (const kind of ['sqlite', 'postgresql'] as const) {
    if (!flags.on || flags.on === kind) await measure(kind, paths);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report.end(!flags.quick && !flags.rounds && !flags.on && !flags.only);

async function make(name: string, shape: CsvShape): Promise<string> {
  const path = join(folder, `${name}.csv`);
  await writeCsv(path, shape);
  report.line(`${name}: ${shape.rows} rows of ${shape.nx} x ${shape.ny} bins, ${megabytes(path).toFixed(0)} MB`);
  return path;
}

function megabytes(path: string): number {
  return statSync(path).size / 1e6;
}

async function measure(kind: DatabaseKind, paths: ReadonlyMap<string, string>): Promise<void> {
  const databases = await startDatabases(kind);
  try {
    report.line(`\n${kind}: ${databases.settings}`);
    for (const [name, shape] of Object.entries(FILES)) {
      if (!flags.only || flags.only === name) await compare(name, shape, databases, paths.get(name) as string);
    }
    if (!flags.only || flags.only === 'memory') {
      for (const name of ['1D', 'large']) await memory(name, databases, paths.get(name) as string);
    }
  } finally {
    await databases.stop();
  }
}

async function compare(name: string, shape: CsvShape, databases: DatabaseServer, path: string): Promise<void> {
  const { kind } = databases;
  const rounds: { first: Cost; again: Cost; loader: Cost }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const url = await databases.create();
    const first = await ingest(databases, url, path, { inserted: shape.rows });
    const again = await ingest(databases, url, path, { identical: shape.rows }, '--force');
    await databases.drop(url);
    const textUrl = await databases.create();
    await writeOut();
    const loader = await load(databases, textUrl, path, shape.rows);
    await databases.drop(textUrl);
    rounds.push({ first, again, loader });
  }
  const medianOf = (key: 'first' | 'again' | 'loader', what: keyof Cost) => median(rounds.map((r) => r[key][what]));
  const ratios = rounds.map((round) => round.first.seconds / round.loader.seconds);
  const repeats = rounds.map((round) => round.again.seconds / round.first.seconds);
  const [first, again, loader] = [
    medianOf('first', 'seconds'),
    medianOf('again', 'seconds'),
    medianOf('loader', 'seconds'),
  ];
  report.verdict(
    `${name} ${kind}, time of ${LOADER[kind]}`,
    median(ratios),
    { atMost: AT_MOST[kind], aim: 1 },
    `${spread(ratios)}  ${first.toFixed(2)} s against ${loader.toFixed(2)} s; ${(shape.rows / first).toFixed(0)} rows/s, ${(megabytes(path) / first).toFixed(0)} MB/s`,
  );
  report.verdict(
    `${name} ${kind}, again with --force`,
    median(repeats),
    { atMost: 1 },
    `${spread(repeats)}  ${again.toFixed(2)} s, all identical`,
  );
  const inParts = (key: 'first' | 'again') =>
    (['processor', 'parser', 'writer', 'server'] as const).map((part) => medianOf(key, part).toFixed(2));
  report.line(
    `      processor s (together = parser + writer + server): first ${inParts('first').join(' ')}, again ${inParts('again').join(' ')}; ${LOADER[kind]} ${medianOf('loader', 'processor').toFixed(2)}`,
  );
}

/** Seconds that passed, and of processor time: of all processes together, and of each. */
interface Cost {
  readonly seconds: number;
  readonly processor: number;
  readonly parser: number;
  readonly writer: number;
  readonly server: number;
}

async function load(databases: DatabaseServer, url: string, path: string, rows: number): Promise<Cost> {
  const before = { server: databases.processorSeconds(), started: startedSeconds() };
  const seconds = await loadAsText(url, path, rows);
  const server = databases.processorSeconds() - before.server;
  const processor = startedSeconds() - before.started;
  return { seconds, processor, parser: 0, writer: processor - server, server };
}

/** Processor time of all that this process has started. */
function startedSeconds(): number {
  return familySeconds(process.pid) - processorSeconds(process.pid);
}

async function ingest(
  databases: DatabaseServer,
  url: string,
  path: string,
  expected: Partial<IngestResult['counts']>,
  flag = '',
): Promise<Cost> {
  await writeOut();
  const before = databases.processorSeconds();
  const profiled = flags.profile ? ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`] : [];
  const nodeFlags = [...nodeFlagsOf('ingest'), ...profiled];
  const running = start('bench/support/ingest-process.ts', [url, path, DATASET, flag], { nodeFlags });
  const [line] = await output(running, /^\{.*\}$/m);
  const status = await running.ended;
  const server = databases.processorSeconds() - before;
  const { seconds, processor, counts } = JSON.parse(line) as IngestResult;
  const wanted = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, added: 0, rejected: 0, ...expected };
  if (status !== 0 || JSON.stringify(counts) !== JSON.stringify(wanted)) {
    throw new Error(`ended with ${status}, counts ${JSON.stringify(counts)}`);
  }
  return { seconds, processor: processor.parser + processor.writer + server, ...processor, server };
}

/** The command as users run it, and what its processes take. */
async function memory(_name: string, databases: DatabaseServer, path: string): Promise<void> {
  const url = await databases.create();
  await writeOut();
  const running = startScript('ingest', [path, '--dataset', DATASET], { env: { DATABASE_URL: url } });
  running.child.stdout?.resume();
  const watch = watchMemory(running.child.pid as number);
  const started = performance.now();
  const status = await running.ended;
  const seconds = (performance.now() - started) / 1000;
  watch.stop();
  if (status !== 0) throw new Error(`the ingest ended with ${status}`);
  await databases.drop(url);
  const each = [...watch.use.each.values()].sort((a, b) => b - a).map((one) => one.toFixed(0));
  report.verdict(
    `${databases.kind}, peak MB for ${megabytes(path).toFixed(0)} MB`,
    watch.use.together,
    { atMost: MEMORY_MB },
    `all processes of the command together; peak of each ${each.join(' and ')}; ${seconds.toFixed(1)} s`,
  );
}
