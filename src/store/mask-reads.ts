import { sql } from 'kysely';
import type { ExactSum } from '../domain/exact-sum.ts';
import { goodOf, type JudgedRange } from '../domain/judged-ranges.ts';
import { type LossSegment, lossSegments } from '../domain/losses.ts';
import { LuminosityMask } from '../domain/lumi-mask.ts';
import {
  evaluateMask,
  type MaskCondition,
  type MaskExpression,
  type MaskSource,
  type MaskTerm,
  type MaskTerms,
  type NamedMask,
  termsOf,
} from '../domain/mask-expression.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Queries } from './database.ts';
import { FilterCompiler } from './filter-sql.ts';
import { conditionFilter } from './mask-condition.ts';
import { type Luminosity, luminosityOf } from './mask-luminosity.ts';
import type { MaskNames, SavedVersion, ScopedSource, Sql } from './mask-sql.ts';
import { isOneOf } from './test-sql.ts';

/** A version of a source (of a dataset and a subsystem), or of a saved mask, that a mask was made of. */
export interface MaskPart {
  readonly source: string | null;
  readonly mask: string | null;
  readonly dataset: string | null;
  readonly subsystem: string | null;
  readonly version: number;
}

/** What an expression holds. */
export interface ReadMask {
  /** Runs of which all is meant end at their last lumisection that is known; open where none is. */
  readonly mask: LuminosityMask;
  /** The versions that were read, by name. */
  readonly madeOf: readonly MaskPart[];
}

/**
 * What is named is read by one statement, and so in one state. `queries`: inside of a transaction.
 * @throws NotFoundError, InvalidInputError for a name that is none (any more, or twice).
 */
export async function readMask(
  query: CheckedQuery,
  expression: MaskExpression,
  queries: Queries = query.database,
): Promise<ReadMask> {
  const { terms, madeOf } = await readTerms(query, queries, [expression]);
  return { mask: await closed(query, queries, evaluateMask(expression, terms)), madeOf };
}

/** How a universe is split by what each of the rules loses (see lossSegments), with the luminosity of each part. */
export interface ReadLosses {
  readonly segments: readonly LossSegment[];
  /** By set of rules. */
  readonly luminosity: ReadonlyMap<number, Luminosity<ExactSum>>;
  readonly madeOf: readonly MaskPart[];
}

/** A rule loses what its mask holds (`loses`), or what of the universe it does not hold. */
export interface LossRule {
  readonly expression: MaskExpression;
  readonly loses: boolean;
}

export async function readLosses(
  query: CheckedQuery,
  universe: MaskExpression,
  rules: readonly LossRule[],
): Promise<ReadLosses> {
  const queries = query.database;
  const expressions = [universe, ...rules.map(({ expression }) => expression)];
  const { terms, madeOf } = await readTerms(query, queries, expressions);
  const whole = await closed(query, queries, evaluateMask(universe, terms));
  const lost = rules.map(({ expression, loses }) => {
    const held = evaluateMask(expression, terms, whole);
    return loses ? held : whole.difference(held);
  });
  const segments = lossSegments(whole, lost);
  const luminosity = await luminosityOf(
    query,
    queries,
    segments.map(({ run, first, last, rules: set }) => [run, first, last, set]),
  );
  return { segments, luminosity, madeOf };
}

/** What all terms of the expressions hold. */
async function readTerms(
  query: CheckedQuery,
  queries: Queries,
  expressions: readonly MaskExpression[],
): Promise<{ terms: MaskTerms; madeOf: MaskPart[] }> {
  const all = expressions.flatMap(termsOf);
  const named = new NamedRanges(all);
  if (named.isAny) {
    const rows = await query.maskRows(expressions, (filters) => named.statement(filters.maskNames), queries);
    named.take(rows as unknown as NamedRow[]);
  }
  const conditions = new Map<MaskCondition, LuminosityMask>();
  for (const term of all) {
    if (term.kind === 'where') conditions.set(term.condition, await readCondition(query, queries, term.condition));
  }
  const terms: MaskTerms = {
    verdicts: (source) => named.verdicts(keyOf(source)),
    named: (mask) => named.verdicts(keyOf(mask)).good,
    where: (condition) => conditions.get(condition) as LuminosityMask,
  };
  return { terms, madeOf: named.madeOf };
}

/** What was judged, and for which of the terms; ranges of saved masks as if they were. */
type NamedRow = JudgedRange<[part: number]>;

const keyOf = (term: NamedMask | MaskSource): string =>
  JSON.stringify('source' in term ? [term.source, term.subsystem, term.dataset] : [term.name, term.version]);

/** The ranges of all sources and saved masks that terms name, each once, read by one statement. */
class NamedRanges {
  readonly #terms = new Map<string, NamedMask | MaskSource>();
  #found: (ScopedSource | SavedVersion)[] = [];
  readonly #rows: NamedRow[][] = [];

  constructor(terms: readonly MaskTerm[]) {
    for (const term of terms) {
      if (term.kind === 'name') this.#terms.set(keyOf(term), term);
      if (term.kind === 'verdict') for (const source of term.sources) this.#terms.set(keyOf(source), source);
    }
  }

  get isAny(): boolean {
    return this.#terms.size > 0;
  }

  /** @throws NotFoundError, InvalidInputError */
  statement(names: MaskNames): Sql {
    this.#found = [...this.#terms.values()].map((term) => ('source' in term ? names.source(term) : names.named(term)));
    const parts = this.#found.map((found, place) => {
      const part = sql.raw(String(place));
      if ('mask' in found) {
        return sql`SELECT m.run_number AS run_number, m.lumisection_first AS first, m.lumisection_last AS last, 'GOOD' AS flag,
          '' AS subsystem, '' AS dataset, ${part} AS part FROM saved_mask_range m WHERE m.name = ${found.mask} AND m.version = ${found.version}`;
      }
      const inScope = found.scopes.map(
        ({ dataset, subsystem, version }) =>
          sql`(c.version = ${version} AND c.dataset = ${dataset} AND c.subsystem = ${subsystem})`,
      );
      return sql`SELECT c.run_number AS run_number, c.lumisection_first AS first, c.lumisection_last AS last, c.flag AS flag,
        c.subsystem AS subsystem, c.dataset AS dataset, ${part} AS part FROM certification c
        WHERE c.source = ${found.source} AND (${sql.join(inScope, sql` OR `)})`;
    });
    return sql.join(parts, sql` UNION ALL `);
  }

  take(rows: readonly NamedRow[]): void {
    for (const row of rows) {
      const part = row[6];
      const known = this.#rows[part];
      if (known) known.push(row);
      else this.#rows[part] = [row];
    }
  }

  /** As combineFlags says, of every lumisection. */
  verdicts(key: string): Verdicts {
    const place = [...this.#terms.keys()].indexOf(key);
    const found = this.#found[place] as ScopedSource | SavedVersion;
    const rows = this.#rows[place] ?? [];
    if ('mask' in found) return { good: LuminosityMask.fromRows(rows), bad: LuminosityMask.EMPTY };
    const good = goodOf(
      found.scopes.map(({ subsystem }) => subsystem),
      rows,
    );
    return { good, bad: LuminosityMask.fromRows(rows.filter(([, , , flag]) => flag === 'BAD')) };
  }

  get madeOf(): MaskPart[] {
    const parts = this.#found.flatMap((found): MaskPart[] =>
      'mask' in found
        ? [{ source: null, mask: found.mask, dataset: null, subsystem: null, version: found.version }]
        : found.scopes.map(({ dataset, subsystem, version }) => ({
            ...{ source: found.source, mask: null, dataset, subsystem, version },
          })),
    );
    const nameOf = ({ source, mask, dataset, subsystem, version }: MaskPart) =>
      JSON.stringify([source ?? '', mask ?? '', dataset, subsystem, version]);
    const byName = new Map(parts.map((part) => [nameOf(part), part]));
    return [...byName.keys()].sort().map((name) => byName.get(name) as MaskPart);
  }
}

type Verdicts = ReturnType<MaskTerms['verdicts']>;

async function readCondition(query: CheckedQuery, queries: Queries, condition: MaskCondition): Promise<LuminosityMask> {
  const filters = new FilterCompiler(query.database.dialect, query.references, query.names.statement(), new Map());
  const { sql: holds } = filters.compile('lumisection', 'l', conditionFilter(condition));
  // what follows one another differs from its place by the same number
  const rows = await query.send(
    sql`SELECT i.run_number, min(i.number), max(i.number) FROM (
        SELECT l.run_number, l.number, l.number - row_number() OVER (PARTITION BY l.run_number ORDER BY l.number) AS island
        FROM lumisection l WHERE ${holds}) i GROUP BY i.run_number, i.island`,
    queries,
  );
  return LuminosityMask.fromRows(rows as [number, number, number][]);
}

/** Whole runs end where they are known to: at their last stored lumisection, or at what the run says, if that is later. */
export async function closed(query: CheckedQuery, queries: Queries, mask: LuminosityMask): Promise<LuminosityMask> {
  const open = mask.openRuns;
  if (open.length === 0) return mask;
  const rows = (await query.send(
    sql`SELECT r.number, r.lumisection_count, (SELECT max(l.number) FROM lumisection l WHERE l.run_number = r.number)
      FROM run r WHERE ${isOneOf(query.database.dialect, sql`r.number`, 'int', open)}`,
    queries,
  )) as [number, number | null, number | null][];
  const lengths = new Map(rows.map(([run, told, stored]) => [run, Math.max(told ?? 0, stored ?? 0)]));
  return mask.closed((run) => lengths.get(run) || null);
}
