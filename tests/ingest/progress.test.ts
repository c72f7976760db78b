import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { describeProblem } from '../../ingest/pipeline/failure.ts';
import { unread } from '../../ingest/pipeline/pipeline.ts';
import { createProgress, outcomeText } from '../../ingest/progress.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function display(isTTY: boolean, columns: number, bytes: number, files: number) {
  const written: string[] = [];
  const progress = createProgress({ isTTY, columns, write: (text: string) => written.push(text) }, bytes, files);
  return { progress, written };
}
const at = (bytesDone: number, rows: number) => ({ path: 'a.csv', bytesDone, bytesTotal: 50_000_000, rows });
const settled = { ...unread('a.csv'), outcome: 'ingested' as const, exitStatus: 0 as const, size: 50_000_000 };

describe('progress', () => {
  test('is one line on a terminal, drawn over again, with share, bytes, rate and time left', () => {
    const { progress, written } = display(true, 200, 100_000_000, 2);
    progress.begin('a.csv', 50_000_000);
    vi.advanceTimersByTime(10_000);
    progress.update(at(25_000_000, 400_000));
    progress.close();
    expect(written.join('')).not.toContain('\n');
    const line = written.find((text) => text.includes('25 %'));
    expect(line).toContain('██████░░░░░░░░░░░░░░░░░░ 25 %, 25.0 MB of 100.0 MB, 40,000 rows/s, 30 s left [1/2] a.csv');
    expect(written.at(-1)).toBe('\r\x1b[K');
  });

  test('says of a known file whose rows were settled otherwise how it is read again', () => {
    const known = { ...settled, outcome: 'known' as const };
    expect(outcomeText(known)).toBe('known, nothing to do');
    expect(outcomeText({ ...known, exitStatus: 2 })).toBe(
      'known, nothing to do, with problems (--force reads it again)',
    );
    expect(outcomeText({ ...settled, exitStatus: 2 })).toBe('done, with problems');
  });

  test('fits a narrow terminal', () => {
    const { progress, written } = display(true, 40, 100_000_000, 2);
    vi.advanceTimersByTime(1_000);
    progress.update(at(25_000_000, 400_000));
    expect(Math.max(...written.map((text) => text.length))).toBeLessThan(40);
  });

  test('is plain lines elsewhere: when a large file begins, now and then, and at its end', () => {
    const { progress, written } = display(false, 80, 100_000_000, 2);
    progress.begin('a.csv', 50_000_000);
    progress.update(at(10_000_000, 1_000));
    vi.advanceTimersByTime(10_000);
    progress.update(at(25_000_000, 400_000));
    progress.update(at(26_000_000, 410_000));
    progress.done(settled);
    progress.begin('small.json', 1_000);
    progress.close();
    expect(written).toEqual([
      'a.csv: reading 50.0 MB\n',
      '25 %, 25.0 MB of 100.0 MB, 40,000 rows/s, 30 s left [1/2] a.csv\n',
      'a.csv: done\n',
    ]);
  });
});

describe('a failure of the database', () => {
  test.each([
    [new Error('database or disk is full'), 'DISK_FULL'],
    [Object.assign(new Error('could not extend file'), { code: '53100' }), 'DISK_FULL'],
    [Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }), 'DISK_FULL'],
    [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }), 'DATABASE_LOST'],
    [Object.assign(new Error('terminating connection'), { code: '57P01' }), 'DATABASE_LOST'],
    [new Error('Connection terminated unexpectedly'), 'DATABASE_LOST'],
    [Object.assign(new Error('too many connections for role "ro"'), { code: '53300' }), 'UNAVAILABLE'],
    [Object.assign(new Error('cannot execute INSERT in a read-only transaction'), { code: '25006' }), 'UNAVAILABLE'],
  ])('%s is %s, and says how to go on', (error, code) => {
    const problem = describeProblem(error);
    expect(problem.code).toBe(code);
    expect(problem.message).toContain('it goes on from its checkpoint');
  });

  test('that nobody expected keeps its stack', () => {
    expect(describeProblem(new TypeError('x is not a function'))).toMatchObject({
      code: 'INTERNAL',
      stack: expect.stringContaining('progress.test.ts'),
    });
  });
});
