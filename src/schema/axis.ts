import { type Axis as AxisShape, centersOf, edgesOf } from '../domain/axis.ts';
import { builder } from './builder.ts';

export const Axis = builder.objectRef<AxisShape>('Axis').implement({
  description: 'One axis of a histogram. Bin i (from 0) covers edges[i] (inclusive) to edges[i + 1] (exclusive).',
  fields: (t) => ({
    title: t.string({
      nullable: true,
      description: 'Title of the axis, with its unit where the source states one; null without a title.',
      resolve: ({ title }) => title || null,
    }),
    bins: t.exposeInt('bins', { description: 'Number of in-range bins, at least 1.' }),
    min: t.exposeFloat('min', { description: 'Lower edge of the first bin.' }),
    max: t.exposeFloat('max', { description: 'Upper edge of the last bin, greater than `min`.' }),
    edges: t.floatList({
      description: 'The bins + 1 edges, strictly increasing, whether stored or equidistant: what a plot needs.',
      resolve: (axis, _args, { cost }) => {
        const shared = sharedEdges(axis);
        cost.addListed(shared.length);
        return shared;
      },
    }),
    uniform: t.boolean({
      description: 'Whether all bins are equally wide (the source gave no edges).',
      resolve: ({ edges }) => edges === undefined,
    }),
    centers: t.floatList({
      description: 'The centre of each bin.',
      resolve: (axis, _args, { cost }) => {
        cost.addListed(axis.bins);
        return Array.from(centersOf(axis));
      },
    }),
    labels: t.field({
      type: ['String'],
      nullable: { list: true, items: true },
      description: 'One label a bin (null where a bin has none); null where the axis has none at all.',
      resolve: ({ labels }, _args, { cost }) => {
        if (labels) cost.addListed(labels.length);
        return labels ?? null;
      },
    }),
  }),
});

const edges = new WeakMap<AxisShape, number[]>();

/** Computed once for an axis that many histograms of a response share. */
function sharedEdges(axis: AxisShape): number[] {
  let known = edges.get(axis);
  if (known === undefined) {
    known = edgesOf(axis);
    edges.set(axis, known);
  }
  return known;
}
