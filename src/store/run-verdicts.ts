import { sql } from 'kysely';
import { goodOf, type JudgedRange } from '../domain/judged-ranges.ts';
import { LuminosityMask } from '../domain/lumi-mask.ts';
import type { Verdict } from '../domain/verdict.ts';
import { unknownSource } from './certification-reads.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { SourceScope } from './store.ts';
import { isOneOf } from './test-sql.ts';

/** What a source says of lumisections of some runs, as combineFlags does. */
export interface RunVerdicts {
  of(run: number, lumisection: number): Verdict;
  /** BAD where any lumisection is, GOOD where all of these are (and there are some), otherwise not evaluated. */
  ofRun(run: number, lumisections: LuminosityMask): Verdict;
  /** Runs of which nothing is BAD and something GOOD. */
  readonly promising: number[];
}

/**
 * Reads the ranges of whole runs at once: for many lumisections that costs less than to ask for each.
 * @throws NotFoundError for a source (dataset, subsystem) that was never ingested.
 */
export async function runVerdicts(
  query: CheckedQuery,
  { source, dataset, subsystem }: SourceScope,
  runs: readonly number[],
): Promise<RunVerdicts> {
  const narrowed = sql`${dataset === null ? sql`` : sql` AND v.dataset = ${dataset}`}${subsystem === null ? sql`` : sql` AND v.subsystem = ${subsystem}`}`;
  const inRuns = isOneOf(query.database.dialect, sql`c.run_number`, 'int', runs);
  // a subsystem comes back even where it says nothing of these runs: then none of them is good
  const rows = (await query.send(
    sql`SELECT c.run_number, c.lumisection_first, c.lumisection_last, c.flag, v.subsystem, v.dataset
      FROM (SELECT v.dataset, v.subsystem, max(v.version) AS version FROM certification_version v
        WHERE v.source = ${source}${narrowed} GROUP BY v.dataset, v.subsystem) v
      LEFT JOIN certification c ON ${inRuns} AND c.source = ${source} AND c.dataset = v.dataset
        AND c.subsystem = v.subsystem AND c.version = v.version`,
  )) as unknown as (JudgedRange | readonly [null, null, null, null, string, string])[];
  if (rows.length === 0) throw unknownSource(source, dataset ?? '', subsystem ?? '');
  const judged = rows.filter((row): row is JudgedRange => row[0] !== null);
  const bad = LuminosityMask.fromRows(judged.filter(([, , , flag]) => flag === 'BAD'));
  const good = goodOf(
    rows.map(([, , , , subsystem]) => subsystem),
    judged,
  );
  return {
    of(run, lumisection) {
      if (bad.contains(run, lumisection)) return 'BAD';
      return good.contains(run, lumisection) ? 'GOOD' : 'NOT_EVALUATED';
    },
    ofRun(run, lumisections) {
      if (bad.rangesOf(run).length > 0) return 'BAD';
      const own = lumisections.onlyRuns((other) => other === run);
      return own.runCount > 0 && own.difference(good).runCount === 0 ? 'GOOD' : 'NOT_EVALUATED';
    },
    promising: good.runs.filter((run) => bad.rangesOf(run).length === 0),
  };
}
