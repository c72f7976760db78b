import type { Bins, NumberArray } from './histogram.ts';

/**
 * What ROOT's GetBinContent gives for each cell: the contents; of a profile the means, contents / binEntries,
 * and 0 where it has no entries.
 */
export function binValues({ contents, binEntries }: Bins): NumberArray {
  if (binEntries === undefined) return contents;
  const values = new Float64Array(contents.length);
  for (let i = 0; i < values.length; i++) {
    const entries = binEntries[i] as number;
    values[i] = entries === 0 ? 0 : (contents[i] as number) / entries;
  }
  return values;
}

/**
 * What ROOT's GetBinError gives for each cell: the root of sumw2 where there is one, else of the size of the content.
 * Of a profile the error of the mean, its default option: the spread of y in the bin over the root of the effective
 * entries, and 0 without entries; null for a profile whose sums of squares are not known.
 * ROOT's other options of a profile (`S`, `I`, `G`) are not stored.
 */
export function binErrors(bins: Bins): Float64Array | null {
  const { contents, sumw2, binEntries, binSumw2 } = bins;
  const errors = new Float64Array(contents.length);
  if (binEntries === undefined) {
    for (let i = 0; i < errors.length; i++) {
      errors[i] = Math.sqrt(sumw2 === undefined ? Math.abs(contents[i] as number) : (sumw2[i] as number));
    }
    return errors;
  }
  if (sumw2 === undefined) return null;
  for (let i = 0; i < errors.length; i++) {
    const sum = binEntries[i] as number;
    if (sum === 0) continue;
    const mean = (contents[i] as number) / sum;
    const spread = Math.sqrt(Math.abs((sumw2[i] as number) / sum - mean * mean));
    const squares = binSumw2 === undefined ? sum : (binSumw2[i] as number);
    errors[i] = spread / Math.sqrt((sum * sum) / squares);
  }
  return errors;
}
