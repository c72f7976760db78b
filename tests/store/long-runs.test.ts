import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TaskDefinition } from '../../src/domain/task.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { PROMPT } from './writing/batches.ts';
import { batchesOf, counts, type Part } from './writing/parts.ts';
import { beginFile, write } from './writing/write.ts';

/** More lumisections than are read, counted, hashed or deleted at once. */
const LAST = 2_700;
const RUN = 7;
const NOTHING = 1_700;
const FEW = 2_300;
const LENGTH = 3;

const partOf = (lumisection: number) => (lumisection <= 1_000 ? 'TRAIN' : lumisection <= 2_000 ? 'VALIDATION' : 'TEST');
const isBad = (lumisection: number) => lumisection % 1_000 > 100 && lumisection % 1_000 <= 150;
const isUsable = (lumisection: number) => lumisection !== NOTHING && lumisection !== FEW;

const histogram = (ls: number, me: string, more = 0): Part => ({
  ...{ run: RUN, ls, me, entries: ls === FEW ? 1 : 10 },
  bins: counts(0, ls % 5, ls % 7, more, 0),
});

/** First lumisections of all windows, as they are defined. */
const WINDOWS = Array.from({ length: LAST - LENGTH + 1 }, (_, i) => i + 1).filter((first) => {
  const window = Array.from({ length: LENGTH }, (_, i) => first + i);
  return (
    window.every(isUsable) && [partOf, isBad].every((kind) => new Set<unknown>(window.map((n) => kind(n))).size === 1)
  );
});

const bad = '(7:101-150 | 7:1101-1150 | 7:2101-2150)';
const only = (mask: string) => ({ mask, runs: null });
const DEFINITION: TaskDefinition = {
  ...{
    monitorElements: ['a', 'b'],
    dataset: PROMPT,
    description: null,
    elementSet: null,
    split: null,
    injection: null,
  },
  parts: { TRAIN: only('7:1-1000'), VALIDATION: only('7:1001-2000'), TEST: only('7:2001-2700') },
  truth: {
    ...{ positive: bad, negative: `7:1-2700 - ${bad}`, source: null, subsystem: null, dataset: null },
    ...{ causes: null, margin: 0 },
  },
  ...{ granularity: 'WINDOW', windowLength: LENGTH, mixed: 'LEFT_OUT', metric: 'ROC_AUC' },
  ...{ minEntries: 5, sample: null, seed: 0, isCausal: false, isTruthHidden: false, allow: ['SHARED_RUNS'] },
  ...{ publicShare: null, maxSubmissions: null, maxSubmissionsPerDay: null },
};

describe.each(databases)('a run that is read in many pieces on $name', (kind) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  let store: Store;
  beforeAll(async () => {
    opened = await createTestStore(kind);
    ({ store } = opened);
    const stored = Array.from({ length: LAST }, (_, i) => i + 1).filter((ls) => ls !== NOTHING);
    const file = await beginFile(store.ledger);
    const parts = stored.flatMap((ls) => ['a', 'b'].map((me) => histogram(ls, me)));
    for (const batch of batchesOf(parts)) await write(store.ledger, file, batch);
    await write(store.ledger, file, { kind: 'lumisections', lumisections: [{ run: RUN, number: NOTHING }] });
    await store.ledger.finish(file, { status: 'DONE' });
  });
  afterAll(() => opened.drop());

  test('has the members of a task that its definition says', async () => {
    const { task } = await store.tasks.create({ name: 'long', author: 'somebody' }, DEFINITION);
    const parts = ['TRAIN', 'VALIDATION', 'TEST'] as const;
    const members = await Promise.all(
      parts.map((part) => store.tasks.members(task.id, part, { after: undefined, most: LAST })),
    );
    expect(members.flat().map(({ first }) => first)).toEqual(WINDOWS);
    expect(
      members
        .flat()
        .filter(({ truth }) => truth === 'POSITIVE')
        .map(({ first }) => first),
    ).toEqual(WINDOWS.filter(isBad));
  });

  test('is compared with a frozen task member by member', async () => {
    const { task } = await store.tasks.create({ name: 'frozen', author: 'somebody' }, DEFINITION);
    const frozen = (await store.tasks.freeze(task.id)).task;
    const before = await store.tasks.changes(frozen, 0);
    expect({ ...before, changed: before.changed.length }).toMatchObject({ changed: 0, checked: WINDOWS.length });
    const file = await beginFile(store.ledger);
    const [more] = batchesOf([histogram(501, 'b', 3), histogram(2_500, 'a', 3)]);
    await write(store.ledger, file, more ?? null, { onConflict: 'replace' });
    await store.ledger.finish(file, { status: 'DONE' });
    const { changed } = await store.tasks.changes(frozen, 0);
    expect(changed.map(({ first }) => first)).toEqual([499, 500, 501, 2_498, 2_499, 2_500]);
    expect(changed.every(({ dataChanged, truth, truthNow }) => dataChanged && truth === truthNow)).toBe(true);
  });

  test('is deleted whole', async () => {
    const gone = { lumisectionHistograms: 2 * (LAST - 1), lumisections: LAST, monitorElements: 2, runs: 1 };
    const nobody = { isDead: () => false };
    expect(await store.ledger.deleteRun(RUN, { dryRun: true, ...nobody })).toMatchObject({ gone, files: 2 });
    expect(await store.ledger.deleteRun(RUN, { dryRun: false, ...nobody })).toMatchObject({ gone, files: 2 });
    expect(await store.lists.count('lumisectionHistogram', undefined)).toBe(0);
    expect(await store.verify()).toEqual([]);
  });
});
