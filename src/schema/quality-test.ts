import { builder } from './builder.ts';
import { qualityTests } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { QualityStatus } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { QualityTest } from './refs.ts';
import { valueFields } from './value-fields.ts';

const about = DESCRIPTIONS.qualityTest;
const key = nodeKey('QualityTest', ['int', 'int', 'int', 'int', 'text']);

builder.node(QualityTest, {
  description:
    'What a quality test said of a monitor element, of a run or of one lumisection. Key: run, lumisection, dataset, monitor element, name of the test.',
  id: {
    resolve: (row) => key.format([row.runNumber, row.lumisectionNumber, row.datasetId, row.monitorElementId, row.name]),
    parse: key.parse,
  },
  loadManyWithoutCache: (ids, { loaders }) =>
    Promise.all(
      ids.map(([runNumber, lumisectionNumber, datasetId, monitorElementId, name]) =>
        loaders.qualityTest.load({ runNumber, lumisectionNumber, datasetId, monitorElementId, name }),
      ),
    ),
  fields: (t) => ({
    ...valueFields(t, about, 'result'),
    name: t.exposeString('name', { description: about.name }),
    status: t.field({ type: QualityStatus, description: about.status, resolve: ({ status }) => status }),
    statusCode: t.exposeInt('statusCode', { description: about.statusCode }),
    result: t.exposeFloat('result', { nullable: true, description: about.result }),
    algorithm: t.exposeString('algorithm', { description: about.algorithm }),
    message: t.exposeString('message', { description: about.message }),
  }),
});

builder.queryField('qualityTests', (t) =>
  t.field({
    type: qualityTests.type,
    description: 'All results of quality tests, of runs and of lumisections.',
    args: qualityTests.args,
    resolve: qualityTests.all,
  }),
);
