import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeBins } from '../../../src/domain/codec.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestStore, databases } from '../../support/databases.ts';
import { lumisections } from './batches.ts';
import { beginFile, counted, write } from './write.ts';

/** Bins that no deflating makes shorter. */
function noise(seed: number, cells: number): Uint8Array {
  let state = seed;
  const contents = Uint8Array.from({ length: cells }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return encodeBins({ contents, flow: true });
}

// PostgreSQL keeps long values beside their rows, and of those that are looked for gets a checksum alone.
describe.each(databases)('bins on $name of which some are long', (database) => {
  let store: Store;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    ({ store, drop } = await createTestStore(database));
  });
  afterEach(() => drop());

  const lengths = [100, 1_895, 1_896, 1_897, 1_898, 1_899, 1_900, 1_901, 2_100, 30_000, 300_000];
  const rows = (seed: number) => lengths.map((cells, i) => ({ ls: i + 1, blob: noise(seed + i, cells) }));

  test('are identical to themselves, from the same file and from another', async () => {
    const file = await beginFile(store.ledger);
    expect(counted(await write(store.ledger, file, lumisections(rows(1))))).toEqual({ inserted: lengths.length });
    expect(counted(await write(store.ledger, file, lumisections(rows(1))))).toEqual({ identical: lengths.length });
    const other = await beginFile(store.ledger);
    expect(counted(await write(store.ledger, other, lumisections(rows(1))))).toEqual({ identical: lengths.length });
  });

  test('differ from others of their length, and of any other', async () => {
    const file = await beginFile(store.ledger);
    await write(store.ledger, file, lumisections(rows(1)));
    expect(counted(await write(store.ledger, file, lumisections(rows(2))))).toEqual({ conflicting: lengths.length });
    const turned = rows(1).map(({ ls }, i) => ({ ls, blob: noise(1, lengths.at(-1 - i) as number) }));
    turned.splice((lengths.length - 1) / 2, 1);
    expect(counted(await write(store.ledger, file, lumisections(turned)))).toEqual({ conflicting: turned.length });
  });

  test('are replaced, and identical to what replaced them', async () => {
    const file = await beginFile(store.ledger);
    await write(store.ledger, file, lumisections(rows(1)));
    const replaced = await write(store.ledger, file, lumisections(rows(2)), { onConflict: 'replace' });
    expect(counted(replaced)).toEqual({ replaced: lengths.length });
    expect(counted(await write(store.ledger, file, lumisections(rows(2))))).toEqual({ identical: lengths.length });
  });
});
