import { afterAll, beforeAll } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestStore, type databases } from '../../support/databases.ts';
import { openDatabase } from './write.ts';

interface OpenedStore {
  store: Store;
  /** A connection to look at what the store wrote. */
  look: Database;
}

/** One store for all tests of the suite that calls this; there from its first test on. */
export function openedStore(database: (typeof databases)[number]): Readonly<OpenedStore> {
  const opened = {} as OpenedStore;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const created = await createTestStore(database);
    drop = created.drop;
    opened.store = created.store;
    opened.look = await openDatabase(created.url);
  });
  afterAll(async () => {
    await opened.look.close();
    await drop();
  });
  return opened;
}
