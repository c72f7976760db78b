import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../src/domain/viewer.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { lumisectionBatch } from './batch.ts';
import { freeze } from './prediction-world.ts';
import { CHARGE, histogram, judged } from './task-world.ts';
import { certify, ingest, UL2018 } from './world.ts';

/** Nine runs of six lumisections; the last ones of each are bad, in some more than in others. */
const RUNS = Array.from({ length: 9 }, (_, i) => 400_001 + i);
const NUMBERS = [1, 2, 3, 4, 5, 6];
const firstBad = (run: number) => 4 + (run % 2);
const TEST_RUNS = RUNS.slice(2);

const task = (name: string, more: object = {}) => ({
  ...{
    name,
    monitorElements: [CHARGE.path],
    dataset: UL2018,
    truth: { source: 'experts' },
    seed: 3,
    metric: 'ROC_AUC',
  },
  ...{ training: { runs: [RUNS[0]] }, validation: { runs: [RUNS[1]] }, testing: { runs: TEST_RUNS }, ...more },
});

const SUBMIT =
  'mutation ($input: SubmitPredictionInput!) { submitPrediction(input: $input) { prediction { status } } }';
const BOARD = `query ($task: String!, $metric: TaskMetric, $weighting: Weighting!) { task(name: $task) {
  leaderboard(metric: $metric, weighting: $weighting) { rank value interval { low high } flags evaluatedAt pairedWith
    strategy { name version } coverage { expected scored missing } } } }`;

/** As each database has them. */
const boards = new Set<string>();

describe.each(databases)('leaderboards on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  const statements: string[] = [];
  let root: Ask;
  let author: Ask;
  let reader: Ask;

  /** The larger `noise`, the worse. */
  const submit = async (name: string, noise: number, to: string) => {
    const scores = [RUNS[1] as number, ...TEST_RUNS].flatMap((run) =>
      NUMBERS.map((lumisection) => ({
        ...{ run, lumisection },
        score: (lumisection >= firstBad(run) ? 1 : 0) + noise * Math.sin(run * 31 + lumisection * 17),
      })),
    );
    const answer = await author(SUBMIT, { input: { task: to, strategy: { name, version: '1' }, scores } });
    expect(answer.errors).toBeUndefined();
  };
  const board = async (ask: Ask, of: string, more: object = {}) => {
    const { data, errors } = await ask(BOARD, { task: of, weighting: 'BY_LUMISECTION', ...more });
    expect(errors).toBeUndefined();
    return data.task.leaderboard;
  };

  beforeAll(async () => {
    opened = await createTestStore(database, { prisma: true, onStatement: (sql) => statements.push(sql) });
    const { store } = opened;
    await ingest(store, { path: 'lumisections.csv', format: 'test' }, [
      { kind: 'runs', runs: RUNS.map((number) => ({ number, fill: 7_000 + (number % 3) })) },
      {
        kind: 'lumisections',
        lumisections: RUNS.flatMap((run) => NUMBERS.map((number) => ({ run, number, recordedLumi: 0.5 }))),
      },
      lumisectionBatch(RUNS.flatMap((run) => NUMBERS.map((number) => histogram(run, number)))),
    ]);
    await certify(
      store,
      'experts',
      '',
      RUNS.map((run) => judged(run, [1, firstBad(run) - 1, 'GOOD'], [firstBad(run), 6, 'BAD'])),
    );
    root = asker(store);
    reader = asker(store, {}, null);
    const scopes: Scope[] = ['challenge'];
    const expiresAt = new Date(Date.now() + 600_000);
    author = asker(store, {}, (await store.tokens.create({ name: 'author', scopes, expiresAt }, 'test')).secret);
    await freeze(root, task('open'));
    await submit('exact', 0, 'open');
    await submit('noisy', 3, 'open');
    await submit('also-exact', 0, 'open');
  });
  afterAll(() => opened.drop());

  test('rank by the metric, with intervals over runs and ties', async () => {
    const places = await board(reader, 'open');
    expect(places).toMatchObject([
      { rank: 1, value: 1, interval: { low: 1, high: 1 }, strategy: { name: 'exact', version: '1' }, flags: [] },
      { rank: 1, value: 1, strategy: { name: 'also-exact' }, coverage: { expected: 42, scored: 42, missing: 0 } },
      { rank: 3, strategy: { name: 'noisy' }, pairedWith: [] },
    ]);
    const { value, interval } = places[2];
    expect(interval.low).toBeLessThanOrEqual(value);
    expect(interval.high).toBeGreaterThanOrEqual(value);
    expect(interval.high).toBeGreaterThan(interval.low);
    const byRun = await board(reader, 'open', { weighting: 'BY_RUN', metric: 'AVERAGE_PRECISION' });
    expect(byRun.map(({ rank }: { rank: number }) => rank)).toEqual([1, 1, 3]);
    expect(byRun[2].value).not.toBe(value);
    const told = [places, byRun].flat().map(({ evaluatedAt: _, ...place }: { evaluatedAt: string }) => place);
    boards.add(JSON.stringify(told));
    expect(boards.size).toBe(1);
  });

  test('send the same statements however many predictions there are, and none of them reads a score', async () => {
    const sent = async () => {
      statements.length = 0;
      await board(reader, 'open');
      return [...statements];
    };
    const few = await sent();
    for (let i = 0; i < 5; i++) await submit(`more-${i}`, i, 'open');
    const many = await sent();
    expect(many).toEqual(few);
    expect(many.filter((sql) => /prediction_scores|\bscores\b|\bnumbers\b/.test(sql))).toEqual([]);
    expect(many.some((sql) => sql.includes('evaluation_metric'))).toBe(true);
  });

  test('know of a window what its lumisections have together', async () => {
    await freeze(root, task('windows', { granularity: 'WINDOW', windowLength: 2, mixed: 'POSITIVE' }));
    const scores = TEST_RUNS.flatMap((run) =>
      [1, 2, 3, 4, 5].map((lumisection) => ({ run, lumisection, score: lumisection })),
    );
    const input = { task: 'windows', strategy: { name: 'of-windows', version: '1' }, scores };
    expect((await author(SUBMIT, { input })).data.submitPrediction.prediction.status).toBe('COMPLETE');
    const { data } =
      await reader(`{ prediction(task: "windows", strategy: { name: "of-windows", version: "1" }) { evaluation {
      lumi: bins(quantity: LUMINOSITY, edges: [0, 1, 1.5]) { bins { good bad } unknown outside }
      pileup: bins(quantity: PILEUP, edges: [0, 100]) { unknown } } } }`);
    const good = TEST_RUNS.reduce((sum, run) => sum + firstBad(run) - 2, 0);
    // twice 0.5/pb each
    expect(data.prediction.evaluation).toEqual({
      lumi: {
        bins: [
          { good: 0, bad: 0 },
          { good, bad: 35 - good },
        ],
        unknown: 0,
        outside: 0,
      },
      pileup: { unknown: 35 },
    });
  });

  test('say that the truth has newer versions; the numbers stay', async () => {
    await freeze(root, task('outdated'));
    await submit('exact', 0, 'outdated');
    const [before] = await board(reader, 'outdated');
    expect(before.flags).toEqual([]);
    await certify(
      opened.store,
      'experts',
      '',
      RUNS.map((run) => judged(run, [1, 1, 'GOOD'], [2, 6, 'BAD'])),
    );
    const [after] = await board(reader, 'outdated');
    expect(after).toEqual({ ...before, flags: ['TRUTH_CHANGED'] });
    const EVALUATE = `mutation ($input: EvaluatePredictionInput!) { evaluatePrediction(input: $input) { prediction {
      frozen: evaluation { ...Told } newest: evaluation(truth: NEWEST) { ...Told rocCurve { x } } } } }
      fragment Told on Evaluation { rocAuc good truth { hash isFrozen madeOf { version } } }`;
    const found = await reader('{ prediction(task: "outdated", strategy: { name: "exact", version: "1" }) { id } }');
    const input = { prediction: found.data.prediction.id, newestTruth: true };
    const { data } = await author(EVALUATE, { input });
    const { frozen, newest } = data.evaluatePrediction.prediction;
    expect(frozen).toMatchObject({ rocAuc: before.value, truth: { isFrozen: true, madeOf: [{ version: 1 }] } });
    // one good lumisection in each of seven runs; those that were good score as the exact one said
    const wrong = TEST_RUNS.reduce((sum, run) => sum + firstBad(run) - 2, 0);
    expect(newest).toMatchObject({ good: 7, rocCurve: null, truth: { isFrozen: false, madeOf: [{ version: 2 }] } });
    expect(newest.rocAuc).toBeCloseTo(1 - (0.5 * wrong) / (42 - 7), 12);
    expect(newest.truth.hash).not.toBe(frozen.truth.hash);
    expect(await board(reader, 'outdated')).toEqual([after]);
  });

  test('say of a version that it is not meant for runs of the test', async () => {
    await freeze(root, task('meant'));
    const scores = TEST_RUNS.flatMap((run) => NUMBERS.map((lumisection) => ({ run, lumisection, score: lumisection })));
    for (const [name, validTo] of [
      ['for-all', TEST_RUNS.at(-1)],
      ['for-some', TEST_RUNS[0]],
    ] as const) {
      const strategy = { name, version: '1', validFrom: TEST_RUNS[0], validTo };
      expect((await author(SUBMIT, { input: { task: 'meant', strategy, scores } })).errors).toBeUndefined();
    }
    const places = await board(reader, 'meant');
    const flags = places.map(({ strategy, flags: own }: { strategy: { name: string }; flags: string[] }) => [
      strategy.name,
      own.includes('OUTSIDE_VALIDITY'),
    ]);
    expect(Object.fromEntries(flags)).toEqual({ 'for-all': false, 'for-some': true });
  });

  test('resample fills in the place of runs where that is asked for', async () => {
    const { data } = await reader(
      `{ prediction(task: "open", strategy: { name: "noisy", version: "1" }) {
        byRun: evaluation { rocAuc resampled resampling { clusters } atThreshold { falseAlarms { luminosity } } }
        byFill: evaluation(resampled: FILL) { rocAuc resampled resampling { clusters seed } } } }`,
    );
    const { byRun, byFill } = data.prediction;
    expect(byRun).toMatchObject({ resampled: 'RUN', resampling: { clusters: 7 } });
    expect(byFill).toMatchObject({ resampled: 'FILL', rocAuc: byRun.rocAuc, resampling: { clusters: 3, seed: 3 } });
    // 4 or 3 good lumisections of 0.5/pb in each of seven runs
    const good = TEST_RUNS.reduce((sum, run) => sum + firstBad(run) - 1, 0);
    expect(byRun.atThreshold.falseAlarms.luminosity).toBe(0.5 * good);
  });

  test('of a hidden truth show everybody the public part, and no look at single members', async () => {
    await freeze(root, task('private', { isTruthHidden: true, publicShare: 0.5, allow: ['SHOWN_TRUTH'] }));
    await submit('hopeful', 2, 'private');
    const [whole] = await board(root, 'private');
    const [shown] = await board(author, 'private');
    expect(shown.strategy).toEqual(whole.strategy);
    expect(shown.value).not.toBe(whole.value);
    const LOOK = `{ prediction(task: "private", strategy: { name: "hopeful", version: "1" }) {
      scores(first: 1) { scores }
      ofElement: evaluation(monitorElement: "${CHARGE.path}") { rocAuc }
      byFill: evaluation(resampled: FILL) { rocAuc }
      evaluation { isPublicPart bad rocAuc rocCurve { x } precisionRecallCurve { x } runs { run } flaggedRuns { runs }
        atThreshold { badFlagged } bins(quantity: ENTRIES, edges: [0, 1000]) { unknown } metrics { metric threshold } } }
      compareStrategies(task: "private", a: { name: "hopeful", version: "1" }, b: { name: "hopeful", version: "1" }) { difference } }`;
    const asAuthor = (await author(LOOK)).data;
    expect(asAuthor).toMatchObject({
      prediction: {
        ...{ scores: { scores: [expect.any(Number)] }, ofElement: null, byFill: null },
        evaluation: {
          ...{ isPublicPart: true, bad: null, rocAuc: shown.value, rocCurve: null, precisionRecallCurve: null },
          ...{ runs: null, flaggedRuns: null, atThreshold: null, bins: null },
        },
      },
      compareStrategies: null,
    });
    expect((await reader(LOOK)).data.prediction.scores).toBeNull();
    expect((await root(LOOK)).data.prediction.evaluation).toMatchObject({ isPublicPart: false, rocAuc: whole.value });
    const peek = { task: 'private', strategy: { name: 'hopeful', version: '1' }, scores: [], thresholdFrom: 'TEST' };
    expect((await author(SUBMIT, { input: peek })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('of a public part tell one number of each submission, to three decimals, and nothing that could be counted back', async () => {
    const TOLD = `rank value interval { low } flags`;
    const NUMBERS = `{ task(name: "private") {
      leaderboard { ${TOLD} } precision: leaderboard(metric: AVERAGE_PRECISION) { rank } byRun: leaderboard(weighting: BY_RUN) { rank }
      covered: leaderboard(missing: LEFT_OUT) { rank } partly: leaderboard(kind: PARTLY_BAD_RUNS) { rank } }
      prediction(task: "private", strategy: { name: "hopeful", version: "1" }) { coverage { expected }
        evaluation { rocAuc averagePrecision isInverted withoutTruth badRuns goodRuns good coverage { expected } resampling { clusters }
          metrics { metric value interval { low } isResolvable threshold } }
        newest: evaluation(truth: NEWEST) { rocAuc }
        byRun: evaluation(weighting: BY_RUN) { rocAuc } covered: evaluation(missing: LEFT_OUT) { rocAuc } partly: evaluation(kind: PARTLY_BAD_RUNS) { rocAuc } } }`;
    const { data, errors } = await author(NUMBERS);
    expect(errors).toBeUndefined();
    const found = await opened.store.prisma.evaluationMetric.findFirstOrThrow({
      where: { scope: 'PUBLIC', metric: 'ROC_AUC', weighting: 'BY_LUMISECTION', kind: 'ALL', missing: 'PENALISED' },
    });
    const value = Math.round((found.value as number) * 1000) / 1000;
    expect(value).not.toBe(found.value);
    expect(data).toEqual({
      task: {
        leaderboard: [{ rank: 1, value, interval: null, flags: [] }],
        ...{ precision: [], byRun: [], covered: [], partly: [] },
      },
      prediction: {
        coverage: { expected: 42 },
        evaluation: {
          ...{ rocAuc: value, averagePrecision: null, isInverted: null, withoutTruth: null },
          ...{ badRuns: null, goodRuns: null, good: null, coverage: null, resampling: null },
          metrics: [{ metric: 'ROC_AUC', value, interval: null, isResolvable: true, threshold: null }],
        },
        newest: { rocAuc: value },
        ...{ byRun: null, covered: null, partly: null },
      },
    });
    const whole = (await root(NUMBERS)).data.prediction;
    expect(whole.evaluation).toMatchObject({
      coverage: { expected: 42 },
      resampling: { clusters: 7 },
      withoutTruth: 0,
    });
    expect(whole.byRun.rocAuc).not.toBeNull();
    const renew =
      'mutation ($id: ID!) { evaluatePrediction(input: { prediction: $id, newestTruth: true }) { prediction { id } } }';
    const { id } = (await author('{ prediction(task: "private", strategy: { name: "hopeful", version: "1" }) { id } }'))
      .data.prediction;
    await certify(
      opened.store,
      'experts',
      '',
      RUNS.map((run) => judged(run, [1, 2, 'GOOD'], [3, 6, 'BAD'])),
    );
    expect((await root(renew, { id })).errors).toBeUndefined();
    expect((await author(NUMBERS)).data.prediction.newest).toBeNull();
    expect((await root(NUMBERS)).data.prediction.newest.rocAuc).not.toBe(whole.newest.rocAuc);
  });

  test('count evaluated submissions of each author, and take no more than the task allows', async () => {
    await freeze(
      root,
      task('limited', { isTruthHidden: true, publicShare: 0.5, maxSubmissions: 2, allow: ['SHOWN_TRUTH'] }),
    );
    await submit('one', 1, 'limited');
    await submit('two', 1, 'limited');
    const scores = [{ run: TEST_RUNS[0], lumisection: 1, score: 1 }];
    const third = await author(SUBMIT, {
      input: { task: 'limited', strategy: { name: 'three', version: '1' }, scores, evaluate: true },
    });
    expect(third.extensions?.warnings).toContainEqual(expect.objectContaining({ code: 'SUBMISSIONS' }));
  });
});
