import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import type { FileReport } from '../../ingest/pipeline/report.ts';
import { csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { databases } from '../support/databases.ts';

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
const script = resolve(import.meta.dirname, 'killed-ingest.ts');

async function run(url: string, statements: number) {
  const child = spawn(process.execPath, ['--import', 'tsx', script, url, path, DATASET, String(statements)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = text(child.stdout);
  const signal = await new Promise<NodeJS.Signals | null>((ended) => child.once('close', (_, how) => ended(how)));
  if (signal === 'SIGKILL') return null;
  return JSON.parse(await output) as { report: FileReport; statements: number };
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

describe.each(databases)('an ingest on $name', ({ create }) => {
  test('that is killed again and again leaves the database as if it never was', { timeout: 240_000 }, async () => {
    const undisturbed = await create();
    const whole = await run(undisturbed.url, Number.MAX_SAFE_INTEGER);
    expect(whole?.report).toMatchObject({
      outcome: 'ingested',
      counts: { inserted: 600, identical: 12, conflicting: 12, replaced: 0, added: 0, rejected: 12 },
    });
    const expected = await dumpDatabase(undisturbed.url);
    expect(expected.issues).toHaveLength(24);

    const killed = await create();
    const total = whole?.statements ?? 0;
    const next = random(20181);
    let kills = 0;
    let settled: Awaited<ReturnType<typeof run>> = null;
    while (!settled) {
      // Somewhere in the first half: each attempt gets some way, and several are needed.
      settled = await run(killed.url, kills > 6 ? Number.MAX_SAFE_INTEGER : Math.floor((next() * total) / 2));
      if (!settled) kills++;
    }
    expect(kills).toBeGreaterThan(3);
    expect(settled.report.counts).toEqual(whole?.report.counts);
    expect(await dumpDatabase(killed.url)).toEqual(expected);
    await undisturbed.drop();
    await killed.drop();
  });
});
