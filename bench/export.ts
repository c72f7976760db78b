/**
 * A matrix of one monitor element over 10,000 lumisections against a hand-written handler, and an Arrow export against reading
 * the blobs with the driver alone: `npm run bench:export [-- --runs 25 --on sqlite --only matrix]` (40,000 histograms a run). See docs/performance.md.
 */
import { request } from 'node:http';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/open-store.ts';
import { type BlobReader, openBlobReader } from './support/blob-reader.ts';
import { type DatabaseServer, onDatabases, settle } from './support/databases.ts';
import { familySeconds, processorSeconds, residentMemory } from './support/machine.ts';
import { nodeFlagsOf, output, type Started, start } from './support/processes.ts';
import { median, Report, spread } from './support/report.ts';
import { type RunningServer, startLumigraph } from './support/servers.ts';
import { DATASET, fill, PATHS } from './support/world.ts';

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '25' },
    on: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
  },
});
const RUNS = Number(flags.runs);
const ROWS = Math.min(10_000, RUNS * 2_000);
const ROUNDS = Number(flags.rounds);
/** Asked for one after the other in a round: one alone takes some 20 ms, of which whatever else runs may take as many. */
const MATRICES = 40;

const report = new Report('export', 'Matrices and exports against the driver alone');

const processorOf = ({ child }: Started) => processorSeconds(child.pid as number);

/** What one side took, for each that was asked for. */
interface Took {
  readonly wall: number;
  /** Of all processes that worked on it. */
  readonly processor: number;
}

/** What is asked of one server, one after the other; its memory is the most that any of them took. Limits are of Arrow alone. */
const EXPORTS = [
  { formats: ['arrow?type=FLOAT32', 'arrow?type=FLOAT64'], atLeast: 0.5 },
  { formats: ['parquet?type=FLOAT32'], atLeast: undefined },
];

await onDatabases(flags.on, async (databases) => {
  const url = await databases.create();
  await fill(url, { runs: RUNS, lumisections: 2_000, maps: 0 });
  await settle(url);
  if (flags.only !== 'matrix') await measureExports(databases, url);
  if (flags.only !== 'export') await measureMatrix(databases, url);
});
report.end(RUNS >= 25 && flags.on === undefined && flags.only === undefined);

async function measureExports(databases: DatabaseServer, url: string): Promise<void> {
  const reader = await openBlobReader(url);
  try {
    for (const { formats, atLeast } of EXPORTS) {
      const lumigraph = await startLumigraph(url);
      try {
        await measureFormats(databases, { lumigraph, reader, formats, atLeast });
      } finally {
        await lumigraph.stop();
      }
    }
  } finally {
    await reader.close();
  }
}

interface Measured {
  readonly lumigraph: RunningServer;
  readonly reader: BlobReader;
  readonly formats: readonly string[];
  readonly atLeast: number | undefined;
}

async function measureFormats(databases: DatabaseServer, measured: Measured): Promise<void> {
  const { lumigraph, reader, formats, atLeast } = measured;
  const before = residentMemory(lumigraph.pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentMemory(lumigraph.pid));
  }, 50);
  const own = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
  for (const format of formats) {
    const rounds: [ours: Took, theirs: Took][] = [];
    let bytes = 0;
    // the first of each compiles
    for (let round = 0; round <= (atLeast === undefined ? 1 : ROUNDS); round++) {
      const theirs = await timed(
        1,
        () => reader.read(),
        () => own() + databases.processorSeconds(),
      );
      const ours = await timed(
        1,
        async () => {
          bytes = (await take(lumigraph.port, `/export/histograms.${format}`)).bytes;
        },
        () => familySeconds(lumigraph.pid) + databases.processorSeconds(),
      );
      if (round > 0) rounds.push([ours, theirs]);
    }
    const detail = `${RUNS * 40_000} histograms, ${(bytes / 1e6).toFixed(0)} MB`;
    compare(`${databases.kind} ${format.replace('?type=', ' ')}`, rounds, atLeast, detail);
  }
  clearInterval(watch);
  const [name] = formats[0]?.split('?') ?? [];
  const detail = `resident; ${before.toFixed(0)} before the first export, then the largest of samples while they ran`;
  const what = `${databases.kind} ${name}, memory of the server, MB`;
  if (atLeast !== undefined) report.verdict(what, most, { atMost: 300 }, detail);
  else report.line(`      ${what.padEnd(34)} ${most.toFixed(2).padStart(7)}  ${detail}`);
}

async function measureMatrix(databases: DatabaseServer, url: string): Promise<void> {
  const store = await openStore(url);
  const id = (await store.reads.monitorElementByPath(PATHS[1] as string))?.id;
  await store.close();
  for (const type of ['FLOAT32', 'FLOAT64'] as const) {
    const handler = start('bench/support/matrix-handler.ts', [url, String(id), String(ROWS), type], {
      nodeFlags: nodeFlagsOf('start'),
    });
    const lumigraph = await startLumigraph(url);
    try {
      const [, port] = await output(handler, /listening on (\d+)/);
      const body = JSON.stringify({
        query: `{ histogramMatrix(monitorElement: "${PATHS[1]}", dataset: "${DATASET}", first: ${ROWS}) { binsBase64(type: ${type}) } }`,
      });
      const matrix = () => take(lumigraph.port, '/graphql', body);
      const bytes = () => take(Number(port), '/');
      const rounds: [ours: Took, theirs: Took][] = [];
      // the first one compiles
      for (let round = 0; round <= ROUNDS; round++) {
        const ours = await timed(
          MATRICES,
          matrix,
          () => processorSeconds(lumigraph.pid) + databases.processorSeconds(),
        );
        const theirs = await timed(MATRICES, bytes, () => processorOf(handler) + databases.processorSeconds());
        if (round > 0) rounds.push([ours, theirs]);
      }
      const sent = (await bytes()).bytes;
      if (sent !== ROWS * 100 * (type === 'FLOAT32' ? 4 : 8)) throw new Error(`the handler sent ${sent} bytes`);
      compare(`${databases.kind} matrix of ${ROWS} LS ${type}`, rounds, 0.8, 'numbers a second');
    } finally {
      await Promise.all([lumigraph.stop(), handler.stop()]);
    }
  }
}

function compare(
  what: string,
  rounds: readonly (readonly [Took, Took])[],
  atLeast: number | undefined,
  detail: string,
): void {
  // the best round of each side: what else the machine does can only make one slower
  const best = (which: 0 | 1, kind: keyof Took) => Math.min(...rounds.map((round) => round[which][kind]));
  const ratio = (kind: keyof Took) => best(1, kind) / best(0, kind);
  const pair = (kind: keyof Took) => `${best(0, kind).toFixed(3)} against ${best(1, kind).toFixed(3)} s`;
  const walls = rounds.map(([ours, theirs]) => theirs.wall / ours.wall);
  const told = `rounds ${spread(walls)}, median ${median(walls).toFixed(2)}  ${pair('wall')}, ${detail}`;
  if (atLeast !== undefined) report.verdict(what, ratio('wall'), { atLeast }, told);
  else report.line(`      ${what.padEnd(34)} ${ratio('wall').toFixed(2).padStart(7)}  ${told}`);
  report.line(`      by processor time ${ratio('processor').toFixed(2)}: ${pair('processor')}`);
}

async function timed(times: number, work: () => Promise<unknown>, processor: () => number): Promise<Took> {
  const began = performance.now();
  const before = processor();
  for (let time = 0; time < times; time++) await work();
  return { wall: (performance.now() - began) / 1000 / times, processor: (processor() - before) / times };
}

/** Asks and throws the answer away. */
function take(port: number, path: string, body?: string): Promise<{ bytes: number }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const asked = request(
      { port, path, host: '127.0.0.1', method: body === undefined ? 'GET' : 'POST', headers },
      (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', () => {
          if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`));
          else resolve({ bytes });
        });
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
