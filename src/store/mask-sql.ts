import { type RawBuilder, sql } from 'kysely';
import type { Scope } from './references.ts';

export type Sql = RawBuilder<unknown>;

/** A certification source by name, with its newest versions. */
export interface ScopedSource {
  readonly source: string;
  readonly scopes: readonly Scope[];
}

/**
 * Whether a source calls the lumisection GOOD: of every subsystem it judges, a range of GOOD covers the lumisection and
 * none of another flag does. Never NULL.
 */
export function lumisectionIsGood({ source, scopes }: ScopedSource, run: Sql, lumisection: Sql): Sql {
  const subsystems = [...new Set(scopes.map(({ subsystem }) => subsystem))].map((name) =>
    scopes.filter(({ subsystem }) => subsystem === name),
  );
  const covering = (of: readonly Scope[], flag: Sql) =>
    sql`EXISTS (SELECT 1 FROM certification c WHERE c.run_number = ${run} AND ${inScopes('c', source, of)}
      AND c.lumisection_first <= ${lumisection} AND c.lumisection_last >= ${lumisection} AND ${flag})`;
  const verdicts = subsystems.map((of) => {
    const good = covering(of, sql`c.flag = 'GOOD'`);
    // the ranges of one version are disjoint: only versions of several datasets can contradict each other
    return of.length === 1 ? good : sql`${good} AND NOT ${covering(of, sql`c.flag <> 'GOOD'`)}`;
  });
  return sql`(${sql.join(verdicts, sql` AND `)})`;
}

/** Whether a source calls any lumisection of the run GOOD, ingested or not. Never NULL. */
export function runHasGood(scoped: ScopedSource, run: Sql): Sql {
  const { source, scopes } = scoped;
  const range = (condition: Sql) =>
    sql`EXISTS (SELECT 1 FROM certification p WHERE p.run_number = ${run} AND ${inScopes('p', source, scopes)} AND ${condition})`;
  if (scopes.length === 1) return range(sql`p.flag = 'GOOD'`);
  // where good stretches meet, one of them begins, or a bad one has just ended
  const begins = lumisectionIsGood(scoped, run, sql`p.lumisection_first`);
  const goesOn = lumisectionIsGood(scoped, run, sql`(p.lumisection_last + 1)`);
  return range(sql`(${begins} OR ${goesOn})`);
}

function inScopes(alias: 'c' | 'p', source: string, scopes: readonly Scope[]): Sql {
  const column = (name: string) => sql.raw(`${alias}.${name}`);
  const each = scopes.map(
    ({ dataset, subsystem, version }) =>
      sql`(${column('dataset')} = ${dataset} AND ${column('subsystem')} = ${subsystem} AND ${column('version')} = ${version})`,
  );
  return sql`${column('source')} = ${source} AND ${each.length === 1 ? each[0] : sql`(${sql.join(each, sql` OR `)})`}`;
}
