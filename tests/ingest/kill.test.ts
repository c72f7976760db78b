import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import type { FileReport, IngestSettings } from '../../ingest/pipeline/report.ts';
import { killedIngest } from '../support/compiled-programs.ts';
import { csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { dumpDatabase, execute } from '../support/database-dump.ts';
import { databases } from '../support/databases.ts';
import { rounds } from '../support/rounds.ts';

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

interface Ended {
  readonly reports: readonly FileReport[];
  readonly statements: number;
}

/** @returns null where it was killed. */
async function run(
  url: string,
  statements: number,
  paths: readonly string[],
  { jobs = 1, ...settings }: IngestSettings & { jobs?: number } = {},
): Promise<Ended | null> {
  const given = JSON.stringify({ dataset: DATASET, batchRows: 40, ...settings });
  const child = spawn(process.execPath, [killedIngest(), url, String(statements), String(jobs), given, ...paths], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = text(child.stdout);
  const signal = await new Promise<NodeJS.Signals | null>((ended) => child.once('close', (_, how) => ended(how)));
  if (signal === 'SIGKILL') return null;
  return JSON.parse(await output);
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
async function killed(seed: number, total: number, attempt: (statements: number) => Promise<Ended | null>) {
  const next = random(seed + SEED);
  for (let kills = 0; ; kills++) {
    const settled = await attempt(kills >= KILLS ? NEVER : Math.floor((next() * total) / 2));
    if (settled) return { kills, settled };
  }
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

describe.each(databases)('an ingest on $name', ({ create }) => {
  test('that is killed again and again leaves the database as if it never was', { timeout: 480_000 }, async () => {
    const undisturbed = await create();
    const whole = await run(undisturbed.url, NEVER, [path]);
    expect(whole?.reports).toMatchObject([
      {
        outcome: 'ingested',
        counts: { inserted: 600, identical: 12, conflicting: 12, replaced: 0, added: 0, rejected: 12 },
      },
    ]);
    const expected = await dumpDatabase(undisturbed.url);
    expect(expected.issues).toHaveLength(24);
    const database = await create();
    const { kills, settled } = await killed(20181, whole?.statements ?? 0, (statements) =>
      run(database.url, statements, [path]),
    );
    expect(kills).toBeGreaterThan(0);
    expect(settled.reports[0]?.counts).toEqual(whole?.reports[0]?.counts);
    expect(await dumpDatabase(database.url)).toEqual(expected);
    await undisturbed.drop();
    await database.drop();
  });

  test('that adds is no other, nor is one that takes earlier contents back', { timeout: 480_000 }, async () => {
    const names = [...parts, OTHER_AXIS];
    const settings = { onConflict: 'add' } as const;
    const undisturbed = await create();
    const whole = await run(undisturbed.url, NEVER, names, settings);
    expect(whole?.reports.map(({ counts }) => counts.conflicting)).toEqual([0, 0, 0, 0, 3]);
    const again = await run(undisturbed.url, NEVER, parts.slice(0, 2), { ...settings, force: true });
    expect(again?.reports.map(({ counts }) => counts.added)).toEqual([240, 240]);
    const expected = await dumpDatabase(undisturbed.url);
    expect(expected.contributions).toHaveLength(960);

    const database = await create();
    const { kills } = await killed(20183, whole?.statements ?? 0, (statements) =>
      run(database.url, statements, names, settings),
    );
    expect(kills).toBeGreaterThan(0);
    // what is read anew is withdrawn and added again: killed in between, it goes on without `force`
    const next = random(278769 + SEED);
    for (let kill = 0; kill < KILLS; kill++) {
      const statements = Math.floor((next() * (again?.statements ?? 0)) / 2);
      const anew = [parts[kill % 2] as string];
      expect(await run(database.url, statements, anew, { ...settings, force: true })).toBeNull();
      expect(await run(database.url, NEVER, anew, settings)).not.toBeNull();
    }
    expect(await dumpDatabase(database.url)).toEqual(expected);
    await undisturbed.drop();
    await database.drop();
  });

  test('that reads two files at a time is no other', { timeout: 480_000 }, async () => {
    const settings = { onConflict: 'add', jobs: 2 } as const;
    const undisturbed = await create();
    const whole = await run(undisturbed.url, NEVER, parts, settings);
    const database = await create();
    const { kills, settled } = await killed(325022, whole?.statements ?? 0, (statements) =>
      run(database.url, statements, parts, settings),
    );
    expect(kills).toBeGreaterThan(0);
    expect(settled.reports.map(({ outcome }) => outcome)).not.toContain('failed');
    expect(withoutTurns(await dumpDatabase(database.url))).toEqual(withoutTurns(await dumpDatabase(undisturbed.url)));
    await undisturbed.drop();
    await database.drop();
  });

  test('beside another one that is killed does its files too, at once', { timeout: 480_000 }, async () => {
    const settings = { onConflict: 'add', jobs: 2 } as const;
    const undisturbed = await create();
    const whole = await run(undisturbed.url, NEVER, parts, settings);
    const next = random(7);
    for (let kill = 0; kill < KILLS / 2; kill++) {
      const database = await create();
      const [, survivor] = await Promise.all([
        run(database.url, Math.floor((next() * (whole?.statements ?? 0)) / 2), parts, settings),
        run(database.url, NEVER, parts, settings),
      ]);
      expect(survivor?.reports).toHaveLength(parts.length);
      expect(withoutTurns(await dumpDatabase(database.url))).toEqual(withoutTurns(await dumpDatabase(undisturbed.url)));
      await database.drop();
    }
    // however long the lease of a dead process has still to run
    const database = await create();
    expect(await run(database.url, Math.floor((whole?.statements ?? 0) / 2), parts, settings)).toBeNull();
    const leases =
      "UPDATE data_file SET lease_expires_at = '2999-01-01T00:00:00.000+00:00' WHERE lease_owner IS NOT NULL";
    await execute(database.url, leases);
    await run(database.url, NEVER, parts, settings);
    expect(withoutTurns(await dumpDatabase(database.url))).toEqual(withoutTurns(await dumpDatabase(undisturbed.url)));
    await database.drop();
    await undisturbed.drop();
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
