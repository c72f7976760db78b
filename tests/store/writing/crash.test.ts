import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UnavailableError } from '../../../src/domain/errors.ts';
import type { Database } from '../../../src/store/database.ts';
import type { Ledger, Store } from '../../../src/store/store.ts';
import { execute } from '../../support/database-dump.ts';
import { createTestStore, databases } from '../../support/databases.ts';
import { lumisections } from './batches.ts';
import { openDatabase } from './write.ts';

const identity = { sha256: 'abc', dataset: '/A/B-C-v1/D', source: '', format: 'per-ls-csv', meMap: '' };
const facts = { path: '/data/a.csv', size: 5_000 };

// Batches are flushed to disk by the one that finishes the file: a database that crashes before may come back without
// the latest of them.
describe.each(databases)('a database on $name that came back without the latest batch', (database) => {
  let ledger: Ledger;
  let look: Database;
  let store: Store;
  let url: string;
  let drop: () => Promise<void>;
  let fileId: number;
  const options = { onConflict: 'keep', source: '', lease: 'me' } as const;
  const begin = async () => {
    const lease = { owner: 'me', isDead: () => false };
    return (await ledger.begin(identity, facts, { force: false, lease })).file;
  };
  const writeBatch = (number: number) => {
    const batch = lumisections([{ ls: number }]);
    return ledger.write(fileId, batch, [], { byte: 100 * number, line: number }, options);
  };
  const lose = async (statement: string) => execute(url, statement);

  beforeEach(async () => {
    ({ store, url, drop } = await createTestStore(database));
    ledger = store.ledger;
    look = await openDatabase(url);
    fileId = (await begin()).id;
    await writeBatch(1);
    await writeBatch(2);
  });
  afterEach(async () => {
    await look.close();
    await drop();
  });

  test('goes on where nothing was lost', async () => {
    await writeBatch(3);
    expect(await ledger.finish(fileId, { status: 'DONE' }, 'me')).toMatchObject({ inserted: 3, bytesDone: 300n });
  });

  test.each([
    ['checkpoint', 'UPDATE data_file SET bytes_done = 100, lines_done = 1'],
    ['counts', 'UPDATE data_file SET inserted = 1'],
  ])('is noticed by the %s when the next batch comes, which is not written', async (_what, statement) => {
    await lose(statement);
    await expect(writeBatch(3)).rejects.toThrow(UnavailableError);
    expect(await look.arrays('SELECT count(*) FROM lumisection_histogram WHERE lumisection_number = 3')).toEqual([[0]]);
  });

  test('is noticed when the file is about to be done', async () => {
    await lose('UPDATE data_file SET bytes_done = 100, lines_done = 1, inserted = 1');
    await expect(ledger.finish(fileId, { status: 'DONE' }, 'me')).rejects.toThrow(UnavailableError);
    expect(await look.arrays('SELECT status FROM data_file')).toEqual([['RUNNING']]);
  });

  test('is read on from the checkpoint that it has', async () => {
    await lose('UPDATE data_file SET bytes_done = 100, lines_done = 1, inserted = 1');
    await lose('DELETE FROM lumisection_histogram WHERE lumisection_number = 2');
    await lose('UPDATE run_monitor_element SET lumisection_count = 1, empty_count = 0');
    await expect(writeBatch(3)).rejects.toThrow(UnavailableError);
    expect(await begin()).toMatchObject({ bytesDone: 100n, inserted: 1 });
    for (const number of [2, 3]) await writeBatch(number);
    expect(await ledger.finish(fileId, { status: 'DONE' }, 'me')).toMatchObject({ inserted: 3, bytesDone: 300n });
    expect(await look.arrays('SELECT count(*) FROM lumisection_histogram')).toEqual([[3]]);
  });
});
