import type { Context } from '../context.ts';
import { InvalidInputError } from '../domain/errors.ts';
import { isStorable } from '../domain/storable-text.ts';

/** How many objects of a list that is not a connection are asked for. @throws InvalidInputError outside of 0 to `most`. */
export function checkFirst(first: number, most: number): number {
  if (first >= 0 && first <= most) return first;
  throw new InvalidInputError(`first: ${first} is not between 0 and ${most}`, { field: 'first', max: most });
}

/** What stands before such a list: undefined where it begins. @throws InvalidInputError for what is in no list. */
export function checkAfter(after: string | null | undefined): string | undefined {
  if (!after) return undefined;
  if (isStorable(after)) return after;
  throw new InvalidInputError('after: nothing of this name can be stored', { field: 'after' });
}

/** Counts the objects of such a list. @throws the reason where the operation is cancelled, or its time over. */
export function countObjects<Row>(rows: readonly Row[], { cost, cancellation }: Context): readonly Row[] {
  if (cost.addNodes(rows.length)) {
    const reason = cancellation.look(performance.now());
    if (reason !== undefined) throw reason;
  }
  return rows;
}
