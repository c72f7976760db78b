import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RecordBatch } from '../../../src/domain/record.ts';
import { RUN_TABLES } from '../../../src/store/delete-run.ts';
import type { Store } from '../../../src/store/store.ts';
import { dumpDatabase, execute } from '../../support/database-dump.ts';
import { createTestStore, databases } from '../../support/databases.ts';
import { certification, PROMPT } from './batches.ts';
import { batchesOf, counts } from './parts.ts';
import { beginFile, openDatabase, write } from './write.ts';

/** Something of everything of a run, and an element of its own. */
const everything = (run: number): RecordBatch[] => [
  ...batchesOf([
    { run, ls: 1, me: 'a', bins: counts(0, 1, 2, 3, 0), entries: 6 },
    { run, ls: 2, me: `of ${run}`, bins: counts(0, 1, 2, 3, 0), entries: 6 },
    { run, ls: 0, me: 'a', bins: counts(0, 1, 2, 3, 0), entries: 6 },
  ]),
  {
    kind: 'scalars',
    scalars: [{ run, lumisection: 0, dataset: PROMPT, monitorElement: 's', type: 'INT', value: '1' }],
  },
  {
    kind: 'qualityTests',
    qualityTests: [
      {
        ...{ run, lumisection: 0, dataset: PROMPT, monitorElement: 'a', name: 'q', statusCode: 100 },
        ...{ result: 1, algorithm: '', message: '' },
      },
    ],
  },
  certification({ [run]: [[1, 2]] }, `of ${run}`),
  { kind: 'fractions', fractions: [{ run, subsystem: 'tau', fraction: 0.5 }] },
  { kind: 'runs', runs: [{ number: run, fill: 7 }] },
  { kind: 'lumisections', lumisections: [{ run, number: 3, pileup: 50, flagsOff: ['cms_active', 'ho_ready'] }] },
];

const nobody = { isDead: () => false };

describe.each(databases)('deleting a run on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  let ledger: Store['ledger'];
  beforeEach(async () => {
    opened = await createTestStore(database);
    ({ ledger } = opened.store);
  });
  afterEach(async () => {
    const findings = await opened.store.verify();
    await opened.drop();
    expect(findings).toEqual([]);
  });

  const read = async (run: number, copies: number) => {
    const batches = everything(run);
    for (let i = 0; i < copies; i++) {
      const id = await beginFile(ledger, { sha256: `${run}-${i}` });
      for (const batch of batches) await write(ledger, id, batch, { source: 'golden', onConflict: 'add' });
      await ledger.finish(id, { status: 'DONE' });
    }
  };
  const contents = async () => {
    const { files, issues, binnings, certificationVersions, versionContributions, ...dump } = await dumpDatabase(
      opened.url,
    );
    return dump;
  };

  test('takes everything of it, tells how much, and leaves the others', async () => {
    await read(1, 2);
    const before = await contents();
    await read(2, 3);
    const whole = await contents();
    const gone = {
      ...{ lumisectionHistograms: 2, runHistograms: 1, scalarValues: 1, qualityTests: 1, fractions: 1, conditions: 7 },
      ...{
        certificationVersions: 0,
        datasetDescriptions: 0,
        notes: 0,
        certificationRanges: 1,
        runs: 1,
        lumisections: 3,
        monitorElements: 1,
        datasets: 0,
      },
    };
    expect(await ledger.deleteRun(2, { dryRun: true, ...nobody })).toEqual({ number: 2, gone, files: 3 });
    expect(await contents()).toEqual(whole);
    expect(await ledger.deleteRun(2, { dryRun: false, ...nobody })).toEqual({ number: 2, gone, files: 3 });
    expect(await contents()).toEqual(before);
    expect(await ledger.issues(4, 'RUN_DELETED', 0, 9)).toMatchObject([{ severity: 'NOTE', value: '2' }]);
    expect(await ledger.issues(1, 'RUN_DELETED', 0, 9)).toEqual([]);
    await expect(ledger.deleteRun(2, { dryRun: false, ...nobody })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // names that went with it are entered anew
    await read(2, 1);
    expect((await contents()).lumisectionHistograms.length).toBe(before.lumisectionHistograms.length + 2);
  });

  test('is refused while one of its files is being read', async () => {
    await read(1, 1);
    await read(2, 1);
    await execute(
      opened.url,
      `UPDATE data_file SET lease_owner = 'elsewhere', lease_expires_at = '2999-01-01T00:00:00.000+00:00' WHERE id = 1`,
    );
    const before = await contents();
    const busy = { code: 'UNAVAILABLE', details: { reason: 'FILE_BUSY', fileId: 1 } };
    await expect(ledger.deleteRun(1, { dryRun: false, ...nobody })).rejects.toMatchObject(busy);
    expect(await contents()).toEqual(before);
    expect(await ledger.deleteRun(2, { dryRun: false, ...nobody })).toMatchObject({ files: 1 });
    expect(await ledger.deleteRun(1, { dryRun: false, isDead: () => true })).toMatchObject({ files: 1 });
  });

  test('knows every table that has rows of runs', async () => {
    const look = await openDatabase(opened.url);
    const named =
      database.name === 'sqlite'
        ? `SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'run_number'`
        : `SELECT table_name FROM information_schema.columns WHERE column_name = 'run_number' AND table_schema = 'public'`;
    const tables = (await look.arrays<[string]>(named)).map(([name]) => name);
    await look.close();
    // versions of saved masks never change, nor do tasks, whatever becomes of the runs that they name
    const kept = ['saved_mask_range', 'task_member', 'hidden_run'];
    expect([...RUN_TABLES.map(([name]) => name), ...kept].sort()).toEqual(tables.sort());
  });
});
