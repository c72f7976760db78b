import type { ReferenceChoice as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { referenceChoices } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { nodeKey } from './global-id.ts';
import { runOf } from './parents.ts';
import { ReferenceChoice, Run } from './refs.ts';

const about = DESCRIPTIONS.referenceChoice;
const key = nodeKey('ReferenceChoice', ['int', 'text', 'int']);

builder.nodeRef(ReferenceChoice, {
  id: {
    resolve: ({ runNumber, dataset, version }: Row) => key.format([runNumber, dataset, version]),
    parse: key.parse,
  },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(
      ids.map(([runNumber, dataset, version]) => loaders.referenceChoice.load({ runNumber, dataset, version })),
    ),
});

builder.prismaObjectFields(ReferenceChoice, (t) => ({
  run: t.field({ type: Run, description: about.run, resolve: runOf }),
  dataset: t.exposeString('dataset', { description: about.dataset }),
  version: t.exposeInt('version', { description: about.version }),
  referenceRun: t.exposeInt('referenceRun', { description: about.referenceRun }),
  referenceDataset: t.exposeString('referenceDataset', { description: about.referenceDataset }),
  comment: t.exposeString('comment', { nullable: true, description: about.comment }),
  author: t.exposeString('author', { description: about.author }),
  createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
}));

builder.queryField('referenceChoices', (t) =>
  t.field({
    type: referenceChoices.type,
    description: 'What was chosen as references of runs, in all versions (`current: { eq: true }` for the newest).',
    args: referenceChoices.args,
    resolve: referenceChoices.all,
  }),
);
