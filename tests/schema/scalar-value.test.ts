import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QualityTestRecord, ScalarRecord } from '../../src/domain/record.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { type Booking, runBatch } from './batch.ts';
import { ingest } from './world.ts';

const DATASET = '/ZeroBias/Run2018A-PromptReco-v1/DQMIO';
const scalar = (run: number, lumisection: number, monitorElement: string, more: Partial<ScalarRecord>) => ({
  run,
  lumisection,
  dataset: DATASET,
  monitorElement,
  type: 'INT' as const,
  value: '1',
  ...more,
});
const qualityTest = (run: number, name: string, more: Partial<QualityTestRecord> = {}) => ({
  run,
  lumisection: 0,
  dataset: DATASET,
  monitorElement: 'Muons/eff',
  name,
  statusCode: 100,
  result: 1,
  algorithm: 'ContentsXRange',
  message: '',
  ...more,
});
const EFFICIENCY: Booking = { path: 'Muons/eff', title: '', axes: [{ bins: 2, min: 0, max: 2, title: '' }] };
const batch = () =>
  runBatch([{ run: 1, dataset: DATASET, element: EFFICIENCY, contents: Float64Array.of(0, 0.25, 1, 0) }]);

describe.each(databases)('scalar values on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;
  const statements: string[] = [];
  beforeAll(async () => {
    opened = await createTestStore(database, { onStatement: (sql) => statements.push(sql) });
    ask = asker(opened.store);
    await ingest(opened.store, { path: 'scalars.root', format: 'test' }, [
      {
        kind: 'scalars',
        scalars: [1, 2].flatMap((run) => [
          scalar(run, 0, 'Info/ReleaseTag', { type: 'STRING', value: 'CMSSW_10_1_4' }),
          scalar(run, 1, 'Info/events', { value: String(100 * run) }),
          scalar(run, 2, 'Info/events', { type: 'FLOAT', value: '2.5' }),
        ]),
      },
      {
        kind: 'qualityTests',
        qualityTests: [
          qualityTest(1, 'XRange'),
          qualityTest(1, 'Noise', { statusCode: 300, result: null, message: '7 hot: 1, 2' }),
          qualityTest(2, 'XRange', { statusCode: 77, lumisection: 2 }),
        ],
      },
      batch(),
    ]);
  });
  afterAll(() => opened.drop());

  it('hang on their runs and lumisections, one statement a level', async () => {
    statements.length = 0;
    const { data, errors } = await ask(`{ runs { nodes { number
      scalars { nodes { monitorElement { path kind } type value number lumisection { number } } }
      lumisections { nodes { number scalars { totalCount nodes { dataset { name } lumisection { number } value number } } } } } } }`);
    expect(errors).toBeUndefined();
    expect(statements.filter((sql) => /FROM.* scalar_value/.test(sql)).length).toBe(3);
    const tag = { monitorElement: { path: 'Info/ReleaseTag', kind: 'SCALAR' }, type: 'STRING', value: 'CMSSW_10_1_4' };
    expect(data.runs.nodes[1]).toEqual({
      number: 2,
      scalars: { nodes: [{ ...tag, number: null, lumisection: null }] },
      lumisections: {
        nodes: [
          ['200', 200],
          ['2.5', 2.5],
        ].map(([value, number], i) => ({
          number: i + 1,
          scalars: {
            totalCount: 1,
            nodes: [{ dataset: { name: DATASET }, lumisection: { number: i + 1 }, value, number }],
          },
        })),
      },
    });
  });

  it('are found over all runs, by their number too, and again by their id', async () => {
    const { data } = await ask(
      `{ scalarValues(where: { number: { gt: 2 }, run: { number: { eq: 2 } } }, orderBy: { field: LUMISECTION, direction: DESC })
         { totalCount nodes { id value dataFile { path } run { number } } } }`,
    );
    expect(data.scalarValues).toMatchObject({ totalCount: 2, nodes: [{ value: '2.5' }, { value: '200' }] });
    const [, { id }] = data.scalarValues.nodes;
    const again = await ask(
      `{ node(id: "${id}") { ... on ScalarValue { id value dataFile { path } run { number } } } }`,
    );
    expect(again.data.node).toEqual({ id, value: '200', dataFile: { path: 'scalars.root' }, run: { number: 2 } });
  });

  it('are apart from results of quality tests, which tell what became of a test', async () => {
    const { data, errors } = await ask(
      `{ runs { nodes { number
           qualityTests { nodes { name status statusCode result algorithm message monitorElement { path } lumisection { number } } }
           lumisections { nodes { number qualityTests { nodes { name status statusCode } } } } } }
         failed: qualityTests(where: { status: { in: [WARNING, ERROR] } }) { totalCount nodes { id name run { number } } }
         runsWithFailures: runs(where: { qualityTests: { status: { eq: ERROR } } }) { nodes { number } }
         runsWithUnknown: runs(where: { qualityTests: { status: { eq: UNKNOWN } } }) { nodes { number } }
         lumisections(where: { qualityTests: { status: { eq: UNKNOWN } } }) { nodes { number run { number } } } }`,
    );
    expect(errors).toBeUndefined();
    const common = { algorithm: 'ContentsXRange', monitorElement: { path: 'Muons/eff' }, lumisection: null };
    expect(data.runs.nodes[0].qualityTests.nodes).toEqual([
      { ...common, name: 'Noise', status: 'ERROR', statusCode: 300, result: null, message: '7 hot: 1, 2' },
      { ...common, name: 'XRange', status: 'OK', statusCode: 100, result: 1, message: '' },
    ]);
    // of a lumisection, so not of the whole run
    expect(data.runs.nodes[1].qualityTests.nodes).toEqual([]);
    expect(data.runs.nodes[1].lumisections.nodes[1].qualityTests.nodes).toEqual([
      { name: 'XRange', status: 'UNKNOWN', statusCode: 77 },
    ]);
    expect(data.failed).toMatchObject({ totalCount: 1, nodes: [{ name: 'Noise', run: { number: 1 } }] });
    expect(data.runsWithFailures.nodes).toEqual([{ number: 1 }]);
    expect(data.runsWithUnknown.nodes).toEqual([]);
    expect(data.lumisections.nodes).toEqual([{ number: 2, run: { number: 2 } }]);
    const [{ id }] = data.failed.nodes;
    const again = await ask(`{ node(id: "${id}") { ... on QualityTest { name message dataFile { path } } } }`);
    expect(again.data.node).toEqual({ name: 'Noise', message: '7 hot: 1, 2', dataFile: { path: 'scalars.root' } });
  });

  it('do not hide efficiencies, whose errors are not those of counts', async () => {
    const errorsOf = async () =>
      (
        await ask(
          `{ runHistogram(run: 1, dataset: "${DATASET}", monitorElement: "Muons/eff") { bins errors monitorElement { efficiency } } }`,
        )
      ).data.runHistogram;
    expect(await errorsOf()).toEqual({ bins: [0.25, 1], errors: [0.5, 1], monitorElement: { efficiency: null } });
    // a later file says so, and the monitor element is in memory by now
    const marked = batch();
    await ingest(opened.store, { path: 'marked.root', format: 'test' }, [
      {
        ...marked,
        monitorElements: marked.monitorElements.map((element) => ({ ...element, efficiency: true })),
      },
    ]);
    expect(await errorsOf()).toEqual({ bins: [0.25, 1], errors: null, monitorElement: { efficiency: true } });
    const { data } = await ask('{ monitorElements(where: { efficiency: { eq: true } }) { nodes { path } } }');
    expect(data.monitorElements.nodes).toEqual([{ path: 'Muons/eff' }]);
  });
});
