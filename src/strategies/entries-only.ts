import { z } from 'zod';
import { learnedPart, type Strategy } from './strategy.ts';

const parameters = z.strictObject({});

/**
 * The size of ln((n + 1) / (m + 1)), n the entries and m their median over the training rows: twice as many is as
 * anomalous as half as many, and an empty histogram has a score. It knows nothing of shapes, so that whatever looks at
 * them has to do better.
 */
export const entriesOnly: Strategy<z.infer<typeof parameters>> = {
  name: 'entries',
  version: 1,
  summary: 'How far the number of entries is from their median in training, as a ratio: the floor for all others.',
  reads: 'ENTRIES',
  parameters,
  fit: ({ entries }) => ({ median: Float64Array.of(medianOf(entries)) }),
  scorer(learned) {
    const [median] = learnedPart(learned, 'median') as unknown as [number];
    return (_, entries) => ({ score: Math.abs(Math.log((entries + 1) / (median + 1))) });
  },
};

function medianOf(numbers: Float64Array): number {
  const sorted = numbers.slice().sort();
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1] as number, sorted[sorted.length >> 1] as number];
  return lower + (upper - lower) / 2;
}
