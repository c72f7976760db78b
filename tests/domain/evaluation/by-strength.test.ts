import { expect, test } from 'vitest';
import { efficiencyByStrength } from '../../../src/domain/evaluation/by-strength.ts';
import type { Injection } from '../../../src/domain/injection.ts';

test('the efficiency on injected anomalies is told by kind and strength, and what has no score is not found', () => {
  const shift = (strength: number): Injection => ({ kind: 'SHIFT', strength, seed: 1 });
  const dead: Injection = { kind: 'DEAD_REGION', strength: 0.5, seed: 2 };
  const injections = [shift(0.5), null, shift(0.1), shift(0.1), dead, shift(0.1), null, dead];
  const score = Float64Array.of(3, 9, 2, 1.9, Number.NaN, Number.POSITIVE_INFINITY, 0, 2);
  expect(efficiencyByStrength(injections, score, 2)).toEqual([
    { kind: 'DEAD_REGION', strength: 0.5, injected: 2, found: 1, efficiency: 0.5 },
    { kind: 'SHIFT', strength: 0.1, injected: 3, found: 2, efficiency: 2 / 3 },
    { kind: 'SHIFT', strength: 0.5, injected: 1, found: 1, efficiency: 1 },
  ]);
  expect(efficiencyByStrength([null, null], Float64Array.of(1, 2), 0)).toEqual([]);
});
