import { InvalidInputError, LimitExceededError } from '../domain/errors.ts';
import { bitsToFlags } from '../domain/lumisection-flags.ts';
import { combineVerdicts } from '../domain/verdict.ts';
import type { Lumisection as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { lumisectionHistograms, lumisections, notes, qualityTests, scalarValues } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { LumisectionFlag, Verdict } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { runOf } from './parents.ts';
import { Lumisection, Run } from './refs.ts';

const about = DESCRIPTIONS.lumisection;

/** Each is a statement for all lumisections of a level. */
const MAX_SOURCES = 16;

const VerdictSource = builder.inputType('VerdictSourceInput', {
  description: 'A certification source, or one subsystem or dataset of what it judges.',
  fields: (t) => ({
    source: t.string({ required: true, description: 'Name of the source; an unknown one is an error.' }),
    subsystem: t.string({ description: 'One subsystem, e.g. `pixel`; all of them together unless told.' }),
    dataset: t.string({ description: 'One dataset, as the source names it; all of them together unless told.' }),
  }),
});
const key = nodeKey('Lumisection', ['int', 'int']);

builder.nodeRef(Lumisection, {
  id: { resolve: ({ runNumber, number }: Row) => key.format([runNumber, number]), parse: key.parse },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(ids.map(([runNumber, number]) => loaders.lumisection.load({ runNumber, number }))),
});

builder.prismaObjectFields(Lumisection, (t) => ({
  number: t.exposeInt('number', { description: about.number }),
  startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: about.startedAt }),
  endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: about.endedAt }),
  zeroBiasRate: t.exposeFloat('zeroBiasRate', { nullable: true, description: about.zeroBiasRate }),
  deliveredLumi: t.exposeFloat('deliveredLumi', { nullable: true, description: about.deliveredLumi }),
  recordedLumi: t.exposeFloat('recordedLumi', { nullable: true, description: about.recordedLumi }),
  pileup: t.exposeFloat('pileup', { nullable: true, description: about.pileup }),
  flagsOn: t.field({
    type: [LumisectionFlag],
    description: about.flagsOn,
    resolve: ({ flagsOn }) => bitsToFlags(BigInt(flagsOn)),
  }),
  flagsOff: t.field({
    type: [LumisectionFlag],
    description: about.flagsOff,
    resolve: ({ flagsOff }) => bitsToFlags(BigInt(flagsOff)),
  }),

  run: t.field({
    type: Run,
    description: about.run,
    resolve: runOf,
  }),
  histograms: t.field({
    type: lumisectionHistograms.type,
    description: about.histograms,
    args: lumisectionHistograms.args,
    resolve: lumisectionHistograms.of(({ runNumber, number }) => ({ runNumber, lumisectionNumber: number })),
  }),
  scalars: t.field({
    type: scalarValues.type,
    description: about.scalars,
    args: scalarValues.args,
    resolve: scalarValues.of(({ runNumber, number }) => ({ runNumber, lumisectionNumber: number })),
  }),
  qualityTests: t.field({
    type: qualityTests.type,
    description: about.qualityTests,
    args: qualityTests.args,
    resolve: qualityTests.of(({ runNumber, number }) => ({ runNumber, lumisectionNumber: number })),
  }),
  notes: t.field({
    type: notes.type,
    description:
      'What people wrote about this lumisection: the notes on ranges that hold it, and those on the whole run.',
    args: notes.args,
    resolve: notes.of(({ runNumber, number }) => ({ runNumber, lumisectionNumber: number })),
  }),
  verdict: t.field({
    type: Verdict,
    description:
      'What the newest version of a certification source says of this lumisection. GOOD: everything it judges is good, as in `mask`; BAD: anything is bad; what no range covers is NOT_EVALUATED, never BAD.',
    args: {
      source: t.arg.string({ required: true, description: 'Name of the source; an unknown one is an error.' }),
      subsystem: t.arg.string({
        description: 'One subsystem, e.g. `pixel`; without it the source judges by all of its subsystems together.',
      }),
      dataset: t.arg.string({
        description: 'One dataset, as the source names it; without it all of its datasets together.',
      }),
    },
    resolve: ({ runNumber, number }, { source, subsystem = null, dataset = null }, { loaders }) =>
      loaders.verdict({ source, subsystem, dataset }).load({ runNumber, number }),
  }),
  combinedVerdict: t.field({
    type: Verdict,
    description:
      'What several certification sources say of this lumisection together: any BAD gives BAD, all GOOD give GOOD, anything else is NOT_EVALUATED. As `all(...)` in a mask.',
    args: {
      sources: t.arg({
        type: [VerdictSource],
        required: true,
        description: `The sources: at least 1, at most ${MAX_SOURCES}.`,
      }),
    },
    resolve: async ({ runNumber, number }, { sources }, { loaders }) => {
      if (sources.length === 0) throw new InvalidInputError('sources: give at least one', { field: 'sources' });
      if (sources.length > MAX_SOURCES) {
        throw new LimitExceededError(`sources: ${sources.length} are more than ${MAX_SOURCES}`, {
          field: 'sources',
          limit: MAX_SOURCES,
        });
      }
      const verdicts = sources.map(({ source, subsystem = null, dataset = null }) =>
        loaders.verdict({ source, subsystem, dataset }).load({ runNumber, number }),
      );
      return combineVerdicts(await Promise.all(verdicts));
    },
  }),
}));

builder.queryFields((t) => ({
  lumisection: t.field({
    type: Lumisection,
    nullable: true,
    description: 'One lumisection; null where it is not stored.',
    args: {
      run: t.arg.int({ required: true, description: 'Run number, at least 1.' }),
      number: t.arg.int({ required: true, description: 'Lumisection number, at least 1.' }),
    },
    resolve: (_root, { run, number }, { loaders }) => loaders.lumisection.load({ runNumber: run, number }),
  }),
  lumisections: t.field({
    type: lumisections.type,
    description: 'All lumisections of all runs.',
    args: lumisections.args,
    resolve: lumisections.all,
  }),
}));
