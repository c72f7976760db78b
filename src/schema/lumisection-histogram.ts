import { builder } from './builder.ts';
import { lumisectionHistograms } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { nodeKey } from './global-id.ts';
import { lumisectionOf } from './parents.ts';
import { Histogram, HistogramContents, Lumisection, LumisectionHistogram } from './refs.ts';

const key = nodeKey('LumisectionHistogram', ['int', 'int', 'int', 'int']);

builder.node(LumisectionHistogram, {
  description:
    'A histogram of one monitor element in one lumisection. Key: run, monitor element, lumisection, dataset.',
  interfaces: [Histogram, HistogramContents],
  id: {
    resolve: (row) => key.format([row.runNumber, row.monitorElementId, row.lumisectionNumber, row.datasetId]),
    parse: key.parse,
  },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(
      ids.map(([runNumber, monitorElementId, lumisectionNumber, datasetId]) =>
        loaders.lumisectionHistogram.load({ runNumber, monitorElementId, lumisectionNumber, datasetId }),
      ),
    ),
  fields: (t) => ({
    lumisection: t.field({
      type: Lumisection,
      description: DESCRIPTIONS.lumisectionHistogram.lumisection,
      resolve: lumisectionOf,
    }),
  }),
});

builder.queryFields((t) => ({
  lumisectionHistogram: t.field({
    type: LumisectionHistogram,
    nullable: true,
    description: 'One histogram of one lumisection; null where it is not stored.',
    args: {
      run: t.arg.int({ required: true, description: 'Run number, at least 1.' }),
      lumisection: t.arg.int({ required: true, description: 'Lumisection number, at least 1.' }),
      dataset: t.arg.string({ required: true, description: 'Whole name of the dataset.' }),
      monitorElement: t.arg.string({
        required: true,
        description: 'Path exactly as stored; a leaf from a CSV is its own path.',
      }),
    },
    resolve: async (_root, { run, lumisection, dataset, monitorElement }, { loaders, store }) => {
      const [found, element] = await Promise.all([
        store.reads.datasetByName(dataset),
        store.reads.monitorElementByPath(monitorElement),
      ]);
      if (found === null || element === null) return null;
      return loaders.lumisectionHistogram.load({
        runNumber: run,
        monitorElementId: element.id,
        lumisectionNumber: lumisection,
        datasetId: found.id,
      });
    },
  }),
  lumisectionHistograms: t.field({
    type: lumisectionHistograms.type,
    description: 'All histograms of all lumisections.',
    args: lumisectionHistograms.args,
    resolve: lumisectionHistograms.all,
  }),
}));
