import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';

const REPORT = 'report { inserted identical conflicting replaced rejected issues { index code field value reason } }';
const UPSERT = `mutation ($input: UpsertDatasetsInput!) { upsertDatasets(input: $input) {
  datasets { name tier description } dataFile { id } ${REPORT} } }`;
const UPDATE = `mutation ($input: UpdateDatasetInput!) { updateDataset(input: $input) {
  dataset { name description } ${REPORT} } }`;
const FILL = `mutation ($h: [RunHistogramInput!]!) { upsertRunHistograms(input: { histograms: $h }) { dataFile { id } } }`;
const WITHDRAW = `mutation ($id: ID!) { deleteDataFile(input: { id: $id }) {
  gone { datasets datasetDescriptions } stays { datasetDescriptions } } }`;

const none = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, rejected: 0 };
const named = (name: string) => `/${name}/Run2026A-PromptReco-v1/DQMIO`;

describe.each(databases)('datasets by mutation on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let ask: Ask;
  beforeAll(async () => {
    opened = await createTestStore(database);
    ask = asker(opened.store);
  });
  afterAll(async () => {
    try {
      expect(await opened.store.verify()).toEqual([]);
    } finally {
      await opened.drop();
    }
  });

  const upsert = async (datasets: object[], more: object = {}) => {
    const { data, errors } = await ask(UPSERT, { input: { datasets, ...more } });
    expect(errors).toBeUndefined();
    return data.upsertDatasets;
  };
  const update = async (input: object) => {
    const { data, errors } = await ask(UPDATE, { input });
    return errors ? errors[0] : data.updateDataset;
  };
  const describing = async (name: string) =>
    (await ask('query ($name: String!) { dataset(name: $name) { description } }', { name })).data.dataset?.description;

  test('are made, described, contradicted and replaced; the same again changes nothing', async () => {
    const name = named('A');
    expect(await upsert([{ name }, { name: 'with space' }, { name: named('B'), description: 'second' }])).toMatchObject(
      {
        datasets: [{ name, tier: 'DQMIO', description: null }, null, { description: 'second' }],
        report: { ...none, inserted: 2, rejected: 1, issues: [{ index: 1, code: 'BAD_DATASET', field: 'name' }] },
      },
    );
    expect((await upsert([{ name, description: 'first' }])).report).toMatchObject({ ...none, inserted: 1 });
    expect(await upsert([{ name, description: 'first' }, { name }])).toMatchObject({
      dataFile: { id: expect.any(String) },
      report: { ...none, identical: 2 },
    });
    expect(await upsert([{ name, description: 'other' }])).toMatchObject({
      datasets: [{ description: 'first' }],
      dataFile: null,
      report: { ...none, conflicting: 1, issues: [{ index: 0, code: 'CONFLICT', value: `dataset ${name}` }] },
    });
    expect(await upsert([{ name, description: 'other' }], { onConflict: 'REPLACE' })).toMatchObject({
      datasets: [{ description: 'other' }],
      report: { ...none, replaced: 1 },
    });
    expect((await upsert([{ name, description: ' ' }])).report).toMatchObject({
      issues: [{ code: 'BAD_TEXT', field: 'description' }],
    });
  });

  test('are updated: described anew, or not at all, and a name that is not stored is an error', async () => {
    const name = named('Updated');
    await upsert([{ name, description: 'before' }]);
    // read before the change, and so perhaps remembered
    expect(await describing(name)).toBe('before');
    expect(await update({ name, description: 'after' })).toMatchObject({
      dataset: { description: 'after' },
      report: { replaced: 1 },
    });
    expect(await update({ name, description: 'after' })).toMatchObject({ report: { ...none, identical: 1 } });
    expect(await update({ name })).toMatchObject({ dataset: { description: 'after' } });
    expect(await describing(name)).toBe('after');
    expect(await update({ name, description: null })).toMatchObject({ dataset: { description: null } });
    expect(await describing(name)).toBeNull();
    expect(await update({ name, description: '' })).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    expect(await update({ name: named('Nowhere'), description: 'x' })).toMatchObject({
      extensions: { code: 'NOT_FOUND' },
    });
    expect(await describing(named('Nowhere'))).toBeUndefined();
  });

  test('are found by what is said of them', async () => {
    await upsert([{ name: named('Found'), description: 'cosmics, field off' }]);
    const { data } = await ask(
      '{ datasets(where: { description: { contains: "field off" } }) { nodes { name description } } }',
    );
    expect(data.datasets.nodes).toEqual([{ name: named('Found'), description: 'cosmics, field off' }]);
  });

  test('stay as long as one call, or one histogram, has them', async () => {
    const name = named('Withdrawn');
    const fill = async () => {
      const histogram = { run: 5, dataset: name, monitorElement: 'Demo/x', entries: 1 };
      return (await ask(FILL, { h: [histogram] })).data.upsertRunHistograms.dataFile.id;
    };
    const withdraw = async (id: string) => (await ask(WITHDRAW, { id })).data.deleteDataFile;
    const described = (await upsert([{ name, description: 'said' }])).dataFile.id;
    const again = (await upsert([{ name, description: 'said' }, { name: named('More') }])).dataFile.id;
    const filled = await fill();
    expect(await withdraw(described)).toMatchObject({
      gone: { datasets: 0, datasetDescriptions: 0 },
      stays: { datasetDescriptions: 1 },
    });
    expect(await describing(name)).toBe('said');
    expect(await withdraw(filled)).toMatchObject({ gone: { datasets: 0 } });
    expect(await withdraw(again)).toMatchObject({ gone: { datasets: 2, datasetDescriptions: 1 } });
    expect(await describing(name)).toBeUndefined();
    const dump = await dumpDatabase(opened.url);
    expect(dump.datasetContributions.filter((row) => row.startsWith(name))).toEqual([]);
    // a dataset that a histogram made is there without anybody having described it
    await fill();
    expect(await describing(name)).toBeNull();
  });
});
