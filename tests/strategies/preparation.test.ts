import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Axis } from '../../src/domain/axis.ts';
import { planAxes, rebinned } from '../../src/domain/rebin.ts';
import { cellCount, shapeOf } from '../../src/domain/shape.ts';
import { deadCells, type Options, preparation } from '../../src/strategies/preparation.ts';
import { axisOf, matrixOf, sampleOf } from './histograms.ts';

const plain: Options = { flow: 'DROP', maskedBins: [], deadBins: 'KEEP', normalisation: 'NONE' };
const none = new Int32Array();

/** The row that is made of a histogram, or why there is none. */
function rowOf(
  axes: readonly Axis[],
  options: Partial<Options>,
  contents: readonly number[],
  flow = false,
  entries = 0,
) {
  const prepared = preparation(axes, { ...plain, ...options }, none, 'VALUES');
  const target = new Float64Array(prepared.layout.columns.length);
  return prepared.write(Float64Array.from(contents), flow, entries, target, 0) ?? [...target];
}

describe('a prepared histogram', () => {
  test('is its bins in range, with or without flow bins in the source', () => {
    expect(rowOf([axisOf(3)], {}, [1, 2, 3])).toEqual([1, 2, 3]);
    expect(rowOf([axisOf(3)], {}, [9, 1, 2, 3, 9], true)).toEqual([1, 2, 3]);
    const map = [
      [0, 0, 0, 0],
      [9, 1, 2, 9],
      [9, 3, 4, 9],
      [9, 9, 9, 9],
    ].flat();
    expect(rowOf([axisOf(2), axisOf(2)], {}, map, true)).toEqual([1, 2, 3, 4]);
  });

  test('holds its flow bins where they are kept', () => {
    expect(rowOf([axisOf(4)], { flow: 'KEEP', rebin: [2] }, [7, 1, 2, 3, 4, 8], true)).toEqual([7, 3, 7, 8]);
  });

  test('has no masked bins, and a sum of neighbours only of those that are not masked', () => {
    expect(rowOf([axisOf(4)], { maskedBins: [1] }, [1, 2, 3, 4])).toEqual([1, 3, 4]);
    expect(rowOf([axisOf(4)], { maskedBins: [1], rebin: [2] }, [1, 2, 3, 4])).toEqual([1, 7]);
    expect(rowOf([axisOf(4)], { maskedBins: [0, 1], rebin: [2] }, [1, 2, 3, 4])).toEqual([7]);
    // bin 2 of a map is the first of its second row
    expect(rowOf([axisOf(2), axisOf(2)], { maskedBins: [2] }, [1, 2, 3, 4])).toEqual([1, 2, 4]);
    expect(rowOf([axisOf(2)], { flow: 'KEEP', maskedBins: [0] }, [7, 1, 2, 8], true)).toEqual([7, 2, 8]);
  });

  test('is divided by the sum of the bins in use, or by its entries', () => {
    expect(rowOf([axisOf(4)], { normalisation: 'SUM', maskedBins: [3] }, [1, 2, 1, 90])).toEqual([0.25, 0.5, 0.25]);
    expect(rowOf([axisOf(2)], { normalisation: 'ENTRIES' }, [1, 2], false, 4)).toEqual([0.25, 0.5]);
  });

  test('is none where there is nothing to divide by, or numbers that are none', () => {
    expect(rowOf([axisOf(2)], { normalisation: 'SUM' }, [0, 0])).toBe('EMPTY');
    expect(rowOf([axisOf(2)], { normalisation: 'ENTRIES' }, [1, 2], false, 0)).toBe('EMPTY');
    expect(rowOf([axisOf(2)], { normalisation: 'ENTRIES' }, [1, 2], false, Number.NaN)).toBe('UNKNOWN_ENTRIES');
    expect(rowOf([axisOf(2)], { normalisation: 'ENTRIES' }, [1, 2], false, -3)).toBe('NEGATIVE');
    // filled, and nothing to divide by all the same
    expect(rowOf([axisOf(2)], { normalisation: 'SUM' }, [-3, 1])).toBe('NEGATIVE');
    expect(rowOf([axisOf(2)], { normalisation: 'SUM' }, [-3, 3])).toBe('NEGATIVE');
    expect(rowOf([axisOf(2)], {}, [1, Number.NaN])).toBe('NOT_FINITE');
    expect(rowOf([axisOf(2)], {}, [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).toBe('NOT_FINITE');
    expect(rowOf([axisOf(2)], { maskedBins: [1] }, [1, Number.NaN])).toEqual([1]);
  });

  test('adds up neighbours as histograms are rebinned', () => {
    const axes = fc.array(fc.constantFrom(2, 4, 6, 12).map(axisOf), { minLength: 1, maxLength: 2 });
    const cases = fc
      .tuple(axes, fc.boolean(), fc.boolean(), fc.constantFrom(1, 2))
      .filter(([, flow, keep]) => flow || !keep)
      .chain(([axes, flow, keep, factor]) => {
        const cells = cellCount(shapeOf({ axes }), flow);
        const contents = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: cells, maxLength: cells });
        return fc.record({
          axes: fc.constant(axes),
          flow: fc.constant(flow),
          keep: fc.constant(keep),
          factor: fc.constant(factor),
          contents,
        });
      });
    fc.assert(
      fc.property(cases, ({ axes, flow, keep, factor, contents }) => {
        const rebin = axes.map(() => factor);
        const expected = rebinned({ flow, contents: Float64Array.from(contents) }, planAxes(axes, rebin, []));
        const after = axes.map(({ bins }) => axisOf(bins / factor));
        const inRange = preparation(after, plain, none, 'VALUES');
        const target = new Float64Array(inRange.layout.columns.length);
        inRange.write(expected.contents, flow, 0, target, 0);
        const row = rowOf(axes, { flow: keep ? 'KEEP' : 'DROP', rebin }, contents, flow);
        expect(row).toEqual(keep ? [...expected.contents] : [...target]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('dead bins', () => {
  test('are those that are 0 in every row, flow bins only where they are kept', () => {
    expect([
      ...deadCells(
        matrixOf([
          [0, 1, 0],
          [0, 0, 2],
        ]),
        false,
      ),
    ]).toEqual([0]);
    const flow = {
      ...matrixOf(
        [
          [5, 0, 1, 0, 0],
          [5, 0, 0, 1, 0],
        ],
        [axisOf(3)],
      ),
      flow: true,
    };
    expect([...deadCells(flow, false)]).toEqual([0]);
    expect([...deadCells(flow, true)]).toEqual([1, 4]);
  });
});

describe('a preparation', () => {
  const prepared = preparation([axisOf(4)], { ...plain, rebin: [2] }, none, 'VALUES');

  test('has the axes after rebinning', () => {
    expect(prepared.layout.axes).toEqual([{ bins: 2, min: 0, max: 4, title: '' }]);
    const edges = [0, 1, 3, 7, 20];
    const uneven = preparation([{ ...axisOf(4), max: 20, edges }], { ...plain, rebin: [2] }, none, 'VALUES');
    expect(uneven.layout.axes).toEqual([{ bins: 2, min: 0, max: 20, edges: [0, 3, 20], title: '' }]);
  });

  test('fits histograms with the same bins, whatever their axes are called', () => {
    expect(prepared.fits(sampleOf([1, 2, 3, 4], [{ ...axisOf(4), title: 'charge' }]))).toBe(true);
    expect(prepared.fits(sampleOf([1, 2, 3, 4], [{ ...axisOf(4), max: 5 }]))).toBe(false);
    expect(prepared.fits(sampleOf([1, 2, 3, 4], [axisOf(2), axisOf(2)]))).toBe(false);
    expect(prepared.fits(sampleOf([1, 2, 3], [axisOf(4)]))).toBe(false);
  });

  test('that keeps flow bins does not fit histograms without them', () => {
    const keeping = preparation([axisOf(2)], { ...plain, flow: 'KEEP' }, none, 'VALUES');
    expect(keeping.fits(sampleOf([1, 2]))).toBe(false);
    expect(keeping.fits({ ...sampleOf([1, 1, 2, 2], [axisOf(2)]), flow: true })).toBe(true);
  });

  test('refuses bins that are none, factors that do not divide, and nothing left', () => {
    const make = (options: Partial<Options>) => () =>
      preparation([axisOf(4)], { ...plain, ...options }, none, 'VALUES');
    expect(make({ maskedBins: [4] })).toThrow('bin 4 is none of the 4 bins');
    expect(make({ rebin: [3] })).toThrow('3 does not divide the 4 bins');
    expect(make({ rebin: [2, 2] })).toThrow('one factor an axis');
    expect(make({ maskedBins: [0, 1, 2, 3] })).toThrow('nothing to look at');
  });
});
