import type { CallIssue } from '../../ingest/pipeline/call/bring.ts';
import { LimitExceededError } from '../domain/errors.ts';
import { answerOf, NO_ANSWER, type ScoreReason as Reason } from '../domain/prediction.ts';
import { MOST_SCORES, type ScoreRows } from '../domain/prediction-scores.ts';
import type { Counts } from '../domain/record.ts';
import type { SubmissionReport } from '../store/predictions.ts';
import { builder } from './builder.ts';
import { ThresholdSource } from './enums.ts';
import { IngestReport } from './ingest-report.ts';
import { ScoreReason } from './prediction-enums.ts';
import { Prediction } from './refs.ts';
import { statedFields } from './strategy-input.ts';
import { submitScores } from './submit-scores.ts';

type Row = typeof Prediction.$inferType;

export const OnScoreConflict = builder.enumType('OnScoreConflict', {
  description: 'What becomes of a score of a member that has another one, or a reason for none, already.',
  values: {
    KEEP: { value: 'keep', description: 'What is stored stays; the score is in conflict.' },
    REPLACE: { value: 'replace', description: 'It takes the place of what is stored.' },
    FAIL: { value: 'fail', description: 'Nothing of the call is stored; the error names the scores.' },
  } as const,
});

const ScoreInput = builder.inputType('ScoreInput', {
  description: 'What a strategy says of a member of a task: a score, or the reason for none.',
  fields: (t) => ({
    run: t.int({ required: true, description: 'Number of the run.' }),
    lumisection: t.int({
      description: 'Number of the lumisection; the first one of a window; none (or 0) where members are runs.',
    }),
    score: t.float({ description: 'The score: finite. Left out where there is a reason.' }),
    reason: t.field({ type: ScoreReason, description: 'Why there is none.' }),
  }),
});

const SubmittedStrategyInput = builder.inputType('SubmittedStrategyInput', {
  description:
    'The version of a strategy that scores are of. One that is not known is made, with its strategy, from what is stated; one that is known has to be the same, where anything is stated.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the strategy: its own, or one that nobody has.' }),
    version: t.string({ required: true, description: 'Label of the version: 1 to 100 printable characters.' }),
    ...statedFields(t),
  }),
});

/** What calls and files of scores say alike. */
export const submissionFields = (t: Parameters<typeof statedFields>[0]) => ({
  task: t.string({ required: true, description: 'Name of the task.' }),
  strategy: t.field({ type: SubmittedStrategyInput, required: true, description: 'What they are by.' }),
  thresholdFrom: t.field({
    type: ThresholdSource,
    description:
      'In the place of `threshold`: on which part evaluations choose it. VALIDATION unless either is given. TEST is optimistic: such a prediction has no rank.',
  }),
});

const SubmitPredictionInput = builder.inputType('SubmitPredictionInput', {
  description: 'Scores of members of a frozen task.',
  fields: (t) => ({
    ...submissionFields(t),
    scores: t.field({
      type: [ScoreInput],
      required: true,
      description: `Scores of members of any part, at most ${MOST_SCORES.toLocaleString('en')}: those of several calls add up.`,
    }),
    monitorElement: t.string({
      description:
        'Path of the monitor element that they are of; of the members as such, by which strategies are ranked, unless told.',
    }),
    threshold: t.float({
      description: 'What calls a member bad, in the orientation of the strategy: finite. Kept with the scores.',
    }),
    onConflict: t.field({
      type: OnScoreConflict,
      required: true,
      defaultValue: 'keep',
      description: 'What becomes of members that have another score already.',
    }),
    evaluate: t.boolean({
      description:
        'Whether to evaluate what is stored then, which takes as long as the whole task needs. Unless told: once every member of the test part has a score or a reason, and where the answer asks for `evaluation`. Where the task takes no more submissions it is left, and the warning `SUBMISSIONS` says when the next one is taken.',
    }),
  }),
});

export const SubmitPredictionPayload = builder
  .objectRef<{ prediction: Row | null; report: Counts & { issues: readonly CallIssue[] } }>('SubmitPredictionPayload')
  .implement({
    description: 'The prediction as it is stored.',
    fields: (t) => ({
      prediction: t.field({
        type: Prediction,
        nullable: true,
        description: 'The prediction; null where nothing of the call was taken, and there was none before.',
        resolve: ({ prediction }) => prediction,
      }),
      report: t.field({
        type: IngestReport,
        description: 'What became of the scores of the call: every one is counted exactly once.',
        resolve: ({ report }) => report,
      }),
    }),
  });

builder.mutationFields((t) => ({
  submitPrediction: t.field({
    type: SubmitPredictionPayload,
    scope: 'challenge',
    description:
      'Adds scores to the prediction of a version of a strategy on a frozen task, in the name of the token. The same scores again change nothing. Scores of unknown members, second scores of one member, what is no finite number, and scores with a reason for none are counted and listed. A call of which nothing was taken makes no prediction, and no strategy.',
    args: { input: t.arg({ type: SubmitPredictionInput, required: true, description: 'The scores.' }) },
    resolve: async (_root, { input: { scores, ...given } }, context, info) => {
      if (scores.length > MOST_SCORES) {
        throw new LimitExceededError(
          `scores: ${scores.length} are more than ${MOST_SCORES}: send them in several calls, which add up, or as a file`,
          { limit: MOST_SCORES, field: 'scores' },
        );
      }
      const { prediction, report } = await submitScores(context, given, rowsOf(scores), info);
      return { prediction, report: reportOf(report) };
    },
  }),
}));

function rowsOf(
  scores: readonly {
    run: number;
    lumisection?: number | null | undefined;
    score?: number | null | undefined;
    reason?: Reason | null | undefined;
  }[],
): ScoreRows {
  const count = scores.length;
  const rows = {
    run: new Int32Array(count),
    lumisection: new Int32Array(count),
    score: new Float64Array(count),
    reason: new Uint8Array(count),
  };
  for (let i = 0; i < count; i++) {
    const { run, lumisection, score, reason } = scores[i] as (typeof scores)[number];
    rows.run[i] = run;
    rows.lumisection[i] = lumisection ?? 0;
    rows.score[i] = score ?? Number.NaN;
    rows.reason[i] = reason == null ? NO_ANSWER : answerOf(reason);
  }
  return rows;
}

const reportOf = ({ counts, issues }: SubmissionReport) => ({
  ...{ ...counts, added: 0 },
  issues: issues.map(
    ({ row, severity, code, field, value, reason }): CallIssue => ({
      index: row,
      severity,
      code,
      field,
      value,
      reason,
    }),
  ),
});
