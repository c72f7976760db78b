import { sql } from 'kysely';
import { type LossSegment, lossSegments } from '../domain/losses.ts';
import { LuminosityMask, type LumisectionRange } from '../domain/lumi-mask.ts';
import {
  evaluateMask,
  type MaskCondition,
  type MaskExpression,
  type MaskTerms,
  termsOf,
} from '../domain/mask-expression.ts';
import type { Flag } from '../domain/record.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Queries } from './database.ts';
import type { KeyColumn } from './dialect.ts';
import { FilterCompiler } from './filter-sql.ts';
import { keyTableSql } from './list-parents.ts';
import { conditionFilter } from './mask-condition.ts';
import { namesOf } from './mask-names.ts';
import type { SavedVersion, ScopedSource, Sql } from './mask-sql.ts';
import { References } from './references.ts';
import { isOneOf } from './test-sql.ts';

/** A version of a source (of a dataset and a subsystem), or of a saved mask, that a mask was made of. */
export interface MaskPart {
  readonly source: string | null;
  readonly mask: string | null;
  readonly dataset: string | null;
  readonly subsystem: string | null;
  readonly version: number;
}

/** What an expression holds at one moment. */
export interface ReadMask {
  /** Runs of which all is meant end at their last lumisection that is known; open where none is. */
  readonly mask: LuminosityMask;
  /** The versions that were read, by name. */
  readonly madeOf: readonly MaskPart[];
}

/** Luminosity of stored lumisections, in 1/pb. */
export interface Luminosity {
  /** Lumisections that are stored at all, and of which the luminosities are known. */
  readonly stored: number;
  readonly recordedCount: number;
  readonly deliveredCount: number;
  /** Of those of which it is known; null where it is of none. */
  readonly recorded: number | null;
  readonly delivered: number | null;
}

/** All of it is read from one state of the database. @throws NotFoundError for a name that is none. */
export const readMask = (query: CheckedQuery, expression: MaskExpression): Promise<ReadMask> =>
  query.database.snapshot((queries) => readMaskIn(query, queries, expression));

/** The same inside of a transaction or snapshot. */
export async function readMaskIn(query: CheckedQuery, queries: Queries, expression: MaskExpression): Promise<ReadMask> {
  const { terms, madeOf } = await readTerms(query, queries, [expression]);
  return { mask: await closed(query, queries, evaluateMask(expression, terms)), madeOf };
}

/** How a universe is split by what each of the rules loses (see lossSegments), with the luminosity of each part. */
export interface ReadLosses {
  readonly segments: readonly LossSegment[];
  /** By set of rules. */
  readonly luminosity: ReadonlyMap<number, Luminosity>;
  readonly madeOf: readonly MaskPart[];
}

/** A rule loses what its mask holds (`loses`), or what of the universe it does not hold. */
export interface LossRule {
  readonly expression: MaskExpression;
  readonly loses: boolean;
}

export const readLosses = (
  query: CheckedQuery,
  universe: MaskExpression,
  rules: readonly LossRule[],
): Promise<ReadLosses> =>
  query.database.snapshot(async (queries) => {
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
  });

export async function maskLuminosity(query: CheckedQuery, mask: LuminosityMask): Promise<Luminosity> {
  const ranges = [...mask].flatMap(({ run, ranges: of }) => of.map(({ first, last }) => [run, first, last, 0]));
  return (await luminosityOf(query, query.database, ranges)).get(0) ?? NO_LUMINOSITY;
}

export const NO_LUMINOSITY: Luminosity = {
  stored: 0,
  recordedCount: 0,
  deliveredCount: 0,
  recorded: null,
  delivered: null,
};

const RANGE: readonly KeyColumn[] = ['run_number', 'first', 'last', 'part'].map((name) => ({ name, type: 'integer' }));

/** By part, the last value of each range. */
async function luminosityOf(
  query: CheckedQuery,
  queries: Queries,
  ranges: readonly (readonly number[])[],
): Promise<Map<number, Luminosity>> {
  if (ranges.length === 0) return new Map();
  const rows = (await query.send(
    sql`SELECT k.part, count(*), count(l.recorded_lumi), count(l.delivered_lumi), sum(l.recorded_lumi), sum(l.delivered_lumi)
      FROM ${keyTableSql(query.database.dialect, 'k', RANGE, ranges)} CROSS JOIN lumisection l
      WHERE l.run_number = k.run_number AND l.number >= k.first AND l.number <= k.last GROUP BY k.part`,
    queries,
  )) as [number, number, number, number, number | null, number | null][];
  return new Map(
    rows.map(([part, stored, recordedCount, deliveredCount, recorded, delivered]) => [
      part,
      { stored, recordedCount, deliveredCount, recorded, delivered },
    ]),
  );
}

/** What all terms of the expressions hold. */
async function readTerms(
  query: CheckedQuery,
  queries: Queries,
  expressions: readonly MaskExpression[],
): Promise<{ terms: MaskTerms; madeOf: MaskPart[] }> {
  const references = new References();
  if (expressions.some((expression) => namesOf(expression).length > 0)) {
    await references.refresh('certification', queries);
    await references.refresh('savedMask', queries);
  }
  const read = new TermReader(query, queries, references);
  const verdicts = new Map<string, Verdicts>();
  const named = new Map<string, LuminosityMask>();
  const conditions = new Map<MaskCondition, LuminosityMask>();
  for (const term of expressions.flatMap(termsOf)) {
    if (term.kind === 'where') conditions.set(term.condition, await read.where(term.condition));
    if (term.kind === 'name') {
      const key = keyOf(term.name, term.version);
      if (!named.has(key)) named.set(key, await read.named(references.named(term)));
    }
    if (term.kind === 'verdict') {
      for (const source of term.sources) {
        const key = keyOf(source.source, source.subsystem, source.dataset);
        if (!verdicts.has(key)) verdicts.set(key, await read.verdicts(references.source(source)));
      }
    }
  }
  const terms: MaskTerms = {
    verdicts: ({ source, subsystem, dataset }) => verdicts.get(keyOf(source, subsystem, dataset)) as Verdicts,
    named: ({ name, version }) => named.get(keyOf(name, version)) as LuminosityMask,
    where: (condition) => conditions.get(condition) as LuminosityMask,
  };
  return { terms, madeOf: read.madeOf };
}

const keyOf = (...parts: readonly (string | number | null)[]) => JSON.stringify(parts);

type Verdicts = ReturnType<MaskTerms['verdicts']>;

/** Reads what single terms hold, and keeps what that was. */
class TermReader {
  readonly #query: CheckedQuery;
  readonly #queries: Queries;
  readonly #references: References;
  readonly #madeOf = new Map<string, MaskPart>();

  constructor(query: CheckedQuery, queries: Queries, references: References) {
    this.#query = query;
    this.#queries = queries;
    this.#references = references;
  }

  get madeOf(): MaskPart[] {
    return [...this.#madeOf.keys()].sort().map((key) => this.#madeOf.get(key) as MaskPart);
  }

  async named(found: ScopedSource | SavedVersion): Promise<LuminosityMask> {
    if ('scopes' in found) return (await this.verdicts(found)).good;
    const { mask, version } = found;
    this.#note({ source: null, mask, dataset: null, subsystem: null, version });
    return this.#ranges(sql`SELECT run_number, lumisection_first, lumisection_last FROM saved_mask_range
      WHERE name = ${mask} AND version = ${version}`);
  }

  /** As combineFlags says, of every lumisection. */
  async verdicts({ source, scopes }: ScopedSource): Promise<Verdicts> {
    const inScope = scopes.map(
      ({ dataset, subsystem, version }) =>
        sql`(c.version = ${version} AND c.dataset = ${dataset} AND c.subsystem = ${subsystem})`,
    );
    for (const { dataset, subsystem, version } of scopes) {
      this.#note({ source, mask: null, dataset, subsystem, version });
    }
    const rows = (await this.#query.send(
      sql`SELECT c.subsystem, c.flag, c.run_number, c.lumisection_first, c.lumisection_last FROM certification c
        WHERE c.source = ${source} AND (${sql.join(inScope, sql` OR `)})`,
      this.#queries,
    )) as [string, Flag, number, number, number][];
    const maskOf = (holds: (subsystem: string, flag: Flag) => boolean) =>
      rangesMask(rows.filter(([subsystem, flag]) => holds(subsystem, flag)).map(([, , ...range]) => range));
    const subsystems = [...new Set(scopes.map(({ subsystem }) => subsystem))];
    const good = subsystems
      .map((own) =>
        maskOf((of, flag) => of === own && flag === 'GOOD').difference(
          maskOf((of, flag) => of === own && flag !== 'GOOD'),
        ),
      )
      .reduce((all, next) => all.intersection(next));
    return { good, bad: maskOf((_, flag) => flag === 'BAD') };
  }

  where(condition: MaskCondition): Promise<LuminosityMask> {
    const filters = new FilterCompiler(this.#query.database.dialect, this.#references, new Map());
    const { sql: holds } = filters.compile('lumisection', 'l', conditionFilter(condition));
    // what follows one another differs from its place by the same number
    return this.#ranges(sql`SELECT i.run_number, min(i.number), max(i.number) FROM (
        SELECT l.run_number, l.number, l.number - row_number() OVER (PARTITION BY l.run_number ORDER BY l.number) AS island
        FROM lumisection l WHERE ${holds}) i GROUP BY i.run_number, i.island`);
  }

  async #ranges(statement: Sql): Promise<LuminosityMask> {
    return rangesMask((await this.#query.send(statement, this.#queries)) as [number, number, number][]);
  }

  #note(part: MaskPart): void {
    const { source, mask, dataset, subsystem, version } = part;
    this.#madeOf.set(keyOf(source ?? '', mask ?? '', dataset, subsystem, version), part);
  }
}

function rangesMask(rows: readonly (readonly [number, number, number])[]): LuminosityMask {
  const byRun = new Map<number, LumisectionRange[]>();
  for (const [run, first, last] of rows) {
    const known = byRun.get(run);
    if (known) known.push({ first, last });
    else byRun.set(run, [{ first, last }]);
  }
  return LuminosityMask.fromRanges([...byRun].map(([run, ranges]) => ({ run, ranges })));
}

/** Whole runs end where they are known to: at their last stored lumisection, or at what the run says, if that is later. */
async function closed(query: CheckedQuery, queries: Queries, mask: LuminosityMask): Promise<LuminosityMask> {
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
