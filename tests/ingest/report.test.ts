import { expect, test } from 'vitest';
import { unread } from '../../ingest/pipeline/pipeline.ts';
import { createProgress } from '../../ingest/progress.ts';
import { formatRun, issueLine, table } from '../../ingest/report.ts';

test('what comes from outside reaches the terminal on one line and without control characters', () => {
  const path = 'in/a\n\u001b]0;title\u0007\u202eg\u200bnp\u{e0041}.csv';
  const error = { code: 'BAD_USER_INPUT', message: `${path}: no\r\nformat \u001b[2J` };
  const notChosen = { rows: 2, elements: [{ path: 'a\u001b[0m', rows: 2 }] };
  const file = { ...unread(path), outcome: 'failed' as const, exitStatus: 1 as const, error, skipped: notChosen };
  const issue = { severity: 'REJECTED' as const, code: 'X', field: 'f', value: '\u009b31m', reason: 'is \u001b[1m' };
  const skipped = [{ path: `${path}.bak`, code: 'UNKNOWN_FORMAT', message: '' }];
  const run = {
    files: [{ ...file, issues: [issue] }],
    skipped,
    notBegun: [path],
    dryRun: false,
    seconds: 1,
    exitStatus: 1,
  };
  const written: string[] = [];
  const progress = createProgress({ isTTY: false, write: (text: string) => written.push(text) }, 1, 1);
  progress.begin(path, 1e9);
  progress.done(file as never);
  for (const text of [formatRun(run as never), ...written]) {
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).toContain('in/a\\u000a\\u001b]0;title\\u0007\\u202eg\\u200bnp\\udb40\\udc41.csv');
    expect(text).not.toContain('in/a\n');
  }
});

test('an issue shows its value, of a field or not', () => {
  const note = { severity: 'NOTE' as const, code: 'UNKNOWN_COLUMN', value: 'fromrun.1', reason: 'was not read' };
  expect(issueLine('a.csv', note)).toBe('a.csv: note UNKNOWN_COLUMN "fromrun.1": was not read');
  expect(issueLine('a.csv', { ...note, field: 'x' })).toBe('a.csv: note UNKNOWN_COLUMN x="fromrun.1": was not read');
});

test('a table has any number of rows', () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => [String(i), 'x']);
  expect(table([['run', 'y'], ...rows]).split('\n')).toHaveLength(300_001);
});
