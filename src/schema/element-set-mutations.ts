import { checkGlobs, LONGEST_GLOB, MOST_GLOBS } from '../domain/element-set.ts';
import { InvalidInputError } from '../domain/errors.ts';
import { SAVED_NAME } from '../domain/saved-name.ts';
import { readAnew } from './bring.ts';
import { builder } from './builder.ts';
import { ElementSet } from './refs.ts';
import { savedText } from './saved-text.ts';

/** Longest description, in UTF-16 code units. */
const MAX_DESCRIPTION = 2_000;

const SaveElementSetInput = builder.inputType('SaveElementSetInput', {
  description: 'A set of monitor elements, and the name under which it is to be kept.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        'Letters, digits and `. _ -`, beginning with a letter and ending with a letter or digit: 1 to 100 characters.',
    }),
    include: t.stringList({
      required: true,
      description: `Globs over paths (as the operator \`glob\` takes them), at least one: what one of them matches is in the set. At most ${MOST_GLOBS} together with \`exclude\`, each of at most ${LONGEST_GLOB} characters.`,
    }),
    exclude: t.stringList({
      required: true,
      defaultValue: [],
      description: 'Globs over paths: what one of them matches is not in the set.',
    }),
    description: t.string({ description: `What it is for: at most ${MAX_DESCRIPTION} characters.` }),
  }),
});

const SaveElementSetPayload = builder
  .objectRef<{ set: typeof ElementSet.$inferType; created: boolean }>('SaveElementSetPayload')
  .implement({
    description: 'The set as it is stored.',
    fields: (t) => ({
      elementSet: t.field({ type: ElementSet, description: 'The newest version.', resolve: ({ set }) => set }),
      created: t.exposeBoolean('created', {
        description:
          'Whether the version is new: the same globs with the same description as the newest version make none.',
      }),
    }),
  });

builder.mutationFields((t) => ({
  saveElementSet: t.field({
    type: SaveElementSetPayload,
    scope: 'ingest',
    description:
      'Keeps a set of monitor elements under a name, as its next version, in the name of the token. Versions never change.',
    args: { input: t.arg({ type: SaveElementSetInput, required: true, description: 'What to save.' }) },
    resolve: async (_root, { input: { name, include, exclude, description } }, context) => {
      if (!SAVED_NAME.test(name)) {
        throw new InvalidInputError(
          'name: 1 to 100 letters, digits and . _ - that begin with a letter and end with a letter or digit',
          { field: 'name' },
        );
      }
      const text = savedText('description', description, MAX_DESCRIPTION);
      checkGlobs({ include, exclude });
      const author = context.viewer.name;
      const saved = await context.store.elementSets.save({ name, description: text, include, exclude, author });
      readAnew(context);
      return saved;
    },
  }),
}));
