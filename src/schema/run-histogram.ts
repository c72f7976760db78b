import { builder } from './builder.ts';
import { runHistograms } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { nodeKey } from './global-id.ts';
import { Histogram, HistogramContents, RunHistogram } from './refs.ts';

const key = nodeKey('RunHistogram', ['int', 'int', 'int']);

builder.node(RunHistogram, {
  description:
    'A histogram of one monitor element over a whole run; summaries have statistics without bins. Key: run, dataset, monitor element.',
  interfaces: [Histogram, HistogramContents],
  id: {
    resolve: (row) => key.format([row.runNumber, row.datasetId, row.monitorElementId]),
    parse: key.parse,
  },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(
      ids.map(([runNumber, datasetId, monitorElementId]) =>
        loaders.runHistogram.load({ runNumber, datasetId, monitorElementId }),
      ),
    ),
  fields: (t) => ({
    hasBins: t.exposeBoolean('hasBins', { description: DESCRIPTIONS.runHistogram.hasBins }),
  }),
});

builder.queryFields((t) => ({
  runHistogram: t.field({
    type: RunHistogram,
    nullable: true,
    description: 'One histogram of a whole run; null where it is not stored.',
    args: {
      run: t.arg.int({ required: true, description: 'Run number, at least 1.' }),
      dataset: t.arg.string({ required: true, description: 'Whole name of the dataset.' }),
      monitorElement: t.arg.string({
        required: true,
        description: 'Path exactly as stored; a leaf from a CSV is its own path.',
      }),
    },
    resolve: async (_root, { run, dataset, monitorElement }, { loaders, store }) => {
      const [found, element] = await Promise.all([
        store.reads.datasetByName(dataset),
        store.reads.monitorElementByPath(monitorElement),
      ]);
      if (found === null || element === null) return null;
      return loaders.runHistogram.load({ runNumber: run, datasetId: found.id, monitorElementId: element.id });
    },
  }),
  runHistograms: t.field({
    type: runHistograms.type,
    description: 'All run-level histograms of all runs.',
    args: runHistograms.args,
    resolve: runHistograms.all,
  }),
}));
