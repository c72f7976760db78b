import { UnavailableError } from '../domain/errors.ts';
import type { ScoredLumisections } from '../domain/evaluation/sample.ts';
import type { View } from '../domain/evaluation/view.ts';
import {
  type EvaluationNumbers,
  type EvaluationScope,
  isSameView,
  metricsOf,
  VIEWS,
  type ViewNumbers,
} from '../domain/prediction-evaluation.ts';
import type { StrategyDefinition } from '../domain/strategy-definition.ts';
import type { TaskMetric, TaskPart } from '../domain/task.ts';
import type { Evaluation, Prediction, Task } from '../generated/sqlite/client.ts';
import type { Database, Parameter, Transaction } from './database.ts';
import type { MemberCache } from './member-cache.ts';
import { type SampleOptions, sampleOf } from './member-sample.ts';
import { assertOneMore, countSubmission, isCounted } from './submissions.ts';
import { isTruthCurrent } from './truth-current.ts';

/** Numbers of one scope under one truth, as they are kept. */
export interface KeptNumbers {
  readonly scope: EvaluationScope;
  readonly truthHash: string;
  /** The versions that the truth was made of, as JSON. */
  readonly truthMadeOf: string;
  readonly isFrozenTruth: boolean;
  readonly numbers: EvaluationNumbers;
}

/** An evaluation in one view. */
export type StoredEvaluation = Omit<Evaluation, 'numbers'> & {
  readonly coverage: EvaluationNumbers['coverage'];
  readonly numbers: ViewNumbers;
};

/** Evaluations that are read at once: each has some 25 kB of text, of which one view is kept. */
const EVALUATIONS_AT_ONCE = 100;

/** A prediction on a board, in one view. */
export interface BoardRow
  extends Pick<
      Prediction,
      'id' | 'strategyVersionId' | 'author' | 'status' | 'thresholdFrom' | 'expected' | 'scored' | 'withReason'
    >,
    Pick<StrategyDefinition, 'validFrom' | 'validTo'> {
  /** Null, with all that follows, where its scores are not evaluated (any more). */
  readonly evaluatedAt: Date | null;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly isInverted: boolean | null;
}

/** Which evaluation of a prediction: under the truth that the task was frozen with, or whatever was evaluated last. */
export interface EvaluationKey {
  readonly predictionId: number;
  readonly scope: EvaluationScope;
  readonly truth: 'FROZEN' | 'NEWEST';
  /** The first of VIEWS unless told. */
  readonly view?: View;
}

/**
 * What predictions are worth. Reads the truth of tasks whoever asks: the caller has to know who may see what of it.
 */
export interface Evaluations {
  /** The members of a part with truth, scores and what is known of them (`luminosity` and `pileup`). */
  sample(
    prediction: Pick<Prediction, 'id' | 'taskId'>,
    part: TaskPart,
    options?: SampleOptions,
  ): Promise<ScoredLumisections>;
  /** @throws LimitExceededError where `keep` would, before anything is computed. */
  assertTaken(task: Task, prediction: Prediction): Promise<void>;
  /**
   * Keeps evaluations of the scores that a prediction has, and the threshold that they were made at.
   * @throws UnavailableError (reason CHANGED) where the scores are others by now; LimitExceededError where the author has
   * had too many evaluated.
   */
  keep(task: Task, prediction: Prediction, threshold: number | null, kept: readonly KeptNumbers[]): Promise<void>;
  /** See isTruthCurrent of truth-current.ts. */
  isTruthCurrent(task: Pick<Task, 'madeOf'>): Promise<boolean>;
  /** All predictions on a task, by id, without reading a score. */
  board(taskId: number, scope: EvaluationScope, metric: TaskMetric, view: View): Promise<BoardRow[]>;
}

export const createEvaluations = (database: Database, members: MemberCache): Evaluations => ({
  sample: (prediction, part, options = {}) => sampleOf(database, members, prediction, part, options),
  assertTaken: async (task, prediction) => {
    if (!(await isCounted(database, prediction))) await assertOneMore(database, task, prediction.author, new Date());
  },
  keep: (task, prediction, threshold, kept) =>
    database.write(
      async (transaction) => {
        const [row] = await transaction.arrays<[string | null]>('SELECT scores_hash FROM prediction WHERE id = $1', [
          prediction.id,
        ]);
        if (row === undefined || row[0] !== prediction.scoresHash) {
          throw new UnavailableError('the scores were changed meanwhile: evaluate them again', { reason: 'CHANGED' });
        }
        await transaction.all('UPDATE prediction SET threshold = $1 WHERE id = $2', [threshold, prediction.id]);
        const now = new Date();
        // the first evaluation of scores counts for whoever made them
        if (!(await isCounted(transaction, prediction)))
          await countSubmission(transaction, task, prediction.author, now);
        for (const one of kept) await replace(transaction, prediction, one, now);
      },
      { alone: true },
    ),
  isTruthCurrent: (task) => isTruthCurrent(database, task),
  async board(taskId, scope, metric, { weighting, slice, missing }) {
    const rows = await database.all<BoardRow & { readonly definition: string }>(
      `SELECT p.id, p.strategy_version_id, p.author, p.status, p.threshold_from, p.expected, p.scored, p.with_reason,
         v.definition, e.created_at AS evaluated_at, m.value, m.low, m.high, m.is_inverted
       FROM prediction p JOIN strategy_version v ON v.id = p.strategy_version_id
       LEFT JOIN evaluation e ON e.prediction_id = p.id AND e.scope = $2 AND e.is_frozen_truth AND e.scores_hash = p.scores_hash
       LEFT JOIN evaluation_metric m ON m.prediction_id = e.prediction_id AND m.scope = e.scope AND m.truth_hash = e.truth_hash
         AND m.metric = $3 AND m.weighting = $4 AND m.kind = $5 AND m.missing = $6
       WHERE p.task_id = $1 ORDER BY p.id`,
      [taskId, scope, metric, weighting, slice, missing],
    );
    return rows.map(({ definition, ...row }) => {
      const { validFrom, validTo } = JSON.parse(definition) as StrategyDefinition;
      return { ...row, validFrom, validTo };
    });
  },
});

/** In the order of the table's columns. */
const METRIC_COLUMNS = 11;

async function replace(
  transaction: Transaction,
  { id, scoresHash }: Prediction,
  { scope, truthHash, truthMadeOf, isFrozenTruth, numbers }: KeptNumbers,
  now: Date,
): Promise<void> {
  await transaction.all('DELETE FROM evaluation WHERE prediction_id = $1 AND scope = $2 AND truth_hash = $3', [
    id,
    scope,
    truthHash,
  ]);
  await transaction.all(
    `INSERT INTO evaluation (prediction_id, scope, truth_hash, truth_made_of, is_frozen_truth, scores_hash, numbers, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, scope, truthHash, truthMadeOf, isFrozenTruth, scoresHash, JSON.stringify(numbers), now],
  );
  const rows = numbers.views.flatMap((view) =>
    metricsOf(view).map(({ metric, value, interval }): Parameter[] => [
      ...[id, scope, truthHash, metric, view.weighting, view.slice, view.missing],
      ...[value, interval?.low ?? null, interval?.high ?? null, view.isInverted],
    ]),
  );
  const places = rows.map(
    (_, row) => `(${Array.from({ length: METRIC_COLUMNS }, (_, i) => `$${row * METRIC_COLUMNS + i + 1}`)})`,
  );
  await transaction.all(
    `INSERT INTO evaluation_metric (prediction_id, scope, truth_hash, metric, weighting, kind, missing, value, low, high, is_inverted)
     VALUES ${places.join(', ')}`,
    rows.flat(),
  );
}

/** Of the scores that predictions have now; null where there is none. One view of each is kept, of some at a time. */
export async function currentEvaluations(
  database: Database,
  keys: readonly EvaluationKey[],
): Promise<(StoredEvaluation | null)[]> {
  const found: (StoredEvaluation | null)[] = [];
  for (let from = 0; from < keys.length; from += EVALUATIONS_AT_ONCE) {
    const some = keys.slice(from, from + EVALUATIONS_AT_ONCE);
    const rows = await readEvaluations(database, some);
    for (const { predictionId, scope, truth, view = VIEWS[0] as View } of some) {
      const row = rows.findLast(
        (one) => one.predictionId === predictionId && one.scope === scope && (truth === 'NEWEST' || one.isFrozenTruth),
      );
      found.push(row === undefined ? null : inView(row, view));
    }
  }
  return found;
}

async function readEvaluations(database: Database, keys: readonly EvaluationKey[]) {
  const { dialect } = database;
  const [[before, behind], [beforeText, behindText]] = [dialect.oneOf.int, dialect.oneOf.text];
  const distinct = <T>(values: readonly T[]) => [...new Set(values)];
  return database.all<Evaluation>(
    `SELECT e.* FROM evaluation e JOIN prediction p ON p.id = e.prediction_id AND p.scores_hash = e.scores_hash
     WHERE e.prediction_id ${before}$1${behind} AND e.scope ${beforeText}$2${behindText}
     ORDER BY e.created_at, e.is_frozen_truth DESC, e.truth_hash`,
    [
      dialect.listParameter(distinct(keys.map(({ predictionId }) => predictionId))),
      dialect.listParameter(distinct(keys.map(({ scope }) => scope))),
    ],
  );
}

function inView({ numbers, ...row }: Evaluation, view: View): StoredEvaluation {
  const { coverage, views } = JSON.parse(numbers) as EvaluationNumbers;
  return { ...row, coverage, numbers: views.find((one) => isSameView(one, view)) as ViewNumbers };
}
