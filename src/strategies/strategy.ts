import type { ZodType } from 'zod';
import type { Axis } from '../domain/axis.ts';
import type { Random } from './random.ts';

/** The bins in use, after rebinning and without those that are masked. */
export interface Layout {
  /** After rebinning: x, or x and y. */
  readonly axes: readonly Axis[];
  /** Whether under- and overflow are among the cells. */
  readonly flow: boolean;
  /** Of each column its cell in a histogram of these axes: row-major with y outer, with flow bins where `flow` is set. */
  readonly columns: Int32Array;
}

/** Histograms to learn from, prepared: a column for each bin in use. */
export interface Rows {
  readonly count: number;
  /** `count * layout.columns.length` finite numbers, row by row. */
  readonly bins: Float64Array;
  /** What the source says of each row; not the sum of the bins. */
  readonly entries: Float64Array;
}

/** What a strategy makes of one histogram: the more anomalous, the higher. */
export interface Scored {
  /** NaN where the strategy is not defined for the histogram. */
  readonly score: number;
  /** By column, signed: how far the histogram is from what the model expects; absent where the strategy has no such thing. */
  readonly residuals?: Float64Array;
}

/**
 * What is kept of a fit, by name: all that a score needs beside the parameters and the layout. Nothing else may be
 * remembered, so that a model read from bytes scores as the one that was written.
 */
export type Learned = Readonly<Record<string, Float64Array>>;

/**
 * What a strategy works on:
 * - `VALUES`: bins as prepared, any finite numbers;
 * - `SHARES`: bins as prepared, none below 0;
 * - `COUNTS`: bins as counted, none below 0 and never normalised, as the strategy scales by itself; in range alone;
 * - `SHAPE`: any finite numbers; in range alone, and never normalised, as it would make no difference;
 * - `ENTRIES`: the number of entries alone.
 */
export type Reads = 'VALUES' | 'SHARES' | 'COUNTS' | 'SHAPE' | 'ENTRIES';

/** One way to tell anomalous histograms of a monitor element from usual ones. */
export interface Strategy<Parameters> {
  /** As users write it: lower case, words joined by dashes. */
  readonly name: string;
  /** Changes with what is computed: a model of another version is refused. */
  readonly version: number;
  /** For users: the score in one sentence. */
  readonly summary: string;
  readonly reads: Reads;
  /** An object of numbers, booleans and choices, each with a default, bounds and a description. */
  readonly parameters: ZodType<Parameters>;
  /**
   * Learns from at least one row. The same rows, parameters and random numbers give the same to the last bit.
   * @throws InvalidInputError where there is too little to learn from; it says what is needed.
   */
  fit(rows: Rows, layout: Layout, parameters: Parameters, random: Random): Learned;
  /** Made once for many histograms, each given as one prepared row; it may be overwritten after the call. */
  scorer(learned: Learned, layout: Layout, parameters: Parameters): (bins: Float64Array, entries: number) => Scored;
}

/** The part of a fit with this name. */
export function learnedPart(learned: Learned, name: string): Float64Array {
  const part = learned[name];
  if (part === undefined) throw new Error(`nothing was learned by the name of ${name}`);
  return part;
}
