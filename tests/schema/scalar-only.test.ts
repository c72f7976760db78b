import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginFile, write } from '../store/writing/write.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';

const DATASET = '/ZeroBias/Run2023C-PromptReco-v1/DQMIO';

describe.each(databases)('a monitor element that has no histogram on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  let ask: Ask;
  beforeAll(async () => {
    opened = await createTestStore(database);
    ask = asker(opened.store);
  });
  afterAll(() => opened.drop());

  test('is found with its runs and datasets, and counted, and gone with its last value', async () => {
    const { ledger } = opened.store;
    const id = await beginFile(ledger);
    const scalar = { dataset: DATASET, monitorElement: 'Info/events', type: 'INT', value: '7' } as const;
    const scalars = [
      { ...scalar, run: 1, lumisection: 0 },
      { ...scalar, run: 1, lumisection: 2 },
      { ...scalar, run: 2, lumisection: 1 },
    ];
    await write(ledger, id, { kind: 'scalars', scalars });
    const tested = { run: 3, lumisection: 0, dataset: DATASET, monitorElement: 'Info/tested' };
    const result = { name: 'range', statusCode: 100, result: 1, algorithm: '', message: '' };
    await write(ledger, id, { kind: 'qualityTests', qualityTests: [{ ...tested, ...result }] });
    const query = `{
      monitorElements { nodes { path histogramCount scalarCount runs { totalCount nodes { number } } datasets { nodes { name } } } }
      datasets { nodes { runCount monitorElements { totalCount } } }
      runs(where: { monitorElements: { path: { eq: "Info/events" } } }) { nodes { number monitorElements { nodes { path } } } }
      scalarValues { totalCount } qualityTests { totalCount } }`;
    const { data, errors } = await ask(query);
    expect(errors).toBeUndefined();
    const events = { path: 'Info/events', histogramCount: 0, scalarCount: 3 };
    expect(data.monitorElements.nodes).toEqual([
      {
        ...events,
        runs: { totalCount: 2, nodes: [{ number: 1 }, { number: 2 }] },
        datasets: { nodes: [{ name: DATASET }] },
      },
      {
        ...{ path: 'Info/tested', histogramCount: 0, scalarCount: 0 },
        runs: { totalCount: 1, nodes: [{ number: 3 }] },
        datasets: { nodes: [{ name: DATASET }] },
      },
    ]);
    expect(data.datasets.nodes).toEqual([{ runCount: 3, monitorElements: { totalCount: 2 } }]);
    const monitorElements = { nodes: [{ path: 'Info/events' }] };
    expect(data.runs.nodes).toEqual([
      { number: 1, monitorElements },
      { number: 2, monitorElements },
    ]);
    expect([data.scalarValues.totalCount, data.qualityTests.totalCount]).toEqual([3, 1]);
    expect(await opened.store.verify()).toEqual([]);
    await ledger.withdraw(id);
    expect((await ask('{ monitorElements { totalCount } runs { totalCount } }')).data).toEqual({
      monitorElements: { totalCount: 0 },
      runs: { totalCount: 0 },
    });
  });
});
