import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binsJson } from '../../src/domain/bins-text.ts';
import { Cancellation } from '../../src/domain/cancellation.ts';
import { encodeBins } from '../../src/domain/codec.ts';
import { Cost } from '../../src/domain/cost.ts';
import { LimitExceededError, UnavailableError } from '../../src/domain/errors.ts';

const costOf = (maxBytes: number) => new Cost({ maxBytes, maxNodes: 1e9 }, new Cancellation());

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
        const text = binsJson(blob, [contents.length], false) as Uint8Array;
        const cost = costOf(Number.POSITIVE_INFINITY);
        cost.addBins(blob, contents.length);
        // one bracket more than there are commas
        expect(text.length).toBeGreaterThan(cost.leastBytes);
        expect(text.length).toBeLessThanOrEqual(cost.mostBytes + 1);
      }),
      { numRuns: 1000 },
    );
  });

  test('is refused once, by the same error, when it is certainly too large', () => {
    const cost = costOf(100);
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

  test('looks at the clock every ten thousand objects', () => {
    const cost = costOf(100);
    const looks = Array.from({ length: 100 }, () => cost.addNodes(1000));
    expect(looks.flatMap((look, i) => (look ? [i] : []))).toEqual([9, 19, 29, 39, 49, 59, 69, 79, 89, 99]);
    cost.restart();
    expect(cost.addNodes(9999)).toBe(false);
    expect(cost.addNodes(1)).toBe(true);
  });

  test('ends an operation whose time is over while objects or numbers of lists are made', () => {
    const reason = new UnavailableError('too late');
    for (const add of [(cost: Cost) => cost.addNodes(10_000), (cost: Cost) => cost.addListed(100_000)]) {
      const cancellation = new Cancellation();
      const cost = new Cost({ maxBytes: 1e9, maxNodes: 1e9 }, cancellation);
      add(cost);
      cancellation.endAt(performance.now() - 1, () => reason);
      expect(() => add(cost)).toThrow(reason);
    }
  });

  test('refuses more objects than there may be, and more numbers in lists', () => {
    const few = new Cost({ maxBytes: 1e9, maxNodes: 5 }, new Cancellation());
    few.addNodes(5);
    expect(() => few.addNodes(1)).toThrow('6 objects or more; the limit is 5 (LUMIGRAPH_MAX_ANSWER_NODES)');
    expect(few.passed).toMatchObject({ details: { actual: 6, limit: 5, remedy: expect.any(String) } });
    const many = new Cost({ maxBytes: 1e9, maxNodes: 25_000 }, new Cancellation());
    for (let i = 0; i < 25; i++) many.addNodes(1000);
    expect(() => many.addNodes(1)).toThrow('25001 objects');
    const listed = costOf(1e9);
    listed.addListed(2_000_000);
    expect(() => listed.addListed(1)).toThrow('2000001 edges, centers and labels');
    expect(listed.passed).toBeInstanceOf(LimitExceededError);
  });
});
