import { builder } from './builder.ts';
import { scalarValues } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { ScalarType } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { ScalarValue } from './refs.ts';
import { valueFields } from './value-fields.ts';

const about = DESCRIPTIONS.scalarValue;
const key = nodeKey('ScalarValue', ['int', 'int', 'int', 'int']);

builder.node(ScalarValue, {
  description:
    'The number or text that a scalar monitor element holds, of a run or of one lumisection. Key: run, lumisection, dataset, monitor element.',
  id: {
    resolve: (row) => key.format([row.runNumber, row.lumisectionNumber, row.datasetId, row.monitorElementId]),
    parse: key.parse,
  },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(
      ids.map(([runNumber, lumisectionNumber, datasetId, monitorElementId]) =>
        loaders.scalarValue.load({ runNumber, lumisectionNumber, datasetId, monitorElementId }),
      ),
    ),
  fields: (t) => ({
    ...valueFields(t, about, 'value'),
    type: t.field({
      type: ScalarType,
      description: about.type,
      resolve: ({ type }) => type as typeof ScalarType.$inferType,
    }),
    value: t.exposeString('value', { description: about.value }),
    number: t.exposeFloat('number', { nullable: true, description: about.number }),
  }),
});

builder.queryField('scalarValues', (t) =>
  t.field({
    type: scalarValues.type,
    description: 'All values of scalar monitor elements, of runs and of lumisections.',
    args: scalarValues.args,
    resolve: scalarValues.all,
  }),
);
