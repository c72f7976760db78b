import type { OnConflict } from '../../src/store/store.ts';
import { UsageError } from './command.ts';

const WAYS: readonly OnConflict[] = ['keep', 'replace', 'fail', 'add'];

export const onConflictHelp = `  --on-conflict HOW    where two rows of one key differ: keep the first, replace it, fail, or add the two as parts of
                       one count, which is never done twice for the same bytes (default: keep; of DQMIO: add)`;

/** What `--on-conflict` says; undefined where it is left out, so that the format decides. */
export function onConflictOf(value: string | undefined): OnConflict | undefined {
  const way = WAYS.find((known) => known === value);
  if (value !== undefined && way === undefined) {
    throw new UsageError(`--on-conflict takes keep, replace, fail or add, not "${value}"`);
  }
  return way;
}
