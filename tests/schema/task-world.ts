import type { CertificationRun, Flag } from '../../src/domain/record.ts';
import type { Store } from '../../src/store/store.ts';
import { type Booking, lumisectionBatch, runBatch, type TestHistogram } from './batch.ts';
import { certify, ingest, UL2018 } from './world.ts';

/** Three runs of ten lumisections, of which the last three are bad: what tests of tasks read. */

export const RUNS = [315257, 315258, 315259];
export const CHARGE: Booking = {
  path: 'charge_PXLayer_1',
  title: 'Cluster charge',
  axes: [{ bins: 4, min: 0, max: 2e5, title: 'charge [e]' }],
};
export const SIZE: Booking = {
  path: 'size_PXLayer_1',
  title: 'Cluster size',
  axes: [{ bins: 3, min: 0, max: 30, title: '' }],
};

/** Counts that differ between runs and lumisections, flow bins included. */
export const histogram = (run: number, lumisection: number, element = CHARGE, more = 0): TestHistogram => ({
  ...{ run, lumisection, dataset: UL2018, element },
  contents: Float64Array.from(
    { length: (element.axes[0]?.bins ?? 0) + 2 },
    (_, i) => ((i * 7 + lumisection * 3 + run) % 11) + more,
  ),
});

export const judged = (run: number, ...ranges: readonly [number, number, Flag][]): CertificationRun => ({
  run,
  line: 1,
  ranges: ranges.map(([first, last, flag]) => ({ first, last, flag })),
});

export async function fillTaskWorld(store: Store): Promise<void> {
  const numbers = Array.from({ length: 10 }, (_, i) => i + 1);
  await ingest(store, { path: 'runs.csv', format: 'test' }, [
    {
      kind: 'runs',
      runs: RUNS.map((number, i) => ({
        number,
        fill: i === 2 ? 6623 : 6622,
        startedAt: new Date(Date.UTC(2018, 4, 1 + i)),
        endedAt: new Date(Date.UTC(2018, 4, 1 + i, 12)),
      })),
    },
    { kind: 'lumisections', lumisections: RUNS.flatMap((run) => numbers.map((number) => ({ run, number }))) },
    lumisectionBatch(
      RUNS.flatMap((run) =>
        numbers.flatMap((number) => [histogram(run, number), ...(number === 4 ? [] : [histogram(run, number, SIZE)])]),
      ),
    ),
    runBatch(RUNS.map((run) => ({ ...histogram(run, 0), lumisection: 0 }))),
  ]);
  await certify(
    store,
    'golden-2018',
    '',
    RUNS.map((run) => judged(run, [1, 7, 'GOOD'])),
  );
  await certify(
    store,
    'dcs-2018',
    '',
    RUNS.map((run) => judged(run, [1, 10, 'GOOD'])),
  );
  await certify(
    store,
    'rr-2018',
    'pixel',
    RUNS.map((run) => judged(run, [1, 6, 'GOOD'], [8, 10, 'BAD'])),
  );
}
