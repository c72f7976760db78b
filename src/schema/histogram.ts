import { DESCRIPTIONS } from './descriptions.ts';
import { runOf } from './parents.ts';
import { DataFile, Histogram, HistogramContents, Run } from './refs.ts';

Histogram.implement({
  description:
    'A histogram of one monitor element over one axis or two, of one lumisection or a whole run, from one dataset.',
  interfaces: [HistogramContents],
  fields: (t) => ({
    run: t.field({
      type: Run,
      description: DESCRIPTIONS.runHistogram.run,
      resolve: runOf,
    }),
    dataFile: t.field({
      type: DataFile,
      nullable: true,
      description:
        'The file that brought the histogram (the first one, where several held it alike); null for the sum of what several brought (`contributions` names them all).',
      resolve: ({ fileId }, _args, { loaders }) => (fileId === null ? null : loaders.dataFile.load(fileId)),
    }),
  }),
});
