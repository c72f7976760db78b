import { datasetRows } from '../../ingest/pipeline/call/datasets.ts';
import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import { bring } from './bring.ts';
import { builder } from './builder.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { Dataset } from './refs.ts';
import { choicesOf, payloadOf } from './upsert-payload.ts';

const about = DESCRIPTIONS.dataset;

const DatasetInput = builder.inputType('DatasetInput', {
  description:
    'A dataset. What is left out (or null) is not stated and stays as it is stored; its name tells its parts.',
  fields: (t) => ({
    name: t.string({ required: true, description: about.name }),
    description: t.string({ description: about.description }),
  }),
});

const UpsertDatasetsInput = builder.inputType('UpsertDatasetsInput', {
  description: 'Datasets to write.',
  fields: (t) => ({
    datasets: t.field({
      type: [DatasetInput],
      required: true,
      description: 'The datasets, at most `LUMIGRAPH_MAX_INPUT_ROWS`.',
    }),
    ...choicesOf(t),
  }),
});

const UpsertDatasetsPayload = payloadOf<{ readonly names: readonly string[] }>('UpsertDatasetsPayload', (t) => ({
  datasets: t.field({
    type: [Dataset],
    nullable: { list: false, items: true },
    description: 'The datasets as they are stored now, as the input lists them; null where there is none.',
    resolve: ({ names }, _args, { store }) => store.reads.datasetsByName(names),
  }),
}));

const UpdateDatasetInput = builder.inputType('UpdateDatasetInput', {
  description: 'What to change of a dataset.',
  fields: (t) => ({
    name: t.string({ required: true, description: `${about.name} It must be stored.` }),
    description: t.string({ description: 'What is said of it from now on; null: nothing. Left out it stays.' }),
  }),
});

const UpdateDatasetPayload = payloadOf<{ readonly name: string }>('UpdateDatasetPayload', (t) => ({
  dataset: t.field({
    type: Dataset,
    description: 'The dataset as it is stored now.',
    resolve: ({ name }, _args, { store }) => store.reads.datasetByName(name) as Promise<never>,
  }),
}));

builder.mutationFields((t) => ({
  upsertDatasets: t.field({
    type: UpsertDatasetsPayload,
    scope: 'ingest',
    description:
      'Makes datasets that are not stored yet, and describes them. A dataset made here stays without any histogram.',
    args: { input: t.arg({ type: UpsertDatasetsInput, required: true, description: 'What to write.' }) },
    resolve: async (_root, { input: { datasets, ...choices } }, context) => ({
      ...(await bring(context, { name: 'upsertDatasets', lists: { datasets }, choices }, () => datasetRows(datasets))),
      names: datasets.map(({ name }) => name),
    }),
  }),
  updateDataset: t.field({
    type: UpdateDatasetPayload,
    scope: 'ingest',
    description: 'Changes what is said of a dataset that is stored.',
    args: { input: t.arg({ type: UpdateDatasetInput, required: true, description: 'What to change.' }) },
    resolve: async (_root, { input: { name, description } }, context) => {
      if ((await context.store.reads.datasetByName(name)) === null) {
        throw new NotFoundError(`no dataset has the name ${JSON.stringify(name.slice(0, 200))}`, { field: 'name' });
      }
      const dataset = { name, ...(description !== undefined && { description }) };
      const choices = { onConflict: 'replace', strict: false } as const;
      const call = { name: 'updateDataset', lists: { datasets: [dataset] }, choices };
      const result = await bring(context, call, () => datasetRows([dataset], { nullClears: true }));
      const [issue] = result.report.issues;
      if (issue) throw new InvalidInputError(`${issue.field}: ${issue.reason}`, { field: issue.field });
      return { ...result, name };
    },
  }),
}));
