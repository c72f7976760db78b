import { afterAll, beforeAll, expect } from 'vitest';
import { fillWorld } from '../schema/world.ts';
import { createTestStore, type databases } from '../support/databases.ts';
import { Attacker } from './mutations-attacker.ts';

/**
 * One store with some of everything, and an attacker of it, for all tests of the suite that calls this; nothing may be
 * wrong with any answer in the end.
 */
export function attacked(database: (typeof databases)[number]): { readonly attacker: Attacker } {
  const suite = {} as { attacker: Attacker };
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const opened = await createTestStore(database);
    drop = opened.drop;
    await fillWorld(opened.store);
    suite.attacker = new Attacker(opened.store, { LUMIGRAPH_UPLOADS: './nowhere' });
  });
  afterAll(async () => {
    expect(suite.attacker.findings).toEqual([]);
    await drop();
  });
  return suite;
}
