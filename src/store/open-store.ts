import { ConfigurationError } from '../domain/errors.ts';
import { ANONYMOUS } from '../domain/viewer.ts';
import { CheckedQuery } from './checked-query.ts';
import { countedLedger } from './counted-ledger.ts';
import { createCoverages } from './coverage.ts';
import type { Database } from './database.ts';
import { createElementSets } from './element-sets.ts';
import { createElementTree } from './element-tree.ts';
import { createEvaluations } from './evaluations.ts';
import { createFacets } from './facets.ts';
import { HiddenTasks, veilOf } from './hidden-tasks.ts';
import { createHistogramSums } from './histogram-sums.ts';
import { createJobs } from './jobs.ts';
import { createLedger } from './ledger.ts';
import { createLists } from './lists.ts';
import { reached } from './lost-connection.ts';
import { createMasks } from './masks.ts';
import { MeantNames } from './meant-names.ts';
import { MemberCache } from './member-cache.ts';
import { migrate, migrationState } from './migrate.ts';
import { isPostgresUrl } from './migration-target.ts';
import { createModels } from './models.ts';
import { createNotes } from './notes.ts';
import { observedDatabase } from './observed-database.ts';
import { createPredictions } from './predictions.ts';
import { readOnlyDatabase, readOnlyUrl } from './read-only-database.ts';
import { cachedDimensions, StoreReads } from './reads.ts';
import { createRunReferences } from './reference-choices.ts';
import { References } from './references.ts';
import { withStorableTexts } from './storable-texts.ts';
import type { Store, StoreOptions } from './store.ts';
import { createStrategies } from './strategies.ts';
import { createStrategyRuns } from './strategy-runs.ts';
import { createTasks } from './tasks.ts';
import { createTokens } from './tokens.ts';
import { createTrends } from './trends.ts';
import { verifyDatabase } from './verify.ts';
import { createWatches } from './watches.ts';

/**
 * Opens the database behind a URL: `file:PATH` (SQLite, created where missing) or `postgresql://...`.
 * The only place that chooses between the two.
 * @throws UnavailableError where the server of the database cannot be reached.
 */
export function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  return reached(url, () => open(url, options));
}

async function open(url: string, options: StoreOptions): Promise<Store> {
  if (options.migrate ?? !options.readOnly) await migrate(url);
  const opened = withStorableTexts(await openDatabase(url, options));
  const writable = options.observe ? observedDatabase(opened, options.observe) : opened;
  const database = options.readOnly ? readOnlyDatabase(writable) : writable;
  const hidden = new HiddenTasks(database);
  const unfollow = options.followsTasks ? await hidden.follow() : await hidden.read();
  const query = new CheckedQuery(database, new References());
  const tokens = createTokens(database);
  const cached = cachedDimensions(query);
  const members = new MemberCache(database);
  const predictions = createPredictions(query, members);
  const store: Store = {
    kind: database.dialect.name,
    get prisma() {
      if (database.prisma === null) throw new Error('the store was opened without Prisma');
      return database.prisma;
    },
    lists: createLists(query),
    reads: new StoreReads(query, cached),
    notes: createNotes(database),
    masks: createMasks(query),
    runReferences: createRunReferences(query),
    tasks: createTasks(query, hidden, null),
    strategies: createStrategies(database),
    predictions,
    evaluations: createEvaluations(database, members),
    strategyRuns: createStrategyRuns(database, predictions),
    models: createModels(database),
    watches: createWatches(database),
    elementSets: createElementSets(query),
    trends: createTrends(query, cached),
    coverage: createCoverages(query),
    sums: createHistogramSums(query),
    elementTree: createElementTree(query),
    facets: createFacets(query),
    ledger: options.onCounts ? countedLedger(createLedger(database), options.onCounts) : createLedger(database),
    jobs: createJobs(database),
    events: database.events,
    tokens,
    verify: () => database.snapshot((queries) => verifyDatabase(queries, database.dialect)),
    close: async () => {
      unfollow?.();
      await tokens.close();
      await database.close();
    },
    forgetNames: () => {},
    forOperation: (cancellation, { viewer = ANONYMOUS, inBulk = false, onWithheld = () => {} } = {}) => {
      const names = new MeantNames(query.references);
      const own = query.for(veilOf(hidden, viewer, onWithheld), names, cancellation, inBulk);
      return Object.assign(Object.create(store) as Store, {
        lists: createLists(own),
        reads: new StoreReads(own, cached),
        masks: createMasks(own),
        runReferences: createRunReferences(own),
        tasks: createTasks(own, hidden, viewer),
        predictions: createPredictions(own, members),
        trends: createTrends(own, cached),
        coverage: createCoverages(own),
        sums: createHistogramSums(own),
        elementTree: createElementTree(own),
        facets: createFacets(own),
        elementSets: createElementSets(own),
        forgetNames: () => names.forget(),
      });
    },
  };
  return store;
}

/**
 * Opens a database that is there already and up to date, for those who must not change it.
 * @returns null where there is none: no SQLite file, or one without tables.
 * @throws ConfigurationError where migrations are missing; UnavailableError as openStore.
 */
export async function openExistingStore(
  url: string,
  options: Omit<StoreOptions, 'migrate'> = {},
): Promise<Store | null> {
  const state = await reached(url, () => migrationState(url));
  if (state === 'none') return null;
  if (state === 'behind')
    throw new ConfigurationError('it is older than this program: any ingest brings it up to date');
  return openStore(url, { ...options, migrate: false });
}

async function openDatabase(url: string, options: StoreOptions): Promise<Database> {
  const settings = {
    onStatement: options.onStatement ?? (() => {}),
    prisma: options.prisma,
    statementTimeout: options.statementTimeout,
    scanFromBytes: options.scanFromBytes,
    readOnly: options.readOnly ?? false,
  };
  if (isPostgresUrl(url)) {
    const { PostgresDatabase } = await import('./postgres.ts');
    return PostgresDatabase.open(settings.readOnly ? readOnlyUrl(url) : url, settings);
  }
  return (await import('./sqlite.ts')).SqliteDatabase.open(url, settings);
}
