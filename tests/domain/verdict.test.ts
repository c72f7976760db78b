import { describe, expect, it } from 'vitest';
import type { Flag } from '../../src/domain/record.ts';
import { combineFlags, combineVerdicts } from '../../src/domain/verdict.ts';

describe('the verdict of a source', () => {
  it.each<[string, (Flag | null)[][], string]>([
    ['nothing judged', [], 'NOT_EVALUATED'],
    ['one subsystem, silent', [[]], 'NOT_EVALUATED'],
    ['one subsystem, good', [['GOOD']], 'GOOD'],
    ['one subsystem, bad', [['BAD']], 'BAD'],
    ['one subsystem on standby', [['STANDBY']], 'NOT_EVALUATED'],
    ['all good', [['GOOD'], ['GOOD']], 'GOOD'],
    ['one good, one silent', [['GOOD'], []], 'NOT_EVALUATED'],
    ['one good, one excluded', [['GOOD'], ['EXCLUDED']], 'NOT_EVALUATED'],
    ['one good, one bad', [['GOOD'], ['BAD']], 'BAD'],
    ['one silent, one bad', [[], ['BAD']], 'BAD'],
    ['two datasets of one subsystem, one bad', [['GOOD', 'BAD']], 'BAD'],
    ['two datasets of one subsystem that judge the run, one silent', [['GOOD', null]], 'NOT_EVALUATED'],
    ['two datasets of one subsystem that judge the run, both silent', [[null]], 'NOT_EVALUATED'],
    ['two datasets of one subsystem, one silent, one bad', [['BAD', null]], 'BAD'],
    ['two datasets of one subsystem, one not set', [['GOOD', 'NOTSET']], 'NOT_EVALUATED'],
  ])('%s', (_, subsystems, verdict) => {
    expect(combineFlags(subsystems.map((flags) => new Set(flags)))).toBe(verdict);
  });
});

describe('the verdict of several sources together', () => {
  it.each([
    [['GOOD', 'GOOD'], 'GOOD'],
    [['GOOD', 'BAD'], 'BAD'],
    [['NOT_EVALUATED', 'BAD'], 'BAD'],
    [['GOOD', 'NOT_EVALUATED'], 'NOT_EVALUATED'],
    [['NOT_EVALUATED'], 'NOT_EVALUATED'],
    [[], 'NOT_EVALUATED'],
  ] as const)('of %j is %s', (verdicts, expected) => {
    expect(combineVerdicts(verdicts)).toBe(expected);
  });
});
