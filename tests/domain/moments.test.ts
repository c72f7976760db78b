import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Axis, centersOf } from '../../src/domain/axis.ts';
import type { NumberArray } from '../../src/domain/histogram.ts';
import { computeMoments, flowOf } from '../../src/domain/moments.ts';

const axis = (bins: number, min = 0, max = bins): Axis => ({ bins, min, max, title: '' });
const integerBins = (...contents: number[]) => ({ flow: true, contents: Float64Array.from(contents) });

/** The definitions over the unbinned sample: every count stands for so many values at the center of its bin. */
function sampleMoments(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const central = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  const rms = Math.sqrt(central(2));
  return { mean, rms, skewness: central(3) / rms ** 3, kurtosis: central(4) / rms ** 4 - 3 };
}

describe('the moments of a histogram', () => {
  it('with one axis are those of values at the centers of its bins', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 3, maxLength: 30 });
    const axes = fc.oneof(
      counts.map((list) => ({ counts: list, x: axis(list.length, -3, 12) })),
      counts.map((list) => {
        const edges = [...list, 0].map((_, i) => i ** 1.7 - 5);
        return { counts: list, x: { bins: list.length, min: -5, max: edges.at(-1) as number, edges, title: '' } };
      }),
    );
    fc.assert(
      fc.property(axes, fc.boolean(), ({ counts: list, x }, flow) => {
        fc.pre(list.filter((count) => count > 0).length > 1);
        const contents = flow ? [1000, ...list, 2000] : list;
        const moments = computeMoments({ flow, contents: Float64Array.from(contents) }, [x]);
        const values = list.flatMap((count, i) => Array<number>(count).fill(centersOf(x)[i] as number));
        const expected = sampleMoments(values);
        expect(moments.integral).toBe(values.length);
        expect(moments.meanX).toBeCloseTo(expected.mean, 9);
        expect(moments.rmsX).toBeCloseTo(expected.rms, 9);
        expect(moments.skewness).toBeCloseTo(expected.skewness, 6);
        expect(moments.kurtosis).toBeCloseTo(expected.kurtosis, 6);
        expect([moments.meanY, moments.rmsY]).toEqual([Number.NaN, Number.NaN]);
      }),
    );
  });

  it('with two axes are those of their projections, without flow bins', () => {
    const [x, y] = [axis(3, 10, 40), axis(2, -1, 1)];
    // rows of y from the underflow on, each with its x flow bins
    const contents = [9, 9, 9, 9, 9, 9, 1, 2, 3, 9, 9, 4, 0, 0, 9, 9, 9, 9, 9, 9];
    const moments = computeMoments(integerBins(...contents), [x, y]);
    const alongX = sampleMoments([15, 25, 25, 35, 35, 35, 15, 15, 15, 15]);
    const alongY = sampleMoments([...Array<number>(6).fill(-0.5), ...Array<number>(4).fill(0.5)]);
    expect(moments.integral).toBe(10);
    expect(moments.meanX).toBeCloseTo(alongX.mean, 12);
    expect(moments.rmsX).toBeCloseTo(alongX.rms, 12);
    expect(moments.meanY).toBeCloseTo(alongY.mean, 12);
    expect(moments.rmsY).toBeCloseTo(alongY.rms, 12);
    expect([moments.skewness, moments.kurtosis]).toEqual([Number.NaN, Number.NaN]);
    const inRange = { flow: false, contents: Uint8Array.of(1, 2, 3, 4, 0, 0) };
    expect(computeMoments(inRange, [x, y])).toEqual(moments);
  });

  it('of a Gaussian have no skewness and no excess kurtosis', () => {
    const x = axis(200, -5, 5);
    const contents = Float64Array.from({ length: 202 }, (_, i) => 1e6 * Math.exp(-(((i - 100.5) * 0.05) ** 2) / 2));
    const { meanX, rmsX, skewness, kurtosis } = computeMoments({ flow: true, contents }, [x]);
    expect(meanX).toBeCloseTo(0, 9);
    expect(rmsX).toBeCloseTo(1, 3);
    expect(skewness).toBeCloseTo(0, 9);
    expect(kurtosis).toBeCloseTo(0, 2);
  });

  it('are undefined where nothing is in range', () => {
    const empty = { meanX: NaN, rmsX: NaN, meanY: NaN, rmsY: NaN, skewness: NaN, kurtosis: NaN, integral: 0 };
    expect(computeMoments(integerBins(5, 0, 0, 7), [axis(2)])).toEqual(empty);
    expect(computeMoments(integerBins(0, 1, -1, 0), [axis(2)])).toEqual(empty);
    expect(computeMoments({ flow: false, contents: new Uint8Array(4) }, [axis(2), axis(2)])).toEqual(empty);
  });

  it('of a single filled bin are its center, no width and no shape', () => {
    for (const content of [1, 0.1, 1e9 / 7, -3]) {
      const one = computeMoments(integerBins(0, 0, content, 0, 0), [axis(3, 0, 0.3)]);
      expect(one.meanX).toBe(centersOf(axis(3, 0, 0.3))[1]);
      expect([one.rmsX, one.skewness, one.kurtosis]).toEqual([0, NaN, NaN]);
      const contents = new Float64Array(90_000);
      contents[41_234] = content;
      const two = computeMoments({ flow: false, contents }, [axis(300, 0.1, 0.7), axis(300, -1e5, 1e5)]);
      expect([two.rmsX, two.rmsY]).toEqual([0, 0]);
    }
  });

  it('stay exact for a narrow peak far from zero', () => {
    const x = axis(10_000, 1_000_000, 1_010_000);
    const contents = new Float64Array(10_002);
    contents.set([1, 2, 1], 9000);
    const { meanX, rmsX, skewness, kurtosis } = computeMoments({ flow: true, contents }, [x]);
    expect(meanX).toBe(1_009_000.5);
    expect(rmsX).toBeCloseTo(Math.SQRT1_2, 12);
    expect(skewness).toBeCloseTo(0, 9);
    expect(kurtosis).toBeCloseTo(-1, 9);
  });

  it('do not depend on the type of the array, nor on what follows the cells', () => {
    const values = [7, 1, 2, 3, 4, 9];
    const expected = computeMoments(integerBins(...values), [axis(4)]);
    for (const type of [Float32Array, Int32Array, Uint8Array, Int16Array]) {
      expect(computeMoments({ flow: true, contents: type.from(values) as NumberArray }, [axis(4)])).toEqual(expected);
    }
    expect(computeMoments(integerBins(...values, 5, 5, 5), [axis(4)])).toEqual(expected);
  });
});

describe('under- and overflow', () => {
  it('stand at the ends of one axis, and are not told for two or where there are none', () => {
    expect(flowOf(integerBins(5, 0, 0, 7), [axis(2)])).toEqual({ underflow: 5, overflow: 7 });
    expect(flowOf({ flow: false, contents: Uint8Array.of(1, 2) }, [axis(2)])).toBeNull();
    expect(flowOf({ flow: true, contents: new Uint8Array(16) }, [axis(2), axis(2)])).toBeNull();
  });

  it('are unknown where they pass a float64', () => {
    const x = { bins: 2, min: 1e308, max: 1.7e308, edges: [1e308, 1.5e308, 1.7e308], title: '' };
    const flow = { flow: true, contents: Float64Array.of(0, 4, 6, 0) };
    const unknown = { meanY: NaN, rmsY: NaN, skewness: NaN, kurtosis: NaN };
    expect(computeMoments(flow, [x])).toEqual({ integral: 10, meanX: NaN, rmsX: NaN, ...unknown });
    expect(centersOf(x)[1]).toBe(1.6e308);
    const large = { flow: true, contents: Float64Array.of(0, 1e307, 0, 0, 1e307, 0) };
    expect(computeMoments(large, [axis(4, -1e3, 1e3)])).toMatchObject({ integral: 2e307, meanX: NaN, rmsX: NaN });
  });
});
