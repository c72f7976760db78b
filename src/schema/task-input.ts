import { SAVED_NAME } from '../domain/saved-name.ts';
import { isStorable } from '../domain/storable-text.ts';
import type { TaskDefinition } from '../domain/task.ts';
import { TASK_DEFAULTS } from '../domain/task-defaults.ts';
import { builder } from './builder.ts';
import { TaskGranularity, TaskMetric } from './enums.ts';
import { type Fields, invalidField as invalid } from './input-fields.ts';
import { savedText } from './saved-text.ts';
import { boardFields, boardFrom } from './task-board-input.ts';
import { MixedRule, TaskAllowance } from './task-enums.ts';
import { statedInjection, TaskInjectionInput } from './task-injection.ts';
import { partsFrom, TaskPartInput, TaskSplitInput } from './task-part-input.ts';
import { TaskTruthInput, truthFrom } from './task-truth-input.ts';

const MAX_DESCRIPTION = 10_000;
export const MOST_ELEMENTS = 500;
const MOST_WINDOW = 1_000;

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
    ...boardFields(t),
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
  const stated = before ?? TASK_DEFAULTS;
  const granularity = given.granularity ?? stated.granularity;
  const seed = given.seed ?? stated.seed;
  const definition: TaskDefinition = {
    description: savedText(
      'description',
      given.description === undefined ? stated.description : given.description,
      MAX_DESCRIPTION,
    ),
    monitorElements: elements.monitorElements,
    elementSet: elements.elementSet,
    dataset,
    ...partsFrom(given, before),
    truth,
    granularity,
    windowLength: windowLengthOf(granularity, given.windowLength ?? null, stated),
    mixed: given.mixed ?? stated.mixed,
    minEntries: given.minEntries ?? stated.minEntries,
    sample: given.sample === undefined ? stated.sample : given.sample,
    seed,
    metric: given.metric ?? stated.metric,
    isCausal: given.isCausal ?? stated.isCausal,
    ...boardFrom(given, stated),
    injection:
      given.injection === undefined
        ? (stated.injection ?? null)
        : given.injection && statedInjection(given.injection, seed),
    allow: [...new Set(given.allow ?? stated.allow)].sort(),
  };
  const { minEntries, sample } = definition;
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

function windowLengthOf(
  granularity: TaskDefinition['granularity'],
  given: number | null,
  stated: Pick<TaskDefinition, 'granularity' | 'windowLength'>,
): number {
  if (granularity !== 'WINDOW') {
    if (given !== null) throw invalid('windowLength', `it goes with WINDOW, not with ${granularity}`);
    return TASK_DEFAULTS.windowLength;
  }
  const length = given ?? (stated.granularity === 'WINDOW' ? stated.windowLength : 0);
  if (length >= 2 && length <= MOST_WINDOW) return length;
  throw invalid('windowLength', `a window has 2 to ${MOST_WINDOW} lumisections`);
}

export function assertTaskName(name: string): void {
  if (!SAVED_NAME.test(name)) throw invalid('name', NAME_RULE);
}
