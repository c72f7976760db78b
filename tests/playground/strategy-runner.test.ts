import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { CorruptModelError } from '../../src/domain/errors.ts';
import type { Prediction, Task } from '../../src/generated/sqlite/client.ts';
import { type BuiltInRequest, builtInVersion } from '../../src/playground/built-in.ts';
import { enqueueBuiltIn } from '../../src/playground/enqueue-built-in.ts';
import { StrategyRunner } from '../../src/playground/strategy-runner.ts';
import { watchedBy } from '../../src/playground/watcher.ts';
import type { StoreEvent } from '../../src/store/events.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Lease, Store } from '../../src/store/store.ts';
import { MOST_WAITING } from '../../src/store/strategy-runs.ts';
import type { WatchedContent } from '../../src/store/watches.ts';
import { WorkerPool } from '../../src/workers/worker-pool.ts';
import { lumisectionBatch } from '../schema/batch.ts';
import { CHARGE, fillTaskWorld, histogram, RUNS, SIZE } from '../schema/task-world.ts';
import { ingest } from '../schema/world.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { frozenTask } from './playground-world.ts';

const [first, second, third] = RUNS as [number, number, number];
const AUTHOR = { name: 'somebody', isAdmin: false };
const isAlive: Lease['isDead'] = () => false;
const isGone: Lease['isDead'] = () => true;
/** It looks where it is told that there may be something. */
const TOLD = { lookMs: 3_600_000 };
const lease = (): Lease => ({ owner: 'one', isDead: isAlive });

/** What a thread at a long task looks like. */
const untilCancelled: WorkerPool['run'] = (_name, _input, { cancellation } = {}) =>
  new Promise((_, reject) => cancellation?.add(() => reject(cancellation.reason)));

describe.each(databases)('runs of built-in strategies on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let store: Store;
  let workers: WorkerPool;
  let task: Task;
  const runners: StrategyRunner[] = [];
  const troubles: unknown[] = [];

  beforeAll(async () => {
    opened = await createTestStore(database);
    store = opened.store;
    await fillTaskWorld(store);
    task = await frozenTask(store, 'one');
    workers = new WorkerPool({ threads: 2 });
  });
  afterEach(async () => {
    for (const runner of runners.splice(0)) await runner.close();
    expect(troubles.splice(0)).toEqual([]);
    for (const { predictionId } of await store.watches.all()) await store.watches.stop(predictionId);
  });
  afterAll(async () => {
    await workers.close();
    try {
      expect(await store.verify()).toEqual([]);
    } finally {
      await opened.drop();
    }
  });

  const enqueue = (request: BuiltInRequest, author = AUTHOR) =>
    enqueueBuiltIn(store, task, builtInVersion(request), author);
  const runner = (options: ConstructorParameters<typeof StrategyRunner>[2] = {}, on = store) => {
    const onTrouble = (what: string, facts: object) => troubles.push([what, facts]);
    const made = new StrategyRunner(on, workers, { onTrouble, ...options });
    runners.push(made);
    return made;
  };
  const drain = async () => {
    const made = runner();
    made.wake();
    await made.drained();
  };
  const found = async ({ id }: Pick<Prediction, 'id'>) => (await store.reads.predictions([id]))[0] as Prediction;
  const runOf = async ({ id }: Pick<Prediction, 'id'>) => (await store.strategyRuns.of([id]))[0];

  test('are made complete, evaluated, with their models, and are the same prediction whoever asks again', async () => {
    const { prediction, queued } = await enqueue({ strategy: 'pca', parameters: { components: 2 } });
    expect([queued, prediction.status]).toEqual([true, 'QUEUED']);
    await drain();
    expect(await found(prediction)).toMatchObject({ status: 'COMPLETE', expected: 10, scored: 10, withReason: 0 });
    expect(await runOf(prediction)).toMatchObject({ attempts: 1, stepsDone: 74, stepsTotal: 74, leaseOwner: null });
    const [models] = await store.models.of([prediction.id]);
    expect(models?.map(({ rows, leftOut }) => [rows, leftOut])).toEqual([
      [7, '{}'],
      [7, '{}'],
      [6, '{}'],
    ]);
    const [evaluation] = await store.reads.currentEvaluations([
      { predictionId: prediction.id, scope: 'TEST', truth: 'FROZEN' },
    ]);
    expect(evaluation).not.toBeNull();
    const again = await enqueue({ strategy: 'pca', parameters: { components: 2 } }, { name: 'other', isAdmin: false });
    expect(again).toMatchObject({ queued: false, prediction: { id: prediction.id, status: 'COMPLETE' } });
  });

  test('are not told to be complete before they are evaluated', async () => {
    const { prediction } = await enqueue({ strategy: 'template', parameters: { templates: 7 } });
    const statuses: string[] = [];
    const run = workers.run.bind(workers);
    const watched = vi.spyOn(workers, 'run').mockImplementation(async (name, ...rest) => {
      if (name === 'evaluatePrediction') statuses.push((await found(prediction)).status);
      return run(name, ...rest);
    });
    try {
      await drain();
    } finally {
      watched.mockRestore();
    }
    expect([...new Set(statuses)]).toEqual(['RUNNING']);
    expect((await found(prediction)).status).toBe('COMPLETE');
  });

  test('are worked off as they are queued, one server alone at each', async () => {
    const elsewhere = await openStore(opened.url, { migrate: false });
    const pair = [runner(TOLD), runner(TOLD, elsewhere)];
    try {
      await Promise.all(pair.map((one) => one.start()));
      const queued = [];
      for (const strategy of ['entries', 'ks', 'chi2']) queued.push(await enqueue({ strategy }));
      for (const { prediction } of queued) {
        const isOver = async () => expect((await runOf(prediction))?.finishedAt).not.toBeNull();
        await vi.waitFor(isOver, { timeout: 20_000 });
        expect(await runOf(prediction)).toMatchObject({ attempts: 1, leaseOwner: null });
        expect((await found(prediction)).status).toBe('COMPLETE');
      }
    } finally {
      await Promise.all(pair.map((one) => one.close()));
      await elsewhere.close();
    }
  });

  test('that wait are cancelled at once, and made anew when they are asked for again', async () => {
    const { prediction } = await enqueue({ strategy: 'moments' });
    expect((await store.strategyRuns.cancel(prediction.id, isAlive)).status).toBe('CANCELLED');
    expect((await store.strategyRuns.cancel(prediction.id, isAlive)).status).toBe('CANCELLED');
    await drain();
    expect((await found(prediction)).status).toBe('CANCELLED');
    expect(await enqueue({ strategy: 'moments' })).toMatchObject({ queued: true, prediction: { id: prediction.id } });
    await drain();
    expect((await found(prediction)).status).toBe('COMPLETE');
    await expect(store.strategyRuns.cancel(prediction.id, isAlive)).rejects.toThrow(/COMPLETE/);
  });

  test('that are under way are told to stop, and end as cancelled', async () => {
    const { prediction } = await enqueue({ strategy: 'max-pull' });
    const working = runner({ renewMs: 5 });
    // the thread is at something else meanwhile
    const slow = vi.spyOn(workers, 'run').mockImplementation(untilCancelled);
    try {
      working.wake();
      await vi.waitFor(async () => expect((await found(prediction)).status).toBe('RUNNING'));
      expect((await store.strategyRuns.cancel(prediction.id, isAlive)).status).toBe('RUNNING');
      await working.drained();
      expect((await found(prediction)).status).toBe('CANCELLED');
    } finally {
      slow.mockRestore();
    }
  });

  test('that were told to stop are made anew once they have, and not before: who asked would wait for nothing', async () => {
    const asked = { strategy: 'max-pull', parameters: { largest: 2 } };
    const { prediction } = await enqueue(asked);
    await store.strategyRuns.claim({ owner: 'somebody', isDead: isAlive });
    expect((await store.strategyRuns.cancel(prediction.id, isAlive)).status).toBe('RUNNING');
    await expect(enqueue(asked)).rejects.toMatchObject({ details: { reason: 'CANCELLING' } });
    await store.strategyRuns.settle(prediction.id, 'somebody', { status: 'CANCELLED' });
    expect(await enqueue(asked)).toMatchObject({ queued: true, prediction: { id: prediction.id, status: 'QUEUED' } });
    await drain();
    expect((await found(prediction)).status).toBe('COMPLETE');
  });

  test('that stop with their server wait for the next one, and begin anew', async () => {
    const { prediction } = await enqueue({ strategy: 'template' });
    const stopped = runner();
    const slow = vi.spyOn(workers, 'run').mockImplementation(untilCancelled);
    stopped.wake();
    await vi.waitFor(() => expect(slow).toHaveBeenCalled());
    await stopped.close();
    slow.mockRestore();
    expect(await found(prediction)).toMatchObject({ status: 'QUEUED' });
    expect(await runOf(prediction)).toMatchObject({ attempts: 0, leaseOwner: null });
    await drain();
    expect((await found(prediction)).status).toBe('COMPLETE');
  });

  test('whose processes died are taken over, and given up when that happens again and again', async () => {
    const { prediction } = await enqueue({ strategy: 'nearest-neighbours', parameters: { neighbours: 2 } });
    for (const attempts of [1, 2, 3]) {
      const claimed = await store.strategyRuns.claim({ owner: `dead ${attempts}`, isDead: isGone });
      expect(claimed).toMatchObject({ prediction: { id: prediction.id, status: 'RUNNING' }, run: { attempts } });
      expect(await store.strategyRuns.claim({ owner: 'other', isDead: isAlive })).toBeNull();
    }
    expect(await store.strategyRuns.settle(prediction.id, 'dead 2', { status: 'COMPLETE' })).toBe(false);
    expect(await store.strategyRuns.claim({ owner: 'other', isDead: isGone })).toBeNull();
    expect(await found(prediction)).toMatchObject({ status: 'FAILED', errorCode: 'WORKER_DIED' });
  });

  test('are refused where too many of one author wait', async () => {
    const { id } = (await enqueue({ strategy: 'entries', seed: 1000 })).prediction;
    for (let seed = 1001; seed < 1000 + MOST_WAITING; seed++) await enqueue({ strategy: 'entries', seed });
    const before = await store.lists.count('prediction');
    await expect(enqueue({ strategy: 'entries', seed: 2000 })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(await store.lists.count('prediction')).toBe(before);
    // the one that waits is not one more
    expect(await enqueue({ strategy: 'entries', seed: 1000 })).toMatchObject({ queued: false, prediction: { id } });
    await enqueue({ strategy: 'entries', seed: 2000 }, { name: 'patient', isAdmin: false });
    for (
      let waiting = await store.strategyRuns.claim(lease());
      waiting;
      waiting = await store.strategyRuns.claim(lease())
    ) {
      await store.strategyRuns.settle(waiting.prediction.id, 'one', { status: 'CANCELLED' });
    }
  });

  test('are taken by author in turn, each in the order in which they were asked for', async () => {
    for (const seed of [1, 2, 3])
      await enqueue({ strategy: 'entries', seed: 3000 + seed }, { name: 'eager', isAdmin: false });
    await enqueue({ strategy: 'entries', seed: 3004 }, { name: 'late', isAdmin: false });
    expect(await store.strategyRuns.countByStatus()).toMatchObject({ QUEUED: 4 });
    const taken: string[] = [];
    for (let next = await store.strategyRuns.claim(lease()); next; next = await store.strategyRuns.claim(lease())) {
      const { prediction } = next;
      const [version] = await store.reads.strategyVersions([prediction.strategyVersionId]);
      taken.push(`${prediction.author} ${JSON.parse(version?.definition ?? '').seed}`);
      await store.strategyRuns.settle(prediction.id, 'one', { status: 'CANCELLED' });
      // times are kept to the millisecond
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(taken).toEqual(['eager 3001', 'late 3004', 'eager 3002', 'eager 3003']);
  });

  test('that cannot be made say why', async () => {
    const { prediction } = await enqueue({ strategy: 'nmf', preparation: { rebin: [7] } });
    await drain();
    expect(await found(prediction)).toMatchObject({
      ...{ status: 'FAILED', errorCode: 'BAD_USER_INPUT', scored: 0 },
      errorMessage: expect.stringContaining('rebin'),
    });
    expect((await store.models.of([prediction.id]))[0]).toEqual([]);
  });

  test('that watch score what arrives, and anew what was not whole, as members are scored', async () => {
    const { prediction } = await enqueue({ strategy: 'ks' });
    await drain();
    const watched = await watchedBy(store, prediction.id);
    if (watched === null) throw new Error('there are no models');
    await store.watches.start(prediction.id, 'somebody', watched.content);
    const told: StoreEvent[] = [];
    const leave = await store.events.subscribe(`scored ${prediction.id}`, (event) => told.push(event as StoreEvent));
    const watching = runner(TOLD);
    await watching.start();
    // a run that was there, and a new one with what the run of the test has
    const brought = (run: number, lumisection: number, element = CHARGE) => ({
      ...histogram(third, lumisection, element),
      run,
    });
    await ingest(store, { path: 'one.csv', format: 'test' }, [
      { kind: 'runs', runs: [{ number: 400_000 }] },
      lumisectionBatch([brought(400_000, 1), brought(400_000, 4), brought(first, 11), brought(first, 11, SIZE)]),
    ]);
    const scoresOf = async (run: number) =>
      (await store.watches.scores(prediction.id, run, [1, 4, 11])).map(
        ({ lumisectionNumber, score, reason, histograms }) => ({
          ...{ lumisectionNumber, score, reason, histograms },
        }),
      );
    await vi.waitFor(async () => expect(await scoresOf(400_000)).toHaveLength(2), { timeout: 20_000 });
    const test = await store.predictions.scores(prediction.id, 'TEST', 0);
    // as the member without cluster sizes
    expect((await scoresOf(400_000))[1]).toEqual({
      lumisectionNumber: 4,
      score: test?.scores[3],
      reason: null,
      histograms: 1,
    });
    expect((await scoresOf(400_000))[0]?.score).not.toBe(test?.scores[0]);
    // by another process
    const elsewhere = await openStore(opened.url, { migrate: false });
    await ingest(elsewhere, { path: 'two.csv', format: 'other' }, [lumisectionBatch([brought(400_000, 1, SIZE)])]);
    await elsewhere.close();
    const whole = { lumisectionNumber: 1, score: test?.scores[0], reason: null, histograms: 2 };
    await vi.waitFor(async () => expect((await scoresOf(400_000))[0]).toEqual(whole), { timeout: 20_000 });
    // the run that was there is scored whole, the others not at all
    expect((await scoresOf(first)).map((one) => one.lumisectionNumber)).toEqual([1, 4, 11]);
    expect(await scoresOf(second)).toEqual([]);
    leave();
    const lumisections = told.flatMap((event) =>
      event.kind === 'scored' && event.run === 400_000 ? event.lumisections : [],
    );
    expect(lumisections).toEqual([1, 4, 1]);
    await watching.drained();
    expect(await store.watches.changedRuns(prediction.id, watched.content)).toEqual([]);
  });

  test('that watch and cannot score say why, until they can, and hinder no other', async () => {
    const failing = (await enqueue({ strategy: 'ks' })).prediction;
    const other = (await enqueue({ strategy: 'entries', seed: 7 })).prediction;
    await drain();
    for (const { id } of [failing, other]) {
      await store.watches.start(id, 'somebody', (await watchedBy(store, id))?.content as WatchedContent);
    }
    const batch = lumisectionBatch([{ ...histogram(third, 1), run: 410_000 }]);
    await ingest(store, { path: 'more.csv', format: 'test' }, [{ kind: 'runs', runs: [{ number: 410_000 }] }, batch]);
    const original = store.models.content.bind(store.models);
    const damaged = vi.spyOn(store.models, 'content').mockImplementation(async (id, element) => {
      if (id === failing.id) throw new CorruptModelError('damaged');
      return original(id, element);
    });
    await drain();
    damaged.mockRestore();
    const scored = async ({ id }: Prediction) => (await store.watches.scores(id, 410_000, [1])).length;
    expect([await scored(failing), await scored(other)]).toEqual([0, 1]);
    const errors = async () => (await store.watches.of([failing.id, other.id])).map((one) => one?.errorCode);
    expect(await errors()).toEqual(['CORRUPT_MODEL', null]);
    await drain();
    expect([await scored(failing), await errors()]).toEqual([1, [null, null]]);
  });

  test('that watch do not wait for runs that are under way', async () => {
    const { prediction } = await enqueue({ strategy: 'ks' });
    await drain();
    await store.watches.start(
      prediction.id,
      'somebody',
      (await watchedBy(store, prediction.id))?.content as WatchedContent,
    );
    await enqueue({ strategy: 'pca', seed: 77 });
    const original = workers.run.bind(workers);
    const slow = vi
      .spyOn(workers, 'run')
      .mockImplementation((name, input, options) =>
        name === 'fitStrategy'
          ? untilCancelled(name, input as never, options)
          : original(name, input as never, options),
      );
    const working = runner(TOLD);
    await working.start();
    await vi.waitFor(() => expect(slow).toHaveBeenCalledWith('fitStrategy', expect.anything(), expect.anything()));
    const batch = lumisectionBatch([{ ...histogram(third, 1), run: 420_000 }]);
    await ingest(store, { path: 'next.csv', format: 'test' }, [{ kind: 'runs', runs: [{ number: 420_000 }] }, batch]);
    const isScored = async () => expect(await store.watches.scores(prediction.id, 420_000, [1])).toHaveLength(1);
    await vi.waitFor(isScored, { timeout: 20_000 });
    await working.close();
    slow.mockRestore();
    await drain();
  });

  test('that watch are looked after by one process at a time, and by none once they ended', async () => {
    const { prediction } = await enqueue({ strategy: 'ks' });
    await store.watches.start(prediction.id, 'somebody', { datasetId: 1, monitorElementIds: [1] });
    expect(await store.watches.claim(prediction.id, { owner: 'one', isDead: isAlive })).toBe(true);
    expect(await store.watches.claim(prediction.id, { owner: 'two', isDead: isAlive })).toBe(false);
    const run = { runNumber: first, histograms: 3 };
    expect(await store.watches.record(prediction.id, 'two', run, [])).toBe(false);
    await store.watches.release(prediction.id, 'one');
    expect((await store.watches.of([prediction.id]))[0]).toMatchObject({ leaseOwner: null, errorCode: null });
    expect(await store.watches.claim(prediction.id, { owner: 'two', isDead: isAlive })).toBe(true);
    // nothing is kept of a run that is not there (any more)
    const score = { lumisectionNumber: 1, score: 1, reason: null, histograms: 1 };
    expect(await store.watches.record(prediction.id, 'two', { ...run, runNumber: 999 }, [score])).toBe(true);
    expect(await store.watches.scores(prediction.id, 999, [1])).toEqual([]);
    expect(await store.watches.stop(prediction.id)).toBe(true);
    expect(await store.watches.stop(prediction.id)).toBe(false);
    expect(await store.watches.record(prediction.id, 'two', run, [])).toBe(false);
  });
});
