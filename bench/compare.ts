/**
 * How long it takes to compare 300 monitor elements of a run with 5 references, against reading their bins through the same store (and decoding them); and
 * beta-binomial scores beside scipy's: `npm run bench:compare [-- --quick] [-- --on sqlite]`. See docs/performance.md.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type ComparisonRequest, compareSides } from '../src/compare/comparison.ts';
import { Cancellation } from '../src/domain/cancellation.ts';
import { decodeBins } from '../src/domain/codec.ts';
import { betaBinomial } from '../src/domain/scores/beta-binomial.ts';
import type { Metric } from '../src/domain/scores/metrics.ts';
import { scored } from '../src/domain/scores/scored.ts';
import { type Shape, shapeOf } from '../src/domain/shape.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import { WorkerPool } from '../src/workers/worker-pool.ts';
import { type Booking, runBatch, type TestHistogram } from '../tests/schema/batch.ts';
import { type DatabaseKind, settle, startDatabases } from './support/databases.ts';
import { generator } from './support/random.ts';
import { median, Report, spread } from './support/report.ts';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, on: { type: 'string' } },
});

const DATASET = '/ZeroBias/Run2018A-PromptReco-v1/DQMIO';
const FIRST_RUN = 315_000;
const REFERENCES = 5;
const ROUNDS = flags.quick ? 3 : 15;
const WARM_UP = 3;
const AT_MOST = 10;
/** A run of the DQM: 240 of 100 bins, 60 maps of 60 x 40. */
const [LINES, MAPS] = [240, 60];

const axis = (bins: number) => ({ bins, min: 0, max: bins, title: '' });
const elements: readonly Booking[] = [
  ...Array.from({ length: LINES }, (_, i) => ({ path: `Tracking/Line_${i}`, title: '', axes: [axis(100)] })),
  ...Array.from({ length: MAPS }, (_, i) => ({ path: `Pixel/Map_${i}`, title: '', axes: [axis(60), axis(40)] })),
];

/** Poisson-like counts about a peak, flow bins included. */
function contentsOf(element: number, run: number): Float64Array {
  const { axes } = elements[element] as Booking;
  const random = generator(element * 64 + run);
  const width = (axes[0]?.bins as number) + 2;
  const cells = axes.reduce((product, { bins }) => product * (bins + 2), 1);
  return Float64Array.from({ length: cells }, (_, cell) => {
    const mean = 5 + 400 * Math.exp(-0.5 * (((cell % width) - width / 2) / (width / 8)) ** 2);
    return Math.max(0, Math.round(mean + 1.7 * Math.sqrt(mean) * (random() + random() + random() + random() - 2)));
  });
}

const report = new Report(
  'compare',
  `Comparison of ${elements.length} monitor elements of a run with ${REFERENCES} references`,
);
for (const kind of ['sqlite', 'postgresql'] as const) if (!flags.on || flags.on === kind) await measure(kind);
await besideScipy();
report.end(!flags.quick && !flags.on);

async function measure(kind: DatabaseKind): Promise<void> {
  const databases = await startDatabases(kind);
  const workers = new WorkerPool({ threads: 2 });
  try {
    const url = await databases.create();
    const writing = await openStore(url);
    await fill(writing);
    await writing.close();
    await settle(url);
    const store = await openStore(url);
    try {
      await measureStore(kind, store, workers);
    } finally {
      await store.close();
    }
  } finally {
    await workers.close();
    await databases.stop();
  }
}

async function fill(store: Store): Promise<void> {
  const { file } = await store.ledger.begin(
    { sha256: 'benchmark', dataset: DATASET, source: '', format: 'benchmark', meMap: '' },
    { path: 'generated', size: 0 },
    { force: false },
  );
  const options = { onConflict: 'keep', source: '' } as const;
  for (let run = 0; run <= REFERENCES; run++) {
    const histograms = elements.map((element, i): TestHistogram => {
      return { run: FIRST_RUN + run, dataset: DATASET, element, contents: contentsOf(i, run) };
    });
    await store.ledger.write(file.id, runBatch(histograms), [], { byte: 0, line: 0 }, options);
  }
  await store.ledger.finish(file.id, { status: 'DONE' });
}

async function measureStore(kind: DatabaseKind, store: Store, workers: WorkerPool): Promise<void> {
  const dataset = await store.reads.datasetByName(DATASET);
  const { monitorElements } = await store.reads.histogramDimensions('runHistogram', undefined);
  const datasetId = dataset?.id as number;
  const side = (run: number) => ({ run: FIRST_RUN + run, datasetId, lumisections: undefined });
  const references = Array.from({ length: REFERENCES }, (_, i) => side(i + 1));
  const request = (metrics: readonly Metric[]): ComparisonRequest => {
    return { tested: side(0), references, elements: undefined, metrics, minEntries: 1, largestPulls: 1 };
  };
  const shapes = await shapesOf(store, monitorElements);
  const read = (decode: boolean) =>
    timed(async () => {
      for (let run = 0; run <= REFERENCES; run++) {
        const blobs = await store.reads.runBins(
          monitorElements.map((monitorElementId) => ({ runNumber: FIRST_RUN + run, monitorElementId, datasetId })),
        );
        if (decode) for (const [i, blob] of blobs.entries()) decodeBins(blob as Uint8Array, shapes[i] as Shape);
      }
    });
  const compare = (...metrics: Metric[]) =>
    timed(async () => {
      const tools = { store, workers, cancellation: new Cancellation() };
      const { compared } = await compareSides(tools, request(metrics));
      if (compared.length !== elements.length) throw new Error(`${compared.length} elements were compared`);
    });
  const rounds: Record<'blobs' | 'reading' | 'two' | 'all', Time>[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const times = {
      blobs: await read(false),
      reading: await read(true),
      two: await compare('KS', 'MAX_PULL'),
      all: await compare('KS', 'MAX_PULL', 'CHI2', 'BETA_BINOMIAL', 'EMD'),
    };
    if (round >= 0) rounds.push(times);
  }
  const of = (name: keyof (typeof rounds)[number], what: keyof Time) =>
    median(rounds.map((round) => round[name][what])).toFixed(1);
  for (const against of ['blobs', 'reading'] as const) {
    const ratios = rounds.map(({ two, [against]: reading }) => two.wall / reading.wall);
    const processor = median(rounds.map(({ two, [against]: reading }) => two.processor / reading.processor));
    report.verdict(
      `KS, MAX_PULL ${kind}, times ${against === 'blobs' ? 'reading' : 'reading and decoding'}`,
      median(ratios),
      { atMost: AT_MOST },
      `${spread(ratios)}  ${of('two', 'wall')} ms against ${of(against, 'wall')} ms; by processor time ${processor.toFixed(2)}: ${of('two', 'processor')} against ${of(against, 'processor')} ms`,
    );
  }
  report.line(`      all five metrics ${of('all', 'wall')} ms, of the processor ${of('all', 'processor')} ms`);
}

async function shapesOf(store: Store, ids: readonly number[]): Promise<Shape[]> {
  const rows = await store.reads.monitorElements(ids);
  return rows.map((row) => shapeOf(elements.find(({ path }) => path === row?.path) as Booking));
}

/** Milliseconds; of the processor, in all threads of this process. */
interface Time {
  readonly wall: number;
  readonly processor: number;
}

async function timed(work: () => Promise<void>): Promise<Time> {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, processor: (user + system) / 1000 };
}

async function besideScipy(): Promise<void> {
  const inRange = (element: number, run: number) => {
    const { axes } = elements[element] as Booking;
    return scored({ flow: true, contents: contentsOf(element, run) }, axes);
  };
  const histograms = elements.map((_, i) => ({
    tested: inRange(i, 0),
    references: Array.from({ length: REFERENCES }, (_, run) => inRange(i, run + 1)),
  }));
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-bench-'));
  const file = join(folder, 'histograms.json');
  const lists = histograms.map(({ tested, references }) => [
    [...tested.contents],
    references.map(({ contents }) => [...contents]),
  ]);
  writeFileSync(file, JSON.stringify(lists));
  const python = spawn('python3', [join(import.meta.dirname, 'support/beta_binomial_scipy.py'), file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => {
      const { value, done } = await lines.next();
      if (done) throw new Error('python3 ended: is scipy installed?');
      return value;
    };
    const version = await next();
    const rounds: { ours: number; theirs: number }[] = [];
    let apart = 0;
    for (let round = -1; round < Math.min(ROUNDS, 5); round++) {
      const start = performance.now();
      const scores = histograms.map(({ tested, references }) => betaBinomial(tested, references).value as number);
      const ours = performance.now() - start;
      python.stdin.write('again\n');
      const [seconds, expected] = JSON.parse(await next()) as [number, number[]];
      if (round >= 0) rounds.push({ ours, theirs: seconds * 1000 });
      apart = Math.max(apart, ...scores.map((score, i) => Math.abs(score - (expected[i] as number))));
    }
    const ratios = rounds.map(({ ours, theirs }) => ours / theirs);
    const of = (who: 'ours' | 'theirs') => median(rounds.map((round) => round[who])).toFixed(1);
    report.verdict(
      'BETA_BINOMIAL, time of scipy',
      median(ratios),
      { atMost: 1 },
      `${spread(ratios)}  ${of('ours')} ms in one thread against ${of('theirs')} ms of scipy ${version}; scores differ by at most ${apart.toExponential(1)}`,
    );
  } finally {
    python.kill();
    rmSync(folder, { recursive: true });
  }
}
