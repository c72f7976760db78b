import { builder } from './builder.ts';
import { TaskMetric } from './enums.ts';

export const Weighting = builder.enumType('Weighting', {
  description: 'What counts alike in an evaluation.',
  values: {
    BY_LUMISECTION: { description: 'Each member (lumisection, window): long runs count more.' },
    BY_RUN: { description: 'Each run, once among those with good members and once among those with bad ones.' },
  } as const,
});

export const AnomalyKind = builder.enumType('AnomalyKind', {
  description: 'Which bad members are to be found. The good ones are the same whichever it is.',
  values: {
    ALL: { description: 'All of them.' },
    WHOLLY_BAD_RUNS: {
      description: 'Those of runs that have no good member: often a detector that was off, and easy.',
    },
    PARTLY_BAD_RUNS: { description: 'Those inside of runs that have good members too.' },
  } as const,
});

export const MissingScores = builder.enumType('MissingScores', {
  description: 'What becomes of members without a score.',
  values: {
    PENALISED: { description: 'A bad one counts as the least anomalous of all, a good one as the most.' },
    LEFT_OUT: { description: 'They count for nothing: look at the coverage beside it.' },
  } as const,
});

export const EvaluatedPart = builder.enumType('EvaluatedPart', {
  description: 'The part of a task that an evaluation is of.',
  values: {
    TEST: { description: 'What strategies are judged by.' },
    VALIDATION: { description: 'What they choose their thresholds by.' },
  } as const,
});

export const Resampled = builder.enumType('Resampled', {
  description: 'What intervals draw whole.',
  values: {
    RUN: { description: 'Whole runs.' },
    FILL: { description: 'LHC fills; a run whose fill is not known stands alone.' },
  } as const,
});

export const EvaluatedTruth = builder.enumType('EvaluatedTruth', {
  description: 'The truth that an evaluation is under.',
  values: {
    FROZEN: { description: 'The one that the task was frozen with: by it strategies are ranked.' },
    NEWEST: {
      description:
        'The one that was evaluated last: newer than the frozen one where `evaluatePrediction` was asked for that.',
    },
  } as const,
});

export const MemberQuantity = builder.enumType('MemberQuantity', {
  description: 'A number of members by which they are told apart.',
  values: {
    ENTRIES: {
      value: 'entries',
      description: 'Entries of one monitor element; of windows, of all of their lumisections.',
    },
    PILEUP: {
      value: 'pileup',
      description: 'Mean number of interactions; of windows, the mean of their lumisections.',
    },
    LUMINOSITY: {
      value: 'luminosity',
      description: 'Recorded luminosity in 1/pb; of windows, that of all of their lumisections.',
    },
  } as const,
});

export const RunTruth = builder.enumType('RunTruth', {
  description: 'What a run is by the truth of its members.',
  values: {
    GOOD: { description: 'It has no bad member.' },
    BAD: { description: 'It has no good member.' },
    MIXED: { description: 'It has both.' },
  } as const,
});

/** How to look at scores: arguments of whatever shows numbers on them. */
export const viewArguments = builder.args((t) => ({
  weighting: t.field({
    type: Weighting,
    required: true,
    defaultValue: 'BY_LUMISECTION',
    description: 'What counts alike.',
  }),
  kind: t.field({
    type: AnomalyKind,
    required: true,
    defaultValue: 'ALL',
    description: 'Which bad members are to be found.',
  }),
  missing: t.field({
    type: MissingScores,
    required: true,
    defaultValue: 'PENALISED',
    description: 'What becomes of members without a score.',
  }),
}));

export const metricArgument = builder.args((t) => ({
  metric: t.field({ type: TaskMetric, description: 'What is compared; the metric of the task unless told.' }),
}));
