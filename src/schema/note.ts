import type { Note as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { notes } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { nodeKey } from './global-id.ts';
import { runOf } from './parents.ts';
import { MonitorElement, Note, Run } from './refs.ts';

const about = DESCRIPTIONS.note;
/** Keys of notes in ids. */
export const noteKey = nodeKey('Note', ['int', 'text']);

builder.nodeRef(Note, {
  id: { resolve: ({ runNumber, id }: Row) => noteKey.format([runNumber, id]), parse: noteKey.parse },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(ids.map(([runNumber, id]) => loaders.note.load({ runNumber, id }))),
});

builder.prismaObjectFields(Note, (t) => ({
  run: t.field({ type: Run, description: about.run, resolve: runOf }),
  lumisectionFirst: t.exposeInt('lumisectionFirst', { nullable: true, description: about.lumisectionFirst }),
  lumisectionLast: t.exposeInt('lumisectionLast', { nullable: true, description: about.lumisectionLast }),
  monitorElement: t.field({
    type: MonitorElement,
    nullable: true,
    description: about.monitorElement,
    resolve: ({ monitorElementId }, _args, { loaders }) =>
      monitorElementId === null ? null : loaders.monitorElement.load(monitorElementId),
  }),
  text: t.exposeString('text', { description: about.text }),
  author: t.exposeString('author', { description: about.author }),
  createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
  updatedAt: t.expose('updatedAt', { type: 'DateTime', description: about.updatedAt }),
}));

builder.queryField('notes', (t) =>
  t.field({
    type: notes.type,
    description: 'All notes on all runs.',
    args: notes.args,
    resolve: notes.all,
  }),
);
