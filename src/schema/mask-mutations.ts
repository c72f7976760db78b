import { InvalidInputError } from '../domain/errors.ts';
import { SAVED_NAME } from '../domain/saved-name.ts';
import { readAnew } from './bring.ts';
import { builder } from './builder.ts';
import { SavedMask } from './refs.ts';
import { savedText } from './saved-text.ts';

/** Longest comment, in UTF-16 code units. */
const MAX_COMMENT = 2_000;
const WORDS = new Set(['and', 'or', 'not', 'minus']);

const SaveMaskInput = builder.inputType('SaveMaskInput', {
  description: 'A mask, and the name under which it is to be kept.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        'Letters, digits and `. _ -`, beginning with a letter and ending with a letter or digit: 1 to 100 characters. No certification source may have the name.',
    }),
    expression: t.string({ required: true, description: 'As `lumisectionMask` takes it.' }),
    comment: t.string({ description: `What to say of it: at most ${MAX_COMMENT} characters.` }),
  }),
});

const SaveMaskPayload = builder
  .objectRef<{ mask: typeof SavedMask.$inferType; created: boolean }>('SaveMaskPayload')
  .implement({
    description: 'The mask as it is stored.',
    fields: (t) => ({
      mask: t.field({ type: SavedMask, description: 'The newest version.', resolve: ({ mask }) => mask }),
      created: t.exposeBoolean('created', {
        description:
          'Whether the version is new: the same expression that holds the same lumisections as the newest version makes none.',
      }),
    }),
  });

builder.mutationFields((t) => ({
  saveMask: t.field({
    type: SaveMaskPayload,
    scope: 'ingest',
    description:
      'Keeps what an expression holds now under a name, as its next version, in the name of the token. Versions never change: where a source says something else later, save the mask again.',
    args: { input: t.arg({ type: SaveMaskInput, required: true, description: 'What to save.' }) },
    resolve: async (_root, { input: { name, expression, comment } }, context) => {
      if (!SAVED_NAME.test(name) || WORDS.has(name)) {
        throw new InvalidInputError(
          'name: 1 to 100 letters, digits and . _ - that begin with a letter and end with a letter or digit, and no operator',
          { field: 'name' },
        );
      }
      const saved = await context.store.masks.save({
        ...{ name, expression, author: context.viewer.name },
        comment: savedText('comment', comment, MAX_COMMENT),
      });
      readAnew(context);
      return saved;
    },
  }),
}));
