import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.ts';
import { chosenRows, squaredDistance } from './row-distance.ts';
import { learnedPart, type Strategy } from './strategy.ts';

const parameters = z.strictObject({
  neighbours: z.int().min(1).max(50).default(5).describe('How many of the closest training rows count.'),
  kept: z
    .int()
    .min(1)
    .max(20_000)
    .default(2_000)
    .describe(
      'How many training rows to keep, drawn by the seed where there are more: the model is as large as they are.',
    ),
});

/**
 * The mean Euclidean distance to the k closest training rows (Ramaswamy et al., SIGMOD 2000, with the mean of k in place
 * of the k-th). Every row is looked at: with as many columns as histograms have, a tree would not leave any out.
 * A row that was learned from finds itself, at distance 0.
 */
export const nearestNeighbours: Strategy<z.infer<typeof parameters>> = {
  name: 'nearest-neighbours',
  version: 1,
  summary: 'The mean distance to the closest histograms of the training.',
  reads: 'VALUES',
  parameters,
  fit({ count, bins }, layout, { neighbours, kept }, random) {
    const rows = random.choose(kept, count);
    if (rows.length < neighbours) {
      throw new InvalidInputError(
        `nearest-neighbours: ${neighbours} neighbours need as many rows, and there are ${rows.length}.`,
      );
    }
    return { rows: chosenRows(bins, layout.columns.length, rows) };
  },
  scorer(learned, layout, { neighbours }) {
    const rows = learnedPart(learned, 'rows');
    const width = layout.columns.length;
    const count = rows.length / width;
    const closest = new Float64Array(neighbours);
    return (bins) => {
      closest.fill(Number.POSITIVE_INFINITY);
      for (let row = 0; row < count; row++) {
        let at = neighbours - 1;
        const bound = closest[at] as number;
        const distance = squaredDistance(bins, rows, row * width, bound);
        if (distance >= bound) continue;
        for (; at > 0 && (closest[at - 1] as number) > distance; at--) closest[at] = closest[at - 1] as number;
        closest[at] = distance;
      }
      let sum = 0;
      for (const distance of closest) sum += Math.sqrt(distance);
      return { score: sum / neighbours };
    };
  },
};
