/** Why a histogram has no score, or nothing can be learned from it, in words for users. */
export const REASONS = {
  INCOMPATIBLE_BINNING:
    'The histogram is booked with other bins or labels than those learned from, or lacks their flow bins.',
  EMPTY: 'There is nothing in the bins in use (or no entries), so that the histogram has no shape.',
  NOT_FINITE: 'A number is infinite or none, or numbers are too large to add up.',
  NEGATIVE: 'A bin (or the entries) lies below 0, where only counts or shares have a meaning.',
  UNDEFINED: 'The score does not exist for this histogram: skewness of a single filled bin, chi2 of weighted contents.',
  UNKNOWN_ENTRIES: 'The source of the histogram does not say its entries, and they are needed.',
} as const;

export type Reason = keyof typeof REASONS;
