import { z } from 'zod';
import type { Axis } from '../domain/axis.ts';
import { InvalidInputError } from '../domain/errors.ts';
import { computeMoments } from '../domain/moments.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import { type Layout, learnedPart, type Strategy } from './strategy.ts';

const parameters = z.strictObject({
  highest: z
    .int()
    .min(1)
    .max(4)
    .default(2)
    .describe('1: means alone; 2: also the widths; 3 and 4: also skewness and kurtosis, of one axis alone.'),
});

/** Below it, relative to the axis, what is left of equal numbers after rounding is no spread. */
const LEAST_SPREAD = 1e-12;

/**
 * The sum of ((m - mu) / sigma)^2 over the moments m of the bins in range (ML4DQM-DC's MomentModel): the mean and rms of
 * each axis, of one axis also skewness and excess kurtosis. mu and sigma are the mean and standard deviation (n - 1)
 * over the training rows. A moment that does not vary there has no scale and is left out.
 */
export const momentsStrategy: Strategy<z.infer<typeof parameters>> = {
  name: 'moments',
  version: 1,
  summary:
    'How far mean and width (and skewness, kurtosis) are from those in training, in standard deviations, squared.',
  reads: 'SHAPE',
  parameters,
  fit({ count, bins }, layout, { highest }) {
    const momentsOf = momentsReader(layout, highest);
    const width = layout.columns.length;
    const rows: number[][] = [];
    for (let row = 0; row < count; row++) {
      const moments = momentsOf(bins.subarray(row * width, (row + 1) * width));
      if (moments.every(Number.isFinite)) rows.push(moments);
    }
    if (rows.length < 2) {
      throw new InvalidInputError(
        `moments: two histograms with defined moments are needed, and there are ${rows.length}.`,
      );
    }
    const scales = scalesOf(layout.axes, highest);
    const means = scales.map((_, moment) => sumOf(rows, (row) => row[moment] as number) / rows.length);
    const deviations = scales.map((scale, moment) => {
      const mean = means[moment] as number;
      const squares = sumOf(rows, (row) => ((row[moment] as number) - mean) ** 2);
      const deviation = Math.sqrt(squares / (rows.length - 1));
      return deviation > LEAST_SPREAD * scale ? deviation : 0;
    });
    if (deviations.every((deviation) => deviation === 0)) {
      throw new InvalidInputError('moments: all moments are the same in all histograms, so that nothing has a scale.');
    }
    return { means: Float64Array.from(means), deviations: Float64Array.from(deviations) };
  },
  scorer(learned, layout, { highest }) {
    const momentsOf = momentsReader(layout, highest);
    const means = learnedPart(learned, 'means');
    const deviations = learnedPart(learned, 'deviations');
    return (bins) => {
      let score = 0;
      for (const [i, moment] of momentsOf(bins).entries()) {
        const deviation = deviations[i] as number;
        if (deviation !== 0) score += ((moment - (means[i] as number)) / deviation) ** 2;
      }
      return { score };
    };
  },
};

/** Moments of a row, masked bins taken as 0; NaN where they do not exist. */
function momentsReader({ axes, columns }: Layout, highest: number): (bins: Float64Array) => number[] {
  const contents = new Float64Array(cellCount(shapeOf({ axes }), false));
  return (bins) => {
    for (const [column, cell] of columns.entries()) contents[cell] = bins[column] as number;
    const { meanX, rmsX, meanY, rmsY, skewness, kurtosis } = computeMoments({ flow: false, contents }, axes);
    if (axes.length === 2) return highest === 1 ? [meanX, meanY] : [meanX, meanY, rmsX, rmsY];
    return [meanX, rmsX, skewness, kurtosis].slice(0, highest);
  };
}

/** In the order of the moments, how large each may be. */
function scalesOf(axes: readonly Axis[], highest: number): number[] {
  const [x, y] = axes.map(({ min, max }) => Math.max(Math.abs(min), Math.abs(max))) as [number, number | undefined];
  if (y !== undefined) return highest === 1 ? [x, y] : [x, y, x, y];
  return [x, x, 1, 1].slice(0, highest);
}

function sumOf<Item>(items: readonly Item[], numberOf: (item: Item) => number): number {
  let sum = 0;
  for (const item of items) sum += numberOf(item);
  return sum;
}
