/** How far a prediction has come. */
export const PREDICTION_STATUSES = ['QUEUED', 'RUNNING', 'COMPLETE', 'PARTIAL', 'FAILED', 'CANCELLED'] as const;
export type PredictionStatus = (typeof PREDICTION_STATUSES)[number];

/** Which scores are the more anomalous. */
export const ORIENTATIONS = ['HIGHER', 'LOWER'] as const;
export type Orientation = (typeof ORIENTATIONS)[number];

/** Where a threshold is from: STATED with the prediction, or the working point on the truth of a part. */
export const THRESHOLD_SOURCES = ['STATED', 'TRAIN', 'VALIDATION', 'TEST'] as const;
export type ThresholdSource = (typeof THRESHOLD_SOURCES)[number];

/**
 * Why a member has no score, in words for users. Stored by place, so that reasons are only added at the end; those from
 * INCOMPATIBLE_BINNING to UNDEFINED are what built-in strategies say (src/strategies/reason.ts).
 */
export const SCORE_REASONS = {
  NO_HISTOGRAM: 'There is no histogram of the monitor element.',
  LOW_ENTRIES: 'There are too few entries to say anything.',
  INCOMPATIBLE_BINNING: 'The histogram is booked with other bins or labels than those learned from.',
  EMPTY: 'There is nothing in the bins, or no entries.',
  NOT_FINITE: 'A number is infinite or none, or numbers are too large to add up.',
  NEGATIVE: 'A bin (or the entries) lies below 0, where only counts or shares have a meaning.',
  UNDEFINED: 'The score does not exist for this histogram.',
  OTHER: 'Any other reason.',
  UNKNOWN_ENTRIES: 'The source of the histogram does not say its entries, and they are needed.',
} as const;
export type ScoreReason = keyof typeof SCORE_REASONS;

const REASONS = Object.keys(SCORE_REASONS) as ScoreReason[];

/** What a byte says of a member. */
export const NO_ANSWER = 0;
export const SCORED = 1;

/** Byte of a reason: above SCORED. */
export const answerOf = (reason: ScoreReason): number => REASONS.indexOf(reason) + SCORED + 1;

/** The reason that a byte stands for; null where it stands for none. */
export const reasonOf = (answer: number): ScoreReason | null => REASONS[answer - SCORED - 1] ?? null;

/** Where a threshold chosen on the truth of the test part is used, numbers are better than they could ever be. */
export const isOptimistic = (source: string | null): boolean => source === 'TEST';
