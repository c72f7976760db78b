import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { MissedEvents, StoreEvent, Topic } from '../../src/store/events.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { execute } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { beginFile, write } from './writing/write.ts';

describe.each(databases)('events on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  /** As another process has it. */
  let other: Store;

  beforeAll(async () => {
    opened = await createTestStore(database);
    other = await openStore(opened.url);
  });
  afterAll(async () => {
    await other.close();
    await opened.drop();
  });

  async function listen(store: Store, topic: Topic) {
    const heard: (StoreEvent | MissedEvents)[] = [];
    const stop = await store.events.subscribe(topic, (event) => heard.push(event));
    return { heard, stop };
  }
  const runs = (numbers: readonly number[]) =>
    ({ kind: 'runs', runs: numbers.map((number, i) => ({ number, line: i + 1 })) }) as never;

  test('tell of runs once they are committed, in this process and in another one', async () => {
    const [here, there] = [await listen(opened.store, 'runs'), await listen(other, 'runs')];
    const file = await beginFile(opened.store.ledger);
    await write(opened.store.ledger, file, runs([7, 8]));
    await write(opened.store.ledger, file, runs([8, 9]));
    const told = () => there.heard.flatMap((event) => (event.kind === 'runs' ? event.numbers : []));
    await vi.waitFor(() => expect(told()).toEqual([7, 8, 9]));
    await vi.waitFor(() =>
      expect(here.heard).toEqual([
        { kind: 'runs', numbers: [7, 8] },
        { kind: 'runs', numbers: [9] },
      ]),
    );
    here.stop();
    there.stop();
    await write(opened.store.ledger, file, runs([10]));
    // a later event tells that the earlier one has had its time
    const later = await listen(other, 'runs');
    await write(opened.store.ledger, file, runs([11]));
    await vi.waitFor(() => expect(later.heard.at(-1)).toEqual({ kind: 'runs', numbers: [11] }));
    later.stop();
    expect([here.heard.length, told()]).toEqual([2, [7, 8, 9]]);
  });

  test('tell of a file when it begins, goes on, is done and is withdrawn, also to another process', async () => {
    const file = await beginFile(opened.store.ledger);
    const [here, there] = [await listen(opened.store, `dataFile ${file}`), await listen(other, `dataFile ${file}`)];
    await write(opened.store.ledger, file, runs([20]));
    await vi.waitFor(() => expect(there.heard.length).toBeGreaterThan(0));
    await opened.store.ledger.finish(file, { status: 'DONE' });
    await opened.store.ledger.withdraw(file);
    await vi.waitFor(() => expect(here.heard.length).toBeGreaterThanOrEqual(3));
    expect(new Set(here.heard.map((event) => JSON.stringify(event)))).toEqual(
      new Set([JSON.stringify({ kind: 'dataFile', id: file })]),
    );
    here.stop();
    there.stop();
  });

  test('come a few times a second while a file is read, not with each batch', async () => {
    const file = await beginFile(opened.store.ledger);
    const { heard, stop } = await listen(opened.store, `dataFile ${file}`);
    for (let batch = 0; batch < 20; batch++) await write(opened.store.ledger, file, null);
    await opened.store.ledger.finish(file, { status: 'DONE' });
    await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(2));
    stop();
    expect(heard.length).toBeLessThan(15);
  });

  test('tell of certifications: a new version, none for what is known, what is left after one was withdrawn', async () => {
    const { heard, stop } = await listen(other, 'certifications');
    const certify = async (first: number) => {
      const file = await beginFile(opened.store.ledger, { source: 'golden' });
      const certification = { kind: 'certification', dataset: '', subsystem: 'pixel' } as const;
      const ranges = [{ first, last: 9, flag: 'GOOD' as const }];
      const batch = { ...certification, runs: [{ run: 30, line: 1, ranges }] };
      await write(opened.store.ledger, file, batch, { source: 'golden' });
      return file;
    };
    await certify(1);
    const second = await certify(2);
    await certify(2);
    const change = { kind: 'certification', source: 'golden', dataset: '', subsystem: 'pixel' };
    await vi.waitFor(() => expect(heard.at(-1)).toEqual({ ...change, version: 2 }));
    await opened.store.ledger.withdraw(second);
    await opened.store.ledger.deleteRun(30, { dryRun: false, isDead: () => true });
    stop();
    expect(heard.every((event) => event.kind === 'certification')).toBe(true);
  });

  test('are not told of what was undone', async () => {
    const { heard, stop } = await listen(opened.store, 'runs');
    const { ledger } = opened.store;
    await ledger.rehearse(async (rehearsed) => {
      await write(rehearsed, await beginFile(rehearsed), runs([40]));
    });
    const file = await beginFile(ledger);
    await write(ledger, file, runs([41]));
    await vi.waitFor(() => expect(heard).toEqual([{ kind: 'runs', numbers: [41] }]));
    stop();
  });

  test('of many runs at once are all told', async () => {
    const { heard, stop } = await listen(other, 'runs');
    const numbers = Array.from({ length: 2000 }, (_, i) => 1_000_000 + i);
    await write(opened.store.ledger, await beginFile(opened.store.ledger), runs(numbers));
    // what was written before may be told late to another process
    const told = () =>
      heard.flatMap((event) => (event.kind === 'runs' ? event.numbers : [])).filter((run) => run >= 1e6);
    await vi.waitFor(() => expect(told()).toEqual(numbers));
    stop();
  });

  // SQLite has no connection that could break
  if (database.name === 'sqlite') return;
  test('go on after the connection that brings them broke, and say so', async () => {
    const { heard, stop } = await listen(other, 'runs');
    await execute(
      opened.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lumigraph events' AND datname = current_database()`,
    );
    await vi.waitFor(() => expect(heard).toEqual([{ kind: 'missed' }]), { timeout: 5000 });
    await write(opened.store.ledger, await beginFile(opened.store.ledger), runs([50]));
    await vi.waitFor(() => expect(heard.at(-1)).toEqual({ kind: 'runs', numbers: [50] }));
    stop();
  });
});
