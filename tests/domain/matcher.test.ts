import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, compileRegex } from '../../src/domain/matcher.ts';

describe('a glob', () => {
  it.each([
    ['PixelPhase1/*', 'PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1', true],
    ['PixelPhase1/*', 'PixelPhase1', false],
    ['PixelPhase1/Tracks/*', 'PixelPhase1/Other/x', false],
    ['*charge*', 'a/b/charge_PXLayer_1', true],
    ['charge_PXLayer_?', 'charge_PXLayer_1', true],
    ['charge_PXLayer_?', 'charge_PXLayer_12', false],
    ['charge_PXLayer_?', 'charge_PXLayer_', false],
    ['*_[1-3]', 'charge_PXLayer_2', true],
    ['*_[!1-3]', 'charge_PXLayer_2', false],
    ['*_[^1-3]', 'charge_PXLayer_4', true],
    ['PXDisk_[+-]1', 'PXDisk_+1', true],
    ['PXDisk_[+-]1', 'PXDisk_-1', true],
    ['PXDisk_[-+]1', 'PXDisk_-1', true],
    ['a[*]b', 'a*b', true],
    ['a[*]b', 'axb', false],
    ['a[]]b', 'a]b', true],
    ['a.b', 'axb', false],
    ['a\\*', 'a\\xyz', true],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['**a**', 'bab', true],
    ['a*b*c', 'a--b--b--c', true],
    ['a*b*c', 'a--c--b', false],
    ['?', '😀', true],
    ['*[😀-😂]', 'x😁', true],
    ['charge', 'Charge', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(compileGlob(pattern)(text)).toBe(expected);
  });

  it('ignores case when told', () => {
    expect(compileGlob('PIXEL*[A-C]', { insensitive: true })('pixelPhase1/b')).toBe(true);
    expect(compileGlob('PIXEL*[A-C]', { insensitive: true })('pixelPhase1/d')).toBe(false);
  });

  it('matches as the same regular expression does', () => {
    const pattern = fc.array(fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]'), { maxLength: 10 });
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 14 }).map((letters) => letters.join(''));
    fc.assert(
      fc.property(pattern, text, (parts, subject) => {
        const source = parts.map((part) => part.replace('*', '.*').replace('?', '.').replace('!', '^')).join('');
        expect(compileGlob(parts.join(''))(subject)).toBe(new RegExp(`^${source}$`, 's').test(subject));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['a[bc', '[', 'a[!', '[]', 'x[c-a]', 'a'.repeat(1001)])('refuses %s', (pattern) => {
    expect(() => compileGlob(pattern)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });
});

describe('a regex', () => {
  it('finds a part of the text, anchored only where it says so', () => {
    expect(compileRegex('Layer_[0-9]+')('charge_PXLayer_12/x')).toBe(true);
    expect(compileRegex('^Layer')('PXLayer')).toBe(false);
    expect(compileRegex('layer')('PXLayer')).toBe(false);
    expect(compileRegex('layer$', { insensitive: true })('PXLayer')).toBe(true);
    const predicate = compileRegex('a');
    expect([predicate('a'), predicate('b'), predicate('a')]).toEqual([true, false, true]);
  });

  it('that would take exponential time elsewhere is answered', () => {
    expect(compileRegex('^(a+)+$')(`${'a'.repeat(5000)}b`)).toBe(false);
  });

  const bad = ['(', 'a{2,1}', '(?=a)', '(a)\\1', '[z-a]', 'a{99999}', 'a'.repeat(1001)];
  it.each(bad)('refuses %s, without a cause: that would be logged, and hold it', (pattern) => {
    const refusal = expect.objectContaining({ code: 'BAD_USER_INPUT' });
    const caused = expect.objectContaining({ cause: expect.anything() });
    expect(() => compileRegex(pattern)).toThrow(refusal);
    expect(() => compileRegex(pattern)).not.toThrow(caused);
  });
});
