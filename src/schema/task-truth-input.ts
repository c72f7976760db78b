import type { TruthDefinition } from '../domain/task.ts';
import { TRUTH_DEFAULTS } from '../domain/task-defaults.ts';
import { builder } from './builder.ts';
import { invalidField as invalid } from './input-fields.ts';

const MOST_CAUSES = 50;
const MOST_MARGIN = 1_000;

export const TaskTruthInput = builder.inputType('TaskTruthInput', {
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

/** @throws InvalidInputError for what is no truth. */
export function truthFrom(given: typeof TaskTruthInput.$inferInput): TruthDefinition {
  const stated = { ...TRUTH_DEFAULTS, ...given };
  const { positive, negative, source, subsystem, dataset, causes, margin } = stated;
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
  return { ...stated, causes: causes && [...new Set(causes)].sort() };
}
