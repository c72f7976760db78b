import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Cancellation } from '../../src/domain/cancellation.ts';
import type { TaskDefinition } from '../../src/domain/task.ts';
import { ANONYMOUS, OPERATOR } from '../../src/domain/viewer.ts';
import type { Database } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open-store.ts';
import { PostgresDatabase } from '../../src/store/postgres.ts';
import { SqliteDatabase } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import type { Asker } from '../../src/store/task-access.ts';
import { VEILED_TABLES, VeiledQueries } from '../../src/store/veil.ts';
import { DEFINITION, fill, TEST } from '../attack/hidden-truth-world.ts';
import { createTestStore, databases } from '../support/databases.ts';

const { training, validation, testing, dataset, monitorElements } = DEFINITION;
const HIDDEN: TaskDefinition = {
  ...{ monitorElements, dataset, description: null, elementSet: null, split: null, injection: null },
  parts: {
    TRAIN: { mask: null, runs: training.runs },
    VALIDATION: { mask: null, runs: validation.runs },
    TEST: { mask: null, runs: testing.runs },
  },
  truth: { positive: null, negative: null, source: 'rr', subsystem: null, dataset: null, causes: null, margin: 0 },
  ...{ granularity: 'LUMISECTION', windowLength: 1, mixed: 'LEFT_OUT', metric: 'ROC_AUC' },
  ...{ minEntries: 0, sample: null, seed: 0, isCausal: false, isTruthHidden: true, allow: [] },
  ...{ publicShare: null, maxSubmissions: null, maxSubmissionsPerDay: null },
};

describe.each(databases)('the veil over hidden truth on $name', (kind) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let database: Database;
  const statements: string[] = [];

  beforeAll(async () => {
    opened = await createTestStore(kind, { onStatement: (sql) => statements.push(sql) });
    await fill(opened.store, new Set());
    const settings = { onStatement: () => {} };
    const { open } = kind.name === 'sqlite' ? SqliteDatabase : PostgresDatabase;
    database = await open(opened.url, settings);
  });
  afterAll(async () => {
    await database.close();
    await opened.drop();
  });

  const veiled = () =>
    new VeiledQueries(database, () => ({ tasks: [1], author: null, tell: () => {} }), database.dialect.tableName);

  test.each(VEILED_TABLES)('leaves every column of %s', async (table) => {
    const columns = await database.arrays<[string]>(
      kind.name === 'sqlite'
        ? `SELECT name FROM pragma_table_info('${table}')`
        : `SELECT CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_name = '${table}'`,
    );
    expect(columns.length).toBeGreaterThan(2);
    const names = columns.map(([name]) => name).join(', ');
    const rows = await database.arrays(`SELECT ${names} FROM ${table}`);
    expect(await veiled().arrays(`SELECT ${names} FROM ${table}`)).toHaveLength(rows.length);
  });

  test('lies before statements with a WITH of their own, in subqueries, and under other names', async () => {
    const [[count]] = (await veiled().arrays(
      `WITH wanted AS (SELECT 'rr' AS source) SELECT count(*) FROM wanted w JOIN certification c ON c.source = w.source
       WHERE EXISTS (SELECT 1 FROM certification o WHERE o.run_number = c.run_number)`,
    )) as [[number]];
    expect(Number(count)).toBeGreaterThan(0);
  });

  test('lets nothing be read that it cannot lie before', async () => {
    for (const sql of [
      '(SELECT flag FROM certification)',
      'WITH RECURSIVE n AS (SELECT 1 AS i UNION SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n, certification',
    ]) {
      expect(() => veiled().arrays(sql)).toThrow('neither reads nor writes');
    }
  });

  test('is drawn in every process that serves, as soon as a task is frozen, and lifted when it is revealed', async () => {
    const other = await openStore(opened.url, { followsTasks: true });
    try {
      const verdictOf = async (store: Store) =>
        store
          .forOperation(new Cancellation())
          .reads.verdicts({ source: 'rr', dataset: null, subsystem: null }, [{ runNumber: TEST[0], number: 5 }]);
      statements.length = 0;
      expect(await verdictOf(opened.store)).toEqual(['BAD']);
      expect(statements).toEqual([expect.not.stringContaining('hidden_run')]);
      const { task } = await opened.store.tasks.create({ name: 'closed', author: 'boss' }, HIDDEN);
      await opened.store.tasks.freeze(task.id);
      expect(await verdictOf(opened.store)).toEqual(['NOT_EVALUATED']);
      await vi.waitFor(async () => expect(await verdictOf(other)).toEqual(['NOT_EVALUATED']));
      const boss = { ...ANONYMOUS, name: 'boss', authenticated: true };
      for (const viewer of [boss, OPERATOR]) {
        const own = opened.store.forOperation(new Cancellation(), { viewer });
        expect(await own.reads.fractionsOfRuns([TEST[0]])).toMatchObject([[{ fraction: 0.75 }]]);
      }
      const stranger = opened.store.forOperation(new Cancellation(), { viewer: { ...boss, authenticated: false } });
      expect(await stranger.reads.fractionsOfRuns([TEST[0]])).toEqual([[]]);
      // what opens the database later knows it from the beginning
      const later = await openStore(opened.url);
      expect(await verdictOf(later).finally(() => later.close())).toEqual(['NOT_EVALUATED']);
      // a guess is not told to be right, whoever the file that it came in was of
      const guess = { kind: 'fractions', fractions: [{ run: TEST[0], subsystem: 'pixel', fraction: 0.75 }] } as const;
      const outcomeOf = async (bringer: Asker | undefined) => {
        const identity = { sha256: bringer?.name ?? '', dataset: '', source: 'rr', format: 'test', meMap: '' };
        const { ledger } = opened.store;
        const { file } = await ledger.begin(identity, { path: 'guess', size: 1 }, { force: false });
        const options = { onConflict: 'keep', source: 'rr', bringer } as const;
        return (await ledger.write(file.id, guess, [], { byte: 1, line: 1 }, options)).counts;
      };
      expect(await outcomeOf({ ...ANONYMOUS, name: 'guesser', authenticated: true })).toMatchObject({ inserted: 1 });
      for (const bringer of [boss, undefined]) expect(await outcomeOf(bringer)).toMatchObject({ identical: 1 });
      await opened.store.tasks.reveal(task.id);
      expect(await verdictOf(opened.store)).toEqual(['BAD']);
      await vi.waitFor(async () => expect(await verdictOf(other)).toEqual(['BAD']));
    } finally {
      await other.close();
    }
  });
});
