import { goldenJson } from '../domain/golden-json.ts';
import type { LuminosityMask } from '../domain/lumi-mask.ts';
import { builder } from './builder.ts';
import { toFilter, whereRef } from './where.ts';

const CertificationMask = builder.objectRef<LuminosityMask>('CertificationMask').implement({
  description: 'A set of lumisections.',
  fields: (t) => ({
    json: t.string({
      description:
        "The set as a golden JSON in the layout of CMS's LumiList: a line a run, ranges with both ends inclusive.",
      resolve: (mask) => goldenJson(mask),
    }),
    lumisectionCount: t.int({
      nullable: true,
      description: 'Number of lumisections; null where a range reaches to the end of a run of unknown length.',
      resolve: ({ lumisectionCount }) => lumisectionCount,
    }),
    runCount: t.int({
      description: 'Number of runs with at least one lumisection.',
      resolve: ({ runCount }) => runCount,
    }),
  }),
});

builder.queryField('certificationMask', (t) =>
  t.field({
    type: CertificationMask,
    description:
      'The lumisections that the newest version of a certification source calls GOOD. An unknown source is an error.',
    args: {
      source: t.arg.string({ required: true, description: 'Name of the source, e.g. `golden-2018`.' }),
      where: t.arg({ type: whereRef('certification'), description: 'Conditions on the certifications that count.' }),
    },
    resolve: (_root, { source, where }, { store }) =>
      store.reads.goodLumisections(source, toFilter('certification', where)),
  }),
);
