import { qualityTestRows, scalarRows } from '../../ingest/pipeline/call/values.ts';
import { bring } from './bring.ts';
import { builder } from './builder.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { ScalarType } from './enums.ts';
import type { Fields } from './input-fields.ts';
import { QualityTest, ScalarValue } from './refs.ts';
import { choicesOf, payloadOf } from './upsert-payload.ts';
import { keysOfWritten, type WrittenPlace } from './written-keys.ts';

const ofScalar = DESCRIPTIONS.scalarValue;
const ofTest = DESCRIPTIONS.qualityTest;

const placeFields = (t: Fields) => ({
  run: t.int({ required: true, description: 'Run number, at least 1; the run is made where it is missing.' }),
  lumisection: t.int({ description: 'Lumisection number, at least 1; left out where it is of the whole run.' }),
  dataset: t.string({ required: true, description: 'Name of the dataset, `/PrimaryDataset/Era-Processing-vN/TIER`.' }),
  monitorElement: t.string({ required: true, description: 'Path of the monitor element.' }),
});

const ScalarValueInput = builder.inputType('ScalarValueInput', {
  description: 'The number or text that a scalar monitor element holds.',
  fields: (t) => ({
    ...placeFields(t as Fields),
    type: t.field({ type: ScalarType, required: true, description: ofScalar.type }),
    value: t.string({ required: true, description: 'The value as text, of any size: `42`, `1.5e-3`, `nan`.' }),
  }),
});

const QualityTestInput = builder.inputType('QualityTestInput', {
  description: 'What a quality test said of a monitor element.',
  fields: (t) => ({
    ...placeFields(t as Fields),
    name: t.string({ required: true, description: ofTest.name }),
    statusCode: t.int({ required: true, description: ofTest.statusCode }),
    result: t.float({ description: ofTest.result }),
    algorithm: t.string({ description: ofTest.algorithm }),
    message: t.string({ description: ofTest.message }),
  }),
});

const UpsertScalarValuesInput = builder.inputType('UpsertScalarValuesInput', {
  description: 'Values of scalar monitor elements to write.',
  fields: (t) => ({
    scalarValues: t.field({
      type: [ScalarValueInput],
      required: true,
      description: 'The values, at most `LUMIGRAPH_MAX_INPUT_ROWS`.',
    }),
    ...choicesOf(t),
  }),
});

const UpsertQualityTestsInput = builder.inputType('UpsertQualityTestsInput', {
  description: 'Results of quality tests to write.',
  fields: (t) => ({
    qualityTests: t.field({
      type: [QualityTestInput],
      required: true,
      description: 'The results, at most `LUMIGRAPH_MAX_INPUT_ROWS`.',
    }),
    ...choicesOf(t),
  }),
});

interface Written<Place extends WrittenPlace> {
  readonly places: readonly Place[];
}

const UpsertScalarValuesPayload = payloadOf<Written<WrittenPlace>>('UpsertScalarValuesPayload', (t) => ({
  scalarValues: t.field({
    type: [ScalarValue],
    nullable: { list: false, items: true },
    description: 'The values as they are stored now, as the input lists them; null where there is none.',
    resolve: async ({ places }, _args, context) => {
      const keys = await keysOfWritten(places, context);
      return Promise.all(keys.map((key) => key && context.loaders.scalarValue.load(key)));
    },
  }),
}));

const UpsertQualityTestsPayload = payloadOf<Written<WrittenPlace & { readonly name: string }>>(
  'UpsertQualityTestsPayload',
  (t) => ({
    qualityTests: t.field({
      type: [QualityTest],
      nullable: { list: false, items: true },
      description: 'The results as they are stored now, as the input lists them; null where there is none.',
      resolve: async ({ places }, _args, context) => {
        const keys = await keysOfWritten(places, context);
        return Promise.all(
          keys.map((key, i) => {
            const name = places[i]?.name ?? '';
            return key ? context.loaders.qualityTest.load({ ...key, name }) : null;
          }),
        );
      },
    }),
  }),
);

builder.mutationFields((t) => ({
  upsertScalarValues: t.field({
    type: UpsertScalarValuesPayload,
    scope: 'ingest',
    description:
      'Writes values of scalar monitor elements, of runs and of lumisections; what these names stand for is made where it is missing.',
    args: { input: t.arg({ type: UpsertScalarValuesInput, required: true, description: 'What to write.' }) },
    resolve: async (_root, { input: { scalarValues, ...choices } }, context) => ({
      ...(await bring(context, { name: 'upsertScalarValues', lists: { scalarValues }, choices }, () =>
        scalarRows(scalarValues),
      )),
      places: scalarValues,
    }),
  }),
  upsertQualityTests: t.field({
    type: UpsertQualityTestsPayload,
    scope: 'ingest',
    description:
      'Writes results of quality tests, of runs and of lumisections; what these names stand for is made where it is missing.',
    args: { input: t.arg({ type: UpsertQualityTestsInput, required: true, description: 'What to write.' }) },
    resolve: async (_root, { input: { qualityTests, ...choices } }, context) => ({
      ...(await bring(context, { name: 'upsertQualityTests', lists: { qualityTests }, choices }, () =>
        qualityTestRows(qualityTests),
      )),
      places: qualityTests,
    }),
  }),
}));
