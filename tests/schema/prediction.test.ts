import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { verifyDatabase } from '../../src/store/verify.ts';
import { openDatabase } from '../store/writing/write.ts';
import { createTestStore, databases } from '../support/databases.ts';
import type { Answer } from './ask.ts';
import { fillPredictionWorld, freeze, JUDGED, type PredictionWorld, scoresOf } from './prediction-world.ts';
import { CHARGE, RUNS, SIZE } from './task-world.ts';

const folder = join(import.meta.dirname, '../queries/predictions');
const [train, validation, tested] = RUNS as [number, number, number];

const SUBMIT = `mutation ($input: SubmitPredictionInput!) { submitPrediction(input: $input) {
  report { inserted identical conflicting replaced rejected issues { index severity code field value reason } }
  prediction { id status threshold thresholdFrom scoresHash coverage { expected scored missing unanswered reasons { reason count } } } } }`;
const EVALUATION = `query ($task: String!, $strategy: VersionNameInput!, $part: EvaluatedPart!, $kind: AnomalyKind!, $weighting: Weighting!, $missing: MissingScores!) {
  prediction(task: $task, strategy: $strategy) { threshold evaluation(part: $part, kind: $kind, weighting: $weighting, missing: $missing) {
    bad good badRuns goodRuns isInverted rocAuc averagePrecision coverage { expected scored missing }
    metrics { metric value interval { low high } isResolvable threshold }
    resampling { replicas oneClassReplicas clusters effectiveClusters effectiveBadClusters effectiveGoodClusters seed }
    truth { hash isFrozen }
    atThreshold { threshold badFlagged badPassed goodFlagged goodPassed efficiency { value } falseAlarmRate { value } precision { value }
      falseAlarms { count runs perRun luminosity perHundredInversePb } } } } }`;

/** Of the same submissions on each database. */
const numbers = new Set<string>();

const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.reason ?? errors?.[0]?.extensions.code;

/** Undoes a transaction, and carries what was found in it out. */
class Undone extends Error {
  readonly checks: readonly string[];
  constructor(checks: readonly string[]) {
    super('undone');
    this.checks = checks;
  }
}

describe.each(databases)('predictions on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let world: PredictionWorld;
  beforeAll(async () => {
    opened = await createTestStore(database);
    world = await fillPredictionWorld(opened.store);
  });
  afterAll(async () => {
    try {
      expect(await opened.store.verify()).toEqual([]);
    } finally {
      await opened.drop();
    }
  });

  const submit = (name: string, scores: object[], more: object = {}, ask = world.author) =>
    ask(SUBMIT, { input: { task: 'judged', strategy: { name, version: '1' }, scores, ...more } });
  const evaluation = async (name: string, more: object = {}) => {
    const view = { part: 'TEST', kind: 'ALL', weighting: 'BY_LUMISECTION', missing: 'PENALISED', ...more };
    const answer = await world.reader(EVALUATION, { task: 'judged', strategy: { name, version: '1' }, ...view });
    expect(answer.errors).toBeUndefined();
    return answer.data.prediction;
  };

  const idOf = async (name: string) => {
    const { data } = await world.reader(
      'query ($strategy: VersionNameInput!) { prediction(task: "judged", strategy: $strategy) { id } }',
      { strategy: { name, version: '1' } },
    );
    return data.prediction?.id ?? null;
  };

  test('are submitted and ranked as documented', async () => {
    await submit(
      'perfect',
      scoresOf(RUNS, (number) => number),
    );
    for (const document of ['submit-prediction', 'leaderboard']) {
      const answer = await world.author(readFileSync(join(folder, `${document}.graphql`), 'utf8'));
      expect(answer.errors).toBeUndefined();
      await expect(`${JSON.stringify(answer, null, 2)}\n`).toMatchFileSnapshot(join(folder, `${document}.json`));
    }
  });

  test('add up over calls, and the same scores again change nothing', async () => {
    const scores = scoresOf(RUNS, (number) => 0.1 * number);
    const first = await submit('added', scores.slice(0, 25));
    expect(first.data.submitPrediction).toMatchObject({
      report: { inserted: 25, identical: 0, rejected: 0, issues: [] },
      prediction: { status: 'PARTIAL', coverage: { expected: 10, scored: 5, missing: 5, unanswered: 5 } },
    });
    const again = await submit('added', scores.slice(0, 25));
    expect(again.data.submitPrediction).toMatchObject({
      report: { inserted: 0, identical: 25 },
      prediction: { scoresHash: first.data.submitPrediction.prediction.scoresHash },
    });
    const rest = await submit('added', scores.slice(25));
    expect(rest.data.submitPrediction.prediction).toMatchObject({ status: 'COMPLETE', coverage: { scored: 10 } });
    // in one call, in any order
    const whole = await submit('at-once', [...scores].reverse());
    expect(whole.data.submitPrediction.prediction.scoresHash).toBe(rest.data.submitPrediction.prediction.scoresHash);
  });

  test('count and list what is no score of a member', async () => {
    const answer = await submit('faulty', [
      { run: tested, lumisection: 1, score: 1 },
      { run: tested, lumisection: 1, score: 2 },
      { run: tested, lumisection: 11, score: 1 },
      { run: 1, lumisection: 1, score: 1 },
      { run: tested, lumisection: 2 },
      { run: tested, lumisection: 3, reason: 'EMPTY' },
      { run: tested, lumisection: 4, reason: 'LOW_ENTRIES' },
      { run: tested, lumisection: 5, reason: 'EMPTY' },
    ]);
    const { report, prediction } = answer.data.submitPrediction;
    expect(report).toMatchObject({ inserted: 4, rejected: 4, conflicting: 0 });
    expect(report.issues.map(({ index, code, severity }: Record<string, unknown>) => [index, code, severity])).toEqual([
      [1, 'DUPLICATE', 'REJECTED'],
      [2, 'UNKNOWN_MEMBER', 'REJECTED'],
      [3, 'UNKNOWN_MEMBER', 'REJECTED'],
      [4, 'NOT_FINITE', 'REJECTED'],
    ]);
    expect(prediction.coverage).toEqual({
      ...{ expected: 10, scored: 1, missing: 9, unanswered: 6 },
      reasons: [
        { reason: 'EMPTY', count: 2 },
        { reason: 'LOW_ENTRIES', count: 1 },
      ],
    });
    const infinite = await world.author(
      `mutation { submitPrediction(input: { task: "judged", strategy: { name: "faulty", version: "1" },
        scores: [{ run: ${tested}, lumisection: 6, score: 1e999 }] }) { report { rejected issues { code } } } }`,
    );
    expect(infinite.data.submitPrediction.report).toEqual({ rejected: 1, issues: [{ code: 'NOT_FINITE' }] });
    // one row does not undo the others, and the next one of its member counts
    const both = await submit('faulty', [
      { run: tested, lumisection: 7, score: 1, reason: 'EMPTY' },
      { run: tested, lumisection: 7, score: 1 },
    ]);
    expect(both.data.submitPrediction.report).toMatchObject({
      ...{ inserted: 1, rejected: 1 },
      issues: [{ index: 0, code: 'SCORE_AND_REASON', severity: 'REJECTED', field: 'reason', value: 'EMPTY' }],
    });
  });

  test('leave nothing behind where nothing was taken: no strategy, no prediction, no submission', async () => {
    await freeze(world.root, { ...JUDGED, name: 'counted', maxSubmissions: 1 });
    const to = { task: 'counted', strategy: { name: 'nobody', version: '1', parameters: { first: true } } };
    const bring = async (scores: object[], more = {}) => {
      const { data, errors } = await world.author(SUBMIT, { input: { ...to, scores, evaluate: true, ...more } });
      expect(errors).toBeUndefined();
      return data.submitPrediction;
    };
    const nothing = { inserted: 0, identical: 0, conflicting: 0, replaced: 0 };
    expect(await bring([])).toMatchObject({ prediction: null, report: { ...nothing, rejected: 0 } });
    const unknown = await bring([{ run: -5, score: 1 }], { thresholdFrom: 'VALIDATION' });
    expect(unknown).toMatchObject({
      prediction: null,
      report: { ...nothing, rejected: 1, issues: [{ index: 0, code: 'UNKNOWN_MEMBER' }] },
    });
    const { data } = await world.author(
      '{ strategy(name: "nobody") { name } task(name: "counted") { submissions { count } predictions { totalCount } leaderboard { rank } } }',
    );
    expect(data).toEqual({
      strategy: null,
      task: { submissions: [], predictions: { totalCount: 0 }, leaderboard: [] },
    });
    // the version is still to be stated
    const taken = { ...to, strategy: { ...to.strategy, parameters: { first: false } } };
    expect(await bring([{ run: tested, lumisection: 1, score: 1 }], taken)).toMatchObject({ report: { inserted: 1 } });
  });

  test('take ten thousand scores a call, and no more', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ run: tested, lumisection: i + 1, score: i }));
    const { data } = await submit('many', many);
    expect(data.submitPrediction.report).toMatchObject({ inserted: 10, rejected: 9_990 });
    expect(data.submitPrediction.report.issues).toHaveLength(100);
    const answer = await submit('many', [...many, { run: tested, lumisection: 1, score: 0 }]);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'scores', limit: 10_000 });
  });

  test('keep, replace or refuse another score of a member', async () => {
    const one = (score: number, onConflict?: string) =>
      submit('conflicting', [{ run: tested, lumisection: 1, score }], onConflict ? { onConflict } : {});
    await one(1);
    const kept = await one(2);
    expect(kept.data.submitPrediction.report).toMatchObject({
      conflicting: 1,
      issues: [{ index: 0, code: 'CONFLICT', severity: 'CONFLICTING', value: '2' }],
    });
    expect(codeOf(await one(2, 'FAIL'))).toBe('CONFLICT');
    expect((await one(1)).data.submitPrediction.report).toMatchObject({ identical: 1 });
    expect((await one(2, 'REPLACE')).data.submitPrediction.report).toMatchObject({ replaced: 1, conflicting: 0 });
    expect((await one(2)).data.submitPrediction.report).toMatchObject({ identical: 1 });
  });

  test('belong to frozen tasks, and to whoever owns the strategy', async () => {
    const one = [{ run: tested, lumisection: 1, score: 1 }];
    const DRAFT = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { created } }';
    await world.author(DRAFT, { input: { ...JUDGED, name: 'draft' } });
    expect(codeOf(await submit('mine', one, { task: 'draft' }))).toBe('DRAFT');
    expect(codeOf(await submit('mine', one, { task: 'nothing' }))).toBe('NOT_FOUND');
    await submit('mine', one);
    expect(codeOf(await submit('mine', one, {}, world.rival))).toBe('NAME_TAKEN');
    expect(codeOf(await submit('mine', one, {}, world.reader))).toBe('UNAUTHENTICATED');
    expect((await submit('mine', one, {}, world.root)).errors).toBeUndefined();
    const version = (parameters: object) =>
      submit('mine', one, { strategy: { name: 'mine', version: '2', parameters, seed: 3 } });
    expect((await version({ b: 1, a: [1, 2] })).errors).toBeUndefined();
    expect((await version({ a: [1, 2], b: 1 })).errors).toBeUndefined();
    expect(codeOf(await version({ b: 2 }))).toBe('VERSION_TAKEN');
  });

  test('are worth the same numbers, to the last bit, on both databases', async () => {
    await submit(
      'mixed',
      scoresOf(RUNS, (number, run) => (number === 5 ? null : ((number * 7 + run) % 11) / 10)),
      { evaluate: true },
    );
    const made: unknown[] = [];
    for (const part of ['TEST', 'VALIDATION']) {
      for (const weighting of ['BY_LUMISECTION', 'BY_RUN']) {
        for (const kind of ['ALL', 'PARTLY_BAD_RUNS']) {
          for (const missing of ['PENALISED', 'LEFT_OUT']) {
            made.push(await evaluation('mixed', { part, weighting, kind, missing }));
          }
        }
      }
    }
    expect(made.every((one) => (one as { evaluation: unknown }).evaluation !== null)).toBe(true);
    numbers.add(JSON.stringify(made));
    expect(numbers.size).toBe(1);
  });

  test('have the AUC that counting pairs gives, ties and missing scores included', async () => {
    const score = (number: number) => [3, 1, 2, 2, null, 0, 1, 2, 3, null][number - 1] ?? null;
    await submit('counted', scoresOf(RUNS, score), { evaluate: true });
    const { evaluation: found } = await evaluation('counted');
    // bad are 8, 9, 10; a bad one without a score is the least anomalous, a good one the most
    const value = (number: number) =>
      score(number) ?? (number >= 8 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    let pairs = 0;
    for (const bad of [8, 9, 10]) {
      for (const good of [1, 2, 3, 4, 5, 6, 7]) {
        pairs += value(bad) > value(good) ? 1 : value(bad) === value(good) ? 0.5 : 0;
      }
    }
    expect(found.rocAuc).toBeCloseTo(pairs / 21, 15);
    expect(found).toMatchObject({
      bad: 3,
      good: 7,
      badRuns: 1,
      goodRuns: 1,
      coverage: { expected: 10, scored: 8, missing: 2 },
    });
    const { evaluation: covered } = await evaluation('counted', { missing: 'LEFT_OUT' });
    expect(covered).toMatchObject({ bad: 2, good: 6 });
    // one run of test: nothing to resample
    expect(found.metrics.map(({ interval }: { interval: unknown }) => interval)).toEqual([null, null, null, null]);
    expect(found.metrics.slice(2)).toMatchObject([
      { metric: 'EFFICIENCY_AT_1_PERCENT', value: null, isResolvable: false },
      { metric: 'EFFICIENCY_AT_1_PERMILLE', value: null, isResolvable: false },
    ]);
  });

  test('have their threshold stated, or from the working point on validation', async () => {
    await submit(
      'chosen',
      scoresOf(RUNS, (number) => number),
    );
    const chosen = await evaluation('chosen');
    expect(chosen.threshold).toBe(8);
    expect(chosen.evaluation.atThreshold).toMatchObject({
      threshold: 8,
      badFlagged: 3,
      badPassed: 0,
      goodFlagged: 0,
      goodPassed: 7,
    });
    await submit(
      'stated',
      scoresOf(RUNS, (number) => number),
      { threshold: 5 },
    );
    const stated = await evaluation('stated');
    expect(stated.threshold).toBe(5);
    expect(stated.evaluation.atThreshold).toMatchObject({
      ...{ badFlagged: 3, goodFlagged: 3, precision: { value: 0.5 } },
      falseAlarms: { count: 3, runs: 1, perRun: 3 },
    });
    // without scores of validation there is none
    await submit(
      'none',
      scoresOf([tested], (number) => number),
    );
    expect(await evaluation('none')).toMatchObject({ threshold: null, evaluation: { rocAuc: 1, atThreshold: null } });
    expect(codeOf(await submit('none', [], { thresholdFrom: 'STATED' }))).toBe('BAD_USER_INPUT');
  });

  test('may say that lower scores are the more anomalous; nothing else turns them around', async () => {
    const falling = scoresOf(RUNS, (number) => -number);
    const strategy = { name: 'falling', version: '1', orientation: 'LOWER' };
    await submit('falling', falling, { strategy });
    expect(await evaluation('falling')).toMatchObject({
      threshold: -8,
      evaluation: { rocAuc: 1, isInverted: false, atThreshold: { threshold: -8, badFlagged: 3, goodFlagged: 0 } },
    });
    await submit('turned', falling);
    expect((await evaluation('turned')).evaluation).toMatchObject({ rocAuc: 0, isInverted: true });
  });

  test('whose threshold comes from the truth of the test are labelled, and have no rank', async () => {
    await submit(
      'peeking',
      scoresOf(RUNS, (number) => number),
      { thresholdFrom: 'TEST' },
    );
    const { data } = await world.reader(
      '{ task(name: "judged") { leaderboard { rank value flags strategy { name } prediction { isOptimistic threshold } } } }',
    );
    const board = data.task.leaderboard as { rank: number | null; flags: string[]; strategy: { name: string } }[];
    expect(board.find(({ strategy }) => strategy.name === 'peeking')).toMatchObject({
      ...{ rank: null, value: 1, flags: ['OPTIMISTIC_THRESHOLD'], prediction: { isOptimistic: true, threshold: 8 } },
    });
    const turned = board.find(({ strategy }) => strategy.name === 'turned');
    expect(turned?.flags).toContain('INVERTED');
    // the perfect ones share the first place, and who is behind them counts them
    const ahead = board.filter(({ rank }) => rank === 1).length;
    expect(ahead).toBeGreaterThan(2);
    expect(board.find(({ rank }) => rank !== null && rank > 1)?.rank).toBe(ahead + 1);
    expect(board.map(({ rank }) => rank ?? 1e9)).toEqual(board.map(({ rank }) => rank ?? 1e9).sort((a, b) => a - b));
  });

  test('are not evaluated any more once their scores are others, until they are evaluated again', async () => {
    const scores = scoresOf(RUNS, (number) => number);
    await submit('changed', scores);
    expect((await evaluation('changed')).evaluation.rocAuc).toBe(1);
    const one = [{ run: tested, lumisection: 10, score: 0 }];
    await submit('changed', one, { onConflict: 'REPLACE', evaluate: false });
    expect((await evaluation('changed')).evaluation).toBeNull();
    const { data } = await world.reader('{ task(name: "judged") { leaderboard { flags strategy { name } } } }');
    const flags = data.task.leaderboard.find(
      (one: { strategy: { name: string } }) => one.strategy.name === 'changed',
    )?.flags;
    expect(flags).toEqual(['NOT_EVALUATED']);
    const EVALUATE =
      'mutation ($input: EvaluatePredictionInput!) { evaluatePrediction(input: $input) { prediction { evaluation { rocAuc } } } }';
    const input = { prediction: await idOf('changed') };
    expect(codeOf(await world.rival(EVALUATE, { input }))).toBe('FORBIDDEN');
    expect((await world.author(EVALUATE, { input })).data.evaluatePrediction.prediction.evaluation.rocAuc).toBeCloseTo(
      14 / 21,
      15,
    );
  });

  test('show curves, runs, ranges of a quantity, and what another threshold would do', async () => {
    const { data, errors } = await world.reader(
      `query ($strategy: VersionNameInput!) { prediction(task: "judged", strategy: $strategy) { evaluation {
        rocCurve(first: 50) { x y threshold } precisionRecallCurve { x y threshold }
        runs(threshold: 5) { run bad badFlagged good goodFlagged missing }
        bins(quantity: ENTRIES, edges: [0, 1000]) { bins { low high bad good rocAuc { value } efficiency { value } } unknown outside }
        lumi: bins(quantity: LUMINOSITY, edges: [0, 1]) { bins { bad } unknown }
        atThreshold(threshold: 10) { threshold badFlagged goodFlagged } } } }`,
      { strategy: { name: 'chosen', version: '1' } },
    );
    expect(errors).toBeUndefined();
    const found = data.prediction.evaluation;
    expect(found.rocCurve[0]).toEqual({ x: 0, y: 0, threshold: null });
    expect(found.rocCurve.at(-1)).toEqual({ x: 1, y: 1, threshold: 1 });
    expect(found.precisionRecallCurve[0]).toMatchObject({ y: 1 });
    expect(found.runs).toEqual([{ run: tested, bad: 3, badFlagged: 3, good: 7, goodFlagged: 3, missing: 0 }]);
    expect(found.bins).toEqual({
      bins: [{ low: 0, high: 1000, bad: 3, good: 7, rocAuc: { value: 1 }, efficiency: { value: 1 } }],
      ...{ unknown: 0, outside: 0 },
    });
    expect(found.lumi).toEqual({ bins: [{ bad: 0 }], unknown: 10 });
    expect(found.atThreshold).toEqual({ threshold: 10, badFlagged: 1, goodFlagged: 0 });
  });

  test('name the argument that is at fault where ranges are asked for', async () => {
    const bins = async (given: string) => {
      const { errors } = await world.reader(
        `{ prediction(task: "judged", strategy: { name: "chosen", version: "1" }) { evaluation { bins(${given}) { unknown } } } }`,
      );
      return errors?.[0]?.extensions;
    };
    for (const edges of ['[]', '[1]', '[1, 1]', '[2, 1]', `[${Array.from({ length: 51 }, (_, i) => i)}]`]) {
      expect(await bins(`quantity: PILEUP, edges: ${edges}`)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'edges' });
    }
    const unknown = await bins('quantity: ENTRIES, edges: [0, 1], entriesOf: "no/such"');
    expect(unknown).toMatchObject({ code: 'NOT_FOUND', field: 'entriesOf' });
  });

  test('are looked at a few times an operation, and no more', async () => {
    const curves = (count: number) =>
      `{ prediction(task: "judged", strategy: { name: "chosen", version: "1" }) { evaluation {
        ${Array.from({ length: count }, (_, i) => `c${i}: rocCurve(first: ${i + 2}) { x }`).join(' ')} } } }`;
    expect((await world.reader(curves(3))).data.prediction.evaluation.c2.length).toBeGreaterThan(1);
    expect(codeOf(await world.reader(curves(21)))).toBe('LIMIT_EXCEEDED');
  });

  test('may have scores of monitor elements, by which runs are flagged', async () => {
    await submit(
      'by-element',
      scoresOf(RUNS, (number) => number),
    );
    const ofElement = (monitorElement: string, more: object) =>
      submit(
        'by-element',
        scoresOf(RUNS, (number) => number),
        { monitorElement, ...more },
      );
    await ofElement(CHARGE.path, { threshold: 9, scores: scoresOf([validation], (number) => number) });
    // the threshold holds for what comes later
    await ofElement(CHARGE.path, {});
    await ofElement(SIZE.path, {});
    expect(codeOf(await ofElement('nothing', {}))).toBe('NOT_FOUND');
    const { data, errors } = await world.reader(
      `query ($strategy: VersionNameInput!) { prediction(task: "judged", strategy: $strategy) {
        coverage(monitorElement: "${CHARGE.path}") { expected scored }
        evaluation { flaggedRuns { truth runs atLeast { elements runs share } } }
        ofElement: evaluation(monitorElement: "${CHARGE.path}") { rocAuc atThreshold { badFlagged } } } }`,
      { strategy: { name: 'by-element', version: '1' } },
    );
    expect(errors).toBeUndefined();
    expect(data.prediction.coverage).toEqual({ expected: 10, scored: 10 });
    expect(data.prediction.ofElement).toEqual({ rocAuc: 1, atThreshold: { badFlagged: 2 } });
    expect(data.prediction.evaluation.flaggedRuns).toContainEqual({
      ...{ truth: 'MIXED', runs: 1 },
      atLeast: [
        { elements: 1, runs: 1, share: 1 },
        { elements: 3, runs: 0, share: 0 },
        { elements: 5, runs: 0, share: 0 },
      ],
    });
  });

  test('have no evaluation of a monitor element that they have no score of', async () => {
    await submit(
      'of-one',
      scoresOf([tested], (number) => number),
    );
    const reasons = [{ run: tested, lumisection: 1, reason: 'EMPTY' }];
    await submit('of-one', reasons, { monitorElement: SIZE.path });
    await submit(
      'of-one',
      scoresOf([tested], (number) => number),
      { monitorElement: CHARGE.path },
    );
    const { data, errors } = await world.reader(
      `query ($strategy: VersionNameInput!) { prediction(task: "judged", strategy: $strategy) {
        scored: evaluation(monitorElement: "${CHARGE.path}") { rocAuc }
        unscored: evaluation(monitorElement: "${CHARGE.path}", part: VALIDATION) { rocAuc }
        reasoned: evaluation(monitorElement: "${SIZE.path}") { rocAuc }
        other: evaluation(monitorElement: "${SIZE.path}", part: VALIDATION, missing: LEFT_OUT) { rocAuc } } }`,
      { strategy: { name: 'of-one', version: '1' } },
    );
    expect(errors).toBeUndefined();
    expect(data.prediction).toEqual({ scored: { rocAuc: 1 }, unscored: null, reasoned: null, other: null });
  });

  test('give their scores back in pages of columns', async () => {
    const PAGE = `query ($first: Int!, $after: String) { prediction(task: "judged", strategy: { name: "mixed", version: "1" }) {
      scores(first: $first, after: $after) { runs lumisections scores reasons pageInfo { hasNextPage endCursor } } } }`;
    const found: (number | null)[] = [];
    let after: string | null = null;
    do {
      const { data, errors }: Answer = await world.reader(PAGE, { first: 4, after });
      expect(errors).toBeUndefined();
      const { scores, pageInfo, lumisections } = data.prediction.scores;
      expect(lumisections[0]).toBe(found.length + 1);
      found.push(...scores);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(found).toEqual(Array.from({ length: 10 }, (_, i) => (i === 4 ? null : (((i + 1) * 7 + tested) % 11) / 10)));
    expect(codeOf(await world.reader(PAGE, { first: 4, after: 'nonsense' }))).toBe('BAD_USER_INPUT');
  });

  test('are compared on the same members, with a list of where they disagree', async () => {
    const COMPARE = `query ($a: VersionNameInput!, $b: VersionNameInput!) { compareStrategies(task: "judged", a: $a, b: $b, disagreements: 2) {
      metric difference shareAhead a { strategy { name } } disagreements { totalCount nodes { flaggedBy truth scoreA scoreB
        lumisection { number histograms { totalCount } } } } } }`;
    const named = (name: string) => ({ name, version: '1' });
    const { data, errors } = await world.reader(COMPARE, { a: named('stated'), b: named('chosen') });
    expect(errors).toBeUndefined();
    expect(data.compareStrategies).toMatchObject({
      ...{ metric: 'ROC_AUC', difference: 0, shareAhead: 0.5, a: { strategy: { name: 'stated' } } },
      disagreements: {
        totalCount: 3,
        nodes: [
          {
            flaggedBy: 'A',
            truth: 'NEGATIVE',
            scoreA: 5,
            scoreB: 5,
            lumisection: { number: 5, histograms: { totalCount: 2 } },
          },
          { flaggedBy: 'A', lumisection: { number: 6 } },
        ],
      },
    });
    // scores are shown as each strategy gave them, whichever are the more anomalous
    const turned = (await world.reader(COMPARE, { a: named('falling'), b: named('stated') })).data.compareStrategies;
    expect(turned).toMatchObject({
      ...{ difference: 0, shareAhead: 0.5 },
      disagreements: { totalCount: 3, nodes: [{ flaggedBy: 'B', scoreA: -5, scoreB: 5 }, { scoreA: -6 }] },
    });
    expect(codeOf(await world.reader(COMPARE, { a: named('stated'), b: named('nobody') }))).toBe('NOT_FOUND');
  });

  test('of runs and of windows are addressed by their first lumisection, runs by none', async () => {
    const { name: _, ...rest } = JUDGED;
    await freeze(world.root, {
      ...rest,
      name: 'windows',
      granularity: 'WINDOW',
      windowLength: 2,
      monitorElements: [CHARGE.path],
    });
    const windows = await submit(
      'by-window',
      scoresOf(RUNS, (number) => (number < 10 && number !== 7 ? number : null)),
      { task: 'windows' },
    );
    expect(windows.data.submitPrediction).toMatchObject({
      report: { rejected: 0, inserted: 24 },
      prediction: { status: 'COMPLETE', coverage: { expected: 8 } },
    });
    const allow = ['ONE_CLASS_TRAIN', 'ONE_CLASS_VALIDATION', 'ONE_CLASS_TEST'];
    await freeze(world.root, {
      ...rest,
      name: 'runs',
      granularity: 'RUN',
      mixed: 'POSITIVE',
      monitorElements: [CHARGE.path],
      allow,
    });
    const runs = await submit(
      'by-run',
      [
        { run: tested, score: 1 },
        { run: train, lumisection: 0, score: 2 },
        { run: validation, lumisection: 1, score: 2 },
      ],
      { task: 'runs' },
    );
    expect(runs.data.submitPrediction).toMatchObject({
      report: { inserted: 2, rejected: 1 },
      prediction: { status: 'COMPLETE' },
    });
  });

  test('are verified', async () => {
    const raw = await openDatabase(opened.url);
    try {
      const scores = `prediction_scores WHERE monitor_element_id <> 0`;
      expect(await raw.arrays(`SELECT 1 FROM ${scores}`)).not.toEqual([]);
      const found = async (sql: string) =>
        raw
          .write(async (transaction) => {
            await transaction.all(sql);
            throw new Undone((await verifyDatabase(transaction, raw.dialect)).map(({ check }) => check));
          })
          .catch((error: unknown) => (error as Undone).checks);
      expect(await found('UPDATE prediction_scores SET answers = scores')).toEqual(['scores:members']);
      expect(await found('UPDATE prediction SET scored = scored + 1')).toEqual(['count:prediction']);
      expect(await found("UPDATE prediction SET scores_hash = 'x'")).toEqual(['evaluation:scores']);
      expect(
        await found(
          'UPDATE prediction_scores SET monitor_element_id = monitor_element_id + 999 WHERE monitor_element_id <> 0',
        ),
      ).toEqual(['orphan:prediction_scores:monitor_element']);
    } finally {
      await raw.close();
    }
  });

  test('are deleted by their author, and by nobody else', async () => {
    await submit(
      'deleted',
      scoresOf(RUNS, (number) => number),
    );
    const DELETE = 'mutation ($input: DeletePredictionInput!) { deletePrediction(input: $input) { deleted } }';
    const input = { prediction: await idOf('deleted') };
    expect(codeOf(await world.rival(DELETE, { input }))).toBe('FORBIDDEN');
    expect((await world.author(DELETE, { input })).data.deletePrediction.deleted).toBe(true);
    expect((await world.author(DELETE, { input })).data.deletePrediction.deleted).toBe(false);
    expect(await idOf('deleted')).toBeNull();
    // its version stays, and may be submitted anew
    const again = await submit(
      'deleted',
      scoresOf([tested], (number) => number),
    );
    expect(again.data.submitPrediction.report.inserted).toBe(10);
  });

  test('outlive the runs and the histograms that they are of', async () => {
    for (const run of RUNS) await opened.store.ledger.deleteRun(run, { dryRun: false, isDead: () => true });
    const { data, errors } = await world.reader(
      `{ monitorElements { nodes { path } } prediction(task: "judged", strategy: { name: "by-element", version: "1" }) {
        coverage(monitorElement: "${CHARGE.path}") { scored } evaluation { rocAuc rocCurve { x } } } }`,
    );
    expect(errors).toBeUndefined();
    // those with scores stay
    expect(data.monitorElements.nodes.map(({ path }: { path: string }) => path)).toEqual([CHARGE.path, SIZE.path]);
    expect(data.prediction).toMatchObject({ coverage: { scored: 10 }, evaluation: { rocAuc: 1 } });
  });
});
