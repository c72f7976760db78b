import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createSqlite } from '../support/databases.ts';
import { Fuzzer } from './fuzzer.ts';
import { ingesting } from './ingesting.ts';
import { readingScores } from './reading-scores.ts';
import { samples, scoreSamples } from './samples.ts';

/** Every eighth of the 63 truncations, and some other damage; `npm run fuzz` does all, and goes on as long as one likes. */
const NUMBERS = [...Array.from({ length: 8 }, (_, i) => 8 * i), ...Array.from({ length: 12 }, (_, i) => 63 + i)];

describe('damaged files', () => {
  let store: Store;
  let fuzzer: Fuzzer;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await createSqlite({ migrated: true });
    drop = database.drop;
    store = await openStore(database.url, { migrate: false });
    fuzzer = new Fuzzer(ingesting(store));
  });
  afterAll(async () => {
    await fuzzer.close();
    await store.close();
    await drop();
  });

  it.each(samples)('of $id are read or refused, each with a code and a place', async (sample) => {
    for (const number of NUMBERS) await fuzzer.try(sample, 'test', number);
    await fuzzer.tryUndamaged(sample);
    expect(fuzzer.findings.map(({ bytes: _, ...finding }) => finding)).toEqual([]);
  });

  it('leave a database without a contradiction', async () => {
    expect(await store.verify()).toEqual([]);
  });
});

describe('damaged files of scores', () => {
  const fuzzer = new Fuzzer(readingScores());
  afterAll(() => fuzzer.close());

  it.each(scoreSamples)('$id are read or refused, each with a code and a place', async (sample) => {
    for (const number of NUMBERS) await fuzzer.try(sample, 'test', number);
    await fuzzer.tryUndamaged(sample);
    expect(fuzzer.findings.map(({ bytes: _, ...finding }) => finding)).toEqual([]);
  });
});
