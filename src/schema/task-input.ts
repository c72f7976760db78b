import { InvalidInputError } from '../domain/errors.ts';
import { SAVED_NAME } from '../domain/saved-name.ts';
import { isStorable } from '../domain/storable-text.ts';
import {
  type Selection,
  type SplitDefinition,
  TASK_METRICS,
  type TaskDefinition,
  type TaskPart,
  type TruthDefinition,
} from '../domain/task.ts';
import { builder } from './builder.ts';
import { TaskGranularity, TaskMetric } from './enums.ts';
import { savedText } from './saved-text.ts';
import { MixedRule, SplitBy, TaskAllowance } from './task-enums.ts';
import { statedInjection, TaskInjectionInput } from './task-injection.ts';

const MAX_DESCRIPTION = 10_000;
export const MOST_ELEMENTS = 500;
const MOST_RUNS = 10_000;
const MOST_CAUSES = 50;
const MOST_MARGIN = 1_000;
const MOST_WINDOW = 1_000;

const TaskPartInput = builder.inputType('TaskPartInput', {
  description: 'What a part is to be made of: the lumisections of the mask, in these runs. At least one of both.',
  fields: (t) => ({
    mask: t.string({ description: 'A mask, as `lumisectionMask` takes it; whole runs unless told.' }),
    runs: t.intList({
      description: `Numbers of stored runs, at most ${MOST_RUNS.toLocaleString('en')}; all runs of the mask unless told.`,
    }),
  }),
});

const TaskSplitInput = builder.inputType('TaskSplitInput', {
  description: 'How the three parts are to be made of one set of lumisections: no run is ever parted.',
  fields: (t) => ({
    by: t.field({ type: SplitBy, required: true, description: 'What is not parted, or what is followed.' }),
    mask: t.string({ description: 'What is divided: a mask; whole runs unless told.' }),
    runs: t.intList({ description: 'In which runs; all runs of the mask unless told.' }),
    training: t.float({ required: true, defaultValue: 0.6, description: 'Share of the training part, above 0.' }),
    validation: t.float({ required: true, defaultValue: 0.2, description: 'Share of the validation part, above 0.' }),
    testing: t.float({
      required: true,
      defaultValue: 0.2,
      description: 'Share of the test part, above 0: all three add up to 1.',
    }),
    embargoHours: t.float({
      required: true,
      defaultValue: 0,
      description:
        'Of TIME: runs that begin less than so many hours after the end of the part before are left out, at least 0.',
    }),
  }),
});

const TaskTruthInput = builder.inputType('TaskTruthInput', {
  description: 'What is bad and what is good: either two masks, or a certification source.',
  fields: (t) => ({
    positive: t.string({ description: 'Mask of what is bad, such as `dcs-2018 - golden-2018`.' }),
    negative: t.string({ description: 'Mask of what is good; it shares no lumisection with `positive`.' }),
    source: t.string({
      description: 'Certification source: BAD is positive, GOOD negative, anything else has no truth.',
    }),
    subsystem: t.string({
      description: 'Of a source: the subsystem alone that counts; all of them together unless told.',
    }),
    dataset: t.string({
      description: 'Of a source: the dataset alone whose judgement counts; all of them together unless told.',
    }),
    causes: t.stringList({
      description: `Positive is only what versions of these causes call BAD: 1 to ${MOST_CAUSES}; whatever the cause unless told.`,
    }),
    margin: t.int({
      required: true,
      defaultValue: 0,
      description: `Lumisections are left out that have one of another label (none is one, too) within so many, by number: 0 to ${MOST_MARGIN.toLocaleString('en')}.`,
    }),
  }),
});

const NAME_RULE =
  'letters, digits and `. _ -`, beginning with a letter and ending with a letter or digit: 1 to 100 characters';

export const CreateTaskInput = builder.inputType('CreateTaskInput', {
  description: 'A task, as it is to be.',
  fields: (t) => ({
    name: t.string({ required: true, description: `Its name, which no other task has: ${NAME_RULE}.` }),
    description: t.string({
      description: `What it is about: at most ${MAX_DESCRIPTION.toLocaleString('en')} characters.`,
    }),
    monitorElements: t.stringList({
      description: `Paths of stored monitor elements, 1 to ${MOST_ELEMENTS}: these, or \`elementSet\`.`,
    }),
    elementSet: t.string({
      description: `Saved set, \`NAME\` or \`NAME@VERSION\`: the monitor elements of the dataset that it holds now, at most ${MOST_ELEMENTS}.`,
    }),
    dataset: t.string({ required: true, description: 'Whole name of the dataset that all histograms are of.' }),
    training: t.field({ type: TaskPartInput, description: 'What strategies learn from: all three parts, or `split`.' }),
    validation: t.field({ type: TaskPartInput, description: 'What they choose their thresholds by.' }),
    testing: t.field({ type: TaskPartInput, description: 'What they are judged by.' }),
    split: t.field({ type: TaskSplitInput, description: 'How the parts are made, instead of the three.' }),
    truth: t.field({ type: TaskTruthInput, required: true, description: 'What is bad and what is good.' }),
    ...optionalFields(t),
  }),
});

export const UpdateTaskInput = builder.inputType('UpdateTaskInput', {
  description:
    'What to change of a draft. What is left out stays; so does what is null, save where null means something.',
  fields: (t) => ({
    task: t.string({ required: true, description: 'Name of the task.' }),
    name: t.string({ description: `Another name: ${NAME_RULE}.` }),
    description: t.string({ description: 'What it is about; null for nothing.' }),
    monitorElements: t.stringList({ description: 'Paths of monitor elements, in the place of those it has.' }),
    elementSet: t.string({ description: 'Saved set, in the place of the monitor elements that it has.' }),
    dataset: t.string({ description: 'Whole name of the dataset.' }),
    training: t.field({ type: TaskPartInput, description: 'What strategies learn from.' }),
    validation: t.field({ type: TaskPartInput, description: 'What they choose their thresholds by.' }),
    testing: t.field({ type: TaskPartInput, description: 'What they are judged by.' }),
    split: t.field({ type: TaskSplitInput, description: 'How the parts are made, in the place of stated ones.' }),
    truth: t.field({ type: TaskTruthInput, description: 'What is bad and what is good, as a whole.' }),
    ...optionalFields(t),
  }),
});

type Fields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0];

function optionalFields(t: Fields) {
  return {
    granularity: t.field({ type: TaskGranularity, description: 'What gets one score; LUMISECTION unless told.' }),
    windowLength: t.int({
      description: `Lumisections of a window, 2 to ${MOST_WINDOW.toLocaleString('en')}: given with WINDOW, and only then.`,
    }),
    mixed: t.field({
      type: MixedRule,
      description: 'What becomes of windows (runs) of both classes; LEFT_OUT unless told.',
    }),
    minEntries: t.float({
      description: 'Histograms with fewer entries do not belong to the task, at least 0; 0 unless told.',
    }),
    sample: t.int({
      description: 'Most members of a run in a part, chosen by the seed, at least 1; null: all, as unless told.',
    }),
    seed: t.int({ description: 'What sampling and splits are drawn with, at least 0; 0 unless told.' }),
    metric: t.field({ type: TaskMetric, description: 'What its leaderboard ranks by; ROC_AUC unless told.' }),
    isCausal: t.boolean({
      description: 'Refuse runs of training and validation that do not precede those of the test; false unless told.',
    }),
    isTruthHidden: t.boolean({
      description:
        'Close the truth of the test part to all but the author and the scope `admin` once it is frozen; false unless told. It needs the scope `admin`, as it closes data to others.',
    }),
    publicShare: t.float({
      description:
        'Of a hidden truth: the share of the test part, above 0 and below 1, by whole runs that the seed chooses, on which everybody sees evaluations; null: none, as unless told. Nobody but the author and the scope `admin` learns which runs.',
    }),
    maxSubmissions: t.int({
      description:
        'Submissions that each author may have evaluated on it, of all time, at least 1; null: as many as it likes, as unless told.',
    }),
    maxSubmissionsPerDay: t.int({
      description: 'The same within 24 hours.',
    }),
    injection: t.field({
      type: TaskInjectionInput,
      description: 'Anomalies to be made in good members of validation and test; null: none, as unless told.',
    }),
    allow: t.field({ type: [TaskAllowance], description: 'What is refused otherwise; nothing unless told.' }),
  };
}

type Given = Omit<typeof UpdateTaskInput.$inferInput, 'task' | 'name'>;

/** Monitor elements as they are named, once a saved set is looked up. */
export type NamedElements = Pick<TaskDefinition, 'monitorElements' | 'elementSet'>;

/** What a task is stated as; of an update (`before`) with what it was. @throws InvalidInputError */
export function definitionFrom(given: Given, named: NamedElements | null, before?: TaskDefinition): TaskDefinition {
  const elements = named ?? before;
  if (elements === undefined) throw invalid('monitorElements', 'name some, or a saved set (`elementSet`)');
  const dataset = given.dataset ?? before?.dataset;
  const truth = given.truth == null ? before?.truth : truthFrom(given.truth);
  if (dataset === undefined || truth === undefined) throw invalid('dataset', 'a task has a dataset and a truth');
  const granularity = given.granularity ?? before?.granularity ?? 'LUMISECTION';
  const definition: TaskDefinition = {
    description: savedText(
      'description',
      given.description === undefined ? before?.description : given.description,
      MAX_DESCRIPTION,
    ),
    monitorElements: elements.monitorElements,
    elementSet: elements.elementSet,
    dataset,
    ...partsFrom(given, before),
    truth,
    granularity,
    windowLength: windowLengthOf(granularity, given.windowLength ?? null, before),
    mixed: given.mixed ?? before?.mixed ?? 'LEFT_OUT',
    minEntries: given.minEntries ?? before?.minEntries ?? 0,
    sample: given.sample === undefined ? (before?.sample ?? null) : given.sample,
    seed: given.seed ?? before?.seed ?? 0,
    metric: given.metric ?? before?.metric ?? TASK_METRICS[0],
    isCausal: given.isCausal ?? before?.isCausal ?? false,
    ...boardFrom(given, before),
    injection:
      given.injection === undefined
        ? (before?.injection ?? null)
        : given.injection && statedInjection(given.injection, given.seed ?? before?.seed ?? 0),
    allow: [...new Set(given.allow ?? before?.allow ?? [])].sort(),
  };
  const { minEntries, sample, seed } = definition;
  if (!(minEntries >= 0 && Number.isFinite(minEntries))) throw invalid('minEntries', `${minEntries} is not at least 0`);
  if (sample !== null && sample < 1) throw invalid('sample', `${sample} is not at least 1`);
  if (seed < 0) throw invalid('seed', `${seed} is not at least 0`);
  if (definition.injection && definition.isTruthHidden) {
    throw invalid(
      'injection',
      'it does not go with `isTruthHidden`: whoever compares the matrix with what is stored sees what was made',
    );
  }
  return definition;
}

/** What is shown of the comparison, and how often one may try. */
function boardFrom(
  given: Given,
  before: TaskDefinition | undefined,
): Pick<TaskDefinition, 'isTruthHidden' | 'publicShare' | 'maxSubmissions' | 'maxSubmissionsPerDay'> {
  const kept = <Name extends 'publicShare' | 'maxSubmissions' | 'maxSubmissionsPerDay'>(name: Name) =>
    given[name] === undefined ? (before?.[name] ?? null) : given[name];
  const board = {
    isTruthHidden: given.isTruthHidden ?? before?.isTruthHidden ?? false,
    publicShare: kept('publicShare'),
    maxSubmissions: kept('maxSubmissions'),
    maxSubmissionsPerDay: kept('maxSubmissionsPerDay'),
  };
  if (board.publicShare !== null) {
    if (!(board.publicShare > 0 && board.publicShare < 1)) {
      throw invalid('publicShare', `${board.publicShare} is not between 0 and 1`);
    }
    if (!board.isTruthHidden)
      throw invalid('publicShare', 'it goes with `isTruthHidden`: an open truth has no private part');
  }
  for (const name of ['maxSubmissions', 'maxSubmissionsPerDay'] as const) {
    const most = board[name];
    if (most !== null && most < 1) throw invalid(name, `${most} is not at least 1`);
  }
  return board;
}

/** @throws InvalidInputError for what are no paths that a task may have. */
export function elementsFrom(paths: readonly string[]): readonly string[] {
  if (paths.length < 1 || paths.length > MOST_ELEMENTS) {
    throw invalid('monitorElements', `${paths.length} are not between 1 and ${MOST_ELEMENTS}`);
  }
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined)
    throw invalid('monitorElements', `${JSON.stringify(twice.slice(0, 200))} stands there twice`);
  if (!paths.every(isStorable)) throw invalid('monitorElements', 'one holds what no path has');
  return paths;
}

function partsFrom(given: Given, before?: TaskDefinition): Pick<TaskDefinition, 'parts' | 'split'> {
  const stated = { TRAIN: given.training, VALIDATION: given.validation, TEST: given.testing };
  const isStated = Object.values(stated).some((part) => part != null);
  if (given.split != null) {
    if (isStated) throw invalid('split', 'it stands in the place of training, validation and testing');
    return { parts: null, split: splitFrom(given.split) };
  }
  if (!isStated && before !== undefined) return { parts: before.parts, split: before.split };
  const of = (part: TaskPart, field: string): Selection => {
    const own = stated[part];
    if (own != null) return selectionFrom(own, field);
    const known = before?.parts?.[part];
    if (known !== undefined) return known;
    throw invalid(field, 'a task has three parts: training, validation and testing, or `split` makes them');
  };
  return {
    parts: { TRAIN: of('TRAIN', 'training'), VALIDATION: of('VALIDATION', 'validation'), TEST: of('TEST', 'testing') },
    split: null,
  };
}

function selectionFrom({ mask, runs }: typeof TaskPartInput.$inferInput, field: string): Selection {
  if (mask == null && runs == null) throw invalid(field, 'it selects nothing: give a mask, or runs');
  if (runs != null && (runs.length < 1 || runs.length > MOST_RUNS)) {
    throw invalid(`${field}.runs`, `${runs.length} runs are not between 1 and ${MOST_RUNS}`);
  }
  const wrong = runs?.find((run) => run < 1);
  if (wrong !== undefined) throw invalid(`${field}.runs`, `${wrong} is no number of a run`);
  return { mask: mask ?? null, runs: runs == null ? null : [...new Set(runs)].sort((a, b) => a - b) };
}

function splitFrom({ by, mask, runs, ...rest }: typeof TaskSplitInput.$inferInput): SplitDefinition {
  const { training = 0.6, validation = 0.2, testing = 0.2, embargoHours = 0 } = rest;
  const shares = { TRAIN: training, VALIDATION: validation, TEST: testing };
  if (!Object.values(shares).every((share) => share > 0) || Math.abs(training + validation + testing - 1) > 1e-9) {
    throw invalid(
      'split',
      `the shares ${training}, ${validation} and ${testing} are not above 0, or do not add up to 1`,
    );
  }
  if (!(embargoHours >= 0 && Number.isFinite(embargoHours))) {
    throw invalid('split.embargoHours', `${embargoHours} is not at least 0`);
  }
  if (embargoHours > 0 && by !== 'TIME') throw invalid('split.embargoHours', 'an embargo goes with TIME alone');
  return { by, of: selectionFrom({ mask: mask ?? null, runs: runs ?? null }, 'split'), shares, embargoHours };
}

function truthFrom(given: typeof TaskTruthInput.$inferInput): TruthDefinition {
  const { positive = null, negative = null, source = null, subsystem = null, dataset = null, causes = null } = given;
  const margin = given.margin ?? 0;
  const byMasks = positive !== null && negative !== null && source === null;
  if (!byMasks && !(source !== null && positive === null && negative === null)) {
    throw invalid('truth', 'it has `positive` and `negative`, or `source`');
  }
  if (byMasks && (subsystem !== null || dataset !== null)) {
    throw invalid('truth', 'subsystem and dataset go with `source`; masks name theirs themselves');
  }
  if (causes !== null && (causes.length < 1 || causes.length > MOST_CAUSES)) {
    throw invalid('truth.causes', `${causes.length} are not between 1 and ${MOST_CAUSES}`);
  }
  if (margin < 0 || margin > MOST_MARGIN)
    throw invalid('truth.margin', `${margin} is not between 0 and ${MOST_MARGIN}`);
  return { positive, negative, source, subsystem, dataset, causes: causes && [...new Set(causes)].sort(), margin };
}

function windowLengthOf(
  granularity: TaskDefinition['granularity'],
  given: number | null,
  before: TaskDefinition | undefined,
): number {
  if (granularity !== 'WINDOW') {
    if (given !== null) throw invalid('windowLength', `it goes with WINDOW, not with ${granularity}`);
    return 1;
  }
  const length = given ?? (before?.granularity === 'WINDOW' ? before.windowLength : 0);
  if (length >= 2 && length <= MOST_WINDOW) return length;
  throw invalid('windowLength', `a window has 2 to ${MOST_WINDOW} lumisections`);
}

export function assertTaskName(name: string): void {
  if (!SAVED_NAME.test(name)) throw invalid('name', NAME_RULE);
}

const invalid = (field: string, problem: string) => new InvalidInputError(`${field}: ${problem}`, { field });
