import { z } from 'zod';
import type { Axis } from '../domain/axis.ts';
import { InvalidInputError } from '../domain/errors.ts';
import { type Scored as Compared, type Score, scored } from '../domain/scores/scored.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import { chosenRows } from './row-distance.ts';
import { type Layout, learnedPart, type Strategy } from './strategy.ts';

/** Which of the training rows a histogram is compared with. */
export const referenceParameters = {
  references: z
    .enum(['SUM', 'FIXED', 'SEVERAL'])
    .default('SUM')
    .describe(
      'SUM: one reference, all training rows added up, which is their mean with all their statistics. FIXED: one row. SEVERAL: some rows, drawn by the seed; the score is the mean of those against each.',
    ),
  row: z.int().min(0).max(10_000_000).default(0).describe('FIXED: the row, from 0, of those that can be learned from.'),
  count: z.int().min(1).max(100).default(5).describe('SEVERAL: how many rows; all where there are fewer.'),
};

interface ReferenceParameters {
  readonly references: 'SUM' | 'FIXED' | 'SEVERAL';
  readonly row: number;
  readonly count: number;
}

/** A strategy that compares histograms with references by a metric; the size of its value is the score, its pulls the residuals. */
export function referenceStrategy<Parameters extends ReferenceParameters>(
  { name, version, summary, parameters }: Pick<Strategy<Parameters>, 'name' | 'version' | 'summary' | 'parameters'>,
  compare: (tested: Compared, references: readonly Compared[], parameters: Parameters) => Score,
): Strategy<Parameters> {
  return {
    name,
    version,
    summary,
    reads: 'COUNTS',
    parameters,
    fit({ count, bins }, { columns }, { references, row, count: several }, random) {
      const width = columns.length;
      if (references === 'SUM') return { references: sumOfRows(bins, width) };
      if (references === 'SEVERAL') return { references: chosenRows(bins, width, random.choose(several, count)) };
      if (row >= count) throw new InvalidInputError(`parameters.row: there is no row ${row}, but 0 to ${count - 1}.`);
      return { references: chosenRows(bins, width, Int32Array.of(row)) };
    },
    scorer(learned, layout, own) {
      const rows = learnedPart(learned, 'references');
      const width = layout.columns.length;
      const references: Compared[] = [];
      for (let at = 0; at < rows.length; at += width)
        references.push(asCompared(rows.subarray(at, at + width), layout));
      const residuals = new Float64Array(width);
      return (bins) => {
        const { value, pulls } = compare(asCompared(bins, layout), references, own);
        if (value === null) return { score: Number.NaN };
        if (pulls === undefined) return { score: Math.abs(value) };
        for (let i = 0; i < width; i++) residuals[i] = pulls[layout.columns[i] as number] as number;
        return { score: Math.abs(value), residuals };
      };
    },
  };
}

/** As metrics see it; masked bins are empty on both sides, which is no difference to any of them. */
function asCompared(row: Float64Array, { axes, columns }: Layout): Compared {
  const contents = new Float64Array(cellCount(shapeOf({ axes }), false));
  for (let i = 0; i < row.length; i++) contents[columns[i] as number] = row[i] as number;
  return scored({ flow: false, contents }, axes as Axis[]);
}

function sumOfRows(rows: Float64Array, width: number): Float64Array {
  const sum = new Float64Array(width);
  for (let at = 0; at < rows.length; at += width) {
    for (let i = 0; i < width; i++) sum[i] = (sum[i] as number) + (rows[at + i] as number);
  }
  return sum;
}
