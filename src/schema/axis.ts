import type { Axis as AxisShape } from '../domain/axis.ts';
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
      resolve: (axis) => edgesOf(axis),
    }),
    uniform: t.boolean({
      description: 'Whether all bins are equally wide (the source gave no edges).',
      resolve: ({ edges }) => edges === undefined,
    }),
    centers: t.floatList({
      description: 'The centre of each bin.',
      resolve: (axis) => {
        const edges = edgesOf(axis);
        return Array.from({ length: axis.bins }, (_, i) => ((edges[i] as number) + (edges[i + 1] as number)) / 2);
      },
    }),
    labels: t.field({
      type: ['String'],
      nullable: { list: true, items: true },
      description: 'One label a bin (null where a bin has none); null where the axis has none at all.',
      resolve: ({ labels }) => labels ?? null,
    }),
  }),
});

function edgesOf({ edges, bins, min, max }: AxisShape): readonly number[] {
  if (edges !== undefined) return edges;
  const width = (max - min) / bins;
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : min + i * width));
}
