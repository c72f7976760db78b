import type { SavedMask as Row } from '../generated/sqlite/client.ts';
import type { MaskPart as Part } from '../store/mask-reads.ts';
import { builder } from './builder.ts';
import { savedMasks } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { nodeKey } from './global-id.ts';
import { LumisectionMask, MaskAnswer, MaskPart } from './lumisection-mask.ts';
import { SavedMask } from './refs.ts';

const about = DESCRIPTIONS.savedMask;
const key = nodeKey('SavedMask', ['text', 'int']);

builder.nodeRef(SavedMask, {
  id: { resolve: ({ name, version }: Row) => key.format([name, version]), parse: key.parse },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(ids.map(([name, version]) => loaders.savedMask.load({ name, version }))),
});

builder.prismaObjectFields(SavedMask, (t) => ({
  name: t.exposeString('name', { description: about.name }),
  version: t.exposeInt('version', { description: about.version }),
  expression: t.exposeString('expression', { nullable: true, description: about.expression }),
  comment: t.exposeString('comment', { nullable: true, description: about.comment }),
  author: t.exposeString('author', { description: about.author }),
  createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
  madeOf: t.field({
    type: [MaskPart],
    description: 'The versions of sources and saved masks that it was made of.',
    resolve: ({ madeOf }, _args, { cost }) => {
      const parts = JSON.parse(madeOf) as Part[];
      cost.addNodes(parts.length);
      return parts;
    },
  }),
  mask: t.field({
    type: LumisectionMask,
    description: 'The lumisections that it holds.',
    resolve: async ({ name, version }, _args, { store, cost }) => {
      cost.addMasks(1);
      return new MaskAnswer(await store.masks.read({ kind: 'name', name, version, column: 1 }), store.masks);
    },
  }),
}));

builder.queryField('masks', (t) =>
  t.field({
    type: savedMasks.type,
    description: 'All saved masks, in all versions (`current: { eq: true }` for the newest).',
    args: savedMasks.args,
    resolve: savedMasks.all,
  }),
);
