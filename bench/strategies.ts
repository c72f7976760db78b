/**
 * How long PCA takes to learn from 2,000 histograms and to score them, against numpy's SVD doing the same; and what the
 * other strategies take: `npm run bench:strategies [-- --quick]`. See docs/performance.md.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { fitModel, modelScorer } from '../src/strategies/model.ts';
import type { TrainingMatrix } from '../src/strategies/preparation.ts';
import { STRATEGIES } from '../src/strategies/registry.ts';
import { generator } from './support/random.ts';
import { median, Report, spread } from './support/report.ts';

const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });

const ROWS = 2_000;
const BINS = 100;
const COMPONENTS = 3;
const ROUNDS = flags.quick ? 5 : 25;
const WARM_UP = 3;
const AT_MOST = 3;
/** Debian's, with its numpy. */
const PYTHON = '/usr/bin/python3';

const report = new Report('strategies', `Strategies: fit and score of ${ROWS} histograms of ${BINS} bins`);
const matrix = madeMatrix();
const samples = Array.from({ length: ROWS }, (_, row) => ({
  axes: matrix.axes,
  flow: false,
  contents: matrix.bins.subarray(row * BINS, (row + 1) * BINS),
  entries: matrix.entries[row] as number,
}));

await againstNumpy();
report.line('\nmilliseconds to fit and to score all, one after the other, with their defaults:');
for (const { name } of STRATEGIES) {
  const rounds = Array.from({ length: flags.quick ? 1 : 5 }, () => timed(name));
  const [fit, score] = [median(rounds.map(({ fit }) => fit)), median(rounds.map(({ score }) => score))];
  report.line(`      ${name.padEnd(20)} fit ${fit.toFixed(1).padStart(8)}   score ${score.toFixed(1).padStart(8)}`);
}
report.end(!flags.quick);

async function againstNumpy(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-bench-'));
  const file = join(folder, 'matrix');
  writeFileSync(file, matrix.bins);
  const script = join(import.meta.dirname, 'support/pca_numpy.py');
  const python = spawn(PYTHON, [script, file, `${ROWS}`, `${BINS}`, `${COMPONENTS}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
    const ask = async (question: string): Promise<string> => {
      python.stdin.write(`${question}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${PYTHON} ended: is python3-numpy installed?`);
      return value;
    };
    const [version, expected] = JSON.parse(await ask('scores')) as [string, number[]];
    const { scores } = timed('pca');
    const worst = Math.max(...scores.map((score, i) => Math.abs((score as number) / (expected[i] as number) - 1)));
    const pairs: { ours: number; theirs: number; ourWork: number; theirWork: number }[] = [];
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      const before = process.cpuUsage();
      const { fit, score } = timed('pca');
      const { user, system } = process.cpuUsage(before);
      const [theirs, theirWork] = (await ask('again')).split(' ').map((seconds) => 1000 * Number(seconds));
      const ourWork = (user + system) / 1000;
      const pair = { ours: fit + score, theirs: theirs as number, ourWork, theirWork: theirWork as number };
      if (round >= 0) pairs.push(pair);
    }
    const [ours, theirs] = [pairs.map(({ ours }) => ours), pairs.map(({ theirs }) => theirs)];
    report.line(
      `PCA, ${COMPONENTS} components, against numpy ${version} (a process of its own, on all cores); ${ROUNDS} rounds in turn, medians.
Scores differ by at most ${worst.toExponential(1)}, relative.\n`,
    );
    report.verdict(
      'PCA, time of numpy',
      median(ours) / median(theirs),
      { atMost: AT_MOST },
      `${median(ours).toFixed(1)} ms ${spread(ours)} against ${median(theirs).toFixed(1)} ms ${spread(theirs)}`,
    );
    const [ourWork, theirWork] = [
      median(pairs.map((pair) => pair.ourWork)),
      median(pairs.map((pair) => pair.theirWork)),
    ];
    report.line(`      processor time ${ourWork.toFixed(1)} ms against ${theirWork.toFixed(1)} ms`);
    if (worst > 1e-9) throw new Error(`scores differ from those of numpy by ${worst}`);
  } finally {
    python.kill();
    rmSync(folder, { recursive: true });
  }
}

function timed(strategy: string): { fit: number; score: number; scores: (number | null)[] } {
  const start = performance.now();
  const model = fitModel(strategy, matrix, { seed: 1, contentHash: 'bench' });
  const fitted = performance.now();
  const { score } = modelScorer(model);
  const scores = samples.map((sample) => score(sample).score);
  return { fit: fitted - start, score: performance.now() - fitted, scores };
}

/** Counts about a peak whose place, width and height drift. */
function madeMatrix(): TrainingMatrix {
  const random = generator(1);
  const bins = new Float64Array(ROWS * BINS);
  const entries = new Float64Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    const [place, width, height] = [50 + 4 * random(), 10 + random(), 400 + 200 * random()];
    for (let bin = 0; bin < BINS; bin++) {
      const mean = 20 + height * Math.exp(-0.5 * ((bin - place) / width) ** 2);
      const noise = random() + random() + random() + random() - 2;
      const count = Math.max(0, Math.round(mean + 1.7 * Math.sqrt(mean) * noise));
      bins[row * BINS + bin] = count;
      entries[row] = (entries[row] as number) + count;
    }
  }
  return { rows: ROWS, axes: [{ bins: BINS, min: 0, max: BINS, title: '' }], flow: false, bins, entries };
}
