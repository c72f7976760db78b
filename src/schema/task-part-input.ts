import type { Selection, SplitDefinition, TaskDefinition, TaskPart } from '../domain/task.ts';
import { builder } from './builder.ts';
import { invalidField as invalid } from './input-fields.ts';
import { SplitBy } from './task-enums.ts';

const MOST_RUNS = 10_000;

export const TaskPartInput = builder.inputType('TaskPartInput', {
  description: 'What a part is to be made of: the lumisections of the mask, in these runs. At least one of both.',
  fields: (t) => ({
    mask: t.string({ description: 'A mask, as `lumisectionMask` takes it; whole runs unless told.' }),
    runs: t.intList({
      description: `Numbers of stored runs, at most ${MOST_RUNS.toLocaleString('en')}; all runs of the mask unless told.`,
    }),
  }),
});

export const TaskSplitInput = builder.inputType('TaskSplitInput', {
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

type PartInput = typeof TaskPartInput.$inferInput;

interface Given {
  readonly training?: PartInput | null | undefined;
  readonly validation?: PartInput | null | undefined;
  readonly testing?: PartInput | null | undefined;
  readonly split?: typeof TaskSplitInput.$inferInput | null | undefined;
}

/** The parts, or how they are made, of a task that had others `before`. @throws InvalidInputError */
export function partsFrom(given: Given, before?: TaskDefinition): Pick<TaskDefinition, 'parts' | 'split'> {
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
