import { CHARGE } from '../schema/task-world.ts';
import { UL2018 } from '../schema/world.ts';
import { TEST, TRAINING } from './hidden-truth-world.ts';
import { type Values, type Walk, Word } from './schema-walk.ts';

/** What stands in arguments where the whole schema is asked of the world of a hidden truth. */

const [hidden, other] = TEST;
const id = (text: string) => Buffer.from(text).toString('base64url');

export const MASKS = [
  'golden',
  `${hidden} & bad(rr)`,
  `${hidden}-${TEST[3]} & notEvaluated(rr, pixel)`,
  'good(all(rr, golden))',
  'listed',
  'derived@1 | combined',
  'where(number > 2) - listed',
];
const floor = { name: 'floor', version: '1' };
const VALUES: Values = {
  mask: MASKS,
  expression: MASKS,
  universe: [`${hidden}-${other}`],
  rules: [
    [
      { name: 'a', loses: 'bad(rr)' },
      { name: 'b', keeps: 'golden' },
    ],
  ],
  source: ['rr', 'golden'],
  sources: [[{ source: 'rr' }, { source: 'golden' }]],
  subsystem: ['pixel'],
  run: [hidden],
  'run.number': [hidden],
  number: [2],
  lumisection: [2],
  dataset: [UL2018],
  datasets: [[UL2018]],
  monitorElement: [CHARGE.path],
  path: [CHARGE.path],
  task: ['hidden', 'older'],
  'task.name': ['hidden', 'older'],
  name: ['hidden'],
  'dataset.name': [UL2018],
  'elementSet.name': ['all'],
  strategy: [floor],
  'strategy.name': ['floor'],
  'strategyVersion.name': ['floor'],
  version: ['1'],
  a: [floor],
  b: [{ name: 'noise', version: '1' }],
  edges: [[0, 20, 40, 80]],
  references: [[{ run: TRAINING, dataset: UL2018 }]],
  referenceRuns: [[TRAINING]],
  quantity: [new Word('MEAN_X')],
  'bins.quantity': [new Word('PILEUP'), new Word('LUMINOSITY'), new Word('ENTRIES')],
  by: [new Word('LUMISECTION'), new Word('RUN')],
  'node.id': [`Run:${hidden}`, `Lumisection:${hidden}:2`, 'Task:1', 'Task:2', 'SavedMask:listed:1', 'Prediction:1'].map(
    id,
  ),
  ids: [[`Run:${hidden}`, `Certification:${hidden}:rr::pixel:1:GOOD`, 'SavedMask:derived:1', 'DataFile:2'].map(id)],
  id: [id('DataFile:2')],
  part: [new Word('TEST')],
};
export const WALK: Walk = {
  first: ['run', 'lumisection', 'lumisectionHistogram', 'runs', 'lumisections', 'task', 'masks', 'certifications'],
  values: VALUES,
  onTheWay: ['source', 'matrix.monitorElement'],
};
