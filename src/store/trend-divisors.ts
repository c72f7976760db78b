import { sql } from 'kysely';
import { LUMISECTION_SECONDS, type TrendNormalization } from '../domain/trend.ts';
import type { Sql } from './mask-sql.ts';
import type { FieldType } from './noun-info.ts';

export interface Divisors {
  readonly columns: [Sql, FieldType][];
  /** Of histograms `t` with the run or lumisection `n`. */
  readonly join: Sql;
  /** Of the values of the columns; null where it is not known. */
  of(values: readonly unknown[]): number | null;
}

/** What values are divided by: columns of the run or lumisection that has it, and what it is of these. */
export function divisorColumns(ofRuns: boolean, normalization: TrendNormalization | undefined): Divisors {
  const join = ofRuns
    ? sql` LEFT JOIN run n ON n.number = t.run_number`
    : sql` LEFT JOIN lumisection n ON n.run_number = t.run_number AND n.number = t.lumisection_number`;
  if (normalization === 'LUMINOSITY') {
    return { columns: [[sql`n.recorded_lumi`, 'float']], join, of: ([lumi]) => lumi as number | null };
  }
  if (normalization === 'RATE' && ofRuns) {
    const columns: [Sql, FieldType][] = [
      [sql`n.started_at`, 'time'],
      [sql`n.ended_at`, 'time'],
    ];
    const time = (value: unknown) => new Date(value as string | Date).getTime();
    return {
      columns,
      join,
      of: ([start, end]) => (start === null || end === null ? null : (time(end) - time(start)) / 1000),
    };
  }
  return { columns: [], join: sql``, of: () => (normalization === 'RATE' ? LUMISECTION_SECONDS : 1) };
}
