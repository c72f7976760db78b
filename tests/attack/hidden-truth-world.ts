import { expect } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { CertificationRun, Flag } from '../../src/domain/record.ts';
import type { Scope } from '../../src/domain/viewer.ts';
import type { Store } from '../../src/store/store.ts';
import { lumisectionBatch, runBatch } from '../schema/batch.ts';
import { CHARGE, histogram, judged, SIZE } from '../schema/task-world.ts';
import { certify, ingest, UL2018 } from '../schema/world.ts';
import { createTestStore, type databases } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';
import { literal, Word } from './schema-walk.ts';

/**
 * A world with a task whose truth is hidden, which can be told in two ways: in one of them the truth of its private test
 * runs is another one, and all that was made of it.
 */

export const [TRAINING, VALIDATION] = [315257, 315258] as const;
export const TEST = [315259, 315260, 315261, 315262] as const;
/** In no part of a task. */
const OPEN = 315263;
const RUNS = [TRAINING, VALIDATION, ...TEST, OPEN];
const NUMBERS = [1, 2, 3, 4, 5, 6];

export const DEFINITION = {
  monitorElements: [CHARGE.path, SIZE.path],
  dataset: UL2018,
  training: { runs: [TRAINING] },
  validation: { runs: [VALIDATION] },
  testing: { runs: [...TEST] },
  truth: { source: 'rr' },
};

type Told = (run: number) => readonly [number, number, Flag][];

export async function fill(store: Store, changed: ReadonlySet<number>): Promise<void> {
  // wholly bad: sources of what is good say nothing of it
  const absent = Math.max(...changed);
  await ingest(store, { path: 'runs.csv', format: 'test' }, [
    {
      kind: 'runs',
      runs: RUNS.map((number, i) => ({
        ...{ number, fill: 6622 + i, era: '2018A' },
        startedAt: new Date(Date.UTC(2018, 4, 1 + i)),
        endedAt: new Date(Date.UTC(2018, 4, 1 + i, 12)),
      })),
    },
    {
      kind: 'lumisections',
      lumisections: RUNS.flatMap((run) =>
        NUMBERS.map((number) => ({ run, number, recordedLumi: 0.5, pileup: 30 + number })),
      ),
    },
    lumisectionBatch(RUNS.flatMap((run) => NUMBERS.flatMap((n) => [histogram(run, n), histogram(run, n, SIZE)]))),
    runBatch(RUNS.map((run) => ({ ...histogram(run, 0), lumisection: 0 }))),
  ]);
  const told = (usual: Told, other: Told): CertificationRun[] =>
    RUNS.map((run) => judged(run, ...(changed.has(run) ? other : usual)(run)));
  await certify(
    store,
    'rr',
    'pixel',
    told(
      () => [
        [1, 4, 'GOOD'],
        [5, 6, 'BAD'],
      ],
      () => [
        [1, 3, 'BAD'],
        [4, 6, 'GOOD'],
      ],
    ),
  );
  await certify(
    store,
    'golden',
    '',
    told(
      () => [[1, 4, 'GOOD']],
      (run) => (run === absent ? [] : [[4, 6, 'GOOD']]),
    ).filter(({ ranges }) => ranges.length > 0),
  );
  const fractions = RUNS.filter((run) => run !== absent).map((run) => ({
    ...{ run, subsystem: 'pixel', fraction: changed.has(run) ? 0.25 : 0.75 },
  }));
  await ingest(store, { path: 'fractions.json', format: 'test', source: 'rr' }, [{ kind: 'fractions', fractions }]);
  const listed = RUNS.map((run) => (changed.has(run) ? `${run}:4-6` : `${run}:1-4`)).join(' | ');
  const masks = { listed, derived: 'good(rr)', combined: `golden & (${listed})` };
  for (const [name, expression] of Object.entries(masks)) {
    await store.masks.save({ name, expression, comment: null, author: 'root' });
  }
  await store.elementSets.save({ name: 'all', include: ['*'], exclude: [], description: null, author: 'root' });
}

export type Ask = (query: string) => Promise<string>;

export interface World {
  readonly store: Store;
  /** Whoever may see everything. */
  readonly root: Ask;
  /** Whoever may write, and compete. */
  readonly stranger: Ask;
  readonly anonymous: Ask;
  /** Status, headers and bytes, as text. */
  get(path: string): Promise<string>;
  /** Runs on which evaluations are public. */
  readonly shown: readonly number[];
  /** Of a task of open truth that was there before: it has shown what it is of. */
  readonly olderHash: string;
  drop(): Promise<void>;
}

/** @param changed runs of which another truth is told. */
export async function openWorld(database: (typeof databases)[number], changed: readonly number[]): Promise<World> {
  const { store, drop } = await createTestStore(database);
  await fill(store, new Set(changed));
  const app = createApp(store, parseConfig({ LUMIGRAPH_LOG: 'error', LUMIGRAPH_THREADS: '1' }), { session: SESSION });
  const as =
    (token: string | null): Ask =>
    async (query) => {
      const response = await app.fetch('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ query }),
      });
      return response.text();
    };
  const get = async (path: string) => {
    const response = await app.fetch(`http://localhost${path}`);
    const headers = [...response.headers].filter(([name]) => name !== 'x-request-id' && name !== 'etag');
    const bytes = Buffer.from(await response.arrayBuffer()).toString('latin1');
    return JSON.stringify([response.status, headers, bytes]);
  };
  const scopes: Scope[] = ['challenge', 'ingest'];
  const expiresAt = new Date(Date.now() + 86_400_000);
  const { secret } = await store.tokens.create({ name: 'stranger', scopes, expiresAt }, 'test');
  const [root, stranger] = [as(SESSION), as(secret)];
  const made = await makeTasks(root);
  await predict(stranger, 'floor', (lumisection) => (lumisection * lumisection) % 5, { threshold: 3 });
  await predict(root, 'noise', (lumisection) => (lumisection * 3) % 5, { threshold: 4 });
  return { store, root, stranger, anonymous: as(null), get, drop, ...made };
}

/** The data of an answer without errors. */
export async function done(answer: Promise<string>) {
  const { data, errors } = JSON.parse(await answer);
  expect(errors).toBeUndefined();
  return data;
}

export const createTask = (ask: Ask, input: object) =>
  ask(`mutation { createTask(input: ${literal({ ...DEFINITION, ...input })}) {
    task { name parts { part lumisections positives negatives } leftOut { part reason count } } } }`);

async function makeTasks(root: Ask) {
  const freeze = async (task: string) =>
    (await done(root(`mutation { freezeTask(input: { task: "${task}" }) { task { hash publicRuns } } }`))).freezeTask
      .task;
  await done(createTask(root, { name: 'older' }));
  const { hash: olderHash } = await freeze('older');
  const allow = [new Word('SHOWN_TRUTH')];
  await done(createTask(root, { name: 'hidden', isTruthHidden: true, publicShare: 0.5, seed: 3, allow }));
  return { olderHash, shown: (await freeze('hidden')).publicRuns as number[] };
}

/** Scores that know nothing of the truth. */
async function predict(ask: Ask, name: string, scoreOf: (lumisection: number) => number, more = {}): Promise<void> {
  const scores = [TRAINING, VALIDATION, ...TEST].flatMap((run) =>
    NUMBERS.map((lumisection) => ({ run, lumisection, score: scoreOf(lumisection + (run % 3)) })),
  );
  for (const task of ['hidden', 'older']) {
    const input = { task, strategy: { name, version: '1' }, scores, ...more };
    await done(ask(`mutation { submitPrediction(input: ${literal(input)}) { prediction { status } } }`));
  }
}
