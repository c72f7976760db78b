import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dumpDatabase, execute } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';

const DATASET = '/ZeroBias/Run2023C-PromptReco-v1/DQMIO';
const UPSERT = `mutation ($input: UpsertLumisectionHistogramsInput!) {
  upsertLumisectionHistograms(input: $input) { dataFile { id } } }`;
const DELETE_FILE = `mutation ($id: ID!) { deleteDataFile(input: { id: $id }) {
  dataFile { id status error { code } } gone { lumisectionHistograms lumisections runs monitorElements datasets }
  stays { lumisectionHistograms } } }`;
const DELETE_RUN = `mutation ($input: DeleteRunInput!) { deleteRun(input: $input) {
  number dryRun dataFileCount gone { lumisectionHistograms lumisections runs } } }`;

const histogram = (run: number, lumisection: number, ...bins: number[]) => ({
  ...{ run, lumisection, dataset: DATASET, monitorElement: 'Demo/x', bins },
  axes: [{ bins: 2, min: 0, max: 2 }],
});

describe.each(databases)('deleting on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  let ask: Ask;
  beforeAll(async () => {
    opened = await createTestStore(database);
    ask = asker(opened.store);
  });
  afterAll(async () => {
    const findings = await opened.store.verify();
    await opened.drop();
    expect(findings).toEqual([]);
  });

  const bring = async (...histograms: object[]): Promise<string> => {
    const { data } = await ask(UPSERT, { input: { histograms, onConflict: 'ADD' } });
    return data.upsertLumisectionHistograms.dataFile.id;
  };
  const contents = async () => {
    const { files, binnings, issues, ...dump } = await dumpDatabase(opened.url);
    return dump;
  };

  test('a file takes back what it alone brought, and says what stays', async () => {
    await bring(histogram(1, 1, 1, 2), histogram(1, 2, 3, 4));
    const alone = await contents();
    const id = await bring(histogram(1, 1, 10, 20), histogram(1, 3, 5, 6), histogram(2, 1, 5, 6));
    const { data, errors } = await ask(DELETE_FILE, { id });
    expect(errors).toBeUndefined();
    expect(data.deleteDataFile).toEqual({
      dataFile: { id, status: 'CANCELLED', error: { code: 'WITHDRAWN' } },
      gone: { lumisectionHistograms: 2, lumisections: 2, runs: 1, monitorElements: 0, datasets: 0 },
      stays: { lumisectionHistograms: 1 },
    });
    expect(await contents()).toEqual(alone);
    const again = await ask(DELETE_FILE, { id });
    expect(again.data.deleteDataFile.gone).toMatchObject({ lumisectionHistograms: 0, runs: 0 });
  });

  test('a file that is not there, or is being read, is an error with a code', async () => {
    const id = await bring(histogram(1, 5, 7, 7));
    const before = await contents();
    expect((await ask(DELETE_FILE, { id: 'nonsense' })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    await execute(
      opened.url,
      `UPDATE data_file SET lease_owner = 'elsewhere 1 1 1', lease_expires_at = '2999-01-01T00:00:00.000+00:00'`,
    );
    const busy = [{ extensions: { code: 'UNAVAILABLE', reason: 'FILE_BUSY' } }];
    expect((await ask(DELETE_FILE, { id })).errors).toMatchObject(busy);
    expect((await ask(DELETE_RUN, { input: { number: 1, dryRun: false } })).errors).toMatchObject(busy);
    expect(await contents()).toEqual(before);
    await execute(opened.url, 'UPDATE data_file SET lease_owner = NULL, lease_expires_at = NULL');
  });

  test('a run goes only when told so, and what is read afterwards is read anew', async () => {
    await bring(histogram(9, 1, 1, 1));
    await bring(histogram(9, 1, 2, 2));
    const gone = { lumisectionHistograms: 1, lumisections: 1, runs: 1 };
    const would = await ask(DELETE_RUN, { input: { number: 9 } });
    expect(would.data.deleteRun).toEqual({ number: 9, dryRun: true, dataFileCount: 2, gone });
    const both = await ask(
      `mutation { looked: deleteRun(input: { number: 9 }) { number }
         deleteRun(input: { number: 9, dryRun: false }) { dryRun gone { lumisectionHistograms lumisections runs } } }`,
    );
    expect(both.data.deleteRun).toEqual({ dryRun: false, gone });
    expect((await ask('{ run(number: 9) { number } }')).data.run).toBeNull();
    expect((await ask(DELETE_RUN, { input: { number: 9, dryRun: false } })).errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND' } },
    ]);
    const { data } = await ask(
      '{ dataFiles { nodes { issues(where: { code: { eq: "RUN_DELETED" } }) { nodes { severity value } } } } }',
    );
    const notes = data.dataFiles.nodes.flatMap(({ issues }: { issues: { nodes: object[] } }) => issues.nodes);
    expect(notes).toEqual([
      { severity: 'NOTE', value: '9' },
      { severity: 'NOTE', value: '9' },
    ]);
  });

  test('a server that takes no changes deletes nothing', async () => {
    const id = await bring(histogram(3, 1, 1, 1));
    const closed = asker(opened.store, { LUMIGRAPH_MUTATIONS: 'off' });
    for (const answer of [
      await closed(DELETE_FILE, { id }),
      await closed(DELETE_RUN, { input: { number: 3, dryRun: false } }),
      await closed(DELETE_RUN, { input: { number: 3 } }),
    ]) {
      expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect((await ask('{ run(number: 3) { number } }')).data.run).toEqual({ number: 3 });
  });
});
