import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cancellation } from '../../src/domain/cancellation.ts';
import type { Filter } from '../../src/domain/filter.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { certification, lumisections } from './writing/batches.ts';
import { beginFile, write } from './writing/write.ts';

describe.each(databases)('what a source means to an operation on $name', (database) => {
  let store: Store;
  let other: Store;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    let url: string;
    ({ store, url, drop } = await createTestStore(database));
    other = await openStore(url, { migrate: false });
    const rows = [1, 2, 3, 4, 5].map((ls) => ({ run: 1, ls }));
    await write(store.ledger, await beginFile(store.ledger), lumisections(rows));
  });
  afterAll(async () => {
    await other.close();
    await drop();
  });

  const bring = async (flag: 'GOOD' | 'BAD', ledger = other.ledger) => {
    const file = await beginFile(ledger, { source: 'leaving' });
    await write(ledger, file, certification({ 1: [[1, 3, flag]] }, 'pixel'), { source: 'leaving' });
    return file;
  };
  const notBad: Filter = { kind: 'mask', mask: '1 - bad(leaving)' };
  const count = ({ lists }: Store) => lists.count('lumisection', notBad);
  const gone = { code: 'UNAVAILABLE', message: expect.stringContaining('Version 1 of "leaving" was withdrawn') };

  test('ends it where the version is withdrawn by anybody, also where another takes its number', async () => {
    const file = await bring('BAD');
    const operations = [1, 2, 3].map(() => store.forOperation(new Cancellation()));
    for (const operation of operations) expect(await count(operation)).toBe(2);
    const [first, second, third] = operations as [Store, Store, Store];
    await other.ledger.withdraw(file);
    await expect(count(first)).rejects.toMatchObject(gone);
    const again = await bring('GOOD');
    await expect(count(first)).rejects.toMatchObject(gone);
    await expect(count(second)).rejects.toMatchObject(gone);
    // what is known to all of this process is no different
    expect(await count(store)).toBe(5);
    await expect(count(third)).rejects.toMatchObject(gone);
    third.forgetNames();
    expect(await count(third)).toBe(5);
    await other.ledger.withdraw(again);
  });

  test('goes on where something else is certified, or withdrawn', async () => {
    const file = await bring('BAD');
    const operation = store.forOperation(new Cancellation());
    expect(await count(operation)).toBe(2);
    const unrelated = await beginFile(other.ledger, { source: 'unrelated' });
    await write(other.ledger, unrelated, certification({ 1: [[1, 5]] }), { source: 'unrelated' });
    expect(await count(operation)).toBe(2);
    const newer = await bring('GOOD');
    expect(await count(operation)).toBe(2);
    await other.ledger.withdraw(unrelated);
    await other.ledger.withdraw(newer);
    expect(await count(operation)).toBe(2);
    await other.ledger.withdraw(file);
  });
});
