import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Scope } from '../../src/domain/viewer.ts';
import { StrategyRunner } from '../../src/playground/strategy-runner.ts';
import { predictionKey } from '../../src/schema/prediction.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { STRATEGIES } from '../../src/strategies/registry.ts';
import { WorkerPool } from '../../src/workers/worker-pool.ts';
import { DEFINITION, frozenTask } from '../playground/playground-world.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Subscription, subscribe } from '../support/event-stream.ts';
import { SESSION } from '../support/session.ts';
import { type Answer, type Ask, asker } from './ask.ts';
import { lumisectionBatch } from './batch.ts';
import { CHARGE, fillTaskWorld, histogram, RUNS, SIZE } from './task-world.ts';
import { ingest } from './world.ts';

const folder = join(import.meta.dirname, '../queries/strategies');
const documentOf = (name: string) => readFileSync(join(folder, `${name}.graphql`), 'utf8');
const RUN = `mutation ($input: RunStrategyInput!) { runStrategy(input: $input) {
  queued prediction { id status author strategy { name version } } } }`;
const CANCEL = 'mutation ($id: ID!) { cancelPrediction(input: { prediction: $id }) { prediction { status } } }';
const WATCH = `mutation ($id: ID!, $watch: Boolean!) {
  watchPrediction(input: { prediction: $id, watch: $watch }) { prediction { watch { author error { code } } } } }`;
const [, , third] = RUNS as [number, number, number];

const reasonOf = ({ errors }: Answer) => errors?.[0]?.extensions.reason ?? errors?.[0]?.extensions.code;

describe.each(databases)('built-in strategies over GraphQL on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let store: Store;
  let workers: WorkerPool;
  let ask: Ask;
  let asOther: Ask;
  let asReader: Ask;
  const running: { leave(): void }[] = [];
  const runners: StrategyRunner[] = [];

  beforeAll(async () => {
    opened = await createTestStore(database);
    store = opened.store;
    await fillTaskWorld(store);
    await frozenTask(store, 'one', { monitorElements: [CHARGE.path] });
    workers = new WorkerPool({ threads: 1 });
    const token = async (name: string, scopes: Scope[]) => {
      const expiresAt = new Date(Date.now() + 60_000);
      return (await store.tokens.create({ name, scopes, expiresAt }, 'test')).secret;
    };
    ask = asker(store, {}, await token('author', ['challenge']));
    asOther = asker(store, {}, await token('other', ['challenge']));
    asReader = asker(store, {}, await token('reader', ['read']));
  });
  afterEach(async () => {
    for (const subscription of running.splice(0)) subscription.leave();
    for (const runner of runners.splice(0)) await runner.close();
  });
  afterAll(async () => {
    await workers.close();
    try {
      expect(await store.verify()).toEqual([]);
    } finally {
      await opened.drop();
    }
  });

  const run = async (input: object, as = ask) => as(RUN, { input: { task: 'one', ...input } });
  const idOf = async (input: object) => (await run(input)).data.runStrategy.prediction.id as string;
  const drain = async () => {
    const runner = new StrategyRunner(store, workers);
    runners.push(runner);
    runner.wake();
    await runner.drained();
  };
  const snapshot = async (name: string) => {
    const text = JSON.stringify(await ask(documentOf(name)), null, 2);
    await expect(`${text}\n`).toMatchFileSnapshot(join(folder, `${name}.json`));
  };

  test('are run as documented, and tell what they have learned from', async () => {
    await snapshot('run-strategy');
    await drain();
    await snapshot('models');
  });

  test('are run once under the same parameters, however they are written and whoever asks', async () => {
    const id = await idOf({ strategy: 'template' });
    const same = { strategy: 'template', parameters: { distance: 'MINIMUM' }, preparation: { flow: 'DROP' }, seed: 1 };
    expect((await run(same, asOther)).data.runStrategy).toMatchObject({
      ...{ queued: false, prediction: { id, author: 'author', strategy: { version: '1' } } },
    });
    const other = await run({ ...same, parameters: { distance: 'MEAN' }, learnFrom: 'ALL' });
    expect(other.data.runStrategy).toMatchObject({
      ...{ queued: true, prediction: { strategy: { name: 'template', version: '1 distance=MEAN learnFrom=ALL' } } },
    });
    const named = await run({ strategy: 'template', parameters: { templates: 5 }, version: 'mine' });
    expect(named.data.runStrategy.prediction.strategy.version).toBe('mine');
    expect(reasonOf(await run({ strategy: 'template', parameters: { templates: 6 }, version: 'mine' }))).toBe(
      'VERSION_TAKEN',
    );
    await drain();
  });

  test.each([
    ['a task that is not there', { task: 'none', strategy: 'ks' }, 'NOT_FOUND', /no task/],
    ['a strategy that is not built-in', { strategy: 'mine' }, 'NOT_FOUND', /entries, moments/],
    [
      'a parameter that it does not have',
      { strategy: 'ks', parameters: { components: 2 } },
      'BAD_USER_INPUT',
      /parameters/,
    ],
    [
      'a value out of bounds',
      { strategy: 'pca', parameters: { components: 9 } },
      'BAD_USER_INPUT',
      /parameters\.components/,
    ],
    [
      'a preparation that it has no use for',
      { strategy: 'ks', preparation: { normalisation: 'SUM' } },
      'BAD_USER_INPUT',
      /normalisation/,
    ],
    ['a combination that is none', { strategy: 'ks', combination: 'mean' }, 'NOT_FOUND', /gaussian, fisher/],
    [
      'parameters of it that are none',
      { strategy: 'ks', combination: 'fisher', combinationParameters: { a: 1 } },
      'BAD_USER_INPUT',
      /combinationParameters/,
    ],
    ['a label that is none', { strategy: 'ks', version: ' x' }, 'BAD_USER_INPUT', /version/],
  ])('%s is refused', async (_what, input, code, message) => {
    const { errors } = await run(input);
    expect(errors?.[0]?.extensions.code).toBe(code);
    expect(errors?.[0]?.message).toMatch(message);
  });

  test('drafts, and tokens without the scope, are refused', async () => {
    const { task } = await store.tasks.create(
      { name: 'draft', author: 'author' },
      JSON.parse((await store.reads.taskByName('one'))?.definition ?? ''),
    );
    expect(reasonOf(await run({ task: 'draft', strategy: 'ks' }))).toBe('DRAFT');
    await store.tasks.delete(task.id);
    expect(reasonOf(await run({ strategy: 'ks' }, asReader))).toBe('FORBIDDEN');
  });

  test('own their names, before anybody has run them and after', async () => {
    const create = 'mutation ($name: String!) { createStrategy(input: { name: $name }) { created } }';
    expect(reasonOf(await ask(create, { name: 'moments' }))).toBe('BUILT_IN');
    await idOf({ strategy: 'moments' });
    expect(reasonOf(await ask(create, { name: 'moments' }))).toBe('BUILT_IN');
    await drain();
  });

  test('are cancelled by who had them run, and by nobody else', async () => {
    const id = await idOf({ strategy: 'nmf', parameters: { components: 2 } });
    // they are evaluated when they are made
    const evaluate = 'mutation ($id: ID!) { evaluatePrediction(input: { prediction: $id }) { prediction { status } } }';
    expect(reasonOf(await ask(evaluate, { id }))).toBe('RUNNING');
    expect(reasonOf(await asOther(CANCEL, { id }))).toBe('FORBIDDEN');
    expect((await ask(CANCEL, { id })).data.cancelPrediction.prediction.status).toBe('CANCELLED');
    await drain();
    const again = await run({ strategy: 'nmf', parameters: { components: 2 } }, asOther);
    expect(again.data.runStrategy).toMatchObject({ queued: true, prediction: { id, status: 'QUEUED' } });
    await drain();
    expect((await ask(CANCEL, { id })).errors?.[0]?.message).toMatch(/COMPLETE/);
  });

  test('that watch tell of each lumisection that they score, wherever it was brought', async () => {
    const id = await idOf({ strategy: 'chi2' });
    expect(reasonOf(await ask(WATCH, { id, watch: true }))).toBe('NO_MODELS');
    await drain();
    expect(reasonOf(await asOther(WATCH, { id, watch: true }))).toBe('FORBIDDEN');
    const { data } = await ask(WATCH, { id, watch: true });
    expect(data.watchPrediction.prediction.watch).toEqual({ author: 'author', error: null });
    const runner = new StrategyRunner(store, workers, { lookMs: 50 });
    runners.push(runner);
    await runner.start();
    const app = createApp(store, parseConfig({ LUMIGRAPH_LOG: 'silent', LUMIGRAPH_WEB: 'off' }), { session: SESSION });
    const scored: Subscription = await subscribe(
      app,
      `subscription ($id: ID!) { predictionScored(prediction: $id) {
        run number score reason isFlagged lumisection { number } prediction { strategy { name } } } }`,
      { id },
    );
    running.push(scored);
    // as another server on the database has it
    const elsewhere = await openStore(opened.url);
    const heard: unknown[] = [];
    const predictionId = predictionKey.parseGlobal(id)[0] as number;
    await elsewhere.events.subscribe(`scored ${predictionId}`, (event) => heard.push(event));
    const brought = { ...histogram(third, 9), run: 500_000 };
    await ingest(store, { path: 'new.csv', format: 'test' }, [
      { kind: 'runs', runs: [{ number: 500_000 }] },
      lumisectionBatch([brought, { ...brought, lumisection: 10, contents: new Float64Array(6) }]),
    ]);
    const { scores } = (
      await ask(
        'query ($id: ID!) { node(id: $id) { ... on Prediction { threshold scores(part: TEST) { scores } } } }',
        { id },
      )
    ).data.node.scores;
    const first = (await scored.next()).data.predictionScored;
    expect(first).toMatchObject({
      run: 500_000,
      number: 9,
      score: scores[8],
      reason: null,
      lumisection: { number: 9 },
    });
    expect(typeof first.isFlagged).toBe('boolean');
    expect((await scored.next()).data.predictionScored).toMatchObject({
      ...{ number: 10, score: null, reason: 'EMPTY', isFlagged: null, prediction: { strategy: { name: 'chi2' } } },
    });
    const told = [{ kind: 'scored', predictionId, run: 500_000, lumisections: [9, 10] }];
    await vi.waitFor(() => expect(heard).toEqual(told)).finally(() => elsewhere.close());
    const page = `query ($id: ID!, $after: String) { node(id: $id) { ... on Prediction { watchedScores(first: 1, after: $after) {
      runs lumisections scores reasons pageInfo { hasNextPage endCursor } } } } }`;
    const one = (await ask(page, { id })).data.node.watchedScores;
    expect(one).toMatchObject({ runs: [500_000], lumisections: [9], scores: [scores[8]], reasons: [null] });
    expect(one.pageInfo.hasNextPage).toBe(true);
    const two = (await ask(page, { id, after: one.pageInfo.endCursor })).data.node.watchedScores;
    expect(two).toMatchObject({
      lumisections: [10],
      scores: [null],
      reasons: ['EMPTY'],
      pageInfo: { hasNextPage: false },
    });
    expect((await ask(page, { id, after: 'x' })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect((await ask(WATCH, { id, watch: false })).data.watchPrediction.prediction.watch).toBeNull();
    await ingest(store, { path: 'later.csv', format: 'test' }, [lumisectionBatch([{ ...brought, lumisection: 11 }])]);
    await drain();
    expect((await ask(page, { id, after: one.pageInfo.endCursor })).data.node.watchedScores.lumisections).toEqual([10]);
    // a run that is deleted takes its scores along
    await store.ledger.deleteRun(500_000, { dryRun: false, isDead: () => true });
    expect((await ask(page, { id })).data.node.watchedScores.lumisections).toEqual([]);
  });

  test.each([
    { granularity: 'WINDOW', windowLength: 2 },
    {
      granularity: 'RUN',
      mixed: 'MAJORITY',
      allow: ['ONE_CLASS_TRAIN', 'ONE_CLASS_VALIDATION', 'ONE_CLASS_TEST'],
    },
  ] as const)('score members of tasks of granularity $granularity, and do not watch on these', async (changes) => {
    const task = changes.granularity.toLowerCase();
    await frozenTask(store, task, { monitorElements: [CHARGE.path], ...changes });
    const id = await idOf({ task, strategy: 'entries' });
    await drain();
    expect(reasonOf(await ask(WATCH, { id, watch: true }))).toBe('NO_LUMISECTIONS');
    const { data } = await ask(
      'query ($id: ID!) { node(id: $id) { ... on Prediction { status coverage { expected scored } } } }',
      { id },
    );
    expect(data.node).toMatchObject({ status: 'COMPLETE' });
    expect(data.node.coverage.scored).toBe(data.node.coverage.expected);
    expect(data.node.coverage.scored).toBeGreaterThan(0);
  });

  test('score what was injected into members, as the matrix of the task has it', async () => {
    const injection = { kinds: ['HOT_CHANNEL'], strengths: [1], share: 0.5, seed: 3 } as const;
    await frozenTask(store, 'injected', { monitorElements: [CHARGE.path, SIZE.path], injection });
    const id = await idOf({ task: 'injected', strategy: 'max-pull' });
    await drain();
    const { data } = await ask(
      `query ($id: ID!, $path: String!) { node(id: $id) { ... on Prediction { scores(part: TEST, monitorElement: $path) { scores lumisections } } }
        task(name: "injected") { members(part: TEST) { lumisectionFirst injections { kind } } } }`,
      { id, path: CHARGE.path },
    );
    const plain = await idOf({ strategy: 'max-pull' });
    await drain();
    const without = (
      await ask('query ($id: ID!) { node(id: $id) { ... on Prediction { scores(part: TEST) { scores } } } }', {
        id: plain,
      })
    ).data.node.scores.scores;
    const { injections } = data.task.members;
    const differs = data.node.scores.scores.map((score: number, i: number) => score !== without[i]);
    expect(injections.some((one: unknown) => one !== null)).toBe(true);
    expect(differs).toEqual(injections.map((one: unknown) => one !== null));
  });

  test('tell nobody of a truth that another task hides: not by what they learn, nor by what they have learned', async () => {
    const learned = { strategy: 'nearest-neighbours', parameters: { neighbours: 1 } };
    const id = await idOf(learned);
    await drain();
    const [first, second] = RUNS as [number, number, number];
    const parts = {
      TRAIN: { mask: null, runs: [third] },
      VALIDATION: { mask: null, runs: [second] },
      TEST: { mask: null, runs: [first] },
    };
    const hidden = await frozenTask(store, 'private', { parts, isTruthHidden: true, allow: ['SHOWN_TRUTH'] });
    const look = `query ($id: ID!) { node(id: $id) { ... on Prediction { models { rows } watchedScores { runs }
      train: scores(part: TRAIN) { scores } test: scores(part: TEST) { scores } } } }`;
    const seen = async (as: Ask) => (await as(look, { id })).data.node;
    const zeros = (scores: readonly number[]) => scores.filter((score) => score === 0).length;
    try {
      expect(await seen(asOther)).toMatchObject({ models: [], watchedScores: null, train: null });
      expect((await seen(asOther)).test.scores).toHaveLength(10);
      // whoever had it made knew
      expect((await seen(ask)).models).toEqual([{ rows: 7 }]);
      expect(zeros((await seen(ask)).train.scores)).toBe(7);
      const refused = await run({ ...learned, seed: 3 }, asOther);
      expect(refused.errors?.[0]?.extensions).toMatchObject({
        ...{ code: 'FORBIDDEN', reason: 'TRUTH_HIDDEN', part: 'TRAIN' },
      });
      const app = createApp(store, parseConfig({ LUMIGRAPH_LOG: 'silent', LUMIGRAPH_WEB: 'off' }), {
        session: SESSION,
      });
      const query = 'subscription ($id: ID!) { predictionScored(prediction: $id) { score } }';
      const answer = await app.fetch('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query, variables: { id } }),
      });
      expect(await answer.text()).toContain('TRUTH_HIDDEN');
      // nor by a threshold that is chosen on it: one score above all others would tell the label of its member
      const submit = `mutation ($input: SubmitPredictionInput!) { submitPrediction(input: $input) {
        prediction { threshold evaluation { rocAuc } } } }`;
      const scores = Array.from({ length: 10 }, (_, i) => ({ run: third, lumisection: i + 1, score: i }));
      const input = { task: 'one', strategy: { name: 'oracle', version: '1' }, scores };
      expect(reasonOf(await asOther(submit, { input }))).toBe('TRUTH_HIDDEN');
      expect((await asOther('{ strategy(name: "oracle") { id } }')).data.strategy).toBeNull();
      const stated = await asOther(submit, { input: { ...input, threshold: 5 } });
      expect(stated.data.submitPrediction.prediction).toEqual({ threshold: 5, evaluation: { rocAuc: 1 } });
    } finally {
      await store.tasks.reveal(hidden.id);
    }
    expect((await seen(asOther)).models).toEqual([{ rows: 7 }]);
    expect((await run({ ...learned, seed: 3 }, asOther)).data.runStrategy.queued).toBe(true);
    await drain();
  });

  test('make no version for a task that takes no predictions', async () => {
    const { task } = await store.tasks.create({ name: 'draft', author: 'author' }, DEFINITION);
    expect(reasonOf(await run({ task: 'draft', strategy: 'entries', seed: 77 }))).toBe('DRAFT');
    await store.tasks.delete(task.id);
    const { data } = await ask('{ strategyVersion(name: "entries", version: "1 seed=77") { id } }');
    expect(data.strategyVersion).toBeNull();
  });

  test('are listed, with bounds and defaults of their parameters', async () => {
    const { data } = await asReader(`{ builtInStrategies { name version summary reads
      parameters { name type least most choices default description } }
      builtInCombinations { name parameters { name } } builtInPreparation { name type default } }`);
    expect(data.builtInStrategies.map(({ name }: { name: string }) => name)).toEqual(
      STRATEGIES.map(({ name }) => name),
    );
    const pca = data.builtInStrategies.find(({ name }: { name: string }) => name === 'pca');
    expect(pca).toMatchObject({ version: 1, reads: 'VALUES' });
    expect(pca.parameters).toEqual([
      {
        ...{ name: 'components', type: 'INTEGER', least: 2, most: 5, choices: [], default: '3' },
        description: 'How many principal components describe a usual histogram.',
      },
    ]);
    expect(data.builtInCombinations.map(({ name }: { name: string }) => name)).toEqual(['gaussian', 'fisher']);
    expect(data.builtInPreparation).toContainEqual({ name: 'flow', type: 'CHOICE', default: '"DROP"' });
  });
});
