import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import { END_OF_RUN, LuminosityMask } from '../domain/lumi-mask.ts';
import { type MaskExpression, termsOf } from '../domain/mask-expression.ts';
import { parseMask } from '../domain/mask-expression-parser.ts';
import type { TruthDefinition } from '../domain/task.ts';
import { NEGATIVE, NO_PART, POSITIVE, UNLABELLED } from '../domain/task-members.ts';
import { type Pairing, pairingOf } from '../domain/task-pairing.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Queries } from './database.ts';
import { type MaskPart, readMask } from './mask-reads.ts';

/** What is bad and what is good, as of now. */
export interface ReadTruth {
  readonly positive: LuminosityMask;
  readonly negative: LuminosityMask;
  /** The versions of sources and saved masks that were read, and those that the saved masks were made of. */
  readonly madeOf: readonly MaskPart[];
}

/** @throws NotFoundError, InvalidInputError as masks do; NotFoundError for causes that no version has. */
export async function readTruth(query: CheckedQuery, queries: Queries, truth: TruthDefinition): Promise<ReadTruth> {
  const isOpen = await openRuns(query, queries);
  const read = async (which: 'positive' | 'negative') => {
    const { mask, madeOf } = await readMask(query, expressionOf(truth, which), queries);
    return { mask: isOpen === null ? mask : mask.onlyRuns(isOpen), madeOf };
  };
  const [positive, negative] = [await read('positive'), await read('negative')];
  const ofPositive = await withOrigins(queries, positive.madeOf);
  const madeOf = await withOrigins(queries, distinct([...positive.madeOf, ...negative.madeOf]));
  if (truth.causes === null) return { positive: positive.mask, negative: negative.mask, madeOf };
  const caused = await causedBy(queries, ofPositive, truth.causes);
  return { positive: positive.mask.intersection(caused), negative: negative.mask, madeOf };
}

/** Of runs that are closed to whoever asks nothing has a truth, not even as what a mask lacks; null: none is closed. */
async function openRuns({ veil }: CheckedQuery, queries: Queries): Promise<((run: number) => boolean) | null> {
  const withheld = veil();
  if (withheld === null) return null;
  const rows = await queries.arrays<[number]>(
    `SELECT run_number FROM hidden_run WHERE task_id IN (${withheld.tasks.join(', ')})`,
  );
  const closed = new Set(rows.map(([run]) => run));
  return (run) => !closed.has(run);
}

function expressionOf(
  { positive, negative, source, subsystem, dataset }: TruthDefinition,
  which: 'positive' | 'negative',
) {
  if (source === null) return parseMask((which === 'positive' ? positive : negative) as string, `truth.${which}`);
  const judged = { source, subsystem, dataset, column: 1 };
  const verdict = which === 'positive' ? 'BAD' : 'GOOD';
  return { kind: 'verdict', verdict, sources: [judged] } satisfies MaskExpression;
}

/** Saved masks hide what they were made of: with all that stands behind them, each once. */
async function withOrigins(queries: Queries, parts: readonly MaskPart[]): Promise<MaskPart[]> {
  const found = new Map(parts.map((part) => [nameOf(part), part]));
  // grows while it is walked through
  for (const { mask, version } of found.values()) {
    if (mask === null) continue;
    const rows = await queries.all<{ madeOf: string }>(
      'SELECT made_of FROM saved_mask WHERE name = $1 AND version = $2',
      [mask, version],
    );
    for (const part of rows.flatMap(({ madeOf }) => JSON.parse(madeOf) as MaskPart[])) found.set(nameOf(part), part);
  }
  return [...found.keys()].sort().map((name) => found.get(name) as MaskPart);
}

const distinct = (parts: readonly MaskPart[]) => [...new Map(parts.map((part) => [nameOf(part), part])).values()];

/** Tells a version from all others. */
export const nameOf = ({ source, mask, dataset, subsystem, version }: MaskPart): string =>
  JSON.stringify(mask === null ? ['source', source, dataset, subsystem, version] : ['mask', mask, version]);

/**
 * Only what is certified can be hidden: conditions are on data that everybody may read, and the definition of the task is
 * read by everybody. What saved masks list is hidden with them.
 * @throws InvalidInputError (reason OPEN_TRUTH)
 */
export async function assertHideable(
  queries: Queries,
  { positive, negative }: TruthDefinition,
  { madeOf }: Pick<ReadTruth, 'madeOf'>,
): Promise<void> {
  for (const [field, text] of Object.entries({ positive, negative })) {
    const open = (text === null ? [] : termsOf(parseMask(text, `truth.${field}`))).find(
      ({ kind }) => kind === 'where' || kind === 'ranges',
    );
    if (open !== undefined) throw openTruth(field, open.kind === 'where' ? 'a condition' : 'a list of lumisections');
  }
  for (const { mask, version } of madeOf) {
    if (mask === null) continue;
    const [saved] = await queries.arrays<[string | null]>(
      'SELECT expression FROM saved_mask WHERE name = $1 AND version = $2',
      [mask, version],
    );
    const terms = saved?.[0] == null ? [] : termsOf(parseMask(saved[0]));
    if (terms.some(({ kind }) => kind === 'where'))
      throw openTruth('', `a condition, in the saved mask ${JSON.stringify(mask)}`);
  }
}

const openTruth = (field: string, what: string) =>
  new InvalidInputError(
    `truth${field && `.${field}`}: it has ${what}, which everybody may read, and so cannot be hidden: name certification sources, or save a list as a mask`,
    { reason: 'OPEN_TRUTH', field: 'truth' },
  );

/** What those of the versions that were made for one of the causes call BAD. */
async function causedBy(queries: Queries, parts: readonly MaskPart[], causes: readonly string[]) {
  const known = new Set<string>();
  const bad: [run: number, first: number, last: number][] = [];
  for (const { source, dataset, subsystem, version } of parts) {
    if (source === null) continue;
    const key = [source, dataset, subsystem, version];
    const where = 'source = $1 AND dataset = $2 AND subsystem = $3 AND version = $4';
    const [made] = await queries.all<{ cause: string | null }>(
      `SELECT cause FROM certification_version WHERE ${where}`,
      key,
    );
    if (made?.cause == null) continue;
    known.add(made.cause);
    if (!causes.includes(made.cause)) continue;
    const rows = await queries.arrays<[number, number, number]>(
      `SELECT run_number, lumisection_first, lumisection_last FROM certification WHERE ${where} AND flag = 'BAD'`,
      key,
    );
    for (const row of rows) bad.push(row);
  }
  const unknown = causes.find((cause) => !known.has(cause));
  if (unknown === undefined) return LuminosityMask.fromRows(bad);
  const names = [...known].sort().map((cause) => JSON.stringify(cause));
  throw new NotFoundError(
    `truth.causes: no version that the positives are made of has the cause ${JSON.stringify(unknown)}; they have ${names.join(', ') || 'none'}`,
    { field: 'truth.causes' },
  );
}

/** Of one range; no run has more. */
const MOST_JUDGED = 10_000;

/**
 * The lumisections of a run of which there is a truth: what stands for those that are stored where none are, as of runs that
 * came from summaries alone. A range to an end that nobody knows counts as its first.
 */
export function judgedNumbers(
  { positive, negative }: Pick<ReadTruth, 'positive' | 'negative'>,
  run: number,
): Int32Array {
  const numbers: number[] = [];
  for (const { first, last } of positive.union(negative).rangesOf(run)) {
    const end = last === END_OF_RUN ? first : Math.min(last, first + MOST_JUDGED);
    for (let number = first; number <= end; number++) numbers.push(number);
  }
  return Int32Array.from(numbers);
}

/** How each version of a source in the truth goes with the dataset of the task. */
export function pairingsOf(dataset: string, madeOf: readonly MaskPart[]): { part: MaskPart; pairing: Pairing }[] {
  return madeOf
    .filter(({ source }) => source !== null)
    .map((part) => ({ part, pairing: pairingOf(dataset, part.dataset ?? '') }));
}

/**
 * Of each lumisection of a run: POSITIVE, NEGATIVE or UNLABELLED.
 * @throws InvalidInputError (reason OVERLAPPING_TRUTH) for one that is in a part and both bad and good.
 */
export function labelsOf(
  { positive, negative }: Pick<ReadTruth, 'positive' | 'negative'>,
  run: number,
  numbers: Int32Array,
  parts: Int8Array,
): Int8Array {
  return Int8Array.from(numbers, (number, place) => {
    const isBad = positive.contains(run, number);
    const isGood = negative.contains(run, number);
    if (isBad && isGood) {
      if (parts[place] === NO_PART) return UNLABELLED;
      throw new InvalidInputError(
        `truth: lumisection ${number} of run ${run} is both positive and negative: one of the masks has to leave it out`,
        { reason: 'OVERLAPPING_TRUTH', field: 'truth', run, lumisection: number },
      );
    }
    return isBad ? POSITIVE : isGood ? NEGATIVE : UNLABELLED;
  });
}
