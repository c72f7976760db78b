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
 * Of a profile what its option says (ROOT 6, TProfileHelper::GetBinError), 0 in bins without entries: the error of the
 * mean, which is the spread of y in the bin over the root of the effective entries; `S` the spread itself; `I` the error
 * of the mean, and where nothing is spread that of a number rounded to an integer, 1 / sqrt(12 effective entries); `G`
 * 1 / sqrt(sum of weights). Null for a profile whose sums of squares are not known and needed.
 */
export function binErrors(bins: Bins): Float64Array | null {
  const { contents, sumw2, binEntries, binSumw2, errorOption } = bins;
  const errors = new Float64Array(contents.length);
  if (binEntries === undefined) {
    for (let i = 0; i < errors.length; i++) {
      errors[i] = Math.sqrt(sumw2 === undefined ? Math.abs(contents[i] as number) : (sumw2[i] as number));
    }
    return errors;
  }
  if (errorOption === 'G') {
    for (let i = 0; i < errors.length; i++) {
      const sum = Math.abs(binEntries[i] as number);
      if (sum !== 0) errors[i] = 1 / Math.sqrt(sum);
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
    const effective = (sum * sum) / squares;
    if (errorOption === 'S') errors[i] = spread;
    else if (errorOption === 'I' && spread === 0) errors[i] = 1 / Math.sqrt(12 * effective);
    else errors[i] = spread / Math.sqrt(effective);
  }
  return errors;
}
