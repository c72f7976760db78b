import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cancellation } from '../../src/domain/cancellation.ts';
import { UnavailableError } from '../../src/domain/errors.ts';
import { answerOf, SCORED } from '../../src/domain/prediction.ts';
import type { PartScores } from '../../src/domain/prediction-scores.ts';
import { builtInVersion } from '../../src/playground/built-in.ts';
import { readTraining } from '../../src/playground/learn.ts';
import { runBuiltIn } from '../../src/playground/run-built-in.ts';
import { subjectOf } from '../../src/playground/subject.ts';
import type { Store } from '../../src/store/store.ts';
import { combinedScorer, fitCombination } from '../../src/strategies/combination.ts';
import { fitModel, modelScorer } from '../../src/strategies/model.ts';
import { decodeModel, encodeModel } from '../../src/strategies/model-bytes.ts';
import { WorkerPool } from '../../src/workers/worker-pool.ts';
import { type Booking, lumisectionBatch } from '../schema/batch.ts';
import { CHARGE, fillTaskWorld, histogram, RUNS, SIZE } from '../schema/task-world.ts';
import { ingest, UL2018 } from '../schema/world.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { frozenTask } from './playground-world.ts';

const [first, second, third] = RUNS as [number, number, number];
const TEN = Array.from({ length: 10 }, (_, i) => i + 1);
/** Booked otherwise in one lumisection of each run. */
const REBOOKED: Booking = { ...CHARGE, axes: [{ bins: 5, min: 0, max: 2e5, title: 'charge [e]' }] };

/** Of every database, to compare them with one another. */
const ofDatabases: { readonly scores: readonly PartScores[]; readonly models: readonly Buffer[] }[] = [];

describe.each(databases)('a built-in strategy on a task on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let workers: WorkerPool;
  const tools = () => ({ store: opened.store, workers, cancellation: new Cancellation() });

  beforeAll(async () => {
    opened = await createTestStore(database);
    await fillTaskWorld(opened.store);
    workers = new WorkerPool({ threads: 2 });
  });
  afterAll(async () => {
    await workers.close();
    await opened.drop();
  });

  const run = async (
    name: string,
    request: Parameters<typeof builtInVersion>[0],
    changes = {},
    onProgress?: (done: number, total: number) => void,
  ) => {
    const subject = await subjectOf(opened.store, await frozenTask(opened.store, name, changes));
    const { builtIn } = builtInVersion(request);
    const result = await runBuiltIn({ ...tools(), ...(onProgress && { onProgress }) }, subject, builtIn);
    const idOf = (path: string) => subject.elements.find((element) => element.path === path)?.id as number;
    const scoresOf = (part: 'TRAIN' | 'VALIDATION' | 'TEST', path?: string) =>
      result.scores.get(part)?.get(path === undefined ? 0 : idOf(path)) as PartScores;
    return { ...result, subject, idOf, scoresOf };
  };
  /** As the strategy sees it, in range. */
  const rowOf = (number: number, lumisection: number, element = CHARGE) =>
    histogram(number, lumisection, element).contents;
  const sample = (number: number, lumisection: number, element = CHARGE) => {
    const contents = rowOf(number, lumisection, element);
    return { axes: element.axes, flow: true, contents, entries: contents.reduce((sum, value) => sum + value, 0) };
  };
  /** Fitted to the good lumisections of the training as any program would do it. */
  const fitted = (strategy: string, element: Booking, lumisections: readonly number[]) => {
    const samples = lumisections.map((lumisection) => sample(first, lumisection, element));
    const matrix = {
      ...{ rows: samples.length, axes: element.axes, flow: true },
      bins: Float64Array.from(samples.flatMap(({ contents }) => [...contents])),
      entries: Float64Array.from(samples, ({ entries }) => entries),
    };
    return fitModel(strategy, matrix, { seed: 1, contentHash: '' });
  };

  test('learns from good lumisections of the training alone, and scores every member as by itself', async () => {
    const { scoresOf, models, idOf } = await run('pca', { strategy: 'pca' }, { monitorElements: [CHARGE.path] });
    const model = fitted('pca', CHARGE, TEN.slice(0, 7));
    const { score } = modelScorer(model);
    for (const [part, number] of [
      ['TRAIN', first],
      ['VALIDATION', second],
      ['TEST', third],
    ] as const) {
      const { answers, scores } = scoresOf(part);
      expect([...answers]).toEqual(TEN.map(() => SCORED));
      expect([...scores]).toEqual(TEN.map((lumisection) => score(sample(number, lumisection)).score));
    }
    const stored = decodeModel(models.get(idOf(CHARGE.path)) as Uint8Array);
    expect(stored.seen).toMatchObject({ rows: 7, leftOut: {}, contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(stored.learned).toEqual(model.learned);
    expect([...models.keys()]).toEqual([idOf(CHARGE.path)]);
  });

  test('learns from all lumisections of the training where it is told to', async () => {
    const request = { strategy: 'entries', learnFrom: 'ALL' } as const;
    const { models, idOf } = await run('all', request, { monitorElements: [CHARGE.path] });
    const { seen, learned } = decodeModel(models.get(idOf(CHARGE.path)) as Uint8Array);
    expect(seen.rows).toBe(10);
    expect(learned).toEqual(fitted('entries', CHARGE, TEN).learned);
  });

  test('combines scores of monitor elements by what is usual in the validation; a member that lacks one keeps its own', async () => {
    const request = { strategy: 'ks', combination: 'fisher' };
    const { scoresOf, models, subject } = await run('two', request);
    // lumisection 4 has no cluster sizes
    expect(scoresOf('TEST', SIZE.path).answers[3]).toBe(answerOf('NO_HISTOGRAM'));
    const elements = [CHARGE, SIZE].map((element) => {
      const good = TEN.slice(0, 7).filter((lumisection) => element !== SIZE || lumisection !== 4);
      return { element, score: modelScorer(fitted('ks', element, good)).score };
    });
    const rowsOf = (number: number, lumisections: readonly number[]) =>
      Float64Array.from(
        lumisections.flatMap((lumisection) =>
          elements.map(({ element, score }) =>
            element === SIZE && lumisection === 4
              ? Number.NaN
              : (score(sample(number, lumisection, element)).score as number),
          ),
        ),
      );
    const table = { rows: 7, elements: [CHARGE.path, SIZE.path], scores: rowsOf(second, TEN.slice(0, 7)) };
    const combined = combinedScorer(fitCombination('fisher', table, { contentHash: '' }));
    expect([...scoresOf('TEST').scores]).toEqual(TEN.map((lumisection) => combined(rowsOf(third, [lumisection]))));
    expect([...models.keys()].sort()).toEqual([0, ...subject.elements.map(({ id }) => id)].sort());
    ofDatabases.push({
      scores: (['TRAIN', 'VALIDATION', 'TEST'] as const).map((part) => scoresOf(part)),
      models: [...models.values()].map((bytes) => Buffer.from(bytes)),
    });
  });

  test('tells how far it is, from none of the members to all', async () => {
    const told: [number, number][] = [];
    const { scores } = await run('progress', { strategy: 'entries' }, {}, (...args) => told.push(args));
    // each of 7 + 30 members, for each of two monitor elements
    expect(told.at(-1)).toEqual([74, 74]);
    expect(told.every(([done, total], i) => total === 74 && done > (told[i - 1]?.[0] ?? 0))).toBe(true);
    expect(scores.size).toBe(3);
  });

  test('goes on without a monitor element of which nothing can be learned, and says so', async () => {
    const request = { strategy: 'template', preparation: { rebin: [2] } };
    const { notLearned, scoresOf, models, idOf } = await run('rebinned', request);
    expect(notLearned).toEqual([{ monitorElement: SIZE.path, reason: expect.stringContaining('rebin') }]);
    expect([...models.keys()]).toEqual([idOf(CHARGE.path)]);
    expect([...scoresOf('TEST', SIZE.path).answers].slice(2, 5)).toEqual(
      (['OTHER', 'NO_HISTOGRAM', 'OTHER'] as const).map(answerOf),
    );
    expect(scoresOf('TEST').scores).toEqual(scoresOf('TEST', CHARGE.path).scores);
  });

  test('is refused where nothing can be learned of any monitor element', async () => {
    const request = { strategy: 'template', preparation: { rebin: [2] } };
    await expect(run('none', request, { monitorElements: [SIZE.path] })).rejects.toThrow(/rebin/);
  });

  test('ends with its reason when it is cancelled', async () => {
    const subject = await subjectOf(opened.store, await frozenTask(opened.store, 'cancelled'));
    const cancellation = new Cancellation();
    const reason = new UnavailableError('enough');
    const onProgress = () => cancellation.cancel(reason);
    const { builtIn } = builtInVersion({ strategy: 'entries' });
    await expect(runBuiltIn({ ...tools(), cancellation, onProgress }, subject, builtIn)).rejects.toBe(reason);
  });

  test('learns from about as many histograms as fit into memory, drawn by the seed', async () => {
    const subject = await subjectOf(opened.store, await frozenTask(opened.store, 'large'));
    const [{ content }] = subject.elements as [(typeof subject.elements)[number]];
    const learning = { ...subject, content, learnFrom: 'ALL', seed: 5 } as const;
    const all = await readTraining(opened.store, learning);
    expect([...all.firsts]).toEqual(TEN);
    // of six cells each
    const [some, again] = [
      await readTraining(opened.store, learning, 30),
      await readTraining(opened.store, learning, 30),
    ];
    expect(some.firsts.length).toBeGreaterThan(0);
    expect(some.firsts.length).toBeLessThan(10);
    expect(again).toEqual(some);
    const other = await readTraining(opened.store, { ...learning, seed: 6 }, 30);
    expect([...other.firsts]).not.toEqual([...some.firsts]);
  });

  test('neither learns from histograms that are booked otherwise than most, nor scores them', async () => {
    // no other test reads these lumisections
    const numbers = [1, 2, 3, 4, 5];
    const element = { ...CHARGE, path: 'rebooked' };
    const batch = lumisectionBatch(
      RUNS.flatMap((number) =>
        numbers.map((lumisection) => ({
          ...histogram(number, lumisection, lumisection === 2 ? { ...REBOOKED, path: 'rebooked' } : element),
          dataset: UL2018,
        })),
      ),
    );
    await ingest(opened.store, { path: 'rebooked.csv', format: 'test' }, [batch]);
    const allow = ['ONE_CLASS_TRAIN', 'ONE_CLASS_VALIDATION', 'ONE_CLASS_TEST'];
    const { scoresOf, models, idOf } = await run(
      'rebooked',
      { strategy: 'chi2' },
      { monitorElements: ['rebooked'], allow },
    );
    const { seen } = decodeModel(models.get(idOf('rebooked')) as Uint8Array);
    expect(seen).toMatchObject({ rows: 4, leftOut: { INCOMPATIBLE_BINNING: 1 } });
    expect([...scoresOf('TEST').answers]).toEqual(
      numbers.map((lumisection) => (lumisection === 2 ? answerOf('INCOMPATIBLE_BINNING') : SCORED)),
    );
  });

  test('writes models that are the same bytes when it is run again', async () => {
    const once = await run('again', { strategy: 'nmf' });
    const twice = await run('again', { strategy: 'nmf' });
    expect(twice.models).toEqual(once.models);
    for (const [id, bytes] of once.models) if (id !== 0) expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
  });
});

test('built-in strategies give the same models and scores to the last bit on all databases', () => {
  expect(ofDatabases).toHaveLength(databases.length);
  for (const other of ofDatabases) expect(other).toEqual(ofDatabases[0]);
});
