import { averaged, commonScale, isFilled, isMass, type Score, type Scored, UNDEFINED } from './scored.ts';

/**
 * The Kolmogorov-Smirnov distance: the largest distance between the two cumulative distributions over the bins in range,
 * 0 to 1. Of two axes the mean of the distances of the two orders in which their bins can be run through, as ROOT's
 * TH2::KolmogorovTest has it.
 *
 * The p-value is that of Kolmogorov's asymptotic distribution at `distance * sqrt(n * m / (n + m))`, n and m the sums of
 * both (ROOT's TH1::KolmogorovTest). It is exact for unbinned data alone: binned, the distance comes out smaller, and so
 * the p-value larger, than it should, the more so the coarser the bins. None of two axes, of contents that are no
 * counts, or of several references. Negative contents have no such distance: what they add up to is no distribution.
 */
export function kolmogorovSmirnov(tested: Scored, references: readonly Scored[]): Score {
  if (!isFilled(tested) || !isMass(tested)) return UNDEFINED;
  return averaged(references, (reference) => {
    if (!isMass(reference)) return UNDEFINED;
    const [x, y] = tested.axes;
    const width = x?.bins as number;
    if (y !== undefined) {
      return { value: meanOfBothOrders(tested, reference, width), pValue: null };
    }
    const value = alongRows(tested, reference);
    if (!tested.isCounts || !reference.isCounts) return { value, pValue: null };
    const effective = (tested.sum * reference.sum) / (tested.sum + reference.sum);
    return { value, pValue: kolmogorovProbability(value * Math.sqrt(effective)) };
  });
}

function alongRows(a: Scored, b: Scored): number {
  const [ofA, ofB] = [a.contents, b.contents];
  const { ofA: byA, ofB: byB, unit } = commonScale(a, b);
  let [sumA, sumB, largest] = [0, 0, 0];
  for (let i = 0; i < ofA.length; i++) {
    sumA += ofA[i] as number;
    sumB += ofB[i] as number;
    const distance = Math.abs(sumA * byA - sumB * byB);
    if (distance > largest) largest = distance;
  }
  return largest / unit;
}

/** In one loop, whose sums do not wait for each other: half the time of two. */
function meanOfBothOrders(a: Scored, b: Scored, width: number): number {
  const [ofA, ofB] = [a.contents, b.contents];
  const { ofA: byA, ofB: byB, unit } = commonScale(a, b);
  const { length } = ofA;
  let [sumA, sumB, largest] = [0, 0, 0];
  let [columnsA, columnsB, largestOfColumns] = [0, 0, 0];
  for (let i = 0, inColumns = 0; i < length; i++) {
    sumA += ofA[i] as number;
    sumB += ofB[i] as number;
    const distance = Math.abs(sumA * byA - sumB * byB);
    if (distance > largest) largest = distance;
    columnsA += ofA[inColumns] as number;
    columnsB += ofB[inColumns] as number;
    const distanceOfColumns = Math.abs(columnsA * byA - columnsB * byB);
    if (distanceOfColumns > largestOfColumns) largestOfColumns = distanceOfColumns;
    inColumns += width;
    // from the end of a column to the beginning of the next
    if (inColumns >= length) inColumns -= length - 1;
  }
  return (largest + largestOfColumns) / 2 / unit;
}

/** Above it the other series needs fewer terms; both have all digits here. */
const TURN = 1;

/**
 * P(K > z) of Kolmogorov's distribution: 2 sum (-1)^(j-1) exp(-2 j^2 z^2); for small z its other form
 * 1 - sqrt(2 pi) / z sum exp(-(2 j - 1)^2 pi^2 / (8 z^2)).
 */
export function kolmogorovProbability(z: number): number {
  if (z <= 0) return 1;
  let sum = 0;
  if (z < TURN) {
    for (let j = 1; j <= 7; j += 2) sum += Math.exp(-((j * Math.PI) ** 2) / (8 * z * z));
    return 1 - (Math.sqrt(2 * Math.PI) / z) * sum;
  }
  for (let j = 4; j >= 1; j--) sum = Math.exp(-2 * j * j * z * z) * (j % 2 === 1 ? 1 : -1) + sum;
  return Math.min(1, Math.max(0, 2 * sum));
}
