import fc from 'fast-check';
import { flagsToBits, LUMISECTION_FLAGS } from '../../../src/domain/lumisection-flags.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Tables } from '../../../src/store/tables.ts';

/** A small database with everything that is awkward: absent values, ties, text of all kinds, gaps. */
export type World = Pick<
  { [Table in keyof Tables]: Tables[Table][] },
  | 'run'
  | 'lumisection'
  | 'dataset'
  | 'monitorElement'
  | 'binning'
  | 'lumisectionHistogram'
  | 'runHistogram'
  | 'scalarValue'
  | 'qualityTest'
  | 'note'
  | 'referenceChoice'
  | 'runMonitorElement'
  | 'dataFile'
  | 'ingestIssue'
  | 'job'
  | 'certificationVersion'
  | 'certification'
  | 'savedMask'
  | 'savedMaskRange'
  | 'elementSet'
  | 'task'
  | 'strategy'
  | 'strategyVersion'
  | 'prediction'
>;

/** Upper and lower case, wildcards of LIKE, GLOB and regular expressions, accents, and code points beyond UTF-16's first plane. */
export const TEXTS = [
  '',
  'a',
  'A',
  'b',
  'aB',
  'a%b',
  'a_b',
  'a*b',
  'a?b',
  'a[b]c',
  "o'b",
  'a\\b',
  'é',
  'É',
  'ß',
  'straße',
  '\u{1F600}',
  '\uFF5E',
  'a.b',
  'a/b',
  ' a',
  'Σας',
];
export const NUMBERS = [-1.5, 0, 0.1, 1, 1.5, 2, 1e-10, 1e300, 0.30000000000000004];
export const TIMES = [
  '2018-05-01T00:00:00.000Z',
  '2018-05-01T00:00:00.001Z',
  '2017-12-31T23:59:59.999Z',
  '2026-01-01T12:00:00.000Z',
].map((text) => new Date(text));
/** Saved sets: of each version the globs of paths to include, and those to exclude. */
export const SETS: Readonly<Record<string, readonly (readonly [include: string[], exclude: string[]])[]>> = {
  all: [[['*'], []]],
  some: [
    [['a*', 'É'], ['*b']],
    [['*b', '[A-Z]*', '\u{1F600}'], []],
  ],
  none: [[['a*'], ['a*', 'nothing']]],
};
const SOURCES = ['golden', 'rr', "o'dd"];
const SUBSYSTEMS = ['pixel', 'strip'];
const FLAGS = ['GOOD', 'GOOD', 'GOOD', 'BAD', 'STANDBY'];

/** The same world for the same seed. */
export function makeWorld(seed: number): World {
  const pick = generator(seed);
  // what came later draws from its own numbers: the rest of the world stays as its tests know it
  const later = generator(seed + 1);
  const latest = generator(seed + 2);
  const newest = generator(seed + 3);
  const chosen = generator(seed + 4);
  const text = () => pick(TEXTS);
  const maybe = <T>(value: () => T): T | null => (pick([0, 1, 2]) === 0 ? null : value());
  const number = () => pick(NUMBERS);
  const range = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

  const run = range(7).map((i) => ({
    number: 315250 + i * 3,
    year: maybe(() => pick([2017, 2018])),
    era: maybe(text),
    period: maybe(text),
    fill: maybe(() => pick([6600, 6601, 0])),
    startedAt: maybe(() => pick(TIMES)),
    endedAt: maybe(() => pick(TIMES)),
    initialLumi: maybe(number),
    endLumi: maybe(number),
    lumisectionCount: maybe(() => pick([1, 5])),
    deliveredLumi: maybe(number),
    recordedLumi: maybe(number),
    energy: maybe(number),
    magneticField: maybe(number),
  }));
  const flags = () => LUMISECTION_FLAGS.filter(() => pick([true, false]));
  const lumisection = run.flatMap(({ number: runNumber }) =>
    range(9)
      .filter(() => pick([true, true, false]))
      .map((n) => ({
        runNumber,
        number: n,
        startedAt: maybe(() => pick(TIMES)),
        endedAt: maybe(() => pick(TIMES)),
        zeroBiasRate: maybe(number),
        deliveredLumi: maybe(number),
        recordedLumi: maybe(number),
        pileup: maybe(number),
        flagsOn: Number(flagsToBits(flags())),
        flagsOff: Number(flagsToBits(flags())),
      })),
  );
  const dataset = range(3).map((id) => ({
    id,
    name: `/${pick(TEXTS)}/${id}`,
    primaryDataset: maybe(text),
    era: maybe(text),
    processing: maybe(text),
    tier: maybe(text),
    description: latest([null, 'cosmics', 'é', "o'b"]),
  }));
  const paths = TEXTS.filter((path) => path !== '').slice(0, 9);
  const monitorElement = paths.map((path, i) => ({
    id: i + 1,
    path,
    name: text(),
    subsystem: maybe(text),
    dimension: maybe(() => pick([1, 2])),
    kind: maybe(() => pick(['TH1', 'TH2'])),
    efficiency: later([true, false, null]),
  }));
  const moments = () => ({
    meanX: maybe(number),
    rmsX: maybe(number),
    meanY: maybe(number),
    rmsY: maybe(number),
    skewness: maybe(number),
    kurtosis: maybe(number),
  });
  const lumisectionHistogram = lumisection.flatMap(({ runNumber, number: lumisectionNumber }) =>
    monitorElement.flatMap(({ id: monitorElementId }) =>
      dataset
        .filter(() => pick([true, false, false, false]))
        .map(({ id: datasetId }) => ({
          runNumber,
          monitorElementId,
          lumisectionNumber,
          datasetId,
          binningId: 1,
          fileId: null,
          entries: maybe(number),
          integral: number(),
          ...moments(),
          bins: Uint8Array.of(runNumber % 256, monitorElementId, lumisectionNumber, datasetId),
        })),
    ),
  );
  const runHistogram = run.flatMap(({ number: runNumber }) =>
    dataset.flatMap(({ id: datasetId }) =>
      monitorElement
        .filter(() => pick([true, false]))
        .map(({ id: monitorElementId }) => ({
          runNumber,
          datasetId,
          monitorElementId,
          binningId: null,
          fileId: null,
          title: maybe(text),
          entries: maybe(number),
          integral: maybe(number),
          ...moments(),
          bins: maybe(() => Uint8Array.of(runNumber % 256, datasetId, monitorElementId)),
        })),
    ),
  );
  const places = run.flatMap(({ number: runNumber }) =>
    [0, 1, 2].flatMap((lumisectionNumber) =>
      monitorElement
        .filter(() => later([true, false]))
        .map(({ id }) => ({ runNumber, lumisectionNumber, datasetId: 1, monitorElementId: id, fileId: null })),
    ),
  );
  const scalarValue = places.map((place) => ({
    ...place,
    type: later(['INT', 'STRING']),
    value: later(TEXTS),
    number: later([...NUMBERS, null]),
  }));
  const qualityTest = places.map((place) => ({
    ...place,
    name: later(TEXTS),
    statusCode: later([100, 200, 300, 70, 1]),
    result: later([...NUMBERS, null]),
    algorithm: later(TEXTS),
    message: later(TEXTS),
  }));
  const pairs = new Map<string, World['runMonitorElement'][number]>();
  const pairOf = ({
    runNumber,
    datasetId,
    monitorElementId,
  }: {
    runNumber: number;
    datasetId: number;
    monitorElementId: number;
  }) => {
    const key = [runNumber, datasetId, monitorElementId].join();
    const known = pairs.get(key) ?? {
      runNumber,
      datasetId,
      monitorElementId,
      lumisectionCount: 0,
      emptyCount: 0,
      runHistogramCount: 0,
      scalarCount: 0,
      qualityTestCount: 0,
    };
    pairs.set(key, known);
    return known;
  };
  for (const row of lumisectionHistogram) pairOf(row).lumisectionCount++;
  for (const row of runHistogram) pairOf(row).runHistogramCount++;
  for (const row of scalarValue) pairOf(row).scalarCount++;
  for (const row of qualityTest) pairOf(row).qualityTestCount++;

  const note = run.flatMap(({ number: runNumber }) =>
    range(latest([0, 2, 3])).map((n) => {
      const first = latest([null, 1, 4]);
      return {
        runNumber,
        id: `note ${n}`,
        lumisectionFirst: first,
        lumisectionLast: first === null ? null : latest([null, first, first + 3]),
        monitorElementId: latest([null, 1, 2, 3]),
        text: latest(TEXTS),
        author: latest(TEXTS),
        createdAt: latest(TIMES),
        updatedAt: latest(TIMES),
      };
    }),
  );

  const referenceChoice = run.slice(1).flatMap(({ number: runNumber }) =>
    ['', 'aB', 'é'].flatMap((dataset) =>
      range(chosen([0, 1, 3])).map((n) => ({
        runNumber,
        dataset,
        version: n + 1,
        referenceRun: chosen(run).number,
        referenceDataset: chosen(TEXTS),
        comment: chosen([null, ...TEXTS]),
        author: chosen(TEXTS),
        createdAt: chosen(TIMES),
      })),
    ),
  );

  const dataFile = range(12).map((id) => ({
    id,
    path: text(),
    sha256: `hash ${id}`,
    size: pick([0, 1, 2 ** 40, 2 ** 50]),
    format: text(),
    dataset: text(),
    source: text(),
    meMap: '',
    status: pick(['DONE', 'FAILED']),
    bytesDone: pick([0, 2 ** 33]),
    linesDone: 0,
    inserted: pick([0, 7]),
    identical: 0,
    conflicting: 0,
    replaced: 0,
    added: 0,
    rejected: 0,
    leaseOwner: null,
    leaseExpiresAt: null,
    errorCode: maybe(text),
    errorMessage: maybe(text),
    createdAt: pick(TIMES),
    startedAt: maybe(() => pick(TIMES)),
    finishedAt: maybe(() => pick(TIMES)),
  }));
  const ingestIssue = dataFile.flatMap(({ id: fileId }) =>
    range(pick([0, 1, 4])).map((n) => ({
      fileId,
      number: n,
      severity: pick(['NOTE', 'REJECTED']),
      code: text(),
      line: maybe(() => pick([1, 2 ** 32])),
      byte: maybe(() => pick([1, 2 ** 50])),
      field: maybe(text),
      value: maybe(text),
      reason: text(),
    })),
  );
  const job = range(8).map((id) => ({
    id,
    fileId: latest([1, 2, 3, 12]),
    offeredFileId: id,
    state: latest(['QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED']),
    owner: latest(TEXTS),
    origin: 'path',
    path: '/',
    settings: '{}',
    bytesDone: latest([0, 2 ** 33]),
    bytesTotal: latest([0, 1, 2 ** 50]),
    attempts: latest([0, 1, 3]),
    cancelRequested: latest([true, false]),
    errorCode: latest([null, ...TEXTS]),
    errorMessage: latest([null, ...TEXTS]),
    createdAt: latest(TIMES),
    startedAt: latest([null, ...TIMES]),
    finishedAt: latest([null, ...TIMES]),
    notBefore: latest(TIMES),
    leaseOwner: null,
    leaseExpiresAt: null,
  }));
  // golden: one scope, two versions; the others: several subsystems, for two datasets
  const certificationVersion = SOURCES.flatMap((source) =>
    (source === 'golden' ? [''] : SUBSYSTEMS).flatMap((subsystem) =>
      (source === 'rr' ? ['', '/a/b/DQM'] : ['']).flatMap((dataset) =>
        range(2).map((version) => ({
          source,
          dataset,
          subsystem,
          version,
          kind: 'x',
          author: maybe(text),
          createdAt: pick(TIMES),
          fileId: null,
          cause: newest([null, 'first', "a'b"]),
          comment: newest([null, '', 'é']),
        })),
      ),
    ),
  );
  const certification = certificationVersion.flatMap(({ source, dataset, subsystem, version }) =>
    run.flatMap(({ number: runNumber }) => {
      const ranges: World['certification'] = [];
      let first = pick([1, 1, 2, 4]);
      while (pick([true, true, false]) && first < 10) {
        const last = first + pick([0, 1, 3]);
        ranges.push({
          runNumber,
          source,
          dataset,
          subsystem,
          version,
          lumisectionFirst: first,
          lumisectionLast: last,
          flag: source === 'golden' ? 'GOOD' : pick(FLAGS),
        });
        first = last + pick([1, 2]);
      }
      return ranges;
    }),
  );
  const savedMask = ['saved', 'other', "o'd d"].flatMap((name) =>
    range(2).map((version) => ({
      name,
      version,
      expression: newest(['golden', 'golden - rr', '315250:1-3']),
      comment: newest([null, 'é', 'a%b']),
      author: newest(['a', 'A']),
      createdAt: newest(TIMES),
      madeOf: '[]',
      isListed: newest([true, false]),
    })),
  );
  const savedMaskRange = savedMask.flatMap(({ name, version }) =>
    run
      .filter(() => newest([true, true, false]))
      .flatMap(({ number: runNumber }) => {
        const lumisectionFirst = newest([1, 2, 5]);
        const lumisectionLast = newest([5, 6, 268435455]);
        return [{ runNumber, name, version, lumisectionFirst, lumisectionLast }];
      }),
  );
  const elementSet = Object.entries(SETS).flatMap(([name, versions]) =>
    versions.map(([include, exclude], i) => ({
      name,
      version: i + 1,
      description: i === 0 ? null : 'a%b',
      includeGlobs: JSON.stringify(include),
      excludeGlobs: JSON.stringify(exclude),
      author: i === 0 ? 'a' : 'A',
      createdAt: TIMES[i] as Date,
    })),
  );
  const task = range(6).map((id) => ({
    id,
    name: `task${id}`,
    description: newest([null, 'é', 'a%b']),
    state: newest(['DRAFT', 'FROZEN']),
    author: newest(['a', 'A']),
    dataset: newest(['/A/B/C', 'private']),
    granularity: newest(['LUMISECTION', 'WINDOW', 'RUN']),
    windowLength: newest([1, 5]),
    metric: newest(['ROC_AUC', 'AVERAGE_PRECISION']),
    seed: newest([0, 1, 2]),
    isTruthHidden: newest([true, false]),
    definition: '{}',
    hash: newest([null, 'a', 'b']),
    madeOf: '[]',
    leftOut: '[]',
    createdAt: newest(TIMES),
    updatedAt: newest(TIMES),
    frozenAt: newest([null, ...TIMES]),
    revealedAt: newest([null, ...TIMES]),
  }));
  const strategy = range(4).map((id) => ({
    id,
    name: `strategy${id}`,
    description: newest([null, 'é', 'a%b']),
    author: newest(['a', 'A']),
    sourceUrl: newest([null, 'https://a/b']),
    isBuiltIn: newest([true, false]),
    createdAt: newest(TIMES),
  }));
  const strategyVersion = strategy.flatMap(({ id }) =>
    range(3).map((number) => ({
      id: (id - 1) * 3 + number,
      strategyId: id,
      version: newest(['1', 'é', 'a_b']) + number,
      orientation: newest(['HIGHER', 'LOWER']),
      definition: '{}',
      author: newest(['a', 'A']),
      createdAt: newest(TIMES),
    })),
  );
  const prediction = task.flatMap(({ id: taskId }) =>
    strategyVersion
      .filter(({ id }) => (id + taskId) % 3 === 0)
      .map(({ id }) => ({
        id: taskId * 100 + id,
        taskId,
        taskHash: newest(['a', 'b']),
        strategyVersionId: id,
        author: newest(['a', 'A']),
        status: newest(['QUEUED', 'PARTIAL', 'COMPLETE', 'FAILED']),
        threshold: newest([null, ...NUMBERS]),
        thresholdFrom: newest(['STATED', 'VALIDATION', 'TEST']),
        scoresHash: newest([null, 'a', 'b']),
        expected: newest([5, 6]),
        scored: newest([0, 5]),
        withReason: newest([0, 1]),
        errorCode: newest([null, 'UNAVAILABLE']),
        errorMessage: newest([null, 'a%b']),
        createdAt: newest(TIMES),
        updatedAt: newest(TIMES),
      })),
  );
  return {
    run,
    lumisection,
    dataset,
    monitorElement,
    binning: [{ id: 1, hash: 'h', dimension: 1, title: '', axes: '[]' }],
    lumisectionHistogram,
    runHistogram,
    scalarValue,
    qualityTest,
    note,
    referenceChoice,
    runMonitorElement: [...pairs.values()],
    dataFile,
    ingestIssue,
    job,
    certificationVersion,
    certification,
    savedMask,
    savedMaskRange,
    elementSet,
    task,
    strategy,
    strategyVersion,
    prediction,
  };
}

function generator(seed: number) {
  const numbers = fc.sample(fc.nat(), { seed, numRuns: 60_000 });
  let next = 0;
  return <T>(from: readonly T[]): T => from[(numbers[next++ % numbers.length] as number) % from.length] as T;
}

const BIGINTS = new Set(['size', 'bytesDone', 'linesDone', 'line', 'byte', 'flagsOn', 'flagsOff']);

/** Writes the world through Prisma: by another way than it is read. */
export async function writeWorld(store: Store, world: World): Promise<void> {
  for (const [table, rows] of Object.entries(world)) {
    const data = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          BIGINTS.has(name) && value !== null ? BigInt(value as number) : value,
        ]),
      ),
    );
    const model = store.prisma[table as 'run'] as unknown as {
      createMany(given: { data: unknown[] }): Promise<unknown>;
    };
    await model.createMany({ data });
  }
}
