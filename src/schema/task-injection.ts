import { InvalidInputError } from '../domain/errors.ts';
import { INJECTION_KINDS, type InjectionDefinition } from '../domain/injection.ts';
import { definitionOf } from '../domain/task.ts';
import { builder } from './builder.ts';
import { Task } from './refs.ts';
import { InjectionKind } from './task-enums.ts';

const MOST_STRENGTHS = 20;

export const TaskInjectionInput = builder.inputType('TaskInjectionInput', {
  description:
    'Anomalies that are made in good histograms, since real ones are few: a share of the good members of validation and test get one, and are positive.',
  fields: (t) => ({
    kinds: t.field({
      type: [InjectionKind],
      description: 'What is done: one of these is drawn for each of them; all kinds unless told.',
    }),
    strengths: t.floatList({
      required: true,
      description: `How strongly, above 0, at most 1, of what the kind says: 1 to ${MOST_STRENGTHS}, one of them drawn for each.`,
    }),
    share: t.float({
      required: true,
      defaultValue: 0.1,
      description: 'Of the good members of these parts, above 0 and below 1: each is drawn by itself.',
    }),
    seed: t.int({ description: 'What all that is drawn with, at least 0; the seed of the task unless told.' }),
  }),
});

/** @throws InvalidInputError */
export function statedInjection(
  { kinds: given, strengths, share = 0.1, seed: own }: typeof TaskInjectionInput.$inferInput,
  seed: number,
): InjectionDefinition {
  const kinds = given == null ? INJECTION_KINDS : INJECTION_KINDS.filter((kind) => given.includes(kind));
  if (kinds.length === 0) throw invalid('kinds', 'there is none');
  if (strengths.length < 1 || strengths.length > MOST_STRENGTHS) {
    throw invalid('strengths', `${strengths.length} are not between 1 and ${MOST_STRENGTHS}`);
  }
  const wrong = strengths.find((strength) => !(strength > 0 && strength <= 1));
  if (wrong !== undefined) throw invalid('strengths', `${wrong} is not above 0 and at most 1`);
  if (!(share > 0 && share < 1)) throw invalid('share', `${share} is not between 0 and 1`);
  if (own != null && own < 0) throw invalid('seed', `${own} is not at least 0`);
  return { kinds, strengths: [...new Set(strengths)].sort((a, b) => a - b), share, seed: own ?? seed };
}

const invalid = (field: string, problem: string) =>
  new InvalidInputError(`injection.${field}: ${problem}`, { field: `injection.${field}` });

const TaskInjection = builder.objectRef<InjectionDefinition>('TaskInjection').implement({
  description: 'Anomalies that are made in good members of validation and test of a task.',
  fields: (t) => ({
    kinds: t.field({ type: [InjectionKind], description: 'What is done.', resolve: ({ kinds }) => [...kinds] }),
    strengths: t.floatList({
      description: 'How strongly, in (0, 1], ascending.',
      resolve: ({ strengths }) => [...strengths],
    }),
    share: t.exposeFloat('share', { description: 'Of the good members, in (0, 1).' }),
    seed: t.exposeInt('seed', { description: 'What all that is drawn with.' }),
  }),
});

builder.prismaObjectField(Task, 'injection', (t) =>
  t.field({
    type: TaskInjection,
    nullable: true,
    description:
      'Anomalies that are made in good histograms of validation and test, which matrices and exports of the task show; null: none.',
    resolve: (task) => definitionOf(task).injection ?? null,
  }),
);
