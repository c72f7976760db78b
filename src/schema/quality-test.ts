import { builder } from './builder.ts';
import { qualityTests } from './connections.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { QualityStatus } from './enums.ts';
import { nodeKey } from './global-id.ts';
import { dataFileOf, datasetOf, lumisectionOfValue, monitorElementOf, runOf } from './parents.ts';
import { DataFile, Dataset, Lumisection, MonitorElement, QualityTest, Run } from './refs.ts';

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
    run: t.field({ type: Run, description: about.run, resolve: runOf }),
    lumisectionNumber: t.exposeInt('lumisectionNumber', { description: about.lumisectionNumber }),
    lumisection: t.field({
      type: Lumisection,
      nullable: true,
      description: 'The lumisection; null where it is of the whole run.',
      resolve: lumisectionOfValue,
    }),
    dataset: t.field({ type: Dataset, description: about.dataset, resolve: datasetOf }),
    monitorElement: t.field({ type: MonitorElement, description: about.monitorElement, resolve: monitorElementOf }),
    name: t.exposeString('name', { description: about.name }),
    status: t.field({ type: QualityStatus, description: about.status, resolve: ({ status }) => status }),
    statusCode: t.exposeInt('statusCode', { description: about.statusCode }),
    result: t.exposeFloat('result', { nullable: true, description: about.result }),
    algorithm: t.exposeString('algorithm', { description: about.algorithm }),
    message: t.exposeString('message', { description: about.message }),
    dataFile: t.field({
      type: DataFile,
      nullable: true,
      description: 'The file that brought the result (the first one, where several held it); null without a file.',
      resolve: dataFileOf,
    }),
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
