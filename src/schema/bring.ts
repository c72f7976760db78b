import { bringCall, type CallChoices, type CallResult, type CallRows } from '../../ingest/pipeline/call/bring.ts';
import { createLoaders } from '../../loaders/create-loaders.ts';
import type { Context } from '../context.ts';
import { LimitExceededError } from '../domain/errors.ts';
import type { OnConflict as Policy } from '../store/store.ts';
import { builder } from './builder.ts';

export const OnConflict = builder.enumType('OnConflict', {
  description: 'What becomes of a row whose key is stored with another content.',
  values: {
    KEEP: { value: 'keep', description: 'What is stored stays; the row is in conflict.' },
    REPLACE: { value: 'replace', description: 'The row takes the place of what is stored.' },
    FAIL: { value: 'fail', description: 'Nothing of the call is stored; the error names the row.' },
    ADD: {
      value: 'add',
      description:
        'Histograms are partial counts and are added up; anything else is kept. The same input twice is added once.',
    },
  } as const satisfies Record<string, { value: Policy; description: string }>,
});

export const CHOICES = {
  onConflict: 'What becomes of a row whose key is stored with another content.',
  strict: 'One row that is refused or in conflict undoes the whole call.',
  report: 'What became of the rows.',
  dataFile: 'The entry of the call in the ledger; absent where the call changed nothing.',
} as const;

interface Call {
  /** Name of the mutation. */
  readonly name: string;
  /** The lists of the input, by the names of their fields. */
  readonly lists: Readonly<Record<string, readonly unknown[]>>;
  /** Lists inside of these, which are limited as they are: by the path of their fields. */
  readonly inner?: Readonly<Record<string, readonly unknown[]>>;
  readonly choices: CallChoices;
  readonly source?: string;
}

export interface Brought extends CallResult {
  /** What was right with the rows. */
  readonly batches: CallRows['batches'];
}

/**
 * Writes what a mutation brings; what the operation reads afterwards is read anew. Rows are made only where
 * they are not too many.
 */
export async function bring(context: Context, call: Call, rowsOf: () => CallRows): Promise<Brought> {
  const { name, lists, inner = {}, choices, source } = call;
  refuseLongLists(context, { ...lists, ...inner });
  const rows = rowsOf();
  const result = await bringCall(
    context.store,
    { viewer: context.viewer, name, content: lists, choices, ...(source !== undefined && { source }) },
    rows,
  );
  readAnew(context);
  return { ...result, batches: rows.batches };
}

/** What was read before a change may be another thing after it. */
export function readAnew(context: Context): void {
  Object.assign(context.loaders, createLoaders(context.store));
}

/** @throws LimitExceededError that names the list, its limit and the remedy. */
export function refuseLongLists(
  { maxInputRows }: Pick<Context, 'maxInputRows'>,
  lists: Readonly<Record<string, readonly unknown[]>>,
): void {
  for (const [field, list] of Object.entries(lists)) {
    if (list.length <= maxInputRows) continue;
    throw new LimitExceededError(
      `${field}: ${list.length} rows are more than ${maxInputRows}: send them in several calls, or have LUMIGRAPH_MAX_INPUT_ROWS raised`,
      { limit: { name: 'LUMIGRAPH_MAX_INPUT_ROWS', max: maxInputRows, actual: list.length }, field },
    );
  }
}
