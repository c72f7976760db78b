import { HistogramColumnsBuilder } from '../../ingest/formats/histogram-columns.ts';
import type { Axis } from '../../src/domain/axis.ts';
import { computeMoments } from '../../src/domain/moments.ts';
import type { TaskDefinition } from '../../src/domain/task.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { generator } from './random.ts';
import { DATASET } from './world.ts';

/** A frozen task with a lumisection of each of `runs` times `lumisections` in its test part; a run of each other part. */
export interface JudgedWorld {
  readonly runs: number;
  readonly lumisections: number;
  /** Monitor elements of the task; one unless told. */
  readonly elements?: number;
}

export const TASK = 'judged';
/** Of the monitor elements of the task. */
export const pathsOf = ({ elements = 1 }: Pick<JudgedWorld, 'elements'>): string[] =>
  Array.from({ length: elements }, (_, i) => `Bench/charge${i === 0 ? '' : `_${i}`}`);
export const FIRST_RUN = 320_000;
const BINS = 4;
const AXES: readonly Axis[] = [{ bins: BINS, min: 0, max: BINS, title: '' }];
const BATCH_ROWS = 5_000;

/** Test runs follow the training and the validation run. */
export const testRun = (place: number): number => FIRST_RUN + 2 + place;

export async function fillJudged(url: string, world: JudgedWorld): Promise<void> {
  const store = await openStore(url);
  try {
    const { file } = await store.ledger.begin(
      { sha256: 'a benchmark', dataset: DATASET, source: '', format: 'benchmark', meMap: '' },
      { path: 'generated', size: 0 },
      { force: false },
    );
    await fillRows(store, file.id, world);
    await store.ledger.finish(file.id, { status: 'DONE' });
    await certify(store, world);
    const { task } = await store.tasks.create({ name: TASK, author: 'bench' }, definition(world));
    await store.tasks.freeze(task.id);
  } finally {
    await store.close();
  }
}

async function fillRows(store: Store, fileId: number, { runs, lumisections, elements }: JudgedWorld): Promise<void> {
  const rows = new HistogramColumnsBuilder(DATASET, BATCH_ROWS);
  const paths = pathsOf({ elements });
  const named = paths.map((path) => ({ path, dimension: 1, kind: 'TH1' }) as const);
  const next = generator(1);
  let written = 0;
  const flush = async () => {
    written += rows.count;
    const batch = { kind: 'lumisectionHistograms', ...rows.take(named, [{ title: '', axes: AXES }]) } as const;
    await store.ledger.write(fileId, batch, [], { byte: written, line: written }, { onConflict: 'fail', source: '' });
  };
  for (let run = FIRST_RUN; run < FIRST_RUN + runs + 2; run++) {
    for (let lumisection = 1; lumisection <= lumisections; lumisection++) {
      for (const monitorElement of named.keys()) {
        const contents = Uint8Array.from({ length: BINS + 2 }, () => Math.floor(200 * next()));
        rows.encoder.append(contents, true);
        const entries = contents.reduce((sum, bin) => sum + bin, 0);
        rows.add(
          { line: 0, run, lumisection, monitorElement, binning: 0, entries },
          computeMoments({ flow: true, contents }, AXES),
        );
        if (rows.count === BATCH_ROWS) await flush();
      }
    }
  }
  if (rows.count > 0) await flush();
}

/** Every run ends badly. */
async function certify(store: Store, { runs, lumisections }: JudgedWorld): Promise<void> {
  const firstBad = Math.ceil(0.9 * lumisections);
  const { file } = await store.ledger.begin(
    { sha256: 'an opinion', dataset: '', source: 'experts', format: 'benchmark', meMap: '' },
    { path: 'certified', size: 0 },
    { force: false },
  );
  const certified = Array.from({ length: runs + 2 }, (_, i) => ({
    run: FIRST_RUN + i,
    line: i + 1,
    ranges: [
      { first: 1, last: firstBad - 1, flag: 'GOOD' as const },
      { first: firstBad, last: lumisections, flag: 'BAD' as const },
    ],
  }));
  const batch = { kind: 'certification', dataset: '', subsystem: '', runs: certified } as const;
  await store.ledger.write(file.id, batch, [], { byte: 1, line: 1 }, { onConflict: 'keep', source: 'experts' });
  await store.ledger.finish(file.id, { status: 'DONE' });
}

function definition({ runs, elements }: JudgedWorld): TaskDefinition {
  const of = (...numbers: number[]) => ({ mask: null, runs: numbers });
  const none = { positive: null, negative: null, subsystem: null, dataset: null, causes: null };
  return {
    ...{ description: null, elementSet: null, dataset: DATASET, split: null, minEntries: 0 },
    monitorElements: pathsOf({ elements }),
    parts: {
      TRAIN: of(FIRST_RUN),
      VALIDATION: of(FIRST_RUN + 1),
      TEST: of(...Array.from({ length: runs }, (_, i) => testRun(i))),
    },
    truth: { ...none, source: 'experts', margin: 0 },
    ...{ granularity: 'LUMISECTION', windowLength: 1, mixed: 'LEFT_OUT', sample: null, seed: 1, metric: 'ROC_AUC' },
    ...{ isCausal: false, isTruthHidden: false, publicShare: null, maxSubmissions: null, maxSubmissionsPerDay: null },
    ...{ injection: null, allow: [] },
  } as TaskDefinition;
}
