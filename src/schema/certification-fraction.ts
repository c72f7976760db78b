import type { CertificationFraction as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { Run } from './refs.ts';

const about = DESCRIPTIONS.certification;

const CertificationFraction = builder.objectRef<Row>('CertificationFraction').implement({
  description: 'The share of good lumisections of a run, as a source states it: it is not counted from certifications.',
  fields: (t) => ({
    source: t.exposeString('source', { description: about.source }),
    subsystem: t.exposeString('subsystem', { description: about.subsystem }),
    fraction: t.exposeFloat('fraction', { description: 'From 0 to 1.' }),
  }),
});

builder.prismaObjectFields(Run, (t) => ({
  certificationFractions: t.field({
    type: [CertificationFraction],
    description:
      'The shares of good lumisections that sources state of the run, e.g. Run Registry of each subsystem; by source, then subsystem.',
    args: { source: t.arg.string({ description: 'Of this source alone.' }) },
    resolve: async ({ number }, { source }, { loaders, cost }) => {
      const fractions = await loaders.fractionsOfRun.load(number);
      const wanted = source == null ? fractions : fractions.filter((fraction) => fraction.source === source);
      cost.addNodes(wanted.length);
      return wanted;
    },
  }),
}));
