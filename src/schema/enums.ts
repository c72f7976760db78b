import { type LumisectionFlag as Flag, LUMISECTION_FLAGS } from '../domain/lumisection-flags.ts';
import { ORIENTATIONS, PREDICTION_STATUSES, THRESHOLD_SOURCES } from '../domain/prediction.ts';
import { QUALITY_STATUSES } from '../domain/quality-status.ts';
import { TASK_GRANULARITIES, TASK_METRICS, TASK_STATES } from '../domain/task.ts';
import {
  CERTIFICATION_FLAGS,
  DATA_FILE_STATUSES,
  ISSUE_SEVERITIES,
  JOB_STATES,
  MONITOR_ELEMENT_KINDS,
  SCALAR_TYPES,
} from '../store/nouns.ts';
import { builder } from './builder.ts';

/** An enum over a closed list of the store, every value described. */
function enumOf<const Value extends string>(
  name: string,
  description: string,
  _values: readonly Value[],
  descriptions: Readonly<Record<Value, string>>,
) {
  const values = Object.fromEntries(
    Object.entries<string>(descriptions).map(([value, description]) => [value, { description }]),
  ) as Record<Value, { description: string }>;
  return builder.enumType(name, { description, values });
}

export const MonitorElementKind = enumOf(
  'MonitorElementKind',
  'What kind of object a monitor element is.',
  MONITOR_ELEMENT_KINDS,
  {
    TH1: 'Counts over one axis.',
    TH2: 'Counts over two axes.',
    PROFILE: 'Mean of a quantity in bins of one axis.',
    PROFILE2D: 'Mean of a quantity in bins of two axes.',
    SCALAR: 'One number or text.',
  },
);

export const ScalarType = enumOf('ScalarType', 'What a scalar value is.', SCALAR_TYPES, {
  INT: 'An integer of 64 bits, in decimal.',
  FLOAT: 'A number, in decimal or with an exponent; `nan`, `inf` and `-inf` where it is not finite.',
  STRING: 'Any text.',
});

export const QualityStatus = enumOf(
  'QualityStatus',
  'What became of a quality test, as CMSSW knows it.',
  QUALITY_STATUSES,
  {
    OK: 'The test passed (code 100).',
    WARNING: 'The test had some problems (code 200).',
    ERROR: 'The test failed (code 300).',
    OTHER: 'Neither passed nor failed (code 30).',
    DISABLED: 'The test was switched off (code 50).',
    INVALID: 'A problem kept the test from running (code 60).',
    INSUFFICIENT_STATISTICS: 'Too few entries for a judgement (code 70).',
    DID_NOT_RUN: 'The algorithm did not run (code 90).',
    UNKNOWN: 'A code that CMSSW does not define: see `statusCode`.',
  },
);

export const CertificationFlag = enumOf(
  'CertificationFlag',
  'A judgement of lumisections, as Run Registry knows them.',
  CERTIFICATION_FLAGS,
  {
    GOOD: 'Good for physics.',
    BAD: 'Not good for physics.',
    STANDBY: 'The detector was on standby.',
    EXCLUDED: 'The detector was not in the run.',
    NOTSET: 'Nobody has set a flag.',
    EMPTY: 'Nothing to judge.',
  },
);

export const DataFileStatus = enumOf('DataFileStatus', 'How far a file has come.', DATA_FILE_STATUSES, {
  PENDING: 'Known, not begun.',
  RUNNING: 'Being read, or interrupted: ingesting it again goes on from its checkpoint.',
  DONE: 'Read to the end; rows may have been rejected or in conflict (see `report`).',
  FAILED: 'Stopped by an error (see `error`).',
  QUARANTINED: 'Its reader exceeded a limit or died, or nobody could tell what it is (see `error`).',
  CANCELLED: 'Stopped by a user.',
});

export const JobState = enumOf('JobState', 'How far a job has come.', JOB_STATES, {
  QUEUED: 'Waits for its turn.',
  RUNNING: 'Its file is being read.',
  DONE: 'Its file was read to the end; rows may have been rejected or in conflict (see `dataFile`).',
  FAILED: 'Stopped by an error (see `error`); `retryJob` queues it anew.',
  CANCELLED: 'Stopped by a user; `retryJob` goes on from where it stopped.',
});

export const TaskState = enumOf('TaskState', 'Whether a task may still be changed.', TASK_STATES, {
  DRAFT: 'May be changed and deleted; nothing can be submitted.',
  FROZEN: 'Its content has a hash, and stays.',
});

export const TaskGranularity = enumOf('TaskGranularity', 'What gets one score in a task.', TASK_GRANULARITIES, {
  LUMISECTION: 'Each lumisection.',
  WINDOW: 'Each window of consecutive lumisections (`windowLength`), never across a gap, a run or a part.',
  RUN: 'Each run, by its run-level histograms.',
});

export const TaskMetric = enumOf('TaskMetric', 'What strategies are ranked by; higher is better.', TASK_METRICS, {
  ROC_AUC: 'Area under the ROC curve: how probably a bad one scores higher than a good one.',
  AVERAGE_PRECISION: 'Average precision: the precision at each bad one, in the order of the scores, on average.',
  EFFICIENCY_AT_1_PERCENT: 'Share of bad ones that are found while 1 % of the good ones are called bad.',
  EFFICIENCY_AT_1_PERMILLE: 'Share of bad ones that are found while 0.1 % of the good ones are called bad.',
});

export const Orientation = enumOf('Orientation', 'Which scores of a strategy are the more anomalous.', ORIENTATIONS, {
  HIGHER: 'The higher ones: at or above a threshold something is called bad.',
  LOWER: 'The lower ones: at or below a threshold something is called bad.',
});

export const PredictionStatus = enumOf('PredictionStatus', 'How far a prediction has come.', PREDICTION_STATUSES, {
  QUEUED: 'The server is to make it.',
  RUNNING: 'The server makes it.',
  COMPLETE: 'Every member of the test part has a score, or a reason for none.',
  PARTIAL: 'Of some members of the test part nothing is said (yet).',
  FAILED: 'Stopped by an error (see `error`).',
  CANCELLED: 'Stopped by a user.',
});

export const ThresholdSource = enumOf('ThresholdSource', 'Where a threshold is from.', THRESHOLD_SOURCES, {
  STATED: 'Stated with the scores.',
  TRAIN: 'The working point on the training part: chosen anew by each evaluation.',
  VALIDATION: 'The working point on the validation part: chosen anew by each evaluation.',
  TEST: 'The working point on the test part itself: optimistic, and never ranked.',
});

export const IssueSeverity = enumOf('IssueSeverity', 'What became of a row that has an issue.', ISSUE_SEVERITIES, {
  REJECTED: 'The row was refused and is not stored.',
  CONFLICTING: 'The row met another content under its key.',
  NOTE: 'How the file was read; no row was lost.',
});

export const Verdict = builder.enumType('Verdict', {
  description: 'What a certification source says of a lumisection: one of three answers.',
  values: {
    GOOD: { description: 'Judged good.' },
    BAD: { description: 'Judged bad.' },
    NOT_EVALUATED: { description: 'Not judged (or neither good nor bad: standby, excluded, not set, empty).' },
  } as const,
});

export const LumisectionFlag = builder.enumType('LumisectionFlag', {
  description: 'Beam and detector-control (DCS) flags of a lumisection, under the names of OMS.',
  values: Object.fromEntries(
    LUMISECTION_FLAGS.map((flag) => [flag.toUpperCase(), { value: flag, description: `\`${flag}\` of OMS.` }]),
  ) as Record<string, { value: Flag; description: string }>,
});
