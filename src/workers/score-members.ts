import { answerOf, SCORED } from '../domain/prediction.ts';
import type { PartScores } from '../domain/prediction-scores.ts';
import { modelScorer } from '../strategies/model.ts';
import { decodeModel } from '../strategies/model-bytes.ts';
import { type PackedRows, unpackedRows } from './packed-rows.ts';

export interface ScoreMembersTask {
  /** Bytes of a model. */
  readonly model: Uint8Array;
  readonly rows: PackedRows;
}

/** Scores histograms by a model, each by itself. @throws as decodeModel and modelScorer do; CorruptBinsError */
export function scoreMembers({ model, rows }: ScoreMembersTask): PartScores {
  const { score } = modelScorer(decodeModel(model));
  const scores = new Float64Array(rows.ends.length);
  const answers = new Uint8Array(rows.ends.length);
  for (const { row, axes, flow, contents, entries } of unpackedRows(rows)) {
    const outcome = score({ axes, flow, contents, entries });
    answers[row] = outcome.reason === null ? SCORED : answerOf(outcome.reason);
    if (outcome.reason === null) scores[row] = outcome.score;
  }
  return { answers, scores };
}
