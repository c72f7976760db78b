import { z } from 'zod';
import { chosenRows, squaredDistance } from './row-distance.ts';
import { learnedPart, type Strategy } from './strategy.ts';

const parameters = z.strictObject({
  templates: z
    .int()
    .min(1)
    .max(1_000)
    .default(100)
    .describe('How many histograms of the training rows to compare with, drawn by the seed where there are more.'),
  distance: z
    .enum(['MINIMUM', 'MEAN'])
    .default('MINIMUM')
    .describe('MINIMUM: the distance to the closest template. MEAN: the mean of the distances to all.'),
});

/** The mean squared difference, bin by bin, from templates: the least of them, or their mean (ML4DQM-DC). */
export const template: Strategy<z.infer<typeof parameters>> = {
  name: 'template',
  version: 1,
  summary: 'The mean squared difference from histograms of the training: from the closest one, or on average.',
  reads: 'VALUES',
  parameters,
  fit({ count, bins }, layout, { templates }, random) {
    return { templates: chosenRows(bins, layout.columns.length, random.choose(templates, count)) };
  },
  scorer(learned, layout, { distance }) {
    const templates = learnedPart(learned, 'templates');
    const width = layout.columns.length;
    const count = templates.length / width;
    const residuals = new Float64Array(width);
    return (bins) => {
      let least = Number.POSITIVE_INFINITY;
      let closest = 0;
      let sum = 0;
      for (let row = 0; row < count; row++) {
        const difference = squaredDistance(bins, templates, row * width, Number.POSITIVE_INFINITY) / width;
        sum += difference;
        if (difference < least) [least, closest] = [difference, row];
      }
      for (let i = 0; i < width; i++) residuals[i] = (bins[i] as number) - (templates[closest * width + i] as number);
      return { score: distance === 'MINIMUM' ? least : sum / count, residuals };
    };
  },
};
