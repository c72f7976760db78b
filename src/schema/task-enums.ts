import { INJECTION_KINDS } from '../domain/injection.ts';
import { LEFT_OUT_REASONS, MIXED_RULES, SPLITS, TASK_ALLOWANCES, TASK_PARTS } from '../domain/task.ts';
import { BOARD_SCOPES } from '../domain/task-board.ts';
import { PAIRINGS } from '../domain/task-pairing.ts';
import { builder } from './builder.ts';

/** An enum of exactly the values of a list of the domain, each with its description. */
const enumOf = <const Values extends readonly string[]>(
  name: string,
  description: string,
  _values: Values,
  descriptions: Readonly<Record<Values[number], string>>,
) =>
  builder.enumType(name, {
    description,
    values: Object.fromEntries(
      Object.entries(descriptions).map(([value, text]) => [value, { description: text as string }]),
    ) as Record<Values[number], { description: string }>,
  });

export const TaskPartName = enumOf('TaskPartName', 'A part of a task.', TASK_PARTS, {
  TRAIN: 'What strategies learn from.',
  VALIDATION: 'What they choose their thresholds by.',
  TEST: 'What they are judged by.',
});

export const MixedRule = enumOf(
  'MixedRule',
  'What becomes of a window, or a run, that has lumisections of both classes.',
  MIXED_RULES,
  {
    LEFT_OUT: 'It is no member.',
    POSITIVE: 'It is positive.',
    MAJORITY: 'It is what most of its lumisections are; positive where there are as many of each.',
  },
);

export const TaskAllowance = enumOf(
  'TaskAllowance',
  'What is refused unless a task asks for it by name.',
  TASK_ALLOWANCES,
  {
    ONE_CLASS_TRAIN: 'The training part has members of one class alone.',
    ONE_CLASS_VALIDATION: 'The validation part has members of one class alone.',
    ONE_CLASS_TEST: 'The test part has members of one class alone: most metrics have no value then.',
    SHARED_RUNS: 'A run has lumisections in several parts: a strategy may have seen what resembles its test.',
    OTHER_RECONSTRUCTION: 'The truth judges another reconstruction than that of the dataset.',
    SHOWN_TRUTH: 'The truth is to be hidden of runs that are in another frozen task, of open truth: it was shown.',
  },
);

export const InjectionKind = enumOf(
  'InjectionKind',
  'What is done to a good histogram to make it an anomaly, by a strength in (0, 1].',
  INJECTION_KINDS,
  {
    DEAD_REGION:
      'Bins that lie together, that share of all of them, are emptied, around one that was drawn by its content.',
    HOT_CHANNEL: 'One bin gets that share of the sum of all of them on top.',
    SHIFT: 'Contents move along x, to either side, by that share of its bins.',
    GAIN: 'x is multiplied by, or divided by, 1 + strength, about 0.',
  },
);

export const SplitBy = enumOf('SplitBy', 'What a split never parts, or what it follows.', SPLITS, {
  RUN: 'Runs, dealt in an order that the seed says, each to the part that lacks most of its share of both classes.',
  FILL: 'LHC fills, dealt in the same way; a run whose fill is not known stands alone.',
  TIME: 'Runs in order of their number: training first, the test last, with an embargo between where one is given.',
});

export const TruthLabel = enumOf('TruthLabel', 'What something is, by the truth of a task.', ['POSITIVE', 'NEGATIVE'], {
  POSITIVE: 'Bad: an anomaly.',
  NEGATIVE: 'Good: nothing is wrong.',
});

export const LeftOutReason = enumOf(
  'LeftOutReason',
  'Why something in a part of a task is no member, or has no anomaly made in it.',
  LEFT_OUT_REASONS,
  {
    NO_TRUTH: 'Lumisections that are neither positive nor negative.',
    NEAR_CHANGE: 'Lumisections with another label within the margin of the truth.',
    NO_HISTOGRAM: 'Lumisections (runs) without a histogram of any of the monitor elements.',
    LOW_ENTRIES: 'Lumisections (runs) of which every histogram has too few entries.',
    NO_WINDOW: 'Lumisections that are in no window, as too few consecutive ones are usable.',
    MIXED: 'Windows (runs) of both classes.',
    NOT_SAMPLED: 'Members that the sampling did not take.',
    EMBARGO: 'Lumisections of runs between two parts, of a split by time.',
    NO_EFFECT:
      'Good members that were drawn for an anomaly which would have left all of their histograms as they are: it is not made, and they stay good.',
  },
);

export const BoardScopeName = enumOf(
  'TaskBoardScope',
  'Which test runs of a task evaluations are made of.',
  BOARD_SCOPES,
  {
    TEST: 'All of them.',
    PUBLIC: 'Those of the public part: the truth is hidden.',
    NONE: 'None: the truth is hidden, and there is no public part; or it is that of another task whose truth is hidden.',
  },
);

export const TaskPairing = enumOf(
  'TaskPairing',
  'How a version of a certification goes with the dataset of a task.',
  PAIRINGS,
  {
    ANY_DATASET: 'It judges no dataset in particular.',
    SAME_RECONSTRUCTION: 'It judges the dataset, or another one of the same processing.',
    OTHER_RECONSTRUCTION: 'It judges another reconstruction, or one whose name does not tell.',
  },
);
