import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FileReport } from '../../ingest/pipeline/report.ts';
import { killedIngest } from '../support/compiled-programs.ts';
import { csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { dumpDatabase, execute } from '../support/database-dump.ts';
import { databases } from '../support/databases.ts';
import { rounds } from '../support/rounds.ts';
import { type IngestAllSettings, ingestAll } from './ingest-all.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** 600 good rows, and among them rejected rows, repeated rows and rows in conflict: batches of all kinds. */
const path = join(folder, 'mixed.csv');
const good = lumisectionCsv({ run: 315257, lumisections: 60, elements: 10 }).trimEnd().split('\n').slice(1);
const mixed = good.flatMap((row, index) => {
  if (index % 50 === 7) return [row, csvRow({ run: 315257, ls: 0 })];
  if (index % 50 === 19) return [row, row];
  if (index % 50 === 33)
    return [
      row,
      csvRow({ run: 315257, ls: 1, name: `element_${(index % 10) + 1}`, bins: Array(12).fill(9), xmax: 10 }),
    ];
  return [row];
});
writeFileSync(path, csv(...mixed));

const DATASET = '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO';

const BATCHES = { dataset: DATASET, batchRows: 40 };

interface Ended {
  readonly reports: readonly FileReport[];
  readonly statements: number;
}

/** To the end, by this process. */
async function ingest(url: string, paths: readonly string[], settings: IngestAllSettings = {}): Promise<Ended> {
  let statements = 0;
  const reports = await ingestAll(url, paths, { ...BATCHES, ...settings }, () => {
    statements++;
  });
  return { reports, statements };
}

/** By a process of its own, which is killed before its n-th statement. @returns whether it came that far. */
async function ingestKilledAt(url: string, n: number, paths: readonly string[], settings: IngestAllSettings = {}) {
  const given = JSON.stringify({ ...BATCHES, ...settings });
  const args = [killedIngest(), url, String(n), given, ...paths];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [status, signal] = await once(child, 'close');
  expect(signal ?? status).toBeOneOf(['SIGKILL', 0]);
  return signal !== null;
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NEVER = Number.MAX_SAFE_INTEGER;

const KILLS = rounds(2);
/** KILL_SEED=5 kills at other places. */
const SEED = Number(process.env.KILL_SEED ?? 0);

/** Kills again and again, each time somewhere in the first half: each attempt gets some way, and several are needed. */
async function killedAgainAndAgain(
  { url, whole, seed, most }: { url: string; whole: Ended; seed: number; most: number },
  paths: readonly string[],
  settings: IngestAllSettings = {},
): Promise<Ended> {
  const next = random(seed + SEED);
  let kills = 0;
  while (kills < most && (await ingestKilledAt(url, Math.floor((next() * whole.statements) / 2), paths, settings)))
    kills++;
  expect(kills).toBeGreaterThan(0);
  return ingest(url, paths, settings);
}

/** Partial counts: every file has some of every histogram, with sums that round, and some twice. */
const parts = Array.from({ length: 4 }, (_, file) => {
  const rows = Array.from({ length: 240 }, (_, row) => {
    const bins = [0, (row % 7) / 10, file + 0.1, row, 1];
    return csvRow({ run: 9, ls: 1 + (row % 20), name: `element_${row % 11}`, bins, entries: row + file });
  });
  const path = join(folder, `part-${file}.csv`);
  writeFileSync(path, csv(...rows));
  return path;
});
const OTHER_AXIS = join(folder, 'other-axis.csv');
writeFileSync(OTHER_AXIS, csv(...[1, 2, 3].map((ls) => csvRow({ run: 9, ls, name: `element_${ls - 1}`, xmax: 4 }))));

describe.each(databases)('an ingest on $name', (database) => {
  const create = () => database.create({ migrated: true });

  test('that is killed again and again leaves the database as if it never was', { timeout: 480_000 }, async () => {
    const undisturbed = await create();
    const whole = await ingest(undisturbed.url, [path]);
    expect(whole.reports).toMatchObject([
      {
        outcome: 'ingested',
        counts: { inserted: 600, identical: 12, conflicting: 12, replaced: 0, added: 0, rejected: 12 },
      },
    ]);
    const expected = await dumpDatabase(undisturbed.url);
    expect(expected.issues).toHaveLength(36);
    const database = await create();
    const settled = await killedAgainAndAgain({ url: database.url, whole, seed: 20181, most: KILLS }, [path]);
    expect(settled.reports[0]?.counts).toEqual(whole.reports[0]?.counts);
    expect(await dumpDatabase(database.url)).toEqual(expected);
    await undisturbed.drop();
    await database.drop();
  });

  test('that adds is no other, nor is one that takes earlier contents back', { timeout: 480_000 }, async () => {
    const names = [...parts, OTHER_AXIS];
    const settings = { onConflict: 'add' } as const;
    const undisturbed = await create();
    const whole = await ingest(undisturbed.url, names, settings);
    expect(whole.reports.map(({ counts }) => counts.conflicting)).toEqual([0, 0, 0, 0, 3]);
    const again = await ingest(undisturbed.url, parts.slice(0, 2), { ...settings, force: true });
    expect(again.reports.map(({ counts }) => counts.added)).toEqual([240, 240]);
    const expected = await dumpDatabase(undisturbed.url);
    expect(expected.contributions).toHaveLength(960);

    const database = await create();
    await killedAgainAndAgain({ url: database.url, whole, seed: 20183, most: rounds(1) }, names, settings);
    // what is read anew is withdrawn and added again: killed in between, it goes on without `force`
    const next = random(278769 + SEED);
    for (let kill = 0; kill < KILLS; kill++) {
      const statements = Math.floor((next() * again.statements) / 2);
      const anew = [parts[kill % 2] as string];
      expect(await ingestKilledAt(database.url, statements, anew, { ...settings, force: true })).toBe(true);
      await ingest(database.url, anew, settings);
    }
    expect(await dumpDatabase(database.url)).toEqual(expected);
    await undisturbed.drop();
    await database.drop();
  });

  describe('of two files at a time', () => {
    const settings = { onConflict: 'add', jobs: 2 } as const;
    let whole: Ended;
    let expected: ReturnType<typeof withoutTurns>;
    beforeAll(async () => {
      const undisturbed = await create();
      whole = await ingest(undisturbed.url, parts, settings);
      expected = withoutTurns(await dumpDatabase(undisturbed.url));
      await undisturbed.drop();
    });

    test('is no other', { timeout: 480_000 }, async () => {
      const database = await create();
      const settled = await killedAgainAndAgain(
        { url: database.url, whole, seed: 325022, most: rounds(1) },
        parts,
        settings,
      );
      expect(settled.reports.map(({ outcome }) => outcome)).not.toContain('failed');
      expect(withoutTurns(await dumpDatabase(database.url))).toEqual(expected);
      await database.drop();
    });

    test('does the files of one beside it that is killed too, at once', { timeout: 480_000 }, async () => {
      const next = random(7);
      for (let kill = 0; kill < KILLS / 2; kill++) {
        const database = await create();
        const ends = await Promise.all([
          ingestKilledAt(database.url, Math.floor((next() * whole.statements) / 2), parts, settings),
          ingestKilledAt(database.url, NEVER, parts, settings),
        ]);
        expect(ends[1]).toBe(false);
        expect(withoutTurns(await dumpDatabase(database.url))).toEqual(expected);
        await database.drop();
      }
      // however long the lease of a dead process has still to run
      const database = await create();
      expect(await ingestKilledAt(database.url, Math.floor(whole.statements / 2), parts, settings)).toBe(true);
      const leases =
        "UPDATE data_file SET lease_expires_at = '2999-01-01T00:00:00.000+00:00' WHERE lease_owner IS NOT NULL";
      await execute(database.url, leases);
      await ingest(database.url, parts, settings);
      expect(withoutTurns(await dumpDatabase(database.url))).toEqual(expected);
      await database.drop();
    });
  });
});

/** A dump without what depends on which of two files was the first: whose rows were inserted, and whose were added. */
function withoutTurns({ files, ...dump }: Awaited<ReturnType<typeof dumpDatabase>>) {
  const settled = files.map((file) => {
    const fields = file.split(' | ');
    const [inserted, , , , added] = fields.slice(9, 14).map(Number);
    return [...fields.slice(0, 9), (inserted ?? 0) + (added ?? 0), ...fields.slice(10, 13), ...fields.slice(14)].join();
  });
  return { ...dump, files: settled };
}
