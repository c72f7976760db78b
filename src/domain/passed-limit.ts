import { LimitExceededError } from './errors.ts';

export interface PassedLimit {
  /** The setting that holds the limit. */
  readonly setting: string;
  readonly limit: number;
  /** How much was asked for, as far as it was counted. */
  readonly actual: number;
  /** What was counted, in words: "The operation nests 25 levels deep". */
  readonly what: string;
  readonly remedy: string;
}

/** The one wording of a passed limit: what, how much, the limit, the way out. */
export const wordingOf = ({ what, limit, setting, remedy }: PassedLimit) =>
  `${what}; the limit is ${limit} (${setting}). ${remedy}`;

/** A limit that is passed while an operation is executed. */
export function passedLimit(passed: PassedLimit): LimitExceededError {
  const { setting, limit, actual, remedy } = passed;
  return new LimitExceededError(wordingOf(passed), { setting, limit, actual, remedy });
}
