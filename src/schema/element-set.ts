import { equals } from '../domain/filter.ts';
import { SAVED_NAME } from '../domain/saved-name.ts';
import type { ElementSet as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { elementSets, monitorElements } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { nodeKey } from './global-id.ts';
import { ElementSet } from './refs.ts';

const about = DESCRIPTIONS.elementSet;
const key = nodeKey('ElementSet', ['text', 'int']);

builder.nodeRef(ElementSet, {
  id: { resolve: ({ name, version }: Row) => key.format([name, version]), parse: key.parse },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(ids.map(([name, version]) => loaders.elementSet.load({ name, version }))),
});

builder.prismaObjectFields(ElementSet, (t) => ({
  name: t.exposeString('name', { description: about.name }),
  version: t.exposeInt('version', { description: about.version }),
  description: t.exposeString('description', { nullable: true, description: about.description }),
  include: t.stringList({
    description: 'Globs over paths (as the operator `glob` takes them): what one of them matches is in the set.',
    resolve: ({ includeGlobs }) => JSON.parse(includeGlobs) as string[],
  }),
  exclude: t.stringList({
    description: 'Globs over paths: what one of them matches is not in the set, whatever `include` says.',
    resolve: ({ excludeGlobs }) => JSON.parse(excludeGlobs) as string[],
  }),
  author: t.exposeString('author', { description: about.author }),
  createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
  monitorElements: t.field({
    type: monitorElements.type,
    description: 'The monitor elements that are in it now: its globs hold those as well that come later.',
    args: monitorElements.args,
    resolve: ({ name, version }, { where, ...given }, context, info) => {
      const inSet = { set: `${name}@${version}` };
      return monitorElements.all(
        undefined,
        { ...given, where: where == null ? inSet : { AND: [inSet, where] } },
        context,
        info,
      );
    },
  }),
}));

builder.queryFields((t) => ({
  elementSets: t.field({
    type: elementSets.type,
    description: 'All saved sets of monitor elements, in all versions (`current: { eq: true }` for the newest).',
    args: elementSets.args,
    resolve: elementSets.all,
  }),
  elementSet: t.field({
    type: ElementSet,
    nullable: true,
    description: 'One version of a saved set of monitor elements; null where there is none.',
    args: {
      name: t.arg.string({ required: true, description: 'Its name, exactly.' }),
      version: t.arg.int({ description: 'Number of the version, from 1; the newest unless told.' }),
    },
    resolve: async (_root, { name, version }, { loaders, store }) => {
      if (!SAVED_NAME.test(name)) return null;
      if (version != null) return loaders.elementSet.load({ name, version });
      const { rows } = await store.lists.page('elementSet', {
        where: equals('name', name),
        orderBy: [{ field: 'version', descending: true }],
        first: 1,
      });
      return rows[0] ?? null;
    },
  }),
}));
