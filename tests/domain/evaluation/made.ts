import fc from 'fast-check';
import {
  BAD,
  GOOD,
  type Sample,
  type ScoredLumisections,
  sampleOf,
  UNKNOWN,
} from '../../../src/domain/evaluation/sample.ts';

/** A lumisection as a row; `score` null where missing. */
export interface Row {
  readonly run: number;
  readonly lumisection: number;
  readonly truth: number;
  readonly score: number | null;
  readonly fill?: number;
  readonly weight?: number;
  readonly quantities?: Readonly<Record<string, number>>;
}

export function scoredOf(rows: readonly Row[]): ScoredLumisections {
  const names = Object.keys(rows[0]?.quantities ?? {});
  return {
    run: Int32Array.from(rows, ({ run }) => run),
    lumisection: Int32Array.from(rows, ({ lumisection }) => lumisection),
    truth: Int8Array.from(rows, ({ truth }) => truth),
    score: Float64Array.from(rows, ({ score }) => score ?? Number.NaN),
    fill: Int32Array.from(rows, ({ fill }) => fill ?? 0),
    weight: Float64Array.from(rows, ({ weight }) => weight ?? 1),
    quantities: Object.fromEntries(
      names.map((name) => [name, Float64Array.from(rows, ({ quantities }) => quantities?.[name] ?? Number.NaN)]),
    ),
  };
}

export const sampleFrom = (rows: readonly Row[]): Sample => sampleOf(scoredOf(rows));

/** Lumisections of a run with these scores, numbered from 1; strings of a truth each: `bad` and `good` scores. */
export function runOf(
  run: number,
  { bad = [], good = [] }: { bad?: (number | null)[]; good?: (number | null)[] },
): Row[] {
  return [...bad.map((score) => ({ score, truth: BAD })), ...good.map((score) => ({ score, truth: GOOD }))].map(
    (row, i) => ({ run, lumisection: i + 1, ...row }),
  );
}

const row = fc.record({
  run: fc.integer({ min: 1, max: 6 }),
  lumisection: fc.integer({ min: 1, max: 30 }),
  truth: fc.constantFrom(BAD, GOOD, GOOD, UNKNOWN),
  // few values, so that many are equal
  score: fc.option(fc.integer({ min: -4, max: 4 }), { freq: 6 }),
  weight: fc.integer({ min: 1, max: 4 }),
});

/** Any rows, each lumisection once. */
export const anyRows: fc.Arbitrary<Row[]> = fc.uniqueArray(row, {
  selector: ({ run, lumisection }) => run * 100 + lumisection,
  minLength: 0,
  maxLength: 40,
});

/** The rows that count, with the worst scores in place of missing ones. */
export function penalised(rows: readonly Row[]): { truth: number; score: number; weight: number; run: number }[] {
  return rows
    .filter(({ truth }) => truth !== UNKNOWN)
    .map(({ run, truth, score, weight = 1 }) => ({ run, truth, weight, score: score ?? (truth === BAD ? -1e9 : 1e9) }));
}

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
