import { readAnew } from './bring.ts';
import { builder } from './builder.ts';
import { ReferenceChoice } from './refs.ts';
import { savedText } from './saved-text.ts';

/** Longest comment, in UTF-16 code units. */
const MAX_COMMENT = 2_000;

const ReferenceInput = builder.inputType('ReferenceInput', {
  description: 'A run in a dataset.',
  fields: (t) => ({
    run: t.int({ required: true, description: 'Run number, at least 1.' }),
    dataset: t.string({
      required: true,
      description: 'Whole name of the dataset, of which the run has to hold something.',
    }),
  }),
});

const ChooseReferenceInput = builder.inputType('ChooseReferenceInput', {
  description: 'What a run in a dataset is to be compared with.',
  fields: (t) => ({
    run: t.int({ required: true, description: 'Number of the run, at least 1.' }),
    dataset: t.string({ required: true, description: 'Whole name of its dataset, of which it has to hold something.' }),
    reference: t.field({
      type: ReferenceInput,
      required: true,
      description: 'The reference: another run, or the same in another dataset.',
    }),
    comment: t.string({ description: `Why: at most ${MAX_COMMENT} characters.` }),
  }),
});

const ChooseReferencePayload = builder
  .objectRef<{ choice: typeof ReferenceChoice.$inferType; created: boolean }>('ChooseReferencePayload')
  .implement({
    description: 'The choice as it is stored.',
    fields: (t) => ({
      choice: t.field({ type: ReferenceChoice, description: 'The newest choice.', resolve: ({ choice }) => choice }),
      created: t.exposeBoolean('created', {
        description: 'Whether it is new: the newest one with the same reference, comment and author is not repeated.',
      }),
    }),
  });

builder.mutationFields((t) => ({
  chooseReference: t.field({
    type: ChooseReferencePayload,
    scope: 'ingest',
    description:
      'Keeps which run another one is compared with, in the name of the token. Earlier choices for the run and dataset stay.',
    args: { input: t.arg({ type: ChooseReferenceInput, required: true, description: 'What to choose.' }) },
    resolve: async (_root, { input: { run, dataset, reference, comment } }, context) => {
      const text = savedText('comment', comment, MAX_COMMENT);
      const chosen = await context.store.runReferences.choose({
        ...{ runNumber: run, dataset, referenceRun: reference.run, referenceDataset: reference.dataset },
        comment: text,
        author: context.viewer.name,
      });
      readAnew(context);
      return chosen;
    },
  }),
}));
