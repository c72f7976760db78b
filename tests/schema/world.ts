import type { Axis } from '../../src/domain/axis.ts';
import { END_OF_RUN } from '../../src/domain/lumi-mask.ts';
import type { CertificationRun, Flag, IssueRecord, RecordBatch } from '../../src/domain/record.ts';
import type { Store } from '../../src/store/store.ts';
import { type Booking, lumisectionBatch, runBatch, summaryBatch, type TestHistogram } from './batch.ts';

/** A small world that has one of everything: what the golden answers in tests/queries and most tests here read. */

export const UL2018 = '/ZeroBias/Run2018A-UL2018-v1/DQMIO';
export const PROMPT2023 = '/ZeroBias/Run2023C-PromptReco-v1/DQMIO';
const UL2018_DQM = '/ZeroBias/Run2018A-UL2018-v1/DQM';

const axis = (bins: number, min: number, max: number, title = ''): Axis => ({ bins, min, max, title });

/** Known by its leaf, as the CSVs have it. */
const CHARGE: Booking = {
  path: 'charge_PXLayer_1',
  title: 'Cluster charge, layer 1',
  axes: [axis(4, 0, 2e5, 'charge [e]')],
};
export const CHARGE_PATH: Booking = { ...CHARGE, path: 'PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1' };
export const DISK: Booking = {
  path: 'PixelPhase1/Tracks/PXForward/clusterposition_xy_ontrack_PXDisk_+1',
  title: '',
  axes: [axis(3, -15, 15, 'x [cm]'), axis(2, -15, 15, 'y [cm]')],
};
export const STATUS: Booking = {
  path: 'CSC/Summary/status',
  title: 'Chamber status',
  axes: [{ bins: 3, min: 0, max: 10, edges: [0, 1, 2.5, 10], labels: ['ok', null, 'bad'], title: '' }],
};

export const LUMISECTIONS = [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12];

/** Counts that differ between lumisections, flow bins included. */
export function contentsOf(element: Booking, lumisection: number, flow = true): Float64Array {
  const margin = flow ? 2 : 0;
  const cells = element.axes.reduce((product, { bins }) => product * (bins + margin), 1);
  return Float64Array.from({ length: cells }, (_, i) => (i * 7 + lumisection * 3) % 11);
}

export async function fillWorld(store: Store): Promise<void> {
  await ingest(store, { path: 'oms.csv', format: 'test' }, [
    {
      kind: 'runs',
      runs: [
        {
          number: 315257,
          year: 2018,
          era: '2018A',
          period: 'A',
          fill: 6622,
          startedAt: new Date('2018-04-30T21:11:27.000Z'),
          endedAt: new Date('2018-04-30T21:54:06.500Z'),
          initialLumi: 0.25,
          endLumi: 0.24,
          lumisectionCount: 110,
          deliveredLumi: 5.5,
          recordedLumi: 5.25,
          energy: 6500,
          magneticField: 3.8,
        },
        { number: 315258, year: 2018, era: '2018A', fill: 6622 },
        { number: 315259, year: 2018, era: '2018B' },
        { number: 367129, year: 2023, era: '2023C' },
      ],
    },
    {
      kind: 'lumisections',
      lumisections: LUMISECTIONS.map((number) => ({
        run: 315257,
        number,
        startedAt: new Date(Date.UTC(2018, 3, 30, 21, 11, 27) + (number - 1) * 23310),
        zeroBiasRate: number === 5 ? null : 100 + number / 2,
        recordedLumi: number / 100,
        pileup: 30 + number,
        flagsOn: ['beam1_present', 'beam2_present', ...(number > 3 ? (['cms_active'] as const) : [])],
        flagsOff: number > 3 ? [] : ['cms_active'],
      })),
    },
  ]);
  await ingest(store, { path: 'inbox/2018A/ZeroBias_2018A.csv', format: 'per-ls-csv', dataset: UL2018 }, [
    lumisectionBatch(
      LUMISECTIONS.flatMap((lumisection): TestHistogram[] =>
        [CHARGE, CHARGE_PATH, STATUS].map((element) => ({
          run: 315257,
          lumisection,
          dataset: UL2018,
          element,
          contents: contentsOf(element, lumisection),
        })),
      ),
    ),
  ]);
  await ingest(store, { path: 'maps.parquet', format: 'test', dataset: PROMPT2023 }, [
    lumisectionBatch([
      { run: 367129, lumisection: 3, dataset: PROMPT2023, element: DISK, contents: contentsOf(DISK, 3) },
      {
        run: 367129,
        lumisection: 4,
        dataset: PROMPT2023,
        element: DISK,
        contents: contentsOf(DISK, 4, false),
        flow: false,
      },
      {
        run: 367129,
        lumisection: 3,
        dataset: PROMPT2023,
        element: CHARGE_PATH,
        contents: Float64Array.of(0.5, 1.25, 2, 3.75, -1, 0.1),
      },
    ]),
  ]);
  await ingest(store, { path: 'ZeroBias_315257_UL2018.csv', format: 'per-run-csv' }, [
    summaryBatch([
      {
        run: 315257,
        dataset: UL2018_DQM,
        path: 'CSC/Summary/efficiency',
        title: 'Efficiency',
        entries: 540,
        meanX: 4.5,
        rmsX: 2.5,
      },
      { run: 315257, dataset: UL2018_DQM, path: 'CSC/Summary/rate', title: '', entries: Number.NaN, meanX: 1, rmsX: 0 },
    ]),
    runBatch([{ run: 315257, dataset: UL2018_DQM, element: STATUS, contents: contentsOf(STATUS, 0) }]),
  ]);
  await certify(store, 'golden-2018', '', [verdicts(315257, [1, 12, 'GOOD'])]);
  await certify(store, 'golden-2018', '', [
    verdicts(315257, [1, 4, 'GOOD'], [6, 88, 'GOOD'], [91, 92, 'GOOD']),
    verdicts(315259, [1, 172, 'GOOD']),
    verdicts(367129, [1, END_OF_RUN, 'GOOD']),
  ]);
  await certify(store, 'rr-2018', 'pixel', [verdicts(315257, [1, 2, 'GOOD'], [3, 3, 'BAD'], [4, 9, 'STANDBY'])]);
  await ingest(
    store,
    { path: 'inbox/2018A/broken.csv', format: 'per-ls-csv', dataset: UL2018 },
    [],
    [
      {
        severity: 'REJECTED',
        code: 'BIN_COUNT',
        line: 7,
        field: 'histo',
        value: '[1, 2]',
        reason: 'has 2 values where the axes need 6',
      },
      { severity: 'REJECTED', code: 'NOT_FINITE', line: 9, field: 'entries', value: 'NaN', reason: 'is not a number' },
      { severity: 'NOTE', code: 'INDEX_COLUMN', reason: 'the unnamed first column was ignored' },
    ],
    { errorCode: 'BAD_USER_INPUT', errorMessage: 'line 11: quotes are not closed' },
  );
  await ingest(store, { path: 'scalars.root', format: 'test' }, [
    {
      kind: 'scalars',
      scalars: [
        {
          run: 315257,
          lumisection: 0,
          dataset: UL2018,
          monitorElement: 'Info/ReleaseTag',
          type: 'STRING',
          value: 'CMSSW_10_1_4',
        },
        { run: 315257, lumisection: 1, dataset: UL2018, monitorElement: 'Info/events', type: 'INT', value: '211' },
      ],
    },
    {
      kind: 'qualityTests',
      qualityTests: ['XRange', 'Noise'].map((name) => ({
        run: 315257,
        lumisection: 0,
        dataset: UL2018,
        monitorElement: 'Info/ReleaseTag',
        name,
        statusCode: 100,
        result: 1,
        algorithm: 'ContentsXRange',
        message: '',
      })),
    },
  ]);
}

const verdicts = (run: number, ...ranges: readonly [number, number, Flag][]): CertificationRun => ({
  run,
  line: 1,
  ranges: ranges.map(([first, last, flag]) => ({ first, last, flag })),
});

/** Files so far, by store: hashes and sizes are the same in every world. */
const files = new WeakMap<Store, number>();

/** Writes batches as one file. */
export async function ingest(
  store: Store,
  file: { path: string; format: string; dataset?: string; source?: string },
  batches: readonly RecordBatch[],
  issues: readonly IssueRecord[] = [],
  failure?: { errorCode: string; errorMessage: string },
): Promise<number> {
  const number = (files.get(store) ?? 0) + 1;
  files.set(store, number);
  const { dataset = '', source = '' } = file;
  const sha256 = number.toString(16).padStart(64, '0');
  const identity = { sha256, dataset, source, format: file.format, meMap: '' };
  const begun = await store.ledger.begin(identity, { path: file.path, size: 1000 + number }, { force: false });
  const options = { onConflict: 'keep', source } as const;
  const fileId = begun.file.id;
  for (const batch of batches) await store.ledger.write(fileId, batch, [], { byte: 500, line: 10 }, options);
  if (issues.length > 0) await store.ledger.write(fileId, null, issues, { byte: 500, line: 10 }, options);
  await store.ledger.finish(fileId, failure ? { status: 'FAILED', ...failure } : { status: 'DONE' });
  return fileId;
}

export const certify = (store: Store, source: string, subsystem: string, runs: readonly CertificationRun[]) =>
  ingest(store, { path: `${source}.json`, format: 'lumi-json', source }, [
    { kind: 'certification', dataset: '', subsystem, runs },
  ]);
