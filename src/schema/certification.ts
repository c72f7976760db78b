import { END_OF_RUN, type LumisectionRange as Range } from '../domain/lumi-mask.ts';
import { builder } from './builder.ts';
import { certifications } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { CertificationFlag } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { runOf } from './parents.ts';
import { Certification, DataFile, Run } from './refs.ts';

const about = DESCRIPTIONS.certification;
const key = nodeKey('Certification', ['int', 'text', 'text', 'text', 'int', 'text']);

export const LumisectionRange = builder.objectRef<Range>('LumisectionRange').implement({
  description: 'Lumisections of one run, from first to last, both inclusive.',
  fields: (t) => ({
    first: t.exposeInt('first', { description: 'First lumisection, at least 1 (inclusive).' }),
    last: t.int({
      nullable: true,
      description: 'Last lumisection (inclusive); null: to the end of the run.',
      resolve: ({ last }) => (last === END_OF_RUN ? null : last),
    }),
  }),
});

builder.node(Certification, {
  description:
    'What one version of a source says of one run with one flag, for a dataset and a subsystem. What no certification covers is not evaluated.',
  id: {
    resolve: (row) => key.format([row.runNumber, row.source, row.dataset, row.subsystem, row.version, row.flag]),
    parse: key.parse,
  },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(
      ids.map(([runNumber, source, dataset, subsystem, version, flag]) =>
        loaders.certification.load({ runNumber, source, dataset, subsystem, version, flag }),
      ),
    ),
  fields: (t) => ({
    source: t.exposeString('source', { description: about.source }),
    dataset: t.exposeString('dataset', { description: about.dataset }),
    subsystem: t.exposeString('subsystem', { description: about.subsystem }),
    version: t.exposeInt('version', { description: about.version }),
    kind: t.exposeString('kind', { description: about.kind }),
    flag: t.field({
      type: CertificationFlag,
      description: about.flag,
      resolve: ({ flag }) => flag as typeof CertificationFlag.$inferType,
    }),
    author: t.exposeString('author', { nullable: true, description: about.author }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: about.createdAt }),
    ranges: t.field({
      type: [LumisectionRange],
      description: 'The lumisections that have the flag: ascending, disjoint, not touching.',
      resolve: async (row, _args, { loaders, cost }) => {
        const ranges = await loaders.certificationRanges.load(row);
        cost.addNodes(ranges.length);
        return ranges;
      },
    }),
    dataFile: t.field({
      type: DataFile,
      nullable: true,
      description: 'The file that brought the version; null where it did not come from a file.',
      resolve: ({ fileId }, _args, { loaders }) => (fileId === null ? null : loaders.dataFile.load(fileId)),
    }),
    run: t.field({
      type: Run,
      description: about.run,
      resolve: runOf,
    }),
  }),
});

builder.queryField('certifications', (t) =>
  t.field({
    type: certifications.type,
    description: 'All certifications of all runs, in all versions (`current: { eq: true }` for the newest).',
    args: certifications.args,
    resolve: certifications.all,
  }),
);
