import { sql } from 'kysely';
import { ExactSum } from '../domain/exact-sum.ts';
import type { LuminosityMask } from '../domain/lumi-mask.ts';
import type { CheckedQuery } from './checked-query.ts';
import { packed, unpacked } from './column-packing.ts';
import type { Queries } from './database.ts';
import type { KeyColumn } from './dialect.ts';
import { keyTableSql } from './list-parents.ts';
import type { FieldType } from './noun-info.ts';

/** Luminosity of stored lumisections, in 1/pb. */
export interface Luminosity<Sum = number> {
  /** Lumisections that are stored at all, and of which the luminosities are known. */
  readonly stored: number;
  readonly recordedCount: number;
  readonly deliveredCount: number;
  /** Of those of which it is known, whatever their order; null where it is of none. */
  readonly recorded: Sum | null;
  readonly delivered: Sum | null;
}

export async function maskLuminosity(query: CheckedQuery, mask: LuminosityMask): Promise<Luminosity> {
  const ranges = [...mask].flatMap(({ run, ranges: of }) =>
    of.map(({ first, last }) => [run, first, last, 0] as const),
  );
  const found = (await luminosityOf(query, query.database, ranges)).get(0) ?? NO_LUMINOSITY;
  return { ...found, recorded: found.recorded?.total() ?? null, delivered: found.delivered?.total() ?? null };
}

export const NO_LUMINOSITY: Luminosity<never> = {
  stored: 0,
  recordedCount: 0,
  deliveredCount: 0,
  recorded: null,
  delivered: null,
};

/** Lumisections of a run, first to last, that are counted under a part. */
export type PartRange = readonly [run: number, first: number, last: number, part: number];
const RANGE: readonly KeyColumn[] = ['run_number', 'first', 'last', 'part'].map((name) => ({ name, type: 'integer' }));
const VALUES: readonly FieldType[] = ['int', 'float', 'float'];

/** Ranges of about so many lumisections are read at once. */
const LUMISECTIONS_AT_ONCE = 20_000;
/** What a range without an end is taken for. */
const LUMISECTIONS_OF_A_RUN = 2_000;

/** By part, the last value of each range. Databases add floats in any order, and round at each step: so we do. */
export async function luminosityOf(
  query: CheckedQuery,
  queries: Queries,
  ranges: readonly PartRange[],
): Promise<Map<number, Luminosity<ExactSum>>> {
  const { dialect } = query.database;
  const sums = new Map<number, LuminositySum>();
  for (const some of rangesAtOnce(ranges)) {
    const values = sql`SELECT k.part AS c0, l.recorded_lumi AS c1, l.delivered_lumi AS c2
      FROM ${keyTableSql(dialect, 'k', RANGE, some)} CROSS JOIN lumisection l
      WHERE l.run_number = k.run_number AND l.number >= k.first AND l.number <= k.last`;
    const rows = await query.send(packed(dialect, values, VALUES), queries);
    const { count, columns } = unpacked(dialect, rows, VALUES);
    const [parts, recorded, delivered] = columns as [number[], (number | null)[], (number | null)[]];
    for (let i = 0; i < count; i++) {
      const part = parts[i] as number;
      let sum = sums.get(part);
      if (sum === undefined) {
        sum = new LuminositySum();
        sums.set(part, sum);
      }
      sum.add(recorded[i] as number | null, delivered[i] as number | null);
    }
  }
  return sums;
}

function* rangesAtOnce(ranges: readonly PartRange[]): Generator<PartRange[], void, undefined> {
  let some: PartRange[] = [];
  let lumisections = 0;
  for (const range of ranges) {
    some.push(range);
    lumisections += Math.min(range[2] - range[1] + 1, LUMISECTIONS_OF_A_RUN);
    if (lumisections < LUMISECTIONS_AT_ONCE) continue;
    yield some;
    some = [];
    lumisections = 0;
  }
  if (some.length > 0) yield some;
}

class LuminositySum implements Luminosity<ExactSum> {
  stored = 0;
  recordedCount = 0;
  deliveredCount = 0;
  recorded: ExactSum | null = null;
  delivered: ExactSum | null = null;

  add(recorded: number | null, delivered: number | null): void {
    this.stored++;
    if (recorded !== null) {
      this.recordedCount++;
      this.recorded ??= new ExactSum();
      this.recorded.add(recorded);
    }
    if (delivered !== null) {
      this.deliveredCount++;
      this.delivered ??= new ExactSum();
      this.delivered.add(delivered);
    }
  }
}
