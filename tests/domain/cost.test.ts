import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binsJson } from '../../src/domain/bins-text.ts';
import { encodeBins } from '../../src/domain/codec.ts';
import { Cost } from '../../src/domain/cost.ts';
import { LimitExceededError } from '../../src/domain/errors.ts';

describe('the cost of an operation', () => {
  const numbers = fc.oneof(
    fc.array(fc.integer({ min: 0, max: 255 })),
    fc.array(fc.integer({ min: -128, max: 127 })),
    fc.array(fc.integer({ min: -32_768, max: 65_535 })),
    fc.array(fc.integer()),
    fc.array(fc.maxSafeInteger()),
    fc.array(fc.double()),
    fc.array(fc.float()).map((values) => Float32Array.from(values)),
  );

  test('bounds the text of bins of every type', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const contents = values instanceof Float32Array ? values : Float64Array.from(values);
        if (contents.length === 0) return;
        const blob = encodeBins({ contents, flow: false });
        const text = binsJson(blob, [contents.length], false) as string | Uint8Array;
        const cost = new Cost(Number.POSITIVE_INFINITY);
        cost.addBins(blob, contents.length);
        // one bracket more than there are commas
        expect(text.length).toBeGreaterThan(cost.leastBytes);
        expect(text.length).toBeLessThanOrEqual(cost.mostBytes + 1);
      }),
      { numRuns: 300 },
    );
  });

  test('is refused once, by the same error, when it is certainly too large', () => {
    const cost = new Cost(100);
    cost.addNumbers(50, 50);
    expect(cost.passed).toBeUndefined();
    expect(cost.mayBeTooLarge).toBe(true);
    const add = () => {
      try {
        cost.addNumbers(1, 1);
      } catch (error) {
        return error;
      }
    };
    const refusal = add();
    expect(refusal).toBeInstanceOf(LimitExceededError);
    expect(refusal).toMatchObject({ details: { limit: 100, actual: 102, setting: 'LUMIGRAPH_MAX_RESPONSE_BYTES' } });
    expect(add()).toBe(refusal);
    expect(cost.passed).toBe(refusal);
  });

  test('says every ten thousand objects that the clock is to be looked at', () => {
    const cost = new Cost(100);
    const looks = Array.from({ length: 100 }, () => cost.addNodes(1000));
    expect(looks.flatMap((look, i) => (look ? [i] : []))).toEqual([9, 19, 29, 39, 49, 59, 69, 79, 89, 99]);
    cost.restart();
    expect(cost.addNodes(9999)).toBe(false);
    expect(cost.addNodes(1)).toBe(true);
  });
});
