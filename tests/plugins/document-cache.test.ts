import { expect, test } from 'vitest';
import { DocumentCache } from '../../src/plugins/document-cache.ts';

test('keeps what was asked for lately, and a few hundred documents at most', () => {
  const cache = new DocumentCache<number>();
  for (let i = 0; i < 2000; i++) {
    cache.set(`{ a${i} }`, i);
    expect(cache.get('{ a0 }')).toBe(0);
  }
  const kept = Array.from({ length: 2000 }, (_, i) => cache.get(`{ a${i} }`)).filter((value) => value !== undefined);
  expect(kept).toContain(1999);
  expect(kept.length).toBeGreaterThan(200);
  expect(kept.length).toBeLessThanOrEqual(500);
});

test('keeps few of those that are long, and none that would take the place of all others', () => {
  const cache = new DocumentCache<number>();
  for (let i = 0; i < 100; i++) cache.set(`{ a${i} } #${'x'.repeat(100_000)}`, i);
  const kept = Array.from({ length: 100 }, (_, i) => cache.get(`{ a${i} } #${'x'.repeat(100_000)}`));
  expect(kept.filter((value) => value !== undefined).length).toBeLessThanOrEqual(20);
  const long = 'x'.repeat(600_000);
  cache.set(long, 1);
  expect(cache.get(long)).toBeUndefined();
});
