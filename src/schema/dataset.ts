import type { Dataset as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { datasets, monitorElements, runs } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { nodeKey } from './global-id.ts';
import { Dataset } from './refs.ts';

const about = DESCRIPTIONS.dataset;
const key = nodeKey('Dataset', ['int']);

builder.nodeRef(Dataset, {
  id: { resolve: ({ id }: Row) => key.format([id]), parse: key.parse },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map(([id]) => loaders.dataset.load(id))),
});

builder.prismaObjectFields(Dataset, (t) => ({
  name: t.exposeString('name', { description: about.name }),
  primaryDataset: t.exposeString('primaryDataset', { nullable: true, description: about.primaryDataset }),
  era: t.exposeString('era', { nullable: true, description: about.era }),
  processing: t.exposeString('processing', { nullable: true, description: about.processing }),
  tier: t.exposeString('tier', { nullable: true, description: about.tier }),
  description: t.string({
    nullable: true,
    description: about.description,
    resolve: ({ id }, _args, { loaders }) => loaders.datasetDescription.load(id),
  }),
  runCount: t.int({
    description: 'Number of runs with a histogram, a scalar value or a quality test of the dataset.',
    resolve: ({ id }, _args, { loaders }) => loaders.runCount.load(id),
  }),
  runs: t.field({
    type: runs.type,
    description: about.runs,
    args: runs.args,
    resolve: runs.of(({ id }) => ({ datasetId: id })),
  }),
  monitorElements: t.field({
    type: monitorElements.type,
    description: about.monitorElements,
    args: monitorElements.args,
    resolve: monitorElements.of(({ id }) => ({ datasetId: id })),
  }),
}));

builder.queryFields((t) => ({
  dataset: t.field({
    type: Dataset,
    nullable: true,
    description: 'The dataset of this name; null where it is not stored.',
    args: {
      name: t.arg.string({ required: true, description: 'Whole name, `/PrimaryDataset/Era-Processing-vN/TIER`.' }),
    },
    resolve: (_root, { name }, { store }) => store.reads.datasetByName(name),
  }),
  datasets: t.field({
    type: datasets.type,
    description: 'All datasets.',
    args: datasets.args,
    resolve: datasets.all,
  }),
}));
