import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { StrategyRunner } from '../../src/playground/strategy-runner.ts';
import type { Store } from '../../src/store/store.ts';
import { WorkerPool } from '../../src/workers/worker-pool.ts';
import { createTestStore, databases } from '../support/databases.ts';
import type { Ask } from './ask.ts';
import { fillPredictionWorld, freeze, JUDGED, type PredictionWorld, scoresOf } from './prediction-world.ts';
import { RUNS } from './task-world.ts';

const CREATE = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { created } }';
const SUBMIT = `mutation ($input: SubmitPredictionInput!) { submitPrediction(input: $input) {
  report { inserted } prediction { id status evaluation { rocAuc } } } }`;
const EVALUATE =
  'mutation ($id: ID!) { evaluatePrediction(input: { prediction: $id }) { prediction { evaluation { rocAuc } } } }';
const RUN =
  'mutation ($input: RunStrategyInput!) { runStrategy(input: $input) { queued prediction { id status error { code } } } }';
const SUBMISSIONS = 'query ($name: String!) { task(name: $name) { submissions { author count today } } }';

/** All of it is allowed, so that only what a test is about is refused. */
const hidden = { isTruthHidden: true, allow: ['SHOWN_TRUTH'] };

describe.each(databases)('boards of tasks on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let world: PredictionWorld;

  beforeAll(async () => {
    opened = await createTestStore(database);
    world = await fillPredictionWorld(opened.store);
  });
  afterAll(() => opened.drop());
  afterEach(() => {
    vi.useRealTimers();
  });

  const refused = async (changes: object, ask: Ask = world.root) => {
    const { errors } = await ask(CREATE, { input: { ...JUDGED, name: 'refused', ...changes } });
    return errors?.[0]?.extensions;
  };
  const submit = async (ask: Ask, task: string, name: string, factor = 1) => {
    const scores = scoresOf(RUNS.slice(1), (lumisection) => lumisection * factor);
    const { data, errors, extensions } = await ask(SUBMIT, {
      input: { task, strategy: { name, version: '1' }, scores },
    });
    expect(errors).toBeUndefined();
    return { ...data.submitPrediction, warnings: extensions?.warnings };
  };
  const evaluated = { prediction: { evaluation: { rocAuc: 1 } }, warnings: undefined };

  test('take so many submissions of an author in a day, and say when the next one is taken', async () => {
    await freeze(world.root, { ...JUDGED, name: 'daily', maxSubmissionsPerDay: 2, maxSubmissions: 3 });
    const day = 86_400_000;
    const begin = Date.now();
    const at = (days: number) => vi.setSystemTime(begin + days * day);
    vi.useFakeTimers({ toFake: ['Date'], now: begin });
    expect(await submit(world.author, 'daily', 'one')).toMatchObject(evaluated);
    at(0.001);
    expect(await submit(world.author, 'daily', 'two')).toMatchObject(evaluated);
    // the same scores again are no submission
    expect(await submit(world.author, 'daily', 'one')).toMatchObject(evaluated);
    at(0.002);
    const again = new Date(begin + day).toISOString();
    const third = await submit(world.author, 'daily', 'three');
    // what was brought is kept, and nothing is said to have failed
    expect(third).toMatchObject({
      ...{ report: { inserted: 20 }, prediction: { status: 'COMPLETE', evaluation: null } },
      warnings: [{ code: 'SUBMISSIONS', message: expect.stringContaining(again), path: ['submitPrediction'] }],
    });
    const { id } = third.prediction;
    expect((await world.author(EVALUATE, { id })).errors?.[0]?.extensions).toMatchObject({
      ...{ code: 'LIMIT_EXCEEDED', reason: 'SUBMISSIONS', limit: 2, used: 2, again },
    });
    expect(await submit(world.rival, 'daily', 'other')).toMatchObject(evaluated);
    vi.useRealTimers();
    const counts = async (ask: Ask) => (await ask(SUBMISSIONS, { name: 'daily' })).data.task.submissions;
    const mine = { author: 'author', count: 2, today: 2 };
    expect(await counts(world.author)).toEqual([mine]);
    expect(await counts(world.reader)).toEqual([]);
    expect(await counts(world.root)).toEqual([mine, { author: 'rival', count: 1, today: 1 }]);
  });

  test('take so many of all time, and none after them', async () => {
    await freeze(world.root, { ...JUDGED, name: 'once', maxSubmissions: 1 });
    expect(await submit(world.author, 'once', 'alpha')).toMatchObject(evaluated);
    expect((await submit(world.author, 'once', 'beta')).warnings).toMatchObject([
      { code: 'SUBMISSIONS', message: expect.stringMatching(/the limit is 1: no more are taken/) },
    ]);
  });

  test('have nothing computed that they would not take: neither when it is asked for, nor when its turn comes', async () => {
    await freeze(world.root, { ...JUDGED, name: 'busy', maxSubmissions: 1 });
    const run = (strategy: string) => world.author(RUN, { input: { task: 'busy', strategy } });
    const waiting = await run('entries');
    expect(waiting.data.runStrategy).toMatchObject({ queued: true });
    expect(await submit(world.author, 'busy', 'gamma')).toMatchObject(evaluated);
    expect((await run('moments')).errors?.[0]?.extensions).toMatchObject({
      ...{ code: 'LIMIT_EXCEEDED', reason: 'SUBMISSIONS', limit: 1, used: 1, again: null },
    });
    expect((await run('entries')).data.runStrategy.queued).toBe(false);
    const workers = new WorkerPool({ threads: 1 });
    const runner = new StrategyRunner(opened.store, workers);
    try {
      runner.wake();
      await runner.drained();
    } finally {
      await runner.close();
      await workers.close();
    }
    const { data } = await world.author(
      `{ task(name: "busy") { predictions { nodes { status error { code } progress { stepsDone } strategy { strategy { name } } } } } }`,
    );
    expect(data.task.predictions.nodes).toContainEqual({
      ...{ status: 'FAILED', error: { code: 'LIMIT_EXCEEDED' }, progress: { stepsDone: 0 } },
      strategy: { strategy: { name: 'entries' } },
    });
    expect(data.task.predictions.nodes).toHaveLength(2);
  });

  test('have a public part only where the truth is hidden, with both classes on either side', async () => {
    expect(await refused({ publicShare: 0.5 })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'publicShare' });
    for (const publicShare of [0, 1, -0.5]) {
      expect(await refused({ ...hidden, publicShare })).toMatchObject({ field: 'publicShare' });
    }
    for (const name of ['maxSubmissions', 'maxSubmissionsPerDay']) {
      expect(await refused({ [name]: 0 })).toMatchObject({ field: name });
    }
    // one run cannot be shared out
    const input = { ...JUDGED, name: 'single', ...hidden, publicShare: 0.5 };
    await expect(freeze(world.root, input)).rejects.toThrow(/the private part of the test would have 0 positives/);
  });

  test('hide only what can be hidden: no conditions, no lists in a definition, no runs that were shown', async () => {
    const open = { code: 'BAD_USER_INPUT', reason: 'OPEN_TRUTH' };
    const negative = 'golden-2018';
    const where = 'dcs-2018 & where(number > 7)';
    expect(await refused({ ...hidden, truth: { negative, positive: where } })).toMatchObject(open);
    expect(await refused({ ...hidden, truth: { negative, positive: `${RUNS[2]}:8-10` } })).toMatchObject(open);
    const save = (name: string, expression: string) =>
      world.root('mutation ($input: SaveMaskInput!) { saveMask(input: $input) { created } }', {
        input: { name, expression },
      });
    await save('conditional', where);
    expect(await refused({ ...hidden, truth: { negative, positive: 'conditional' } })).toMatchObject(open);
    await save('listed', RUNS.map((run) => `${run}:8-10`).join(' | '));
    const { errors } = await world.root(CREATE, {
      input: { ...JUDGED, ...hidden, name: 'of-a-list', truth: { negative, positive: 'listed' } },
    });
    expect(errors).toBeUndefined();
    expect(await refused({ isTruthHidden: true })).toMatchObject({ reason: 'SHOWN_TRUTH', allow: 'SHOWN_TRUTH' });
    const allow = ['SHOWN_TRUTH', 'SHARED_RUNS'];
    const shared = {
      training: { mask: `${RUNS[2]}:1-8` },
      testing: { mask: `${RUNS[2]}:9-10 | ${RUNS[0]}` },
      validation: { runs: [RUNS[1]] },
    };
    expect(await refused({ ...hidden, ...shared, allow })).toMatchObject({ reason: 'SHARED_RUNS' });
  });

  test('are hidden by whoever has the scope admin, and revealed once they are frozen', async () => {
    expect(await refused(hidden, world.author)).toMatchObject({ code: 'FORBIDDEN' });
    const reveal = 'mutation ($task: String!) { revealTask(input: { task: $task }) { task { revealedAt } } }';
    await world.root(CREATE, { input: { ...JUDGED, ...hidden, name: 'secret' } });
    expect((await world.root(reveal, { task: 'secret' })).errors?.[0]?.extensions).toMatchObject({ reason: 'DRAFT' });
    const open = await world.root(reveal, { task: 'judged' });
    expect(open.data.revealTask.task).toEqual({ revealedAt: null });
  });
});
