import { describe, expect, test } from 'vitest';
import { repeatedSize } from '../../src/domain/regex-size.ts';

describe('the size of a regular expression with its repeats written out', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['a{10}', 10],
    ['a{2,10}b', 11],
    ['a{3,}', 3],
    ['a{0}', 1],
    ['(ab){5}', 15],
    ['(a{10}b){5}', 60],
    ['((a{100}){100}){100}', 1_010_100],
    ['[a-z{5}]{4}', 4],
    ['[]{9}]{2}', 2],
    ['[^]]{3}', 3],
    ['\\({7}', 7],
    ['\\d{3}x', 4],
    ['a{b}', 4],
    ['a{,5}', 5],
    ['a)b', 3],
    ['(((', 0],
    ['a{10}{10}', 100],
  ])('%s is %i', (pattern, size) => {
    expect(repeatedSize(pattern)).toBe(size);
  });
});
