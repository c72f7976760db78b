import type { Run as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import {
  datasets,
  lumisectionHistograms,
  lumisections,
  monitorElements,
  notes,
  qualityTests,
  referenceChoices,
  runHistograms,
  runs,
  scalarValues,
} from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { nodeKey } from './global-id.ts';
import { Certification, Lumisection, Run } from './refs.ts';

const about = DESCRIPTIONS.run;
const key = nodeKey('Run', ['int']);

builder.nodeRef(Run, {
  id: { resolve: ({ number }: Row) => key.format([number]), parse: key.parse },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map(([number]) => loaders.run.load(number))),
});

builder.prismaObjectFields(Run, (t) => ({
  number: t.exposeInt('number', { description: about.number }),
  year: t.exposeInt('year', { nullable: true, description: about.year }),
  era: t.exposeString('era', { nullable: true, description: about.era }),
  period: t.exposeString('period', { nullable: true, description: about.period }),
  fill: t.exposeInt('fill', { nullable: true, description: about.fill }),
  startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: about.startedAt }),
  endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: about.endedAt }),
  initialLumi: t.exposeFloat('initialLumi', { nullable: true, description: about.initialLumi }),
  endLumi: t.exposeFloat('endLumi', { nullable: true, description: about.endLumi }),
  lumisectionCount: t.exposeInt('lumisectionCount', { nullable: true, description: about.lumisectionCount }),
  deliveredLumi: t.exposeFloat('deliveredLumi', { nullable: true, description: about.deliveredLumi }),
  recordedLumi: t.exposeFloat('recordedLumi', { nullable: true, description: about.recordedLumi }),
  energy: t.exposeFloat('energy', { nullable: true, description: about.energy }),
  magneticField: t.exposeFloat('magneticField', { nullable: true, description: about.magneticField }),

  lumisection: t.field({
    type: Lumisection,
    nullable: true,
    description: 'One lumisection of the run; null where it is not stored.',
    args: { number: t.arg.int({ required: true, description: 'Lumisection number, at least 1.' }) },
    resolve: ({ number }, args, { loaders }) => loaders.lumisection.load({ runNumber: number, number: args.number }),
  }),
  lumisections: t.field({
    type: lumisections.type,
    description: about.lumisections,
    args: lumisections.args,
    resolve: lumisections.of(({ number }) => ({ runNumber: number })),
  }),
  histograms: t.field({
    type: runHistograms.type,
    description: about.histograms,
    args: runHistograms.args,
    resolve: runHistograms.of(({ number }) => ({ runNumber: number })),
  }),
  scalars: t.field({
    type: scalarValues.type,
    description: about.scalars,
    args: scalarValues.args,
    resolve: scalarValues.of(({ number }) => ({ runNumber: number, lumisectionNumber: 0 })),
  }),
  qualityTests: t.field({
    type: qualityTests.type,
    description: about.qualityTests,
    args: qualityTests.args,
    resolve: qualityTests.of(({ number }) => ({ runNumber: number, lumisectionNumber: 0 })),
  }),
  lumisectionHistograms: t.field({
    type: lumisectionHistograms.type,
    description: about.lumisectionHistograms,
    args: lumisectionHistograms.args,
    resolve: lumisectionHistograms.of(({ number }) => ({ runNumber: number })),
  }),
  monitorElements: t.field({
    type: monitorElements.type,
    description: about.monitorElements,
    args: monitorElements.args,
    resolve: monitorElements.of(({ number }) => ({ runNumber: number })),
  }),
  datasets: t.field({
    type: datasets.type,
    description: about.datasets,
    args: datasets.args,
    resolve: datasets.of(({ number }) => ({ runNumber: number })),
  }),
  notes: t.field({
    type: notes.type,
    description: about.notes,
    args: notes.args,
    resolve: notes.of(({ number }) => ({ runNumber: number })),
  }),
  references: t.field({
    type: referenceChoices.type,
    description: about.references,
    args: referenceChoices.args,
    resolve: referenceChoices.of(({ number }) => ({ runNumber: number })),
  }),
  certifications: t.field({
    type: [Certification],
    description:
      'What every source says of the run, in its newest version: one object a flag, ordered by source, dataset, subsystem, flag. Older versions are in the root list.',
    resolve: async ({ number }, _args, { loaders, cost }) => {
      const certifications = await loaders.certificationsOfRun.load(number);
      cost.addNodes(certifications.length);
      return certifications;
    },
  }),
}));

builder.queryFields((t) => ({
  run: t.field({
    type: Run,
    nullable: true,
    description: 'The run of this number; null where it is not stored.',
    args: { number: t.arg.int({ required: true, description: 'Run number, at least 1.' }) },
    resolve: (_root, { number }, { loaders }) => loaders.run.load(number),
  }),
  runs: t.field({
    type: runs.type,
    description: 'All runs.',
    args: runs.args,
    resolve: runs.all,
  }),
}));
