import type { RecordBatch } from '../../src/domain/record.ts';
import { isGolden, isLost, isOn, rangesByRun, SUBSYSTEMS, truthOf } from './anomalies.ts';
import { SampleColumns } from './columns.ts';
import { SAMPLE_HISTOGRAMS } from './elements.ts';
import {
  DCS,
  GOLDEN,
  PROMPT,
  REPROCESSED,
  REPROCESSED_RUN,
  SAMPLE_RUN_NUMBERS,
  SAMPLE_RUNS,
  type SampleRun,
  TRUTH,
} from './names.ts';
import { randomOf } from './random.ts';
import { conditionsOf, lumisectionRecords, runRecords } from './runs.ts';
import type { SampleHistogram } from './shapes.ts';

/** One piece of the sample as a file would bring it. */
export interface SamplePart {
  /** Stands in the ledger where other files have their path. */
  readonly path: string;
  /** Certification source, '' for data. */
  readonly source: string;
  /** Steps that `batches` will yield. */
  readonly steps: number;
  /** Bytes of all bins as plain 32-bit numbers: the size of the piece. */
  readonly size: number;
  batches(seed: number): Iterable<RecordBatch>;
}

const LUMISECTIONS_A_BATCH = 10;
const CELLS = SAMPLE_HISTOGRAMS.reduce((sum, histogram) => sum + histogram.cells, 0);
/** Every run in PROMPT, and one of them again in REPROCESSED. */
const PASSES: readonly { run: SampleRun; dataset: 0 | 1 }[] = [
  ...SAMPLE_RUN_NUMBERS.map((run) => ({ run, dataset: 0 as const })),
  { run: REPROCESSED_RUN, dataset: 1 },
];
const DATASETS = [PROMPT, REPROCESSED] as const;

/** Conditions, then the histograms of each pass, then its run-level sums. */
const data: SamplePart = {
  path: 'sample:lumigraph',
  source: '',
  steps: 2 + PASSES.reduce((sum, { run }) => sum + Math.ceil(SAMPLE_RUNS[run] / LUMISECTIONS_A_BATCH) + 1, 0),
  size: 4 * CELLS * PASSES.reduce((sum, { run }) => sum + SAMPLE_RUNS[run] + 1, 0),
  *batches(seed) {
    yield { kind: 'runs', runs: runRecords() };
    yield { kind: 'lumisections', lumisections: SAMPLE_RUN_NUMBERS.flatMap(lumisectionRecords) };
    for (const pass of PASSES) yield* histogramsOf(pass.run, pass.dataset, seed);
  },
};

function* histogramsOf(run: SampleRun, dataset: 0 | 1, seed: number): Iterable<RecordBatch> {
  const columns = new SampleColumns(DATASETS);
  const sums = SAMPLE_HISTOGRAMS.map((histogram) => new Float64Array(histogram.cells));
  for (let first = 1; first <= SAMPLE_RUNS[run]; first += LUMISECTIONS_A_BATCH) {
    for (let ls = first; ls < first + LUMISECTIONS_A_BATCH && ls <= SAMPLE_RUNS[run]; ls++) {
      if (isLost(run, ls)) continue;
      SAMPLE_HISTOGRAMS.forEach((histogram, element) => {
        const contents = fill(histogram, run, ls, dataset === 1, seed);
        const sum = sums[element] as Float64Array;
        for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (contents[i] as number);
        columns.add(run, ls, element, dataset, contents);
      });
    }
    yield columns.takeLumisections();
  }
  sums.forEach((sum, element) => {
    columns.add(run, 0, element, dataset, sum);
  });
  yield columns.takeRuns();
}

const mostCells = Math.max(...SAMPLE_HISTOGRAMS.map((histogram) => histogram.cells));
const means = new Float64Array(mostCells);
const counts = new Float64Array(mostCells);

/** One histogram of counts, flow bins included. The array is reused by the next call. */
export function fill(
  histogram: SampleHistogram,
  run: SampleRun,
  lumisection: number,
  reprocessed: boolean,
  seed: number,
): Float64Array {
  histogram.expect(means, conditionsOf(run, lumisection, reprocessed));
  const random = randomOf(`${seed}/${run}/${lumisection}/${reprocessed ? 1 : 0}/${histogram.path}`);
  for (let i = 0; i < histogram.cells; i++) counts[i] = random.poisson(means[i] as number);
  return counts.subarray(0, histogram.cells);
}

const truth: SamplePart = {
  path: 'sample:truth',
  source: TRUTH,
  steps: SUBSYSTEMS.length,
  size: 0,
  *batches() {
    for (const subsystem of SUBSYSTEMS) {
      const runs = rangesByRun((run, ls) => truthOf(run, ls, subsystem));
      yield { kind: 'certification', dataset: '', subsystem, runs };
    }
  },
};

const list = (path: string, source: string, holds: (run: SampleRun, ls: number) => boolean): SamplePart => ({
  path,
  source,
  steps: 1,
  size: 0,
  *batches() {
    const runs = rangesByRun((run, ls) => (holds(run, ls) ? 'GOOD' : null));
    yield { kind: 'certification', dataset: '', subsystem: '', runs };
  },
});

export const SAMPLE_PARTS: readonly SamplePart[] = [
  data,
  truth,
  list('sample:golden', GOLDEN, isGolden),
  list('sample:dcs', DCS, isOn),
];
