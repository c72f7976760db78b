import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../src/domain/viewer.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Answer, type Ask, asker } from './ask.ts';
import { lumisectionBatch, runBatch } from './batch.ts';
import { CHARGE, fillTaskWorld, histogram, judged, RUNS, SIZE } from './task-world.ts';
import { certify, ingest, UL2018 } from './world.ts';

const folder = join(import.meta.dirname, '../queries/tasks');
const CREATE = `mutation ($input: CreateTaskInput!) { createTask(input: $input) { created
  task { id name state author hash elementSet monitorElements
    parts { part lumisections positives negatives runCount runs { run positives negatives } } leftOut { part reason count } } } }`;
const FREEZE = 'mutation ($task: String!) { freezeTask(input: { task: $task }) { frozen task { id state hash } } }';
const DELETE = 'mutation ($task: String!) { deleteTask(input: { task: $task }) { deleted } }';

const truth = { positive: 'dcs-2018 - golden-2018', negative: 'golden-2018' };
const [first, second, third] = RUNS as [number, number, number];
const base = {
  ...{ name: 'one', monitorElements: [CHARGE.path], dataset: UL2018, truth },
  ...{ training: { runs: [first] }, validation: { runs: [second] }, testing: { runs: [third] } },
};

const reasonOf = ({ errors }: Answer) => errors?.[0]?.extensions.reason ?? errors?.[0]?.extensions.code;

/** Hashes by name, to compare the databases with one another. */
const hashes = new Set<string>();

describe.each(databases)('tasks on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let root: Ask;
  let asAuthor: Ask;
  let asReader: Ask;
  const made = new Set<string>();

  beforeAll(async () => {
    opened = await createTestStore(database);
    await fillTaskWorld(opened.store);
    root = asker(opened.store);
    const token = async (name: string, scopes: Scope[]) => {
      const expiresAt = new Date(Date.now() + 60_000);
      return (await opened.store.tokens.create({ name, scopes, expiresAt }, 'test')).secret;
    };
    asAuthor = asker(opened.store, {}, await token('author', ['challenge']));
    asReader = asker(opened.store, {}, await token('reader', ['read']));
  });
  afterAll(async () => {
    try {
      expect(await opened.store.verify()).toEqual([]);
    } finally {
      await opened.drop();
    }
  });
  afterEach(async () => {
    for (const task of made) await root(DELETE, { task });
    made.clear();
  });

  const create = async (changes: object = {}, ask = asAuthor) => {
    const input = { ...base, ...changes };
    made.add(input.name);
    return ask(CREATE, { input });
  };
  const partsOf = ({ data, errors }: Answer) => {
    expect(errors).toBeUndefined();
    return data.createTask.task.parts.map((part: { positives: number; negatives: number }) => [
      part.positives,
      part.negatives,
    ]);
  };

  test('are made, frozen and read as documented', async () => {
    for (const document of ['create-task', 'freeze-task', 'task-matrix']) {
      const answer = await asAuthor(readFileSync(join(folder, `${document}.graphql`), 'utf8'));
      const text = JSON.stringify(answer, null, 2);
      await expect(`${text}\n`).toMatchFileSnapshot(join(folder, `${document}.json`));
    }
  });

  test('have class counts by part and run, and say what was left out', async () => {
    const { data } = await create({ minEntries: 25 });
    const { parts, leftOut } = data.createTask.task;
    expect(parts[2]).toMatchObject({ part: 'TEST', runCount: 1, runs: [{ run: third }] });
    for (const { part, lumisections } of parts) {
      const left = leftOut.filter((one: { part: string }) => one.part === part);
      expect(left.every(({ reason }: { reason: string }) => reason === 'LOW_ENTRIES')).toBe(true);
      expect(lumisections + (left[0]?.count ?? 0)).toBe(10);
    }
    expect(leftOut.length).toBeGreaterThan(0);
  });

  test('take their truth from masks, or from the three values of a source', async () => {
    expect(partsOf(await create())).toEqual([
      [3, 7],
      [3, 7],
      [3, 7],
    ]);
    const bySource = await create({ name: 'two', truth: { source: 'rr-2018', subsystem: 'pixel' } });
    expect(partsOf(bySource)).toEqual([
      [3, 6],
      [3, 6],
      [3, 6],
    ]);
    expect(bySource.data.createTask.task.leftOut).toContainEqual({ part: 'TRAIN', reason: 'NO_TRUTH', count: 1 });
    // 7 has no truth, so that 6 and 8 stand beside a change
    const margin = await create({ name: 'three', truth: { source: 'rr-2018', margin: 1 } });
    expect(partsOf(margin)).toEqual([
      [2, 5],
      [2, 5],
      [2, 5],
    ]);
    expect(reasonOf(await create({ name: 'four', truth: { positive: 'dcs-2018', negative: 'golden-2018' } }))).toBe(
      'OVERLAPPING_TRUTH',
    );
    for (const wrong of [{}, { positive: '1' }, { ...truth, source: 'rr-2018' }, { ...truth, subsystem: 'pixel' }]) {
      expect(reasonOf(await create({ name: 'five', truth: wrong }))).toBe('BAD_USER_INPUT');
    }
    expect(reasonOf(await create({ name: 'six', truth: { source: 'nobody' } }))).toBe('NOT_FOUND');
  });

  test('may restrict positives to causes, and tell versions, causes and authors', async () => {
    const { errors } = await root(
      `mutation ($pixel: [CertifiedRunInput!]!, $strip: [CertifiedRunInput!]!) { upsertCertifications(input: { source: "caused", certifications: [
        { subsystem: "pixel", cause: "HV", comment: "trips", runs: $pixel },
        { subsystem: "strip", cause: "DAQ", runs: $strip }
      ] }) { report { rejected } } }`,
      {
        pixel: RUNS.map((run) => judged(run, [1, 6, 'GOOD'], [7, 10, 'BAD'])).map(({ run, ranges }) => ({
          run,
          ranges,
        })),
        strip: RUNS.map((run) => judged(run, [1, 2, 'BAD'], [3, 10, 'GOOD'])).map(({ run, ranges }) => ({
          run,
          ranges,
        })),
      },
    );
    expect(errors).toBeUndefined();
    // what pixel calls bad for its high voltage counts as neither
    const caused = { source: 'caused', causes: ['DAQ'] };
    expect(partsOf(await create({ truth: caused }))[0]).toEqual([2, 4]);
    const both = await create({ name: 'both', truth: { ...caused, causes: ['HV', 'DAQ'] } });
    expect(partsOf(both)[0]).toEqual([6, 4]);
    expect(reasonOf(await create({ name: 'none', truth: { source: 'caused', causes: ['cosmic rays'] } }))).toBe(
      'NOT_FOUND',
    );
    const { data: read } = await asReader(
      '{ task(name: "both") { truth { causes versions { pairing version { subsystem cause author comment } } } } }',
    );
    expect(read.task.truth).toMatchObject({
      causes: ['DAQ', 'HV'],
      versions: [
        { pairing: 'ANY_DATASET', version: { subsystem: 'pixel', cause: 'HV', comment: 'trips' } },
        { pairing: 'ANY_DATASET', version: { subsystem: 'strip', cause: 'DAQ', comment: null } },
      ],
    });
  });

  test('refuse another reconstruction unless it is asked for, and then show it; a saved mask hides none', async () => {
    const dataset = '/PromptReco/Collisions2018A/DQM';
    await ingest(opened.store, { path: 'prompt.json', format: 'test', source: 'prompt' }, [
      {
        kind: 'certification',
        ...{ dataset, subsystem: '' },
        runs: RUNS.map((run) => judged(run, [1, 7, 'GOOD'], [8, 10, 'BAD'])),
      },
    ]);
    expect(reasonOf(await create({ truth: { source: 'prompt' } }))).toBe('OTHER_RECONSTRUCTION');
    await root('mutation { saveMask(input: { name: "hiding", expression: "bad(prompt)" }) { created } }');
    const hidden = { positive: 'hiding', negative: 'golden-2018' };
    expect(reasonOf(await create({ truth: hidden }))).toBe('OTHER_RECONSTRUCTION');
    expect(partsOf(await create({ truth: hidden, allow: ['OTHER_RECONSTRUCTION'] }))).toEqual([
      [3, 7],
      [3, 7],
      [3, 7],
    ]);
    const { data } = await asReader(
      '{ task(name: "one") { allow truth { versions { pairing version { source dataset } } madeOf { mask source } } } }',
    );
    expect(data.task.truth.versions).toContainEqual({
      pairing: 'OTHER_RECONSTRUCTION',
      version: { source: 'prompt', dataset },
    });
    expect(data.task.truth.madeOf).toContainEqual({ mask: 'hiding', source: null });
  });

  test('refuse leakage and parts without both classes, each by its name', async () => {
    expect(reasonOf(await create({ testing: { mask: `${second}:1-3` } }))).toBe('SHARED_LUMISECTIONS');
    const shared = { validation: { mask: `${second}:[1-3, 8-8]` }, testing: { mask: `${second}:[4-7, 9-10]` } };
    expect(reasonOf(await create(shared))).toBe('SHARED_RUNS');
    expect(partsOf(await create({ ...shared, allow: ['SHARED_RUNS'] }))).toEqual([
      [3, 7],
      [1, 3],
      [2, 4],
    ]);
    expect(reasonOf(await create({ name: 'two', training: { mask: `${first}:1-7` } }))).toBe('ONE_CLASS');
    const oneClass = { name: 'two', training: { mask: `${first}:1-7` }, allow: ['ONE_CLASS_TRAIN'] };
    expect(partsOf(await create(oneClass))[0]).toEqual([0, 7]);
    // the mask of a class is its name
    expect(partsOf(await create({ name: 'three', training: { mask: 'golden-2018', runs: [first] } }))[0]).toEqual([
      0, 7,
    ]);
    expect(reasonOf(await create({ name: 'four', training: { mask: `${first}:99` } }))).toBe('EMPTY_PART');
    const causal = { name: 'five', isCausal: true, training: { runs: [third] }, testing: { runs: [first] } };
    expect(reasonOf(await create(causal))).toBe('NOT_CAUSAL');
    expect(partsOf(await create({ name: 'six', isCausal: true }))).toHaveLength(3);
  });

  test('may be split by runs, fills or time', async () => {
    const none = { training: null, validation: null, testing: null };
    const thirds = { runs: RUNS, training: 0.4, validation: 0.3, testing: 0.3 };
    const runsOf = ({ data, errors }: Answer) => {
      expect(errors).toBeUndefined();
      return data.createTask.task.parts.map(({ runs }: { runs: { run: number }[] }) => runs.map(({ run }) => run));
    };
    expect(runsOf(await create({ ...none, split: { ...thirds, by: 'TIME' } }))).toEqual([[first], [second], [third]]);
    const byRun = runsOf(await create({ ...none, name: 'two', split: { ...thirds, by: 'RUN' }, seed: 3 }));
    expect(byRun.flat().sort()).toEqual(RUNS);
    // two fills cannot fill three parts
    expect(reasonOf(await create({ ...none, name: 'three', split: { ...thirds, by: 'FILL' } }))).toBe('EMPTY_PART');
    // each run begins twelve hours after the one before it ended
    const embargo = { ...thirds, by: 'TIME', embargoHours: 13 };
    expect(reasonOf(await create({ ...none, name: 'four', split: embargo }))).toBe('EMPTY_PART');
    expect(reasonOf(await create({ ...none, name: 'five', split: { ...thirds, by: 'RUN', testing: 0.4 } }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(reasonOf(await create({ name: 'six', split: { ...thirds, by: 'RUN' } }))).toBe('BAD_USER_INPUT');
  });

  test('have windows and runs as members, and sums of windows in their matrix', async () => {
    const windows = { granularity: 'WINDOW', windowLength: 3, mixed: 'POSITIVE' };
    expect(partsOf(await create(windows))).toEqual([
      [3, 5],
      [3, 5],
      [3, 5],
    ]);
    const { data, errors } = await asReader(
      `{ task(name: "one") { matrix(part: TRAIN, first: 2) { lumisectionLast truth
          matrix { shape lumisections bins entries valid pageInfo { hasNextPage endCursor } } } } }`,
    );
    expect(errors).toBeUndefined();
    const summed = (begin: number) =>
      [0, 1, 2, 3].map((bin) =>
        [0, 1, 2].reduce((sum, i) => sum + (histogram(first, begin + i).contents[bin + 1] as number), 0),
      );
    const { matrix, ...rows } = data.task.matrix;
    expect(rows).toEqual({ lumisectionLast: [3, 4], truth: ['NEGATIVE', 'NEGATIVE'] });
    expect(matrix).toMatchObject({
      shape: [2, 4],
      lumisections: [1, 2],
      valid: [true, true],
      bins: [summed(1), summed(2)],
    });
    const next = await asReader(
      'query ($after: String) { task(name: "one") { matrix(part: TRAIN, first: 2, after: $after) { matrix { lumisections } } } }',
      { after: matrix.pageInfo.endCursor },
    );
    expect(next.data.task.matrix.matrix.lumisections).toEqual([3, 4]);
    const runs = { name: 'two', granularity: 'RUN', mixed: 'MAJORITY' };
    expect(reasonOf(await create(runs))).toBe('ONE_CLASS');
    const allow = ['ONE_CLASS_TRAIN', 'ONE_CLASS_VALIDATION', 'ONE_CLASS_TEST'];
    expect(partsOf(await create({ ...runs, allow }))).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    const ofRun = await asReader('{ task(name: "two") { matrix(part: TEST) { matrix { shape runs lumisections } } } }');
    expect(ofRun.data.task.matrix.matrix).toEqual({ shape: [1, 4], runs: [third], lumisections: null });
    // summaries of runs come without their lumisections
    const summaries = [1, 2, 3, 4].map((run) => ({ ...histogram(run, 0), lumisection: 0 }));
    await ingest(opened.store, { path: 'summaries.csv', format: 'test' }, [runBatch(summaries)]);
    const verdictsOf = (run: number) => judged(run, run % 2 === 0 ? [1, 50, 'GOOD'] : [1, 268435455, 'BAD']);
    await certify(opened.store, 'runs-only', '', [1, 2, 3, 4].map(verdictsOf));
    const alone = {
      truth: { source: 'runs-only' },
      training: { runs: [1, 2] },
      validation: { runs: [3] },
      testing: { runs: [4] },
    };
    expect(partsOf(await create({ ...runs, ...alone, name: 'summaries', allow }))).toEqual([
      [1, 1],
      [1, 0],
      [0, 1],
    ]);
    expect(reasonOf(await create({ name: 'three', granularity: 'WINDOW' }))).toBe('BAD_USER_INPUT');
    expect(reasonOf(await create({ name: 'three', windowLength: 2 }))).toBe('BAD_USER_INPUT');
  });

  test('have several monitor elements, of a saved set too, and gaps where one is missing', async () => {
    await root('mutation { saveElementSet(input: { name: "layer-1", include: ["*_PXLayer_1"] }) { created } }');
    const { data, errors } = await create({ monitorElements: null, elementSet: 'layer-1' });
    expect(errors).toBeUndefined();
    expect(data.createTask.task).toMatchObject({
      elementSet: 'layer-1@1',
      monitorElements: [CHARGE.path, SIZE.path],
    });
    const read = await asReader(
      `{ task(name: "one") { matrix(part: TRAIN, monitorElement: "${SIZE.path}", first: 5) { matrix { shape valid } } } }`,
    );
    expect(read.data.task.matrix.matrix).toEqual({ shape: [5, 3], valid: [true, true, true, false, true] });
    expect(reasonOf(await asReader('{ task(name: "one") { matrix(part: TRAIN) { hash } } }'))).toBe('NOT_FOUND');
    expect(reasonOf(await create({ name: 'two', monitorElements: ['nothing'] }))).toBe('NOT_FOUND');
    expect(reasonOf(await create({ name: 'two', monitorElements: [] }))).toBe('BAD_USER_INPUT');
  });

  test('are sampled by their seed', async () => {
    const allow = ['ONE_CLASS_TRAIN', 'ONE_CLASS_VALIDATION', 'ONE_CLASS_TEST'];
    expect(partsOf(await create({ sample: 5, allow })).map(([bad, good]: [number, number]) => bad + good)).toEqual([
      5, 5, 5,
    ]);
    const members = async (name: string) =>
      (await asReader(`{ task(name: "${name}") { members(part: TEST) { lumisectionFirst } } }`)).data.task.members
        .lumisectionFirst;
    await create({ name: 'two', sample: 5, seed: 1, allow });
    await create({ name: 'three', sample: 5, description: 'the same draw', allow });
    expect(await members('three')).toEqual(await members('one'));
    expect(await members('two')).not.toEqual(await members('one'));
  });

  test('are made once, changed and deleted as drafts by their author, and listed', async () => {
    expect((await create()).data.createTask).toMatchObject({
      created: true,
      task: { state: 'DRAFT', author: 'author', hash: null },
    });
    expect((await create()).data.createTask.created).toBe(false);
    expect(reasonOf(await create({ seed: 9 }))).toBe('NAME_TAKEN');
    expect(reasonOf(await create({ name: 'two' }, asReader))).toBe('FORBIDDEN');
    const UPDATE = `mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task {
      name description seed sample metric parts { lumisections } monitorElements } } }`;
    const changes = {
      task: 'one',
      name: 'renamed',
      description: 'about',
      sample: 4,
      testing: { mask: `${third}:7-10` },
    };
    const other = asker(
      opened.store,
      {},
      (
        await opened.store.tokens.create(
          { name: 'other', scopes: ['challenge'], expiresAt: new Date(Date.now() + 60_000) },
          'test',
        )
      ).secret,
    );
    expect(reasonOf(await other(UPDATE, { input: changes }))).toBe('FORBIDDEN');
    made.add('renamed');
    expect((await asAuthor(UPDATE, { input: changes })).data.updateTask.task).toEqual({
      ...{ name: 'renamed', description: 'about', seed: 0, sample: 4, metric: 'ROC_AUC' },
      parts: [{ lumisections: 4 }, { lumisections: 4 }, { lumisections: 4 }],
      monitorElements: [CHARGE.path],
    });
    expect(reasonOf(await asAuthor(UPDATE, { input: { task: 'renamed', testing: { runs: [first] } } }))).toBe(
      'SHARED_LUMISECTIONS',
    );
    const { data } = await asReader(
      '{ tasks(where: { state: { eq: DRAFT } }, orderBy: [{ field: NAME }]) { totalCount nodes { name } } }',
    );
    expect(data.tasks).toEqual({ totalCount: 1, nodes: [{ name: 'renamed' }] });
    expect(reasonOf(await other(DELETE, { task: 'renamed' }))).toBe('FORBIDDEN');
    expect((await asAuthor(DELETE, { task: 'renamed' })).data).toEqual({ deleteTask: { deleted: true } });
    expect((await asAuthor(DELETE, { task: 'renamed' })).data).toEqual({ deleteTask: { deleted: false } });
    expect((await asReader('{ task(name: "renamed") { name } }')).data).toEqual({ task: null });
  });

  test('are frozen with a hash that is the same on both databases, and say what changed since', async () => {
    const name = 'frozen';
    await create({ name, monitorElements: [CHARGE.path, SIZE.path] });
    made.delete(name);
    const { data, errors } = await asAuthor(FREEZE, { task: name });
    expect(errors).toBeUndefined();
    expect(data.freezeTask).toMatchObject({ frozen: true, task: { state: 'FROZEN' } });
    const { hash } = data.freezeTask.task;
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    hashes.add(hash);
    expect(hashes.size).toBe(1);
    expect((await asAuthor(FREEZE, { task: name })).data.freezeTask).toMatchObject({ frozen: false, task: { hash } });
    expect(reasonOf(await asAuthor(DELETE, { task: name }))).toBe('FROZEN');
    const update = 'mutation { updateTask(input: { task: "frozen", seed: 4 }) { task { seed } } }';
    expect(reasonOf(await asAuthor(update))).toBe('FROZEN');

    const CHANGES = `{ task(name: "frozen") { hash parts { positives negatives } changes { isTruthCurrent checkedCount
      dataChangedCount truthChangedCount nextRun
      members { part run lumisectionFirst dataChanged truth truthNow } } } }`;
    const unchanged = { isTruthCurrent: true, checkedCount: 30, dataChangedCount: 0, truthChangedCount: 0 };
    const before = (await asReader(CHANGES)).data.task;
    expect(before.changes).toEqual({ ...unchanged, nextRun: null, members: [] });

    // one histogram that was missing comes, and the truth gets another version
    await ingest(opened.store, { path: 'late.csv', format: 'test' }, [lumisectionBatch([histogram(second, 4, SIZE)])]);
    await certify(
      opened.store,
      'golden-2018',
      '',
      RUNS.map((run) => judged(run, [1, 6, 'GOOD'])),
    );
    const after = (await asReader(CHANGES)).data.task;
    expect(after).toMatchObject({ hash, parts: before.parts });
    expect(after.changes).toMatchObject({
      ...{ isTruthCurrent: false, checkedCount: 30, dataChangedCount: 1, truthChangedCount: 3, nextRun: null },
      members: [
        { part: 'TRAIN', run: first, lumisectionFirst: 7, dataChanged: false, truth: 'NEGATIVE', truthNow: 'POSITIVE' },
        { run: second, lumisectionFirst: 4, dataChanged: true, truth: 'NEGATIVE', truthNow: 'NEGATIVE' },
        { run: second, lumisectionFirst: 7, dataChanged: false },
        { run: third, lumisectionFirst: 7, dataChanged: false },
      ],
    });
    await certify(
      opened.store,
      'golden-2018',
      '',
      RUNS.map((run) => judged(run, [1, 7, 'GOOD'])),
    );
  });

  test('hide the truth of their test part, where that is asked for, from all but author and admin', async () => {
    const name = 'hidden';
    const hidden = { name, isTruthHidden: true, allow: ['SHOWN_TRUTH'] };
    expect(reasonOf(await create(hidden))).toBe('FORBIDDEN');
    expect(partsOf(await create(hidden, root))[2]).toEqual([3, 7]);
    made.delete(name);
    await root(FREEZE, { task: name });
    const query = `{ task(name: "hidden") {
      parts { part positives negatives runs { positives negatives } }
      test: members(part: TEST) { lumisectionFirst truth } train: members(part: TRAIN) { truth }
      matrix(part: TEST) { truth matrix { shape } } changes { truthChangedCount members { truth } } } }`;
    const { data } = await asReader(query);
    expect(data.task.parts[2]).toEqual({
      ...{ part: 'TEST', positives: null, negatives: null },
      runs: [{ positives: null, negatives: null }],
    });
    expect(data.task.parts[0]).toMatchObject({ positives: 3, negatives: 7 });
    expect(data.task.test).toMatchObject({ truth: null });
    expect(data.task.test.lumisectionFirst).toHaveLength(10);
    expect(data.task.train.truth).toHaveLength(10);
    expect(data.task.matrix).toEqual({ truth: null, matrix: { shape: [10, 4] } });
    expect(data.task.changes).toEqual({ truthChangedCount: null, members: [] });
    expect((await root(query)).data.task.test.truth).toHaveLength(10);
  });

  test('outlive what they are made of, and say that it is gone', async () => {
    const { errors } = await root(`mutation { deleteRun(input: { number: ${third}, dryRun: false }) { dryRun } }`);
    expect(errors).toBeUndefined();
    const { data } = await root(`{ task(name: "frozen") { parts { lumisections }
      changes(afterRun: ${second}) { checkedCount dataChangedCount members { truth truthNow } } } }`);
    expect(data.task.parts.map(({ lumisections }: { lumisections: number }) => lumisections)).toEqual([10, 10, 10]);
    expect(data.task.changes).toMatchObject({ checkedCount: 10, dataChangedCount: 10 });
    expect(data.task.changes.members[0]).toEqual({ truth: 'NEGATIVE', truthNow: null });
  });
});
