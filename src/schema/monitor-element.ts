import type { MonitorElement as Row } from '../generated/sqlite/client.ts';
import { builder } from './builder.ts';
import { datasets, monitorElements, notes, runs } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { MonitorElementKind } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { MonitorElement } from './refs.ts';

const about = DESCRIPTIONS.monitorElement;
const key = nodeKey('MonitorElement', ['int']);

builder.nodeRef(MonitorElement, {
  id: { resolve: ({ id }: Row) => key.format([id]), parse: key.parse },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map(([id]) => loaders.monitorElement.load(id))),
});

builder.prismaObjectFields(MonitorElement, (t) => ({
  path: t.exposeString('path', { description: about.path }),
  name: t.exposeString('name', { description: about.name }),
  subsystem: t.exposeString('subsystem', { nullable: true, description: about.subsystem }),
  dimension: t.exposeInt('dimension', { nullable: true, description: about.dimension }),
  kind: t.field({
    type: MonitorElementKind,
    nullable: true,
    description: about.kind,
    resolve: ({ kind }) => kind as typeof MonitorElementKind.$inferType | null,
  }),
  efficiency: t.boolean({
    nullable: true,
    description: about.efficiency,
    // the row may have been kept since before a file told
    resolve: ({ id }, _args, { loaders }) => loaders.efficiency.load(id),
  }),
  histogramCount: t.field({
    type: 'SafeInt',
    description: 'Number of stored histograms of this monitor element, per lumisection and run level together.',
    resolve: ({ id }, _args, { loaders }) => loaders.histogramCount.load(id),
  }),
  scalarCount: t.field({
    type: 'SafeInt',
    description: 'Number of stored scalar values of this monitor element, of lumisections and runs together.',
    resolve: ({ id }, _args, { loaders }) => loaders.scalarCount.load(id),
  }),
  runs: t.field({
    type: runs.type,
    description: about.runs,
    args: runs.args,
    resolve: runs.of(({ id }) => ({ monitorElementId: id })),
  }),
  datasets: t.field({
    type: datasets.type,
    description: about.datasets,
    args: datasets.args,
    resolve: datasets.of(({ id }) => ({ monitorElementId: id })),
  }),
  notes: t.field({
    type: notes.type,
    description: about.notes,
    args: notes.args,
    resolve: notes.of(({ id }) => ({ monitorElementId: id })),
  }),
}));

builder.queryFields((t) => ({
  monitorElement: t.field({
    type: MonitorElement,
    nullable: true,
    description: 'The monitor element of this path; null where it is not stored.',
    args: {
      path: t.arg.string({ required: true, description: 'Path exactly as stored; a leaf from a CSV is its own path.' }),
    },
    resolve: (_root, { path }, { store }) => store.reads.monitorElementByPath(path),
  }),
  monitorElements: t.field({
    type: monitorElements.type,
    description: 'All monitor elements.',
    args: monitorElements.args,
    resolve: monitorElements.all,
  }),
}));
