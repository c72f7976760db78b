/**
 * How long the evaluation of predictions takes: `npm run bench:evaluation`. See docs/performance.md.
 * 10^5 scores, resampled by runs 1,000 times.
 */
import { cpus } from 'node:os';
import { averagePrecision } from '../src/domain/evaluation/average-precision.ts';
import { estimate, type Measure } from '../src/domain/evaluation/bootstrap.ts';
import { compareStrategies } from '../src/domain/evaluation/compare.ts';
import { evaluate } from '../src/domain/evaluation/evaluate.ts';
import { rank } from '../src/domain/evaluation/ranking.ts';
import { rocAuc } from '../src/domain/evaluation/roc-auc.ts';
import { type Sample, sampleOf } from '../src/domain/evaluation/sample.ts';
import { generator } from './support/random.ts';
import { median, Report, spread } from './support/report.ts';

const SCORES = 100_000;
const ROUNDS = 5;
const OPTIONS = { seed: 1, replicas: 1_000 };
const VIEW = { slice: 'ALL', weighting: 'BY_LUMISECTION', missing: 'PENALISED' } as const;

const report = new Report('evaluation', 'Evaluation of predictions: 10^5 scores, 1,000 resamplings of whole runs');
report.line(`${cpus()[0]?.model}; ${ROUNDS} rounds, medians; seconds of processor time.\n`);

for (const runs of [100, 1_000]) {
  for (const [name, decimals] of [
    ['all differ', 12],
    ['of 2 decimals', 2],
  ] as const) {
    const sample = made(runs, decimals);
    const auc = (weighting: 'BY_LUMISECTION' | 'BY_RUN', measures: Measure[]) => () =>
      estimate(rank(sample, weighting), measures, OPTIONS);
    report.line(`${runs} runs, scores ${name}`);
    timed('AUC', auc('BY_LUMISECTION', [rocAuc]), 2);
    timed('AUC, each run alike', auc('BY_RUN', [rocAuc]), 2);
    timed('average precision', auc('BY_LUMISECTION', [averagePrecision]));
    timed('AUC, AP, efficiency at two rates', () => evaluate(sample, VIEW, { ...OPTIONS, cluster: 'RUN' }));
  }
}
const [first, second] = [made(300, 12), made(300, 3)];
report.line('two strategies, 300 runs');
timed('difference of AUC', () =>
  compareStrategies(first, { ...first, score: second.score }, rocAuc, VIEW, { ...OPTIONS, cluster: 'RUN' }),
);
report.end(true);

/** Sorting included. With a limit: the ratio to it. */
function timed(name: string, work: () => unknown, limit?: number): void {
  const seconds: number[] = [];
  work();
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
  }
  if (limit === undefined) report.line(`      ${name.padEnd(34)} ${median(seconds).toFixed(2)} s  ${spread(seconds)}`);
  else {
    const ratio = median(seconds) / limit;
    report.verdict(
      `${name}, of ${limit} s`,
      ratio,
      { atMost: 1 },
      `${median(seconds).toFixed(2)} s ${spread(seconds)}`,
    );
  }
}

/** A tenth of the runs is bad as a whole, and one lumisection of fifty in the others; 2 % have no score. */
function made(runs: number, decimals: number): Sample {
  const next = generator(runs + decimals);
  const each = SCORES / runs;
  const run = Int32Array.from({ length: SCORES }, (_, i) => 315_000 + Math.floor(i / each));
  const truth = Int8Array.from(run, (number) => (number % 10 === 0 || next() < 0.02 ? 1 : 0));
  return sampleOf({
    run,
    lumisection: Int32Array.from({ length: SCORES }, (_, i) => (i % each) + 1),
    truth,
    score: Float64Array.from(truth, (bad) =>
      next() < 0.02 ? Number.NaN : Number((next() + next() + next() + 0.5 * bad).toFixed(decimals)),
    ),
  });
}
