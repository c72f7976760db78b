import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LumisectionRecord, RunRecord } from '../../src/domain/record.ts';
import { writeConditions } from '../../src/store/conditions.ts';
import type { Database } from '../../src/store/database.ts';
import { Outcome } from '../../src/store/outcome.ts';
import { PostgresDatabase } from '../../src/store/postgres.ts';
import { SqliteDatabase } from '../../src/store/sqlite.ts';
import { databases, type TestDatabase } from '../support/databases.ts';

const nameOf = Object.fromEntries(Object.entries(Outcome).map(([name, value]) => [value, name]));

describe.each(databases)('conditions on $name', ({ name, create }) => {
  let test: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    test = await create({ migrated: true });
    const settings = { onStatement: () => {} };
    database =
      name === 'sqlite'
        ? await SqliteDatabase.open(test.url, settings)
        : await PostgresDatabase.open(test.url, settings);
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const write = async (batch: Parameters<typeof writeConditions>[2], onConflict: 'keep' | 'replace' = 'keep') => {
    const { outcomes, sameFile } = await database.write((transaction) =>
      writeConditions(transaction, database.dialect, batch, { fileId: 1, onConflict }),
    );
    return { outcomes: [...outcomes].map((outcome) => nameOf[outcome]), sameFile: [...sameFile] };
  };
  const runs = (...records: RunRecord[]) => ({ kind: 'runs', runs: records }) as const;
  const lumisections = (...records: LumisectionRecord[]) => ({ kind: 'lumisections', lumisections: records }) as const;
  const run = async (number: number) =>
    (await database.all<Record<string, unknown>>('SELECT * FROM run WHERE number = $1', [number]))[0];
  const lumisection = async (runNumber: number, number: number) =>
    (
      await database.all<Record<string, unknown>>('SELECT * FROM lumisection WHERE run_number = $1 AND number = $2', [
        runNumber,
        number,
      ])
    )[0];

  it('stores every field of a run', async () => {
    const record = {
      number: 11,
      year: 2026,
      era: '2026Z',
      period: 'Z',
      fill: 10801,
      startedAt: new Date('2026-05-04T18:12:05.250Z'),
      endedAt: new Date('2026-05-04T19:00:00Z'),
      initialLumi: 1.9,
      endLumi: 1.7,
      lumisectionCount: 140,
      deliveredLumi: 60.25,
      recordedLumi: 58.5,
      energy: 6800,
      magneticField: 3.8,
    };
    expect(await write(runs(record))).toEqual({ outcomes: ['inserted'], sameFile: [] });
    expect(await run(11)).toEqual(record);
    expect((await write(runs(record))).outcomes).toEqual(['identical']);
  });

  it('adds to a run what was not known and leaves the rest as it is', async () => {
    await write(runs({ number: 12, fill: 7 }));
    expect((await write(runs({ number: 12, era: '2026Z', fill: null }))).outcomes).toEqual(['inserted']);
    expect(await run(12)).toMatchObject({ fill: 7, era: '2026Z', year: null });
    expect((await write(runs({ number: 12, fill: 7 }))).outcomes).toEqual(['identical']);
  });

  it('writes nothing of a record that contradicts what is stored, unless told to replace', async () => {
    await write(runs({ number: 13, fill: 7, year: 2026 }));
    expect((await write(runs({ number: 13, fill: 8, era: '2026Z' }))).outcomes).toEqual(['conflicting']);
    expect(await run(13)).toMatchObject({ fill: 7, era: null, year: 2026 });
    expect((await write(runs({ number: 13, fill: 8, era: '2026Z' }), 'replace')).outcomes).toEqual(['replaced']);
    expect(await run(13)).toMatchObject({ fill: 8, era: '2026Z', year: 2026 });
  });

  it('lets two records of one run in a batch meet each other', async () => {
    const outcome = await write(runs({ number: 14, fill: 7 }, { number: 14, fill: 8 }, { number: 14, fill: 7 }));
    expect(outcome).toEqual({ outcomes: ['inserted', 'conflicting', 'identical'], sameFile: [1] });
    expect(await run(14)).toMatchObject({ fill: 7 });
  });

  it('stores lumisections, their runs and their flags, and tells a known flag from an unknown one', async () => {
    const record: LumisectionRecord = {
      run: 21,
      number: 5,
      startedAt: new Date('2026-05-04T18:12:05Z'),
      endedAt: new Date('2026-05-04T18:12:28.310Z'),
      zeroBiasRate: 1430.5,
      deliveredLumi: 0.45,
      recordedLumi: 0.44,
      pileup: 58.25,
      flagsOn: ['beam1_present', 'rp_sect_56_ready'],
      flagsOff: ['bpix_ready'],
    };
    expect((await write(lumisections(record))).outcomes).toEqual(['inserted']);
    expect(await run(21)).toMatchObject({ number: 21, fill: null });
    const { flagsOn, flagsOff, run: runNumber, ...rest } = record;
    expect(await lumisection(21, 5)).toEqual({ ...rest, runNumber, flagsOn: 1 + 2 ** 34, flagsOff: 2 ** 6 });
    expect((await write(lumisections({ run: 21, number: 5, flagsOn: ['beam1_present'] }))).outcomes).toEqual([
      'identical',
    ]);
    expect((await write(lumisections({ run: 21, number: 5, flagsOn: ['bpix_ready'] }))).outcomes).toEqual([
      'conflicting',
    ]);
    await write(lumisections({ run: 21, number: 5, flagsOn: ['bpix_ready'] }), 'replace');
    expect(await lumisection(21, 5)).toMatchObject({ flagsOn: 1 + 2 ** 6 + 2 ** 34, flagsOff: 0, pileup: 58.25 });
  });

  it('writes more records than one statement has parameters for', async () => {
    const many = Array.from({ length: 8000 }, (_, i) => ({ run: 31, number: i + 1, pileup: i / 8 }));
    expect((await write(lumisections(...many))).outcomes.every((outcome) => outcome === 'inserted')).toBe(true);
    expect(await lumisection(31, 8000)).toMatchObject({ pileup: 7999 / 8 });
    expect((await write(lumisections(...many))).outcomes.every((outcome) => outcome === 'identical')).toBe(true);
  });
});
