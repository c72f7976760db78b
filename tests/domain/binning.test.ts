import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Axis, axisProblem, centersOf, edgesOf } from '../../src/domain/axis.ts';
import { binningOf, binningProblem, storedBinning } from '../../src/domain/binning.ts';
import type { Binning } from '../../src/domain/histogram.ts';
import { cellCount, shapeOf } from '../../src/domain/shape.ts';

const regular: Axis = { bins: 4, min: -1, max: 1, title: 'x [cm]' };
const variable: Axis = { bins: 3, min: 0, max: 10, edges: [0, 1, 2.5, 10], labels: ['a', null, 'c'], title: '' };

const title = fc.string({ maxLength: 10 });
const axes = fc.oneof(
  fc.record({
    bins: fc.integer({ min: 1, max: 50 }),
    min: fc.double({ min: -1e3, max: 0, noNaN: true }),
    max: fc.double({ min: 1, max: 1e3, noNaN: true }),
    title,
  }),
  fc
    .uniqueArray(fc.double({ noDefaultInfinity: true, noNaN: true }), { minLength: 2, maxLength: 20 })
    .chain((numbers) => {
      const edges = numbers.sort((a, b) => a - b);
      const bins = edges.length - 1;
      const labels = fc.array(fc.option(title), { minLength: bins, maxLength: bins });
      const [min, max] = [edges[0] as number, edges[bins] as number];
      return fc.record({
        bins: fc.constant(bins),
        min: fc.constant(min),
        max: fc.constant(max),
        edges: fc.constant(edges),
        labels,
        title,
      });
    }),
) as fc.Arbitrary<Axis>;

describe('an axis', () => {
  it('has edges and centers, equidistant or not', () => {
    expect(edgesOf(regular)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect([...centersOf(regular)]).toEqual([-0.75, -0.25, 0.25, 0.75]);
    expect(edgesOf(variable)).toEqual([0, 1, 2.5, 10]);
    expect([...centersOf(variable)]).toEqual([0.5, 1.75, 6.25]);
    expect(edgesOf({ bins: 3, min: 0, max: 0.3, title: '' }).at(-1)).toBe(0.3);
  });

  it.each<[string, Partial<Axis>]>([
    ['0 bins', { bins: 0 }],
    ['1.5 bins', { bins: 1.5 }],
    ['min of NaN', { min: Number.NaN }],
    ['max of Infinity', { max: Infinity }],
    ['not below its max', { min: 1 }],
    ['wider than a number can say', { min: -1.7e308, max: 1.7e308 }],
    ['2 edges where 4 bins need 5', { edges: [-1, 1] }],
    ['do not begin at -1', { edges: [-2, -0.5, 0, 0.5, 1] }],
    ['do not increase (0, 0)', { edges: [-1, 0, 0, 0.5, 1] }],
    ['do not increase', { edges: [-1, -0.5, Number.NaN, 0.5, 1] }],
    ['1 labels for 4 bins', { labels: ['a'] }],
  ])('is refused where it %s', (reason, change) => {
    expect(axisProblem(regular)).toBeNull();
    expect(axisProblem(variable)).toBeNull();
    expect(axisProblem({ ...regular, ...change })).toContain(reason);
  });
});

describe('a binning', () => {
  it('comes back from its row, and has the hash of its content', () => {
    fc.assert(
      fc.property(title, fc.array(axes, { minLength: 1, maxLength: 2 }), (name, list) => {
        const binning: Binning = { title: name, axes: list };
        fc.pre(binningProblem(binning) === null);
        const stored = storedBinning(binning);
        const back = binningOf(stored);
        expect(back.axes.map(edgesOf)).toEqual(list.map((axis) => edgesOf(axis).map((edge) => edge + 0)));
        expect(back.axes.map((axis) => axis.title)).toEqual(list.map((axis) => axis.title));
        expect(storedBinning(back)).toEqual(stored);
        expect(stored).toMatchObject({
          dimension: list.length,
          title: name,
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        });
      }),
    );
  });

  it('has one hash however it was written down, and another where anything differs', () => {
    const binning = { title: 't', axes: [regular] };
    const { hash } = storedBinning(binning);
    const spelled = { title: '', labels: [null, null, null, null], edges: edgesOf(regular), max: 1, min: -1, bins: 4 };
    expect(storedBinning({ axes: [{ ...spelled, title: 'x [cm]' }], title: 't' }).hash).toBe(hash);
    expect(storedBinning({ title: 't', axes: [regular] }).hash).toBe(hash);
    const others = [
      { ...binning, title: 'u' },
      { ...binning, axes: [{ ...regular, title: '' }] },
      { ...binning, axes: [{ ...regular, bins: 5 }] },
      { ...binning, axes: [{ ...regular, max: 2 }] },
      { ...binning, axes: [{ ...regular, edges: [-1, -0.5, 0, 0.6, 1] }] },
      { ...binning, axes: [{ ...regular, labels: ['a', null, null, null] }] },
      { ...binning, axes: [regular, regular] },
    ];
    expect(new Set([hash, ...others.map((other) => storedBinning(other).hash)]).size).toBe(others.length + 1);
  });

  it('names the axis that is wrong', () => {
    expect(binningProblem({ title: '', axes: [] })).toContain('0 axes');
    expect(binningProblem({ title: '', axes: [regular, { ...regular, bins: 0 }] })).toBe(
      'the y axis has 0 bins, not an integer of at least 1',
    );
  });

  it('has a shape of y, then x', () => {
    const shape = shapeOf({ axes: [regular, variable] });
    expect(shape).toEqual([3, 4]);
    expect([cellCount(shape, false), cellCount(shape, true)]).toEqual([12, 30]);
    expect(cellCount(shapeOf({ axes: [regular] }), true)).toBe(6);
  });
});
