import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RecordBatch } from '../../../src/domain/record.ts';
import type { OnConflict, Store } from '../../../src/store/store.ts';
import { dumpDatabase } from '../../support/database-dump.ts';
import { createTestStore, databases } from '../../support/databases.ts';
import { rounds } from '../../support/rounds.ts';
import { certification, OTHER, PROMPT } from './batches.ts';
import { batchesOf, counts } from './parts.ts';
import { beginFile, write } from './write.ts';

// few keys and few contents, so that files meet
const run = fc.integer({ min: 1, max: 2 });
const number = fc.integer({ min: 1, max: 2 });
const me = fc.constantFrom('a', 'b');
const dataset = fc.constantFrom(PROMPT, OTHER, '/private');
const bins = fc.constantFrom(counts(0, 1, 2, 3, 0), counts(0, 0, 0, 0, 0), counts(0, 0.1, 0.2, 0.3, 1));
const part = (ls: fc.Arbitrary<number>) =>
  fc.record({ run, ls, me, dataset, bins, entries: fc.constantFrom(6, null), title: fc.constantFrom('t', 'u') });
const some = <Row>(row: fc.Arbitrary<Row>) => fc.array(row, { minLength: 1, maxLength: 4 });
const stated = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const scalarOf = (type: 'INT' | 'STRING', value: string) => ({ type, value });

const batch: fc.Arbitrary<RecordBatch> = fc.oneof(
  some(part(fc.constant(0))).map((parts) => batchesOf(parts)[0] as RecordBatch),
  some(part(number)).map((parts) => batchesOf(parts)[0] as RecordBatch),
  some(
    fc.record({
      run,
      lumisection: fc.nat(1),
      dataset,
      monitorElement: fc.constantFrom('s', 'a'),
      scalar: fc.constantFrom(scalarOf('INT', '1'), scalarOf('STRING', 'x')),
    }),
  ).map((rows) => ({ kind: 'scalars' as const, scalars: rows.map(({ scalar, ...row }) => ({ ...row, ...scalar })) })),
  some(
    fc.record({
      run,
      lumisection: fc.nat(1),
      dataset,
      monitorElement: me,
      name: fc.constantFrom('q', 'r'),
      statusCode: fc.constantFrom(100, 300),
      result: fc.constantFrom(1, null),
      algorithm: fc.constant(''),
      message: fc.constant(''),
    }),
  ).map((qualityTests) => ({ kind: 'qualityTests' as const, qualityTests })),
  fc
    .record({ runs: fc.uniqueArray(run), last: number, subsystem: fc.constantFrom('', 'pixel') })
    .map(({ runs, last, subsystem }) =>
      certification(Object.fromEntries(runs.map((run) => [run, [[1, last] as const]])), subsystem),
    ),
  some(fc.record({ run, subsystem: fc.constantFrom('pixel', 'tau'), fraction: fc.constantFrom(0, 0.5) })).map(
    (fractions) => ({ kind: 'fractions' as const, fractions }),
  ),
  some(
    fc.record({
      number: run,
      year: stated(fc.constantFrom(2018, 2017)),
      era: stated(fc.constant('2018A')),
      fill: stated(number),
    }),
  ).map((runs) => ({ kind: 'runs' as const, runs })) as fc.Arbitrary<RecordBatch>,
  some(fc.record({ run, number, pileup: stated(number), flagsOn: fc.constantFrom([], ['cms_active'] as const) })).map(
    (rows) => ({ kind: 'lumisections' as const, lumisections: rows }),
  ) as fc.Arbitrary<RecordBatch>,
);
const file = fc.record({
  batches: fc.array(batch, { minLength: 1, maxLength: 5 }),
  onConflict: fc.constantFrom<OnConflict>('keep', 'add'),
});

describe.each(databases)('what two files have alike on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeAll(async () => {
    opened = await createTestStore(database);
  });
  afterAll(() => opened.drop());

  test('stays until the last of them is withdrawn, and each time it is said so', async () => {
    const { ledger } = opened.store;
    const batches: RecordBatch[] = [
      ...batchesOf([{ run: 1, ls: 1, me: 'a', bins: counts(0, 1, 2, 3, 0), entries: 6 }]),
      ...batchesOf([{ run: 1, ls: 0, me: 'a', bins: counts(0, 1, 2, 3, 0), entries: 6 }]),
      {
        kind: 'scalars',
        scalars: [{ run: 1, lumisection: 0, dataset: PROMPT, monitorElement: 's', type: 'INT', value: '1' }],
      },
      {
        kind: 'qualityTests',
        qualityTests: [
          {
            ...{ run: 1, lumisection: 1, dataset: PROMPT, monitorElement: 'a', name: 'q', statusCode: 100 },
            ...{ result: 1, algorithm: '', message: '' },
          },
        ],
      },
      certification({ 1: [[1, 2]], 2: [[1, 2]] }),
      { kind: 'fractions', fractions: [{ run: 1, subsystem: 'tau', fraction: 0.5 }] },
      { kind: 'datasets', datasets: [{ name: PROMPT, description: 'said of it' }, { name: '/Named/alone' }] },
      { kind: 'runs', runs: [{ number: 1, fill: 7, energy: 6800 }] },
      { kind: 'lumisections', lumisections: [{ run: 1, number: 3, pileup: 50, flagsOff: ['cms_active'] }] },
    ];
    const ids = [];
    for (let i = 0; i < 2; i++) {
      const id = await beginFile(ledger);
      for (const batch of batches) await write(ledger, id, batch, { source: 'golden' });
      await ledger.finish(id, { status: 'DONE' });
      ids.push(id);
    }
    const [first, second] = ids as [number, number];
    const { files: _, ...before } = await dumpDatabase(opened.url);
    const brought = {
      ...{ lumisectionHistograms: 1, runHistograms: 1, scalarValues: 1, qualityTests: 1, certificationVersions: 1 },
      ...{ fractions: 1, conditions: 4, datasetDescriptions: 1 },
    };
    const none = Object.fromEntries(Object.keys(brought).map((noun) => [noun, 0]));
    expect((await ledger.discard(first, () => true)).withdrawal).toEqual({
      gone: { ...none, certificationRanges: 0, notes: 0, runs: 0, lumisections: 0, monitorElements: 0, datasets: 0 },
      stays: brought,
    });
    const { files, ...after } = await dumpDatabase(opened.url);
    for (const part of ['runs', 'lumisections', 'fractions', 'certifications', 'runMonitorElements'] as const) {
      expect(after[part]).toEqual(before[part]);
    }
    expect(await opened.store.verify()).toEqual([]);
    expect((await ledger.discard(second, () => true)).withdrawal).toEqual({
      gone: { ...brought, certificationRanges: 2, notes: 0, runs: 2, lumisections: 2, monitorElements: 2, datasets: 2 },
      stays: none,
    });
    expect(await opened.store.verify()).toEqual([]);
  });
});

describe.each(databases)('a file that is withdrawn on $name', (database) => {
  let store: Store;
  let url: string;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    ({ store, url, drop } = await createTestStore(database));
  });
  afterAll(() => drop());

  /** What is stored, without the ledger itself, what is kept by its content, and what is known of a monitor element. */
  const contents = async () => {
    const { files, issues, binnings, monitorElements, ...dump } = await dumpDatabase(url);
    return { ...dump, monitorElements: monitorElements.map((element) => element.split(' | ')[0]) };
  };

  test('leaves what was there before it came, whatever the files hold and have alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 3 }), async (files) => {
        const states = [await contents()];
        const ids: number[] = [];
        for (const { batches, onConflict } of files) {
          const id = await beginFile(store.ledger);
          ids.push(id);
          for (const batch of batches)
            await write(store.ledger, id, batch, { onConflict, source: 'golden', allowEmpty: true });
          await store.ledger.finish(id, { status: 'DONE' });
          states.push(await contents());
        }
        states.pop();
        for (const id of ids.reverse()) {
          await store.ledger.discard(id, () => true);
          expect(await contents()).toEqual(states.pop());
        }
      }),
      { numRuns: rounds(database.name === 'sqlite' ? 15 : 6) },
    );
    expect(await store.verify()).toEqual([]);
  });
});
