import type { StrategyModel } from '../generated/sqlite/client.ts';
import type { Column, Database, Parameter } from './database.ts';
import { rowsOfIds } from './rows-of-ids.ts';

/** What is kept of a model, beside its bytes. */
export type ModelFacts = Omit<StrategyModel, 'content'>;
export type NewModel = Omit<StrategyModel, 'predictionId' | 'createdAt' | 'size'>;

/** Models of predictions that built-in strategies make: by monitor element, and (0) how scores of several become one. */
export interface Models {
  /** In the place of those that the prediction had, in one transaction. */
  replace(predictionId: number, models: readonly NewModel[]): Promise<void>;
  /** Of each prediction, by monitor element, without their bytes; one statement. */
  of(predictionIds: readonly number[]): Promise<ModelFacts[][]>;
  /** The bytes; null where there is none. */
  content(predictionId: number, monitorElementId: number): Promise<Uint8Array | null>;
}

const FACTS = 'prediction_id, monitor_element_id, rows, left_out, content_hash, axes, created_at, size';
const COLUMNS: readonly Column[] = [
  { name: 'prediction_id', type: 'integer' },
  { name: 'monitor_element_id', type: 'integer' },
  { name: 'rows', type: 'integer' },
  { name: 'left_out', type: 'text' },
  { name: 'content_hash', type: 'text' },
  { name: 'axes', type: 'text' },
  { name: 'created_at', type: 'time' },
  { name: 'size', type: 'integer' },
  { name: 'content', type: 'bytes' },
];

export const createModels = (database: Pick<Database, 'dialect' | 'all' | 'write'>): Models => ({
  replace: (predictionId, models) =>
    database.write(async (transaction) => {
      await transaction.all('DELETE FROM strategy_model WHERE prediction_id = $1', [predictionId]);
      const now = new Date();
      for (const { monitorElementId, rows, leftOut, contentHash, axes, content } of models) {
        const row: Parameter[] = [predictionId, monitorElementId, rows, leftOut, contentHash, axes];
        await transaction.insert('strategy_model', COLUMNS, [[...row, now, content.length, content]]);
      }
    }),
  of: (ids) =>
    rowsOfIds<ModelFacts>(
      database,
      `SELECT ${FACTS} FROM strategy_model`,
      'prediction_id',
      ids,
      'prediction_id, monitor_element_id',
    ),
  async content(predictionId, monitorElementId) {
    const [row] = await database.all<Pick<StrategyModel, 'content'>>(
      'SELECT content FROM strategy_model WHERE prediction_id = $1 AND monitor_element_id = $2',
      [predictionId, monitorElementId],
    );
    return row?.content ?? null;
  },
});
