import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunksOf } from '../../src/domain/chunks.ts';

it('come in their order, none empty, each as full as its bounds let', () => {
  const bounds = fc.record({ items: fc.integer({ min: 1, max: 5 }), weight: fc.integer({ min: 0, max: 20 }) });
  fc.assert(
    fc.property(fc.array(fc.nat(10)), bounds, (weights, most) => {
      const chunks = [...chunksOf(weights, (weight) => weight, most)];
      const sum = (chunk: readonly number[]) => chunk.reduce((total, weight) => total + weight, 0);
      expect(chunks.flat()).toEqual(weights);
      for (const [i, chunk] of chunks.entries()) {
        expect(chunk.length).toBeGreaterThan(0);
        expect(chunk.length <= most.items && (sum(chunk) <= most.weight || chunk.length === 1)).toBe(true);
        const [next] = chunks[i + 1] ?? [];
        if (next !== undefined) expect(chunk.length === most.items || sum(chunk) + next > most.weight).toBe(true);
      }
    }),
  );
});
