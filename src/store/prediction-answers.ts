import type { ScoreReason } from '../domain/prediction.ts';
import type { TaskPart } from '../domain/task.ts';
import type { PredictionScores } from '../generated/sqlite/client.ts';
import type { Database } from './database.ts';
import { rowsOfIds } from './rows-of-ids.ts';

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
  const found = await rowsOfIds<Omit<PredictionScores, 'answers' | 'scores'>>(
    database,
    'SELECT prediction_id, part, monitor_element_id, threshold, scored, reason_counts FROM prediction_scores',
    'prediction_id',
    ids,
    'prediction_id, part, monitor_element_id',
  );
  return found.map((rows) =>
    rows.map(({ part, monitorElementId, threshold, scored, reasonCounts }) => ({
      ...{ part: part as TaskPart, monitorElementId, threshold, scored },
      reasons: JSON.parse(reasonCounts) as PartAnswers['reasons'],
    })),
  );
}
