import { createHash } from 'node:crypto';
import type { Cancellation } from '../domain/cancellation.ts';
import { GOOD } from '../domain/evaluation/sample.ts';
import type { MemberIndex } from '../domain/member-index.ts';
import { answerOf, NO_ANSWER, SCORED } from '../domain/prediction.ts';
import { noScores, type PartScores } from '../domain/prediction-scores.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import type { BuiltIn } from './built-in.ts';
import { isLearnedFrom } from './learn.ts';

interface Element {
  readonly id: number;
  readonly path: string;
}

/** Under which a combination stands among models of monitor elements, and the members' own scores among those of them. */
export const OWN = 0;

/** A score for each lumisection, NaN for none, of a table of those of monitor elements (see FitCombinationTask). */
export type Combine = (table: Float64Array) => Promise<Float64Array>;

/**
 * Learns how scores of monitor elements become one, and puts that among the models. It learns from usual scores of
 * histograms that no model has learned from: those of the validation, good or all as models do. Scores of the training are
 * no such: where a model keeps histograms, each finds itself. Scores of a single monitor element stand for themselves.
 */
export async function learnedCombination(
  { workers, cancellation }: { workers: WorkerPool; cancellation: Cancellation },
  { index }: { readonly index: MemberIndex },
  { combination, learnFrom, seed }: BuiltIn,
  {
    used,
    models,
    validation,
  }: {
    readonly used: readonly Element[];
    readonly models: Map<number, Uint8Array>;
    readonly validation: ReadonlyMap<number, PartScores>;
  },
): Promise<Combine> {
  if (used.length === 1) return async (table) => table;
  const isWanted = isLearnedFrom(learnFrom, seed);
  const { columns } = index;
  const [from, to] = index.range('VALIDATION');
  const places: number[] = [];
  for (let i = from; i < to; i++) {
    const truth = columns.truth[i] === GOOD ? 'NEGATIVE' : 'POSITIVE';
    if (isWanted({ truth, run: columns.run[i] as number, first: columns.first[i] as number })) places.push(i - from);
  }
  const task = {
    ...{ combination: combination.name, parameters: combination.parameters },
    ...{ elements: used.map(({ path }) => path), scores: scoreTable(validation, used, places) },
    contentHash: hashOfModels(used, models),
  };
  const combined = await workers.run('fitCombinationOf', task, { cancellation });
  models.set(OWN, combined);
  return combinedBy(combined, { workers, cancellation });
}

/** @param combined bytes of a combination; undefined: scores of a single monitor element stand for themselves */
export function combinedBy(
  combined: Uint8Array | undefined,
  { workers, cancellation }: { workers: WorkerPool; cancellation: Cancellation },
): Combine {
  if (combined === undefined) return async (table) => table;
  return (scores) => workers.run('combineScores', { combined, scores }, { cancellation });
}

/** A row for each member (of these places), a score for each of the monitor elements, NaN for none. */
export function scoreTable(
  byElement: ReadonlyMap<number, PartScores>,
  elements: readonly Element[],
  places?: readonly number[],
): Float64Array {
  const columns = elements.map(({ id }) => byElement.get(id) as PartScores);
  const rows = places?.length ?? columns[0]?.answers.length ?? 0;
  const table = new Float64Array(rows * columns.length);
  for (let row = 0; row < rows; row++) {
    const place = places === undefined ? row : (places[row] as number);
    for (const [column, { answers, scores }] of columns.entries()) {
      const isScored = answers[place] === SCORED;
      table[row * columns.length + column] = isScored ? (scores[place] as number) : Number.NaN;
    }
  }
  return table;
}

/**
 * What members get as their own: the combined scores; where there is none though a monitor element has a score UNDEFINED,
 * else the reason that most monitor elements have (of as many, the first in the order of reasons).
 */
export function ownScores(elements: readonly PartScores[], combined: Float64Array): PartScores {
  const own = noScores(combined.length);
  for (const [place, score] of combined.entries()) {
    if (Number.isFinite(score)) {
      own.answers[place] = SCORED;
      own.scores[place] = score;
    } else own.answers[place] = commonReason(elements.map(({ answers }) => answers[place] as number));
  }
  return own;
}

function commonReason(answers: readonly number[]): number {
  if (answers.includes(SCORED)) return answerOf('UNDEFINED');
  const counts = new Map<number, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const [most] = [...counts].sort(([a, of], [b, other]) => other - of || a - b);
  return most?.[0] ?? NO_ANSWER;
}

/** SHA-256 over a line `MODEL PATH` each, MODEL that of the bytes of its model: what the scores were made by. */
function hashOfModels(elements: readonly Element[], models: ReadonlyMap<number, Uint8Array>): string {
  const hash = createHash('sha256');
  for (const { id, path } of elements) {
    const model = createHash('sha256').update(models.get(id) as Uint8Array);
    hash.update(`${model.digest('hex')} ${path}\n`);
  }
  return hash.digest('hex');
}
