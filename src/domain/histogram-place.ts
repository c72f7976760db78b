import { InvalidInputError } from './errors.ts';

/** Of which run, or lumisection (0: none), a histogram is, for errors. */
export const histogramPlace = (run: number, lumisection: number): string =>
  lumisection === 0 ? `run ${run}` : `run ${run}, lumisection ${lumisection}`;

/** The error, if it is about what was asked for, with the histogram that it is about. */
export function placed(error: unknown, run: number, lumisection: number): unknown {
  if (!(error instanceof InvalidInputError)) return error;
  return new InvalidInputError(`${histogramPlace(run, lumisection)}: ${error.message}`, { ...error.details, run });
}
