import { tableFromIPC } from '@uwdata/flechette';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { Cancellation } from '../../src/domain/cancellation.ts';
import type { Task } from '../../src/generated/sqlite/client.ts';
import { builtInVersion } from '../../src/playground/built-in.ts';
import { runBuiltIn } from '../../src/playground/run-built-in.ts';
import { subjectOf } from '../../src/playground/subject.ts';
import type { Store } from '../../src/store/store.ts';
import { WorkerPool } from '../../src/workers/worker-pool.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';
import { type Answer, type Ask, asker } from './ask.ts';
import { type Booking, lumisectionBatch, runBatch } from './batch.ts';
import { CHARGE, fillTaskWorld, histogram, RUNS, SIZE } from './task-world.ts';
import { ingest, UL2018 } from './world.ts';

const [first, second, third] = RUNS as [number, number, number];
const base = {
  ...{ monitorElements: [CHARGE.path, SIZE.path], dataset: UL2018 },
  truth: { positive: 'dcs-2018 - golden-2018', negative: 'golden-2018' },
  ...{ training: { runs: [first] }, validation: { runs: [second] }, testing: { runs: [third] } },
};
const injection = { kinds: ['HOT_CHANNEL', 'DEAD_REGION'], strengths: [0.5, 0.25], share: 0.5, seed: 5 };
const ONE_CLASS = ['ONE_CLASS_TRAIN', 'ONE_CLASS_VALIDATION', 'ONE_CLASS_TEST'];
const CREATE = `mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { hash
  injection { kinds strengths share seed } parts { part positives negatives injected } } } }`;
const FREEZE = 'mutation ($task: String!) { freezeTask(input: { task: $task }) { task { hash } } }';
const READ = `query ($task: String!, $part: TaskPartName!, $element: String!) { task(name: $task) {
  members(part: $part) { runs lumisectionFirst truth injections { kind strength } }
  matrix(part: $part, monitorElement: $element) { truth matrix { valid entries bins } } } }`;

const reasonOf = ({ errors }: Answer) => errors?.[0]?.extensions.reason ?? errors?.[0]?.extensions.field;

/** Hashes and bins by name, to compare the databases with one another. */
const told = new Set<string>();

describe.each(databases)('anomalies made in a task on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let ask: Ask;

  beforeAll(async () => {
    opened = await createTestStore(database, { prisma: true });
    await fillTaskWorld(opened.store);
    ask = asker(opened.store);
    for (const [task, changes] of [
      ['plain', {}],
      ['made', { injection }],
      ['windows', { injection, granularity: 'WINDOW', windowLength: 2 }],
    ] as const) {
      const { errors } = await ask(CREATE, { input: { name: task, ...base, ...changes } });
      expect(errors).toBeUndefined();
    }
  });
  afterAll(() => opened.drop());

  const read = async (task: string, part: string, element = CHARGE.path) => {
    const { data, errors } = await ask(READ, { task, part, element });
    expect(errors).toBeUndefined();
    return data.task;
  };

  test('are in good members of validation and test alone, which are positive then, and in each monitor element of theirs', async () => {
    let made = 0;
    for (const part of ['TRAIN', 'VALIDATION', 'TEST']) {
      for (const element of base.monitorElements) {
        const [plain, task] = [await read('plain', part, element), await read('made', part, element)];
        const { injections, truth } = task.members;
        expect(truth).toEqual(
          plain.members.truth.map((label: string, i: number) => (injections[i] === null ? label : 'POSITIVE')),
        );
        expect(task.matrix.truth).toEqual(truth);
        for (const [i, done] of injections.entries()) {
          const { valid, bins, entries } = task.matrix.matrix;
          const [before, after] = [plain.matrix.matrix.bins[i], bins[i]] as [number[], number[]];
          if (done === null || !valid[i]) {
            expect([after, entries[i]]).toEqual([before, plain.matrix.matrix.entries[i]]);
            continue;
          }
          made++;
          expect(part).not.toBe('TRAIN');
          expect(plain.members.truth[i]).toBe('NEGATIVE');
          expect(injection.strengths).toContain(done.strength);
          const changed = after.flatMap((value, bin) =>
            value === before[bin] ? [] : [value - (before[bin] as number)],
          );
          const sum = before.reduce((total, value) => total + value, 0);
          const change = changed.reduce((total, value) => total + value, 0);
          if (done.kind === 'HOT_CHANNEL') expect(changed).toEqual([Math.max(1, Math.round(done.strength * sum))]);
          else expect(after.filter((value) => value === 0).length).toBeGreaterThan(0);
          expect(entries[i]).toBe(plain.matrix.matrix.entries[i] + change);
        }
      }
    }
    expect(made).toBeGreaterThan(8);
  });

  test('are counted, and told with the task', async () => {
    const { data } = await ask(
      '{ plain: task(name: "plain") { injection { share } parts { injected } } made: task(name: "made") { injection { kinds strengths share seed } parts { positives negatives injected } } }',
    );
    expect(data.plain).toEqual({ injection: null, parts: Array(3).fill({ injected: 0 }) });
    expect(data.made.injection).toEqual({
      ...injection,
      kinds: ['DEAD_REGION', 'HOT_CHANNEL'],
      strengths: [0.25, 0.5],
    });
    const [train, validation, testing] = data.made.parts;
    expect(train).toEqual({ positives: 3, negatives: 7, injected: 0 });
    for (const part of [validation, testing]) {
      expect(part.injected).toBeGreaterThan(0);
      expect(part).toMatchObject({ positives: 3 + part.injected, negatives: 7 - part.injected });
    }
  });

  test('belong to the hash, are the same on both databases, and are no change of the data', async () => {
    const hashes: Record<string, string> = {};
    for (const task of ['plain', 'made', 'windows']) {
      const { data, errors } = await ask(FREEZE, { task });
      expect(errors).toBeUndefined();
      hashes[task] = data.freezeTask.task.hash;
    }
    expect(hashes.made).not.toBe(hashes.plain);
    const { data } = await ask(
      '{ task(name: "made") { changes { checkedCount dataChangedCount truthChangedCount } } }',
    );
    expect(data.task.changes).toEqual({ checkedCount: 30, dataChangedCount: 0, truthChangedCount: 0 });
    told.add(JSON.stringify([hashes, await read('made', 'TEST'), await read('windows', 'TEST')]));
    expect(told.size).toBe(1);
  });

  test('are in exports, as in the matrix', async () => {
    const app = createApp(opened.store, parseConfig({ LUMIGRAPH_LOG: 'silent' }), { session: SESSION });
    const url = `http://localhost/export/tasks/made/test.arrow?monitorElement=${CHARGE.path}`;
    const response = await app.fetch(url, { headers: { authorization: `Bearer ${SESSION}` } });
    const rows = tableFromIPC(new Uint8Array(await response.arrayBuffer())).toArray();
    const { members, matrix } = await read('made', 'TEST');
    expect(rows.map(({ injection: kind, strength }) => (kind === '' ? null : { kind, strength }))).toEqual(
      members.injections,
    );
    expect(rows.map(({ bins }) => Array.from(bins as Float64Array))).toEqual(matrix.matrix.bins);
    expect(rows.map(({ truth }) => truth)).toEqual(members.truth);
  });

  test('are what built-in strategies see', async () => {
    const workers = new WorkerPool({ threads: 1 });
    try {
      const scores: (readonly number[])[] = [];
      for (const name of ['plain', 'made']) {
        const task = (await opened.store.reads.taskByName(name)) as Task;
        const subject = await subjectOf(opened.store, task);
        const { builtIn } = builtInVersion({ strategy: 'max-pull' });
        const tools = { store: opened.store, workers, cancellation: new Cancellation() };
        const found = await runBuiltIn(tools, subject, builtIn);
        const { id } = subject.elements.find(({ path }) => path === CHARGE.path) as { id: number };
        scores.push(Array.from(found.scores.get('TEST')?.get(id)?.scores ?? []));
      }
      const [plain, made] = scores as [number[], number[]];
      const { injections } = (await read('made', 'TEST')).members;
      expect(made.map((score, i) => score !== plain[i])).toEqual(injections.map((one: unknown) => one !== null));
    } finally {
      await workers.close();
    }
  });

  test('are found or not at a threshold, by kind and strength', async () => {
    const { injections, runs, lumisectionFirst } = (await read('made', 'TEST')).members;
    // half of those that there are of each kind and strength have a score above the threshold, the others none
    const seen = new Map<string, number>();
    const scores = runs.map((run: number, i: number) => {
      const name = JSON.stringify(injections[i]);
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      const key = { run, lumisection: lumisectionFirst[i] };
      return count % 2 === 0 ? { ...key, score: -2 } : { ...key, reason: 'OTHER' };
    });
    const { data, errors } = await ask(
      `mutation ($input: SubmitPredictionInput!) { submitPrediction(input: $input) { prediction { evaluation {
        byStrength { kind strength injected found efficiency } none: byStrength(threshold: -2.5) { found } } } } }`,
      {
        input: { task: 'made', strategy: { name: 'half', version: '1', orientation: 'LOWER' }, threshold: -2, scores },
      },
    );
    expect(errors).toBeUndefined();
    const { byStrength, none } = data.submitPrediction.prediction.evaluation;
    seen.delete('null');
    expect(byStrength.length).toBe(seen.size);
    for (const { kind, strength, injected, found, efficiency } of byStrength) {
      expect(injected).toBe(seen.get(JSON.stringify({ kind, strength })));
      expect([found, efficiency]).toEqual([Math.ceil(injected / 2), Math.ceil(injected / 2) / injected]);
    }
    expect(none.every(({ found }: { found: number }) => found === 0)).toBe(true);
  });

  test('are made where they change something alone: else a member stays good, and is counted', async () => {
    const run = 315_260;
    const numbers = Array.from({ length: 10 }, (_, i) => i + 1);
    const empty = (number: number, element: Booking) => ({
      ...histogram(run, number, element),
      contents: new Float64Array((element.axes[0]?.bins ?? 0) + 2),
    });
    await ingest(opened.store, { path: 'empty.csv', format: 'test' }, [
      { kind: 'runs', runs: [{ number: run }] },
      { kind: 'lumisections', lumisections: numbers.map((number) => ({ run, number })) },
      // of lumisection 7 the second monitor element alone has something, of 3 it has none
      lumisectionBatch([
        ...numbers.map((number) => empty(number, CHARGE)),
        ...numbers.flatMap((number) =>
          number === 3 ? [] : [number === 7 ? histogram(run, number, SIZE) : empty(number, SIZE)],
        ),
      ]),
      runBatch([{ ...empty(0, CHARGE), lumisection: 0 }]),
    ]);
    const truth = { positive: `${run}:8-10 | (dcs-2018 - golden-2018)`, negative: `${run}:1-7 | golden-2018` };
    const all = { kinds: ['SHIFT', 'DEAD_REGION', 'GAIN'], strengths: [0.9], share: 0.999999, seed: 1 };
    const made = async (name: string, changes: object) => {
      const input = { name, ...base, truth, testing: { runs: [run] }, injection: all, allow: ONE_CLASS, ...changes };
      expect((await ask(CREATE, { input })).errors).toBeUndefined();
      expect((await ask(FREEZE, { task: name })).errors).toBeUndefined();
      const { data } = await ask(
        `query ($name: String!) { task(name: $name) { leftOut { part reason count }
        members(part: TEST) { lumisectionFirst truth injections { strength } } changes { dataChangedCount truthChangedCount } } }`,
        { name },
      );
      const { lumisectionFirst, truth: labels, injections } = data.task.members;
      expect(data.task.changes).toEqual({ dataChangedCount: 0, truthChangedCount: 0 });
      const injected = lumisectionFirst.filter((_: number, i: number) => injections[i] !== null);
      const positive = lumisectionFirst.filter((_: number, i: number) => labels[i] === 'POSITIVE');
      const noEffect = data.task.leftOut.filter(({ reason }: { reason: string }) => reason === 'NO_EFFECT');
      return { injected, positive, noEffect };
    };
    const noEffect = (count: number) => [{ part: 'TEST', reason: 'NO_EFFECT', count }];
    expect(await made('empty', {})).toEqual({ injected: [7], positive: [7, 8, 9, 10], noEffect: noEffect(6) });
    const windows = { granularity: 'WINDOW', windowLength: 2 };
    // of the window 6-7 the sum has something
    expect(await made('empty-windows', windows)).toEqual({ injected: [6], positive: [6, 8, 9], noEffect: noEffect(5) });
    const ofRuns = { granularity: 'RUN', mixed: 'MAJORITY' };
    expect(await made('empty-runs', ofRuns)).toEqual({ injected: [], positive: [], noEffect: noEffect(1) });
  });

  test('are refused where they could not be made, or would tell of a hidden truth', async () => {
    const refused = async (changes: object) =>
      reasonOf(await ask(CREATE, { input: { name: 'no', ...base, ...changes } }));
    expect(await refused({ injection: { ...injection, strengths: [0] } })).toBe('injection.strengths');
    expect(await refused({ injection: { ...injection, strengths: [] } })).toBe('injection.strengths');
    expect(await refused({ injection: { ...injection, share: 1 } })).toBe('injection.share');
    expect(await refused({ injection: { ...injection, kinds: [] } })).toBe('injection.kinds');
    expect(await refused({ injection, isTruthHidden: true })).toBe('injection');
    await opened.store.prisma.monitorElement.updateMany({ where: { path: SIZE.path }, data: { kind: 'PROFILE' } });
    expect(await refused({ injection })).toBe('PROFILE');
  });
});
