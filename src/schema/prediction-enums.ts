import { type ScoreReason as Reason, SCORE_REASONS } from '../domain/prediction.ts';
import { builder } from './builder.ts';

export const ScoreReason = builder.enumType('ScoreReason', {
  description: 'Why a member of a task has no score.',
  values: Object.fromEntries(
    Object.entries(SCORE_REASONS).map(([reason, description]) => [reason, { description }]),
  ) as Record<Reason, { description: string }>,
});
