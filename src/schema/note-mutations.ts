import type { Context } from '../context.ts';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../domain/errors.ts';
import { END_OF_RUN } from '../domain/lumi-mask.ts';
import { owns } from '../domain/viewer.ts';
import type { NoteChanges, NoteKey } from '../store/notes.ts';
import { readAnew } from './bring.ts';
import { builder } from './builder.ts';
import { noteKey } from './note.ts';
import { Note } from './refs.ts';
import { savedText } from './saved-text.ts';

/** Longest note, in UTF-16 code units. */
const MAX_TEXT = 10_000;

const CreateNoteInput = builder.inputType('CreateNoteInput', {
  description: 'What to write, and about what.',
  fields: (t) => ({
    run: t.int({ required: true, description: 'Number of the run, which must be stored.' }),
    lumisectionFirst: t.int({
      description: 'First lumisection that it is about, at least 1; the whole run unless told.',
    }),
    lumisectionLast: t.int({ description: 'Last lumisection (inclusive); all that follow the first unless told.' }),
    monitorElement: t.string({ description: 'Path of the monitor element that it is about, which must be stored.' }),
    text: t.string({ required: true, description: `What it says, in plain text: 1 to ${MAX_TEXT} characters.` }),
  }),
});

const CreateNotePayload = builder
  .objectRef<{ note: typeof Note.$inferType; created: boolean }>('CreateNotePayload')
  .implement({
    description: 'The note as it is stored.',
    fields: (t) => ({
      note: t.field({ type: Note, description: 'The note.', resolve: ({ note }) => note }),
      created: t.exposeBoolean('created', {
        description: 'Whether it is new: the same text on the same by the same author is written once.',
      }),
    }),
  });

const UpdateNoteInput = builder.inputType('UpdateNoteInput', {
  description: 'What to change of a note. What is left out stays.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'An `id` that a Note gave.' }),
    lumisectionFirst: t.int({ description: 'First lumisection; null, with `lumisectionLast`, for the whole run.' }),
    lumisectionLast: t.int({ description: 'Last lumisection (inclusive); null for all that follow the first.' }),
    monitorElement: t.string({ description: 'Path of the monitor element; null for none in particular.' }),
    text: t.string({ description: `What it says: 1 to ${MAX_TEXT} characters.` }),
  }),
});

const UpdateNotePayload = builder.objectRef<{ note: typeof Note.$inferType }>('UpdateNotePayload').implement({
  description: 'The note as it is stored.',
  fields: (t) => ({ note: t.field({ type: Note, description: 'The note.', resolve: ({ note }) => note }) }),
});

const DeleteNoteInput = builder.inputType('DeleteNoteInput', {
  description: 'The note that is to go.',
  fields: (t) => ({ id: t.id({ required: true, description: 'An `id` that a Note gave.' }) }),
});

const DeleteNotePayload = builder.objectRef<{ id: string; deleted: boolean }>('DeleteNotePayload').implement({
  description: 'What became of the note.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The `id` that was given.' }),
    deleted: t.exposeBoolean('deleted', { description: 'Whether there was such a note.' }),
  }),
});

builder.mutationFields((t) => ({
  createNote: t.field({
    type: CreateNotePayload,
    scope: 'ingest',
    description: 'Writes a note on a run, in the name of the token.',
    args: { input: t.arg({ type: CreateNoteInput, required: true, description: 'What to write.' }) },
    resolve: async (_root, { input }, context) => {
      const { run, text, monitorElement: path, lumisectionFirst = null, lumisectionLast = null } = input;
      assertText(text);
      assertRange(lumisectionFirst, lumisectionLast);
      const monitorElementId = path == null ? null : await elementId(context, path);
      const made = await context.store.notes.create({
        ...{ runNumber: run, lumisectionFirst, lumisectionLast, monitorElementId, text },
        author: context.viewer.name,
      });
      readAnew(context);
      return made;
    },
  }),
  updateNote: t.field({
    type: UpdateNotePayload,
    scope: 'ingest',
    description: 'Changes a note. Only its author may, and whoever has the scope `admin`.',
    args: { input: t.arg({ type: UpdateNoteInput, required: true, description: 'What to change.' }) },
    resolve: async (_root, { input: { id, ...given } }, context) => {
      const [runNumber, name] = noteKey.parseGlobal(id);
      const key = { runNumber, id: name };
      const stored = await ownNote(context, key);
      if (stored === null) throw new NotFoundError('the note is not stored (any more)', { field: 'id' });
      const { text, monitorElement: path, lumisectionFirst, lumisectionLast } = given;
      if (text != null) assertText(text);
      const range = {
        ...(lumisectionFirst !== undefined && { lumisectionFirst }),
        ...(lumisectionLast !== undefined && { lumisectionLast }),
      };
      const { lumisectionFirst: first, lumisectionLast: last } = { ...stored, ...range };
      assertRange(first, last);
      const changes: NoteChanges = {
        ...range,
        ...(text != null && { text }),
        ...(path !== undefined && { monitorElementId: path === null ? null : await elementId(context, path) }),
      };
      const note = await context.store.notes.update(key, changes);
      readAnew(context);
      return { note };
    },
  }),
  deleteNote: t.field({
    type: DeleteNotePayload,
    scope: 'ingest',
    description: 'Deletes a note. Only its author may, and whoever has the scope `admin`.',
    args: { input: t.arg({ type: DeleteNoteInput, required: true, description: 'Which note.' }) },
    resolve: async (_root, { input: { id } }, context) => {
      const [runNumber, name] = noteKey.parseGlobal(id);
      const key = { runNumber, id: name };
      const stored = await ownNote(context, key);
      const deleted = stored !== null && (await context.store.notes.delete(key));
      readAnew(context);
      return { id, deleted };
    },
  }),
}));

/** The note, which the viewer may change; null where there is none. @throws ForbiddenError */
async function ownNote({ store, viewer }: Context, key: NoteKey) {
  const [note = null] = await store.reads.notes([key]);
  if (note === null || owns(viewer, note.author)) return note;
  throw new ForbiddenError(`the note is by ${note.author}: its author may change it, or the scope admin`, {
    scope: 'admin',
  });
}

async function elementId({ store }: Context, path: string): Promise<number> {
  const element = await store.reads.monitorElementByPath(path);
  if (element !== null) return element.id;
  throw new NotFoundError(`no monitor element has the path ${JSON.stringify(path.slice(0, 200))}`, {
    field: 'monitorElement',
  });
}

function assertText(text: string): void {
  if (text.trim() === '') throw new InvalidInputError('text: it says nothing', { field: 'text' });
  savedText('text', text, MAX_TEXT);
}

function assertRange(first: number | null, last: number | null): void {
  if (first === null && last === null) return;
  if (first === null) {
    throw new InvalidInputError('lumisectionLast: a range has a first lumisection', { field: 'lumisectionFirst' });
  }
  if (first < 1 || first > END_OF_RUN) {
    throw new InvalidInputError(`lumisectionFirst: ${first} is no number of a lumisection`, {
      field: 'lumisectionFirst',
    });
  }
  if (last !== null && (last < first || last > END_OF_RUN)) {
    throw new InvalidInputError(`lumisectionLast: ${last} does not follow ${first}`, { field: 'lumisectionLast' });
  }
}
