import type { Random } from './random.ts';

/** A matrix X of `count` rows and `width` columns as a product of two without negative numbers, W H. */
export interface Factorisation {
  /** H: `components` rows of `width` numbers. */
  readonly components: Float64Array;
  /** W: of each row how much of each component, `count` rows of `components` numbers. */
  readonly weights: Float64Array;
  /** The sum of squared differences of X and W H: at the beginning, then after each round. It never grows. */
  readonly objectives: readonly number[];
}

/**
 * Non-negative matrix factorisation by coordinate descent (Cichocki and Phan, IEICE 2009: hierarchical alternating least
 * squares; scikit-learn's solver `cd`): each number in turn is set to the best value not below 0, all others fixed.
 * Begins with random numbers of the size of X; ends after `rounds`, or when a round takes off less than `tolerance` of
 * the objective at the beginning.
 * @param rows no number below 0
 */
export function factorise(
  rows: Float64Array,
  width: number,
  wanted: { readonly components: number; readonly rounds: number; readonly tolerance: number },
  random: Random,
): Factorisation {
  const count = rows.length / width;
  const rank = wanted.components;
  let mean = 0;
  for (const number of rows) mean += number / rows.length;
  const size = Math.sqrt(mean / rank);
  const weights = new Float64Array(count * rank).map(() => 2 * size * random.uniform());
  const components = new Float64Array(rank * width).map(() => 2 * size * random.uniform());
  const columns = transposed(rows, count, width);
  const objectives = [objectiveOf(rows, weights, components, width, rank)];
  for (let round = 0; round < wanted.rounds; round++) {
    const forWeights = gramOf(components, rank, width);
    for (let row = 0; row < count; row++) {
      const target = productsWith(components, rank, rows.subarray(row * width, (row + 1) * width));
      descend(forWeights, target, weights.subarray(row * rank, (row + 1) * rank));
    }
    const byComponent = transposed(weights, count, rank);
    const forComponents = gramOf(byComponent, rank, count);
    const column = new Float64Array(rank);
    for (let i = 0; i < width; i++) {
      for (let k = 0; k < rank; k++) column[k] = components[k * width + i] as number;
      descend(forComponents, productsWith(byComponent, rank, columns.subarray(i * count, (i + 1) * count)), column);
      for (let k = 0; k < rank; k++) components[k * width + i] = column[k] as number;
    }
    objectives.push(objectiveOf(rows, weights, components, width, rank));
    const [before, after] = objectives.slice(-2) as [number, number];
    if (before - after <= wanted.tolerance * (objectives[0] as number)) break;
  }
  return { components, weights, objectives };
}

/** How often a row is gone through at most, until its weights stand still. */
const MOST_SWEEPS = 10_000;
const STANDSTILL = 1e-14;

/**
 * The weights, none below 0, with which components come closest to a row (least squares).
 * @param gram products of the components, see gramOf
 * @param target products of the components with the row, see productsWith
 * @param weights where to begin, overwritten
 */
export function bestWeights(gram: Float64Array, target: Float64Array, weights: Float64Array): void {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    const moved = descend(gram, target, weights);
    let largest = 0;
    for (let k = 0; k < weights.length; k++) largest = Math.max(largest, weights[k] as number);
    if (moved <= STANDSTILL * largest) return;
  }
}

/** One sweep over the weights, each set to its best value while the others stand; returns the largest step. */
function descend(gram: Float64Array, target: Float64Array, weights: Float64Array): number {
  const rank = weights.length;
  let moved = 0;
  for (let k = 0; k < rank; k++) {
    const curvature = gram[k * rank + k] as number;
    const before = weights[k] as number;
    let slope = target[k] as number;
    for (let l = 0; l < rank; l++) if (l !== k) slope -= (gram[k * rank + l] as number) * (weights[l] as number);
    // a component that is 0 everywhere describes nothing
    const after = curvature === 0 ? 0 : Math.max(0, slope / curvature);
    weights[k] = after;
    moved = Math.max(moved, Math.abs(after - before));
  }
  return moved;
}

/** Of each pair of vectors the sum of their products. */
export function gramOf(vectors: Float64Array, rank: number, length: number): Float64Array {
  const gram = new Float64Array(rank * rank);
  for (let k = 0; k < rank; k++) {
    gram.set(productsWith(vectors, rank, vectors.subarray(k * length, (k + 1) * length)), k * rank);
  }
  return gram;
}

/** Of each vector the sum of its products with `numbers`. */
export function productsWith(vectors: Float64Array, rank: number, numbers: Float64Array): Float64Array {
  const products = new Float64Array(rank);
  const length = numbers.length;
  for (let k = 0; k < rank; k++) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (vectors[k * length + i] as number) * (numbers[i] as number);
    products[k] = sum;
  }
  return products;
}

function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column] as number;
    }
  }
  return result;
}

/** Difference by difference: from the products alone, what is left of large numbers would be rounding. */
function objectiveOf(
  rows: Float64Array,
  weights: Float64Array,
  components: Float64Array,
  width: number,
  rank: number,
): number {
  let objective = 0;
  for (let row = 0; row * width < rows.length; row++) {
    for (let i = 0; i < width; i++) {
      let difference = rows[row * width + i] as number;
      for (let k = 0; k < rank; k++) {
        difference -= (weights[row * rank + k] as number) * (components[k * width + i] as number);
      }
      objective += difference * difference;
    }
  }
  return objective;
}
