import { lumisectionRows, runRows } from '../../ingest/pipeline/call/conditions.ts';
import { bring } from './bring.ts';
import { builder } from './builder.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { LumisectionFlag } from './enums.ts';
import { Lumisection, Run } from './refs.ts';
import { choicesOf, payloadOf } from './upsert-payload.ts';

const ofRun = DESCRIPTIONS.run;
const ofLumisection = DESCRIPTIONS.lumisection;

const RunInput = builder.inputType('RunInput', {
  description: 'Conditions of a run. What is left out (or null) is not stated and stays as it is stored.',
  fields: (t) => ({
    number: t.int({ required: true, description: ofRun.number }),
    year: t.int({ description: ofRun.year }),
    era: t.string({ description: ofRun.era }),
    period: t.string({ description: ofRun.period }),
    fill: t.int({ description: ofRun.fill }),
    startedAt: t.field({ type: 'DateTime', description: ofRun.startedAt }),
    endedAt: t.field({ type: 'DateTime', description: ofRun.endedAt }),
    initialLumi: t.float({ description: ofRun.initialLumi }),
    endLumi: t.float({ description: ofRun.endLumi }),
    lumisectionCount: t.int({ description: ofRun.lumisectionCount }),
    deliveredLumi: t.float({ description: ofRun.deliveredLumi }),
    recordedLumi: t.float({ description: ofRun.recordedLumi }),
    energy: t.float({ description: ofRun.energy }),
    magneticField: t.float({ description: ofRun.magneticField }),
  }),
});

const UpsertRunsInput = builder.inputType('UpsertRunsInput', {
  description: 'Runs to write.',
  fields: (t) => ({
    runs: t.field({ type: [RunInput], required: true, description: 'The runs, at most `LUMIGRAPH_MAX_INPUT_ROWS`.' }),
    ...choicesOf(t),
  }),
});

const UpsertRunsPayload = payloadOf<{ readonly numbers: readonly number[] }>('UpsertRunsPayload', (t) => ({
  runs: t.field({
    type: [Run],
    nullable: { list: false, items: true },
    description: 'The runs as they are stored now, as the input lists them; null where there is none.',
    resolve: ({ numbers }, _args, { loaders }) => Promise.all(numbers.map((number) => loaders.run.load(number))),
  }),
}));

const LumisectionInput = builder.inputType('LumisectionInput', {
  description: 'Conditions of a lumisection. What is left out (or null) is not stated and stays as it is stored.',
  fields: (t) => ({
    run: t.int({ required: true, description: 'Number of the run, which is made where it is missing.' }),
    number: t.int({ required: true, description: ofLumisection.number }),
    startedAt: t.field({ type: 'DateTime', description: ofLumisection.startedAt }),
    endedAt: t.field({ type: 'DateTime', description: ofLumisection.endedAt }),
    zeroBiasRate: t.float({ description: ofLumisection.zeroBiasRate }),
    deliveredLumi: t.float({ description: ofLumisection.deliveredLumi }),
    recordedLumi: t.float({ description: ofLumisection.recordedLumi }),
    pileup: t.float({ description: ofLumisection.pileup }),
    flagsOn: t.field({ type: [LumisectionFlag], description: ofLumisection.flagsOn }),
    flagsOff: t.field({ type: [LumisectionFlag], description: ofLumisection.flagsOff }),
  }),
});

const UpsertLumisectionsInput = builder.inputType('UpsertLumisectionsInput', {
  description: 'Lumisections to write.',
  fields: (t) => ({
    lumisections: t.field({
      type: [LumisectionInput],
      required: true,
      description: 'The lumisections, at most `LUMIGRAPH_MAX_INPUT_ROWS`.',
    }),
    ...choicesOf(t),
  }),
});

type Keys = readonly { readonly run: number; readonly number: number }[];

const UpsertLumisectionsPayload = payloadOf<{ readonly keys: Keys }>('UpsertLumisectionsPayload', (t) => ({
  lumisections: t.field({
    type: [Lumisection],
    nullable: { list: false, items: true },
    description: 'The lumisections as they are stored now, as the input lists them; null where there is none.',
    resolve: ({ keys }, _args, { loaders }) =>
      Promise.all(keys.map(({ run, number }) => loaders.lumisection.load({ runNumber: run, number }))),
  }),
}));

builder.mutationFields((t) => ({
  upsertRuns: t.field({
    scope: 'ingest',
    type: UpsertRunsPayload,
    description: 'Writes conditions of runs: what is not known yet is added, what contradicts is in conflict.',
    args: { input: t.arg({ type: UpsertRunsInput, required: true, description: 'What to write.' }) },
    resolve: async (_root, { input: { runs, ...choices } }, context) => ({
      ...(await bring(context, { name: 'upsertRuns', lists: { runs }, choices }, () => runRows(runs))),
      numbers: runs.map(({ number }) => number),
    }),
  }),
  upsertLumisections: t.field({
    scope: 'ingest',
    type: UpsertLumisectionsPayload,
    description: 'Writes conditions of lumisections: what is not known yet is added, what contradicts is in conflict.',
    args: { input: t.arg({ type: UpsertLumisectionsInput, required: true, description: 'What to write.' }) },
    resolve: async (_root, { input: { lumisections, ...choices } }, context) => ({
      ...(await bring(context, { name: 'upsertLumisections', lists: { lumisections }, choices }, () =>
        lumisectionRows(lumisections),
      )),
      keys: lumisections,
    }),
  }),
}));
