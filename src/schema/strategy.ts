import type { Strategy as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { strategies, strategyVersions } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { nodeKey } from './global-id.ts';
import { Strategy } from './refs.ts';

const about = DESCRIPTIONS.strategy;
const key = nodeKey('Strategy', ['int']);

builder.nodeRef(Strategy, {
  id: { resolve: ({ id }: Row) => key.format([id]), parse: key.parse },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map(([id]) => loaders.strategy.load(id))),
});

builder.prismaObjectFields(Strategy, (t) => ({
  name: t.exposeString('name', { description: about.name }),
  description: t.exposeString('description', { nullable: true, description: about.description }),
  author: t.exposeString('author', { description: about.author }),
  sourceUrl: t.exposeString('sourceUrl', { nullable: true, description: about.sourceUrl }),
  isBuiltIn: t.exposeBoolean('isBuiltIn', { description: about.isBuiltIn }),
  createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
  versions: t.field({
    type: strategyVersions.type,
    description: about.versions,
    args: strategyVersions.args,
    resolve: strategyVersions.of(({ id }: Row) => ({ strategyId: id })),
  }),
}));

builder.queryFields((t) => ({
  strategy: t.field({
    type: Strategy,
    nullable: true,
    description: 'The strategy of this name; null where there is none.',
    args: { name: t.arg.string({ required: true, description: 'Its name.' }) },
    resolve: (_root, { name }, { store }) => store.reads.strategyByName(name),
  }),
  strategies: t.field({
    type: strategies.type,
    description: 'All strategies that have a version or a name that was taken.',
    args: strategies.args,
    resolve: strategies.all,
  }),
}));
