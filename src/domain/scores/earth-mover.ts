import { centersOf } from '../axis.ts';
import { averaged, isFilled, isMass, type Score, type Scored, UNDEFINED } from './scored.ts';

/**
 * The earth mover's distance between the two distributions, each scaled to 1 (Rubner, Tomasi and Guibas, Int. J. Comput.
 * Vision 40 (2000) 99): how far what one has must be moved on average to make the other of it, as a share of the length
 * of the axis, 0 to 1. What is in a bin lies at its center; of one axis the distance is then the area between the two
 * cumulative distributions (Vallender, Theory Probab. Appl. 18 (1974) 784).
 *
 * Of two axes the sum of the distances of both projections, 0 to 2: no more than the distance that moves along x and y
 * (which takes a linear program), and blind to a change that leaves both projections as they are. Negative contents have
 * no such distance.
 */
export function earthMover(tested: Scored, references: readonly Scored[]): Score {
  if (!isFilled(tested) || !isMass(tested)) return UNDEFINED;
  const of = projected(tested);
  return averaged(references, (reference) => {
    if (!isMass(reference)) return UNDEFINED;
    const other = projected(reference);
    let value = 0;
    for (const [i, axis] of tested.axes.entries()) {
      value += area(of[i] as Float64Array, other[i] as Float64Array, centersOf(axis)) / (axis.max - axis.min);
    }
    return { value, pValue: null };
  });
}

/** Shares of the whole by bin of x, and of y. */
function projected({ axes: [x, y], contents, sum }: Scored): Float64Array[] {
  const width = x?.bins as number;
  const height = y?.bins ?? 1;
  const columns = new Float64Array(width);
  const rows = new Float64Array(height);
  for (let iy = 0; iy < height; iy++) {
    for (let ix = 0; ix < width; ix++) {
      const share = (contents[iy * width + ix] as number) / sum;
      columns[ix] = (columns[ix] as number) + share;
      rows[iy] = (rows[iy] as number) + share;
    }
  }
  return y === undefined ? [columns] : [columns, rows];
}

function area(a: Float64Array, b: Float64Array, centers: Float64Array): number {
  let [difference, sum] = [0, 0];
  for (let i = 0; i + 1 < a.length; i++) {
    difference += (a[i] as number) - (b[i] as number);
    sum += Math.abs(difference) * ((centers[i + 1] as number) - (centers[i] as number));
  }
  return sum;
}
