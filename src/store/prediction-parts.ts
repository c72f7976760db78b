import { countAnswers, type PartScores } from '../domain/prediction-scores.ts';
import { TASK_PARTS, type TaskPart } from '../domain/task.ts';
import type { PredictionScores } from '../generated/sqlite/client.ts';
import type { Queries, Transaction } from './database.ts';

/** The members' own scores, and not those of a monitor element. */
export const OWN_SCORES = 0;

/** In the place of what there is of the part. */
export async function writePart(
  transaction: Transaction,
  id: number,
  part: TaskPart,
  monitorElementId: number,
  given: PartScores,
): Promise<void> {
  const { scored, reasons } = countAnswers(given);
  const { answers, scores } = given;
  await transaction.all(
    `INSERT INTO prediction_scores (prediction_id, part, monitor_element_id, scored, reason_counts, answers, scores)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (prediction_id, part, monitor_element_id) DO UPDATE SET
       scored = excluded.scored, reason_counts = excluded.reason_counts, answers = excluded.answers, scores = excluded.scores`,
    [
      ...[id, part, monitorElementId, scored, JSON.stringify(reasons), answers],
      new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength),
    ],
  );
}

/** Those that there are. */
export async function storedParts(
  queries: Queries,
  id: number,
  monitorElementId: number,
  only?: TaskPart,
): Promise<Map<TaskPart, PartScores>> {
  const rows = await queries.all<Pick<PredictionScores, 'part' | 'answers' | 'scores'>>(
    `SELECT part, answers, scores FROM prediction_scores
     WHERE prediction_id = $1 AND monitor_element_id = $2${only === undefined ? '' : ' AND part = $3'}`,
    [id, monitorElementId, ...(only === undefined ? [] : [only])],
  );
  // by part in their order: hashes go by it
  return new Map(
    rows
      .sort((a, b) => TASK_PARTS.indexOf(a.part as TaskPart) - TASK_PARTS.indexOf(b.part as TaskPart))
      .map(({ part, answers, scores }) => [part as TaskPart, { answers, scores: floatsOf(scores) }]),
  );
}

/** A copy: bytes from a database lie where no number may begin. */
const floatsOf = (bytes: Uint8Array) => new Float64Array(new Uint8Array(bytes).buffer);
