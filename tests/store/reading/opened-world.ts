import { afterAll, beforeAll } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import { createTestStore, type databases } from '../../support/databases.ts';
import { type World, writeWorld } from './world.ts';

/** One store that holds the world, for all tests of the suite that calls this; there from its first test on. */
export function openedWorld(database: (typeof databases)[number], world: World): { readonly store: Store } {
  const opened = {} as { store: Store };
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const created = await createTestStore(database, { prisma: true });
    drop = created.drop;
    opened.store = created.store;
    await writeWorld(opened.store, world);
  });
  afterAll(() => drop());
  return opened;
}
