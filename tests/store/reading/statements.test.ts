import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLoaders } from '../../../loaders/create-loaders.ts';
import type { FieldTest, Filter } from '../../../src/domain/filter.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestStore, databases } from '../../support/databases.ts';
import { makeWorld, writeWorld } from './world.ts';

const world = makeWorld(4);
const is = (field: string, op: FieldTest['op'], value: unknown): Filter => ({ kind: 'test', field, op, value });
const related = (field: string, of: Filter): Filter => ({ kind: 'related', field, of });

describe.each(databases)('statements on $name', (database) => {
  const statements: string[] = [];
  let store: Store;
  let other: Store;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    let url: string;
    ({ store, url, drop } = await createTestStore(database, {
      prisma: true,
      onStatement: (sql) => statements.push(sql),
    }));
    await writeWorld(store, world);
    other = await openStore(url, { migrate: false, prisma: true });
    // what memory holds of monitor elements and sources is read once in the life of a process
    await store.lists.count('lumisectionHistogram', hot);
  });
  afterAll(async () => {
    await other.close();
    await drop();
  });
  beforeEach(() => {
    statements.length = 0;
  });

  const hot: Filter = {
    kind: 'and',
    of: [
      related('monitorElement', is('path', 'glob', '*')),
      related('dataset', is('name', 'regex', '.')),
      related('run', is('number', 'gt', 1)),
      { kind: 'mask', mask: 'golden' },
    ],
  };

  test.each([1, 3, world.lumisection.length])('of a list for %i parents are one, whatever the filter', async (n) => {
    const parents = world.lumisection
      .slice(0, n)
      .map(({ runNumber, number }) => ({ runNumber, lumisectionNumber: number }));
    await store.lists.pages('lumisectionHistogram', parents, { first: 5, orderBy: [], where: hot });
    await store.lists.counts('lumisectionHistogram', parents, hot);
    expect(statements).toHaveLength(2);
  });

  test('of a list without rows are one as well', async () => {
    const where: Filter = { kind: 'and', of: [hot, related('run', is('number', 'eq', 1))] };
    const page = await store.lists.page('lumisectionHistogram', { first: 5, orderBy: [], where });
    expect(page.rows).toEqual([]);
    expect(statements).toHaveLength(1);
  });

  test('of a level are one a loader', async () => {
    const loaders = createLoaders(store);
    const rows = world.lumisectionHistogram.slice(0, 300);
    const bins = await Promise.all(rows.map((row) => loaders.lumisectionBins.load(row)));
    expect(bins.map((blob) => [...(blob as Uint8Array)])).toEqual(rows.map((row) => [...row.bins]));
    const found = await Promise.all(
      rows.map((row) => loaders.lumisection.load({ runNumber: row.runNumber, number: row.lumisectionNumber })),
    );
    expect(found.every((row, i) => row?.number === rows[i]?.lumisectionNumber)).toBe(true);
    await Promise.all(rows.map((row) => loaders.run.load(row.runNumber)));
    const query = { first: 2, orderBy: [], where: hot };
    await Promise.all(
      world.run.map(({ number }) => loaders.pages('lumisectionHistogram', { ...query }).load({ runNumber: number })),
    );
    expect(statements).toHaveLength(4);
  });

  test('of bins look for no row that was not asked for', async () => {
    const missing = { runNumber: 1, monitorElementId: 1, lumisectionNumber: 1, datasetId: 1 };
    const [row] = world.lumisectionHistogram as [(typeof world.lumisectionHistogram)[number]];
    const found = await store.reads.lumisectionBins([missing, row, missing]);
    expect(found.map((blob) => blob && [...blob])).toEqual([null, [...row.bins], null]);
    const run = world.runHistogram.slice(0, 50);
    expect((await store.reads.runBins(run)).map((blob) => blob && [...blob])).toEqual(
      run.map(({ bins }) => bins && [...bins]),
    );
  });

  test('see at once what another process has brought', async () => {
    const path = 'Brought/by/another';
    const named: Filter = related('monitorElement', is('path', 'startsWith', 'Brought'));
    const good: Filter = { kind: 'mask', mask: 'golden' };
    const runNumber = world.run[0]?.number as number;
    expect(await store.lists.count('lumisectionHistogram', named)).toBe(0);
    const goodBefore = await store.lists.count('lumisection', good);

    await other.prisma.monitorElement.create({ data: { id: 500, path, name: 'another' } });
    await other.prisma.lumisection.create({ data: { runNumber, number: 77 } });
    const row = {
      ...(world.lumisectionHistogram[0] as (typeof world.lumisectionHistogram)[number]),
      runNumber,
      monitorElementId: 500,
      lumisectionNumber: 77,
    };
    await other.prisma.lumisectionHistogram.create({ data: { ...row, bins: Uint8Array.from(row.bins) } });
    await other.prisma.runMonitorElement.create({
      data: { runNumber, datasetId: row.datasetId, monitorElementId: 500, lumisectionCount: 1 },
    });
    await other.prisma.certificationVersion.create({
      data: { source: 'golden', dataset: '', subsystem: '', version: 3, kind: 'x', createdAt: new Date() },
    });
    await other.prisma.certification.create({
      data: {
        runNumber,
        source: 'golden',
        dataset: '',
        subsystem: '',
        version: 3,
        lumisectionFirst: 77,
        lumisectionLast: 77,
        flag: 'GOOD',
      },
    });

    const page = await store.lists.page('lumisectionHistogram', { first: 10, orderBy: [], where: named });
    expect(page.rows.map(({ lumisectionNumber }) => lumisectionNumber)).toEqual([77]);
    const lumisections = await store.lists.page('lumisection', { first: 1000, orderBy: [], where: good });
    expect(goodBefore).toBeGreaterThan(1);
    expect(lumisections.rows.map(({ number }) => number)).toEqual([77]);
    // and the second time it is known
    statements.length = 0;
    await store.lists.page('lumisectionHistogram', {
      first: 10,
      orderBy: [],
      where: { kind: 'and', of: [named, good] },
    });
    expect(statements).toHaveLength(1);
  });
});
