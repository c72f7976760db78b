import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { InvalidInputError } from '../domain/errors.ts';

/** Rows or columns, whichever are fewer: the eigenvectors of a matrix of this side take some seconds. */
const LARGEST_SIDE = 1_000;

export interface PrincipalComponents {
  /** Of each column. */
  readonly mean: Float64Array;
  /** Orthonormal, one after the other, the one with the largest variance first; the largest number of each is above 0. */
  readonly components: Float64Array;
  /** Along each component, over count - 1. */
  readonly variances: Float64Array;
}

/**
 * The principal components of rows, at most `wanted` of them: fewer where the rows span no more dimensions, as what
 * rounding leaves beyond those has no direction. Exact eigenvectors of the covariance of the columns or, where the rows
 * are fewer, of the products of the rows.
 * @throws InvalidInputError where both rows and columns are too many, or numbers too large to add up
 */
export function principalComponents(
  rows: Float64Array,
  count: number,
  width: number,
  wanted: number,
): PrincipalComponents {
  const side = Math.min(count, width);
  if (side > LARGEST_SIDE) {
    throw new InvalidInputError(
      `pca: ${count} histograms of ${width} bins are too many: rebin to at most ${LARGEST_SIDE} bins, or sample the histograms.`,
      { limit: LARGEST_SIDE },
    );
  }
  const mean = meanOfRows(rows, count, width);
  const centered = new Float64Array(count * width);
  let size = 0;
  for (let i = 0, row = 0; row < count; row++) {
    for (let column = 0; column < width; column++, i++) {
      const difference = (rows[i] as number) - (mean[column] as number);
      centered[i] = difference;
      size = Math.max(size, Math.abs(difference));
    }
  }
  if (!Number.isFinite(size)) throw new InvalidInputError('pca: sums pass a float64; normalise the histograms.');
  if (size === 0) return { mean, components: new Float64Array(), variances: new Float64Array() };
  // at most 1 in size, so that no product is too large or too small for a float64
  for (let i = 0; i < centered.length; i++) centered[i] = (centered[i] as number) / size;
  const ofColumns = width <= count;
  const products = ofColumns ? columnProducts(centered, count, width) : rowProducts(centered, count, width);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(side, side, products.map(orZero)),
    { assumeSymmetric: true },
  );
  const order = [...realEigenvalues.keys()].sort((a, b) => (realEigenvalues[b] ?? 0) - (realEigenvalues[a] ?? 0));
  const largest = realEigenvalues[order[0] as number] as number;
  const least = largest * Math.max(count, width) * Number.EPSILON;
  const kept = order.slice(0, wanted).filter((i) => (realEigenvalues[i] as number) > least);
  const components = new Float64Array(kept.length * width);
  for (const [k, i] of kept.entries()) {
    const vector = Float64Array.from(eigenvectorMatrix.getColumn(i));
    const component = components.subarray(k * width, (k + 1) * width);
    if (ofColumns) component.set(vector);
    else addRows(component, centered, vector);
    normalise(component);
  }
  const variances = Float64Array.from(kept, (i) => ((realEigenvalues[i] as number) / (count - 1)) * size * size);
  return { mean, components, variances };
}

/** The decomposition does not end where squares of the numbers vanish; besides the largest, about 1, these are nothing. */
const orZero = (product: number): number => (Math.abs(product) < 1e-60 ? 0 : product);

function meanOfRows(rows: Float64Array, count: number, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0, row = 0; row < count; row++) {
    for (let column = 0; column < width; column++, i++) mean[column] = (mean[column] as number) + (rows[i] as number);
  }
  return mean.map((sum) => sum / count);
}

/** Of each pair of columns the sum of their products: four rows at a time, as the sums are what has to be moved. */
function columnProducts(rows: Float64Array, count: number, width: number): Float64Array {
  const products = new Float64Array(width * width);
  // rows of zeros fill up the last four
  const four = new Float64Array(4 * width);
  for (let row = 0; row < count; row += 4) {
    four.fill(0);
    four.set(rows.subarray(row * width, Math.min(row + 4, count) * width));
    for (let i = 0; i < width; i++) {
      const a = four[i] as number;
      const b = four[width + i] as number;
      const c = four[2 * width + i] as number;
      const d = four[3 * width + i] as number;
      const start = i * width;
      for (let j = i; j < width; j++) {
        products[start + j] =
          (products[start + j] as number) +
          (a * (four[j] as number) +
            b * (four[width + j] as number) +
            c * (four[2 * width + j] as number) +
            d * (four[3 * width + j] as number));
      }
    }
  }
  mirror(products, width);
  return products;
}

/** Of each pair of rows the sum of their products. */
function rowProducts(rows: Float64Array, count: number, width: number): Float64Array {
  const products = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += (rows[i * width + k] as number) * (rows[j * width + k] as number);
      products[i * count + j] = sum;
    }
  }
  mirror(products, count);
  return products;
}

function mirror(square: Float64Array, side: number): void {
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < i; j++) square[i * side + j] = square[j * side + i] as number;
  }
}

function addRows(sum: Float64Array, rows: Float64Array, weights: Float64Array): void {
  for (const [row, weight] of weights.entries()) {
    const start = row * sum.length;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + weight * (rows[start + i] as number);
  }
}

/** To length 1, its largest number above 0. */
function normalise(vector: Float64Array): void {
  let square = 0;
  let largest = 0;
  for (const number of vector) {
    square += number * number;
    if (Math.abs(number) > Math.abs(largest)) largest = number;
  }
  const scale = Math.sign(largest) / Math.sqrt(square);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * scale;
}
