import { type RawBuilder, sql } from 'kysely';
import type { LuminosityMask } from '../domain/lumi-mask.ts';
import {
  type MaskCondition,
  type MaskExpression,
  type MaskSource,
  type MaskTerm,
  type NamedMask,
  termsOf,
  type VerdictMask,
} from '../domain/mask-expression.ts';
import type { Scope } from './references.ts';

export type Sql = RawBuilder<unknown>;

/** A certification source by name, with its newest versions. */
export interface ScopedSource {
  readonly source: string;
  readonly scopes: readonly Scope[];
}

/** One version of a saved mask. */
export interface SavedVersion {
  readonly mask: string;
  readonly version: number;
}

/** What stands behind the names and conditions of a mask. */
export interface MaskNames {
  /** @throws NotFoundError */
  source(source: MaskSource): ScopedSource;
  /** @throws NotFoundError */
  named(mask: NamedMask): ScopedSource | SavedVersion;
  /** Lumisections under an alias of their own that satisfy the condition. */
  lumisections(condition: MaskCondition): {
    readonly from: Sql;
    readonly run: Sql;
    readonly number: Sql;
    readonly holds: Sql;
  };
}

/** Whether the lumisection is in the set. Never NULL. */
export function lumisectionInMask(expression: MaskExpression, names: MaskNames, run: Sql, lumisection: Sql): Sql {
  const of = (part: MaskExpression) => lumisectionInMask(part, names, run, lumisection);
  switch (expression.kind) {
    case 'and':
      return sql`(${of(expression.left)} AND ${of(expression.right)})`;
    case 'or':
      return sql`(${of(expression.left)} OR ${of(expression.right)})`;
    case 'minus':
      return sql`(${of(expression.left)} AND NOT ${of(expression.right)})`;
    case 'not':
      return sql`(NOT ${of(expression.of)})`;
    case 'ranges':
      return isInRanges(expression.mask, run, lumisection);
    case 'where': {
      const found = names.lumisections(expression.condition);
      return sql`EXISTS (SELECT 1 FROM ${found.from} WHERE ${found.run} = ${run} AND ${found.number} = ${lumisection} AND ${found.holds})`;
    }
    case 'name': {
      const found = names.named(expression);
      return 'scopes' in found ? lumisectionIsGood(found, run, lumisection) : isInSaved(found, run, lumisection);
    }
    case 'verdict':
      return hasVerdict(
        expression,
        expression.sources.map((source) => names.source(source)),
        run,
        lumisection,
      );
  }
}

/**
 * Whether any lumisection of the run is in the (finite) set, ingested or not. Never NULL. Where a stretch of the set
 * begins, a range of one of its terms does, or has just ended.
 */
export function runInMask(expression: MaskExpression, names: MaskNames, run: Sql): Sql {
  if (expression.kind === 'name') {
    const found = names.named(expression);
    return 'scopes' in found ? runHasGood(found, run) : savedRanges(found, run, sql`1 = 1`);
  }
  const holdsAt = (first: Sql, behind: Sql) =>
    sql`(${lumisectionInMask(expression, names, run, first)} OR ${lumisectionInMask(expression, names, run, behind)})`;
  const ofSource = ({ source, scopes }: ScopedSource) =>
    sql`EXISTS (SELECT 1 FROM certification p WHERE p.run_number = ${run} AND ${inScopes('p', source, scopes)}
      AND ${holdsAt(sql`p.lumisection_first`, sql`(p.lumisection_last + 1)`)})`;
  const beginsOf = (term: MaskTerm): Sql[] => {
    switch (term.kind) {
      case 'ranges':
        return [...term.mask].map(({ run: own, ranges }) => {
          const at = ranges.map(({ first, last }) => holdsAt(integer(first), integer(last + 1)));
          return sql`(${run} = ${own} AND ${anyOf(at)})`;
        });
      case 'where': {
        const found = names.lumisections(term.condition);
        return [
          sql`EXISTS (SELECT 1 FROM ${found.from} WHERE ${found.run} = ${run} AND ${found.holds}
            AND ${holdsAt(found.number, sql`(${found.number} + 1)`)})`,
        ];
      }
      case 'name': {
        const found = names.named(term);
        if ('scopes' in found) return [ofSource(found)];
        return [savedRanges(found, run, holdsAt(sql`p.lumisection_first`, sql`(p.lumisection_last + 1)`))];
      }
      case 'verdict':
        return term.sources.map((source) => ofSource(names.source(source)));
    }
  };
  return anyOf(termsOf(expression).flatMap(beginsOf));
}

/** As combineVerdicts says. */
function hasVerdict({ verdict }: VerdictMask, sources: readonly ScopedSource[], run: Sql, lumisection: Sql): Sql {
  const good = sql.join(
    sources.map((scoped) => lumisectionIsGood(scoped, run, lumisection)),
    sql` AND `,
  );
  const bad = anyOf(
    sources.map(({ source, scopes }) => covering(source, scopes, run, lumisection, sql`c.flag = 'BAD'`)),
  );
  if (verdict === 'GOOD') return sql`(${good})`;
  return verdict === 'BAD' ? bad : sql`(NOT (${good}) AND NOT ${bad})`;
}

/**
 * Whether a source calls the lumisection GOOD: of every subsystem it judges, a range of GOOD covers the lumisection, for
 * each dataset that it judges the run for. Never NULL.
 */
function lumisectionIsGood({ source, scopes }: ScopedSource, run: Sql, lumisection: Sql): Sql {
  const subsystems = [...new Set(scopes.map(({ subsystem }) => subsystem))].map((name) =>
    scopes.filter(({ subsystem }) => subsystem === name),
  );
  const verdicts = subsystems.map((of) => {
    const good = covering(source, of, run, lumisection, sql`c.flag = 'GOOD'`);
    // the ranges of one version are disjoint: only versions of several datasets can contradict each other
    return of.length === 1 ? good : sql`${good} AND NOT ${isLacking(source, of, run, lumisection)}`;
  });
  return sql`(${sql.join(verdicts, sql` AND `)})`;
}

const covering = (source: string, scopes: readonly Scope[], run: Sql, lumisection: Sql, flag: Sql) =>
  sql`EXISTS (SELECT 1 FROM certification c WHERE c.run_number = ${run} AND ${inScopes('c', source, scopes)}
      AND c.lumisection_first <= ${lumisection} AND c.lumisection_last >= ${lumisection} AND ${flag})`;

/** Whether a dataset of one subsystem that the run is judged for does not call the lumisection GOOD. */
const isLacking = (source: string, scopes: readonly Scope[], run: Sql, lumisection: Sql) =>
  sql`EXISTS (SELECT 1 FROM certification c WHERE c.run_number = ${run} AND ${inScopes('c', source, scopes)} GROUP BY c.dataset
      HAVING max(CASE WHEN c.lumisection_first <= ${lumisection} AND c.lumisection_last >= ${lumisection} AND c.flag = 'GOOD' THEN 1 ELSE 0 END) = 0)`;

/** Whether a source calls any lumisection of the run GOOD, ingested or not. Never NULL. */
function runHasGood(scoped: ScopedSource, run: Sql): Sql {
  const { source, scopes } = scoped;
  const range = (condition: Sql) =>
    sql`EXISTS (SELECT 1 FROM certification p WHERE p.run_number = ${run} AND ${inScopes('p', source, scopes)} AND ${condition})`;
  if (scopes.length === 1) return range(sql`p.flag = 'GOOD'`);
  // where good stretches meet, one of them begins, or a bad one has just ended
  const begins = lumisectionIsGood(scoped, run, sql`p.lumisection_first`);
  const goesOn = lumisectionIsGood(scoped, run, sql`(p.lumisection_last + 1)`);
  return range(sql`(${begins} OR ${goesOn})`);
}

const savedRanges = ({ mask, version }: SavedVersion, run: Sql, condition: Sql): Sql =>
  sql`EXISTS (SELECT 1 FROM saved_mask_range p WHERE p.run_number = ${run} AND p.name = ${mask} AND p.version = ${version} AND ${condition})`;

const isInSaved = ({ mask, version }: SavedVersion, run: Sql, lumisection: Sql): Sql =>
  sql`EXISTS (SELECT 1 FROM saved_mask_range m WHERE m.run_number = ${run} AND m.name = ${mask} AND m.version = ${version}
      AND m.lumisection_first <= ${lumisection} AND m.lumisection_last >= ${lumisection})`;

function isInRanges(mask: LuminosityMask, run: Sql, lumisection: Sql): Sql {
  const runs = [...mask].map(({ run: own, ranges }) => {
    const within = ranges.map(({ first, last }) => sql`${lumisection} BETWEEN ${first} AND ${last}`);
    return sql`(${run} = ${own} AND ${anyOf(within)})`;
  });
  return anyOf(runs);
}

/** Two parameters alone would be compared as texts. */
const integer = (value: number): Sql => sql`CAST(${value} AS INTEGER)`;

/** In pairs of pairs: databases bound the depth of an expression. */
function anyOf(conditions: readonly Sql[]): Sql {
  if (conditions.length === 0) return sql`1 = 0`;
  if (conditions.length === 1) return conditions[0] as Sql;
  const middle = conditions.length >> 1;
  return sql`(${anyOf(conditions.slice(0, middle))} OR ${anyOf(conditions.slice(middle))})`;
}

function inScopes(alias: 'c' | 'p', source: string, scopes: readonly Scope[]): Sql {
  const column = (name: string) => sql.raw(`${alias}.${name}`);
  const each = scopes.map(
    ({ dataset, subsystem, version }) =>
      sql`(${column('dataset')} = ${dataset} AND ${column('subsystem')} = ${subsystem} AND ${column('version')} = ${version})`,
  );
  return sql`${column('source')} = ${source} AND ${each.length === 1 ? each[0] : sql`(${sql.join(each, sql` OR `)})`}`;
}
