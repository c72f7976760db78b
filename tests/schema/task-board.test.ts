import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import type { Ask } from './ask.ts';
import { fillPredictionWorld, freeze, JUDGED, type PredictionWorld, scoresOf } from './prediction-world.ts';
import { RUNS } from './task-world.ts';

const CREATE = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { created } }';
const SUBMIT =
  'mutation ($input: SubmitPredictionInput!) { submitPrediction(input: $input) { prediction { status } } }';
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
    const { errors } = await ask(SUBMIT, { input: { task, strategy: { name, version: '1' }, scores } });
    return errors?.[0]?.extensions;
  };

  test('take so many submissions of an author in a day, and say when the next one is taken', async () => {
    await freeze(world.root, { ...JUDGED, name: 'daily', maxSubmissionsPerDay: 2, maxSubmissions: 3 });
    const day = 86_400_000;
    const begin = Date.now();
    const at = (days: number) => vi.setSystemTime(begin + days * day);
    vi.useFakeTimers({ toFake: ['Date'], now: begin });
    expect(await submit(world.author, 'daily', 'one')).toBeUndefined();
    at(0.001);
    expect(await submit(world.author, 'daily', 'two')).toBeUndefined();
    // the same scores again are no submission
    expect(await submit(world.author, 'daily', 'one')).toBeUndefined();
    at(0.002);
    expect(await submit(world.author, 'daily', 'three')).toMatchObject({
      ...{ code: 'LIMIT_EXCEEDED', reason: 'SUBMISSIONS', limit: 2, used: 2 },
      again: new Date(begin + day).toISOString(),
    });
    expect(await submit(world.rival, 'daily', 'other')).toBeUndefined();
    vi.useRealTimers();
    const counts = async (ask: Ask) => (await ask(SUBMISSIONS, { name: 'daily' })).data.task.submissions;
    const mine = { author: 'author', count: 2, today: 2 };
    expect(await counts(world.author)).toEqual([mine]);
    expect(await counts(world.reader)).toEqual([]);
    expect(await counts(world.root)).toEqual([mine, { author: 'rival', count: 1, today: 1 }]);
  });

  test('take so many of all time, and none after them', async () => {
    await freeze(world.root, { ...JUDGED, name: 'once', maxSubmissions: 1 });
    expect(await submit(world.author, 'once', 'alpha')).toBeUndefined();
    expect(await submit(world.author, 'once', 'beta')).toMatchObject({ limit: 1, used: 1, again: null });
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
