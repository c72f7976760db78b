import { ForbiddenError, InvalidInputError, NotFoundError } from '../domain/errors.ts';
import type { Orientation } from '../domain/prediction.ts';
import { definitionText, NOTHING_STATED, type StrategyDefinition } from '../domain/strategy-definition.ts';
import type { Strategy, StrategyVersion } from '../generated/sqlite/client.ts';
import type { Database, Transaction } from './database.ts';

/** Who takes names and makes versions. */
export interface StrategyAuthor {
  readonly name: string;
  /** May also make versions of strategies of others. */
  readonly isAdmin: boolean;
}

export interface NewStrategy {
  readonly name: string;
  readonly description: string | null;
  readonly sourceUrl: string | null;
}

export interface NewVersion {
  readonly version: string;
  readonly orientation: Orientation;
  readonly definition: StrategyDefinition;
}

/** Name and label of a version, which together name it. */
export interface VersionName {
  readonly name: string;
  readonly version: string;
}

/** Strategies and their versions. A name belongs to whoever took it; versions never change. */
export interface Strategies {
  /**
   * Takes a name, unless the author has it with the same description and link: then that one is given back.
   * @throws InvalidInputError (reason NAME_TAKEN)
   */
  create(strategy: NewStrategy, author: StrategyAuthor): Promise<{ strategy: Strategy; created: boolean }>;
  /**
   * Makes a version of a strategy, unless there is one of this label that states the same: then that one is given back.
   * @throws NotFoundError; ForbiddenError where the strategy is another's or built-in; InvalidInputError (reason
   * VERSION_TAKEN) where the label stands for something else.
   */
  createVersion(
    name: string,
    version: NewVersion,
    author: StrategyAuthor,
  ): Promise<{ version: StrategyVersion; created: boolean }>;
  /**
   * A version to submit in: the one of this name and label, where `stated` is null or states the same; else a new one,
   * with its strategy where that is new too. @throws as `createVersion`, save NotFoundError.
   */
  ensureVersion(
    named: VersionName,
    stated: Omit<NewVersion, 'version'> | null,
    author: StrategyAuthor,
  ): Promise<{ version: StrategyVersion; created: boolean }>;
  /** The same of a strategy whose code is ours: anybody may run it, and nobody owns it. */
  ensureBuiltIn(
    strategy: NewStrategy,
    version: NewVersion,
    author: StrategyAuthor,
  ): Promise<{ version: StrategyVersion; created: boolean }>;
  version(named: VersionName): Promise<StrategyVersion | null>;
}

/** Author of built-in strategies. */
export const BUILT_IN = 'lumigraph';

/** A look at what is there and the deed are one. */
const ALONE = { alone: true } as const;

export const createStrategies = (database: Pick<Database, 'write' | 'all'>): Strategies => ({
  create: (strategy, author) => database.write((transaction) => create(transaction, strategy, author), ALONE),
  createVersion: (name, version, author) =>
    database.write(async (transaction) => {
      const strategy = await strategyOf(transaction, name);
      if (strategy === null) {
        throw new NotFoundError(`no strategy is called ${JSON.stringify(name.slice(0, 200))}`, { field: 'strategy' });
      }
      assertOwn(strategy, author);
      return createVersion(transaction, strategy, version, author);
    }, ALONE),
  ensureVersion: ({ name, version }, stated, author) =>
    database.write(async (transaction) => {
      const known = await strategyOf(transaction, name);
      if (known !== null) assertOwn(known, author);
      const strategy =
        known ?? (await insertStrategy(transaction, { name, description: null, sourceUrl: null }, author));
      const before = stated === null ? await versionOf(transaction, strategy.id, version) : null;
      if (before !== null) return { version: before, created: false };
      const unstated = { orientation: 'HIGHER', definition: NOTHING_STATED } as const;
      return createVersion(transaction, strategy, { version, ...(stated ?? unstated) }, author);
    }, ALONE),
  ensureBuiltIn: (strategy, version, author) =>
    database.write(async (transaction) => {
      const known = await strategyOf(transaction, strategy.name);
      if (known !== null && !known.isBuiltIn) throw nameTaken(known);
      const own = known ?? (await insertStrategy(transaction, strategy, { name: BUILT_IN, isAdmin: true }, true));
      return createVersion(transaction, own, version, author);
    }, ALONE),
  version: async ({ name, version }) => {
    const [row] = await database.all<StrategyVersion>(
      'SELECT v.* FROM strategy_version v JOIN strategy s ON s.id = v.strategy_id WHERE s.name = $1 AND v.version = $2',
      [name, version],
    );
    return row ?? null;
  },
});

async function create(transaction: Transaction, strategy: NewStrategy, author: StrategyAuthor) {
  const known = await strategyOf(transaction, strategy.name);
  if (known === null) return { strategy: await insertStrategy(transaction, strategy, author), created: true };
  const { description, sourceUrl } = strategy;
  const isSame = known.author === author.name && known.description === description && known.sourceUrl === sourceUrl;
  if (!isSame || known.isBuiltIn) throw nameTaken(known);
  return { strategy: known, created: false };
}

async function insertStrategy(
  transaction: Transaction,
  { name, description, sourceUrl }: NewStrategy,
  author: StrategyAuthor,
  isBuiltIn = false,
): Promise<Strategy> {
  await transaction.all(
    `INSERT INTO strategy (name, description, author, source_url, is_built_in, created_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [name, description, author.name, sourceUrl, isBuiltIn, new Date()],
  );
  return (await strategyOf(transaction, name)) as Strategy;
}

async function createVersion(
  transaction: Transaction,
  strategy: Strategy,
  { version, orientation, definition }: NewVersion,
  author: StrategyAuthor,
): Promise<{ version: StrategyVersion; created: boolean }> {
  const known = await versionOf(transaction, strategy.id, version);
  const text = definitionText(definition);
  if (known !== null) {
    if (known.orientation === orientation && known.definition === text) return { version: known, created: false };
    throw new InvalidInputError(
      `version: ${JSON.stringify(version)} of ${strategy.name} is something else already, and versions never change: give it another label`,
      { field: 'version', reason: 'VERSION_TAKEN' },
    );
  }
  await transaction.all(
    `INSERT INTO strategy_version (strategy_id, version, orientation, definition, author, created_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [strategy.id, version, orientation, text, author.name, new Date()],
  );
  return { version: (await versionOf(transaction, strategy.id, version)) as StrategyVersion, created: true };
}

async function strategyOf(transaction: Transaction, name: string): Promise<Strategy | null> {
  return (await transaction.all<Strategy>('SELECT * FROM strategy WHERE name = $1', [name]))[0] ?? null;
}

async function versionOf(transaction: Transaction, strategyId: number, version: string) {
  const rows = await transaction.all<StrategyVersion>(
    'SELECT * FROM strategy_version WHERE strategy_id = $1 AND version = $2',
    [strategyId, version],
  );
  return rows[0] ?? null;
}

function assertOwn({ name, author, isBuiltIn }: Strategy, { name: asker, isAdmin }: StrategyAuthor): void {
  if (isBuiltIn) {
    throw new ForbiddenError(`the strategy ${JSON.stringify(name)} is built-in: run it with runStrategy`, {
      reason: 'BUILT_IN',
    });
  }
  if (author === asker || isAdmin) return;
  throw new ForbiddenError(`the strategy ${JSON.stringify(name)} is by ${author}: take a name of your own`, {
    reason: 'NAME_TAKEN',
    scope: 'admin',
  });
}

const nameTaken = ({ name, author }: Strategy) =>
  new InvalidInputError(`name: a strategy of ${author} is called ${JSON.stringify(name)}: take a name of your own`, {
    field: 'name',
    reason: 'NAME_TAKEN',
  });
