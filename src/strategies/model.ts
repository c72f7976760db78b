import { z } from 'zod';
import type { Axis } from '../domain/axis.ts';
import { InvalidInputError } from '../domain/errors.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import {
  deadCells,
  type LeftOut,
  type Options,
  type Preparation,
  preparation,
  type Sample,
  type TrainingMatrix,
} from './preparation.ts';
import { optionsFor, preparationOptions } from './preparation-options.ts';
import { seededRandom } from './random.ts';
import type { Reason } from './reason.ts';
import { strategyNamed } from './registry.ts';
import type { Layout, Learned, Reads, Rows, Scored } from './strategy.ts';
import { validated } from './validated.ts';

/** What a model has learned from. */
export interface Seen {
  /** Rows it has learned from. */
  readonly rows: number;
  /** Rows that it could not learn from. */
  readonly leftOut: LeftOut;
  /** Names the content of the matrix; whoever made the matrix knows how. */
  readonly contentHash: string;
  readonly axes: readonly Axis[];
  /** Whether the matrix held flow bins. */
  readonly flow: boolean;
}

/** A fitted strategy: plain data, all that is needed to score (model-bytes.ts writes and reads it). */
export interface Model {
  readonly strategy: string;
  readonly strategyVersion: number;
  /** Validated, with all defaults. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly preparation: Options;
  readonly seed: number;
  readonly seen: Seen;
  /** See Preparation.dead. */
  readonly dead: Int32Array;
  readonly learned: Learned;
}

export interface FitRequest {
  /** Left out, or a part of them: defaults. */
  readonly parameters?: unknown;
  readonly preparation?: unknown;
  /** A 32-bit integer. */
  readonly seed: number;
  readonly contentHash: string;
}

/** A finite score, or the reason why there is none. */
export type Outcome = (Scored & { readonly reason: null }) | { readonly score: null; readonly reason: Reason };

/**
 * Fits a strategy to a matrix. The same matrix and request give the same model to the last bit.
 * @throws NotFoundError for an unknown strategy; InvalidInputError for parameters, options or a seed that are none, a matrix
 * without a row that can be learned from, too few rows for the strategy.
 */
export function fitModel(name: string, matrix: TrainingMatrix, request: FitRequest): Model {
  const { contentHash } = request;
  const seed = validated('seed', z.int32(), request.seed);
  const strategy = strategyNamed(name);
  const parameters = validated('parameters', strategy.parameters, request.parameters);
  const options = optionsFor(strategy.reads, validated('preparation', preparationOptions, request.preparation));
  checkMatrix(matrix, options);
  const dead = options.deadBins === 'MASK' ? deadCells(matrix, options.flow === 'KEEP') : new Int32Array();
  const prepared = preparation(matrix.axes, options, dead, strategy.reads);
  const { rows, leftOut } = preparedRows(matrix, prepared, strategy.reads);
  const learned = strategy.fit(rows, prepared.layout, parameters, seededRandom(seed));
  for (const [part, numbers] of Object.entries(learned)) {
    if (!numbers.every(Number.isFinite)) {
      throw new InvalidInputError(`${name}: numbers pass a float64 on the way to "${part}"; normalise the histograms.`);
    }
  }
  return {
    strategy: name,
    strategyVersion: strategy.version,
    parameters: parameters as Record<string, unknown>,
    preparation: options,
    seed,
    seen: { rows: rows.count, leftOut, contentHash, axes: matrix.axes, flow: matrix.flow },
    dead,
    learned,
  };
}

/**
 * Scores histograms by a model, one after the other; residuals are valid until the next call.
 * @throws InvalidInputError for a model of a version of the strategy that is no more: fit it again.
 */
export function modelScorer(model: Model): { readonly layout: Layout; score(sample: Sample): Outcome } {
  const strategy = strategyNamed(model.strategy);
  if (strategy.version !== model.strategyVersion) {
    throw new InvalidInputError(
      `The model was fitted by version ${model.strategyVersion} of ${model.strategy}, and this is version ${strategy.version}: fit it again.`,
    );
  }
  const prepared = preparation(model.seen.axes, model.preparation, model.dead, strategy.reads);
  const score = strategy.scorer(model.learned, prepared.layout, model.parameters);
  const row = new Float64Array(prepared.layout.columns.length);
  return {
    layout: prepared.layout,
    score(sample) {
      // entries have no binning
      if (strategy.reads !== 'ENTRIES' && !prepared.fits(sample)) return without('INCOMPATIBLE_BINNING');
      const reason = prepared.write(sample.contents, sample.flow, sample.entries, row, 0);
      if (reason !== null) return without(reason);
      const scored = score(row, sample.entries);
      return Number.isFinite(scored.score) ? { ...scored, reason: null } : without('UNDEFINED');
    },
  };
}

const without = (reason: Reason): Outcome => ({ score: null, reason });

/** Residuals as a histogram of `layout.axes`, NaN where a bin is masked; a copy. */
export function residualsOnGrid({ axes, flow, columns }: Layout, residuals: Float64Array): Float64Array {
  const grid = new Float64Array(cellCount(shapeOf({ axes }), flow)).fill(Number.NaN);
  for (const [column, cell] of columns.entries()) grid[cell] = residuals[column] as number;
  return grid;
}

function checkMatrix({ rows, axes, flow, bins, entries }: TrainingMatrix, options: Options): void {
  const cells = rows * cellCount(shapeOf({ axes }), flow);
  if (bins.length !== cells || entries.length !== rows) {
    throw new RangeError(`${bins.length} bins and ${entries.length} entries, where ${rows} rows need ${cells} bins`);
  }
  if (options.flow === 'KEEP' && !flow) {
    throw new InvalidInputError('preparation.flow: the histograms have no flow bins that could be kept.', {
      field: 'flow',
    });
  }
}

function preparedRows(matrix: TrainingMatrix, prepared: Preparation, reads: Reads): { rows: Rows; leftOut: LeftOut } {
  const { axes, flow } = matrix;
  const cells = cellCount(shapeOf({ axes }), flow);
  const width = prepared.layout.columns.length;
  const bins = new Float64Array(reads === 'ENTRIES' ? 0 : matrix.rows * width);
  const entries = new Float64Array(matrix.rows);
  const leftOut: LeftOut = {};
  let count = 0;
  for (let row = 0; row < matrix.rows; row++) {
    const contents = matrix.bins.subarray(row * cells, (row + 1) * cells);
    entries[count] = matrix.entries[row] as number;
    const reason = prepared.write(contents, flow, entries[count] as number, bins, count * width);
    if (reason === null) count++;
    else leftOut[reason] = (leftOut[reason] ?? 0) + 1;
  }
  if (count === 0) {
    const reasons = Object.entries(leftOut).map(([reason, rows]) => `${rows} ${reason}`);
    throw new InvalidInputError(
      matrix.rows === 0
        ? 'There is no histogram to learn from.'
        : `None of ${matrix.rows} histograms can be learned from: ${reasons.join(', ')}.`,
      { leftOut },
    );
  }
  return { rows: { count, bins: bins.subarray(0, count * width), entries: entries.subarray(0, count) }, leftOut };
}
