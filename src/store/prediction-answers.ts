import type { ScoreReason } from '../domain/prediction.ts';
import type { TaskPart } from '../domain/task.ts';
import type { PredictionScores } from '../generated/sqlite/client.ts';
import type { Database } from './database.ts';

/** What is stored of a part, without the scores. */
export interface PartAnswers {
  readonly part: TaskPart;
  readonly monitorElementId: number;
  readonly threshold: number | null;
  readonly scored: number;
  readonly reasons: Readonly<Partial<Record<ScoreReason, number>>>;
}

/** Of each prediction, by part, then monitor element. */
export async function answersOf(database: Database, ids: readonly number[]): Promise<PartAnswers[][]> {
  if (ids.length === 0) return [];
  const [before, behind] = database.dialect.oneOf.int;
  const rows = await database.all<Omit<PredictionScores, 'answers' | 'scores'>>(
    `SELECT prediction_id, part, monitor_element_id, threshold, scored, reason_counts FROM prediction_scores
     WHERE prediction_id ${before}$1${behind} ORDER BY prediction_id, part, monitor_element_id`,
    [database.dialect.listParameter([...new Set(ids)])],
  );
  const byId = new Map<number, PartAnswers[]>();
  for (const { predictionId, part, monitorElementId, threshold, scored, reasonCounts } of rows) {
    const known = byId.get(predictionId) ?? [];
    byId.set(predictionId, known);
    const reasons = JSON.parse(reasonCounts) as PartAnswers['reasons'];
    known.push({ part: part as TaskPart, monitorElementId, threshold, scored, reasons });
  }
  return ids.map((id) => byId.get(id) ?? []);
}
