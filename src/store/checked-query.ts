import { sql } from 'kysely';
import { LimitExceededError, NotFoundError } from '../domain/errors.ts';
import type { Filter } from '../domain/filter.ts';
import type { MaskExpression } from '../domain/mask-expression.ts';
import type { Database, Parameter, Queries } from './database.ts';
import type { Dialect } from './dialect.ts';
import { filterNeeds, type NeededValues } from './filter-needs.ts';
import { FilterCompiler } from './filter-sql.ts';
import { maskOf, namesOf } from './mask-names.ts';
import type { Sql } from './mask-sql.ts';
import { MeantNames } from './meant-names.ts';
import { nounInfo } from './nouns.ts';
import { OperationDatabase } from './operation-database.ts';
import { isKnown, REFERENCE_STATE, type ReferenceName, type References } from './references.ts';
import { snakeCase } from './rows.ts';
import type { Noun } from './store.ts';
import type { Veil } from './veil.ts';

/** How often a statement is composed anew while another process keeps adding what it depends on. */
const ATTEMPTS = 5;

/**
 * Runs statements composed from filters. Names in a filter become ids from memory (see References); so that a row
 * another process just wrote is never missed, the statement itself also reads whether that memory is current, and is
 * repeated in the rare case that it is not. In all other cases this is one statement, whatever the filter.
 */
export class CheckedQuery {
  readonly database: Database;
  readonly references: References;
  readonly #operation: MeantNames | undefined;
  /** The same, as the server itself sees the database. */
  readonly unveiled: CheckedQuery;
  /** Says what is withheld from whoever asks. */
  readonly veil: Veil;

  readonly #compiler: Dialect['builder'];

  constructor(
    database: Database,
    references: References,
    {
      compiler,
      unveiled,
      veil = () => null,
      names,
    }: { compiler?: Dialect['builder']; unveiled?: CheckedQuery; veil?: Veil; names?: MeantNames } = {},
  ) {
    this.database = database;
    this.references = references;
    this.#operation = names;
    this.unveiled = unveiled ?? this;
    this.veil = veil;
    // what is composed here names columns as they are: renaming would walk through every statement
    this.#compiler = compiler ?? database.dialect.builder.withoutPlugins();
  }

  /**
   * The same, asked by one operation: its statements end when it is cancelled, see what the veil lets through, and mean the same by
   * a name, until it writes.
   */
  for(veil: Veil, names: MeantNames, ...how: Parameters<Database['reading']>): CheckedQuery {
    const database = new OperationDatabase(this.unveiled.database, veil, names, ...how);
    const own = { compiler: this.#compiler, unveiled: this.unveiled, veil, names };
    return new CheckedQuery(database, this.references, own);
  }

  /** What names mean: to the operation that asks, or to the next statement alone. */
  get names(): MeantNames {
    return this.#operation ?? new MeantNames(this.references);
  }

  /**
   * `compose` gives a SELECT whose first column is never NULL, and with a LIMIT where its order matters; it may be called
   * more than once. Rows may have further columns.
   */
  async rows(noun: Noun, where: Filter | undefined, compose: (filters: FilterCompiler) => Sql): Promise<unknown[][]> {
    const { references, values } = filterNeeds(noun, where, this.references);
    const names = [...references];
    for (const name of names) if (!this.references.isLoaded(name)) await this.references.refresh(name, this.database);
    if (names.includes('certification')) await this.#lookUp(maskNamesOf(where), names);
    return this.#checked(names, values, compose, this.database, where);
  }

  /** The same of what masks name, as `compose` selects it; `queries`: inside of a transaction. */
  async maskRows(
    expressions: readonly MaskExpression[],
    compose: (filters: FilterCompiler) => Sql,
    queries?: Queries,
  ): Promise<unknown[][]> {
    const names: ReferenceName[] = ['certification'];
    if (!this.references.isLoaded('certification')) await this.references.refresh('certification', this.database);
    await this.#lookUp(expressions.flatMap(namesOf), names);
    return this.#checked(names, new Map(), compose, queries);
  }

  async #checked(
    names: readonly ReferenceName[],
    values: ReadonlyMap<string, { noun: Noun; field: string }>,
    compose: (filters: FilterCompiler) => Sql,
    within: Queries = this.database,
    where?: Filter,
  ): Promise<unknown[][]> {
    // inside of a transaction the newest is meant, which it may just have written
    const meant = within === this.database ? this.names : new MeantNames(this.references);
    for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
      await this.references.loadSets(meant.sets(where), within);
      const rows = await this.#attempt(names, values, compose, within, meant).catch((error: unknown) => {
        // what is not known yet, of a name that is: another process may just have written it
        if (attempt === 1 && names.length > 0 && error instanceof NotFoundError) return undefined;
        throw error;
      });
      if (rows) return rows;
      for (const name of names) await this.references.refresh(name, within);
    }
    // never given up: all of it from one state of the database
    return this.database.snapshot(async (queries) => {
      for (const name of names) await this.references.refresh(name, queries);
      await this.references.loadSets(meant.sets(where), queries);
      const rows = await this.#attempt(names, values, compose, queries, meant);
      if (rows) return rows;
      throw new Error(`the state of ${names.join(', ')} changed inside a snapshot`);
    });
  }

  /**
   * Loads what names of masks may mean, and adds it to what has to be current. No source has the name of a saved mask, so
   * those are looked for only where a name is no source's.
   */
  async #lookUp(masked: ReturnType<typeof namesOf>, names: ReferenceName[]): Promise<void> {
    const areSources = () => masked.every(({ name }) => this.references.hasSource(name));
    if (areSources()) return;
    await this.references.refresh('certification', this.database);
    if (areSources() || masked.every(({ name, isSource }) => isSource || this.references.hasSource(name))) return;
    names.push('savedMask');
    const areKnown = masked.every(({ name }) => this.references.hasSource(name) || this.references.hasMask(name));
    if (!areKnown || !this.references.isLoaded('savedMask')) await this.references.refresh('savedMask', this.database);
  }

  async #attempt(
    names: readonly ReferenceName[],
    values: ReadonlyMap<string, { noun: Noun; field: string }>,
    compose: (filters: FilterCompiler) => Sql,
    queries: Queries,
    meant: MeantNames,
  ): Promise<unknown[][] | undefined> {
    const read = await readValues(values, queries);
    const own = meant.statement();
    // what is known now is what the statement says: until it is answered others may have learned more
    const known = new Map(names.map((name) => [name, this.references.stateOf(name)]));
    const statement = compose(new FilterCompiler(this.database.dialect, this.references, own, read));
    const isRead = (name: ReferenceName) => own.isNew(name) || (name === 'certification' && own.hasSources);
    const checks = names.filter(isRead);
    if (checks.length === 0) return this.send(statement, queries);
    const states = checks.map((name) => sql.raw(`${REFERENCE_STATE[name]} AS ${snakeCase(name)}`));
    // one row even where the list has none; the inner order is kept, for there is one row to join it with
    const checked = await this.send(
      sql`SELECT q.*, s.* FROM (SELECT ${sql.join(states)}) s LEFT JOIN (${statement}) q ON 1 = 1`,
      queries,
    );
    const first = checked[0] as unknown[];
    const stateOf = (name: ReferenceName) => first.at(checks.indexOf(name) - checks.length);
    const isCurrent = checks.every((name) => !own.isNew(name) || isKnown(name, stateOf(name), known.get(name)));
    if (!isCurrent) return undefined;
    if (own.hasSources) await meant.seeThatAllAreThere(stateOf('certification'), queries);
    if (!own.keep()) return undefined;
    return first[0] === null ? [] : checked;
  }

  send(statement: Sql, queries: Queries = this.database): Promise<unknown[][]> {
    const { maxParameters } = this.database.dialect;
    const compiled = statement.compile(this.#compiler);
    if (compiled.parameters.length > maxParameters) {
      throw new LimitExceededError(
        `The conditions hold ${compiled.parameters.length} values; the limit is ${maxParameters}: ask for them in several operations`,
        { limit: maxParameters },
      );
    }
    return queries.arrays(compiled.sql, compiled.parameters as readonly Parameter[]);
  }
}

async function readValues(
  needed: ReadonlyMap<string, { noun: Noun; field: string }>,
  queries: Queries,
): Promise<NeededValues> {
  const values = new Map<string, string[]>();
  for (const [name, { noun, field }] of needed) {
    const column = snakeCase(field);
    const rows = await queries.arrays<[string]>(
      `SELECT DISTINCT t.${column} FROM ${nounInfo(noun).table} t WHERE t.${column} IS NOT NULL`,
    );
    values.set(
      name,
      rows.map(([value]) => value),
    );
  }
  return values;
}

/** Names that masks of the filter hold. */
function maskNamesOf(filter: Filter | undefined): ReturnType<typeof namesOf> {
  switch (filter?.kind) {
    case 'and':
    case 'or':
      return filter.of.flatMap(maskNamesOf);
    case 'not':
    case 'related':
      return maskNamesOf(filter.of);
    case 'mask':
      return namesOf(maskOf(filter.mask));
    default:
      return [];
  }
}
