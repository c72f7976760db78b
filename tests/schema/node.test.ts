import * as fc from 'fast-check';
import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { fillWorld, PROMPT2023, UL2018 } from './world.ts';

/** For each Node type: a query for some ids, and fields to compare when they are read again. */
const NODES: Record<string, { ids: string; at: (data: never) => { id: string }[]; fields: string }> = {
  Run: root('runs', 'number era startedAt'),
  Lumisection: root('lumisections', 'number run { number } pileup'),
  LumisectionHistogram: root(
    'lumisectionHistograms',
    'run { number } lumisection { number } monitorElement { path } bins',
  ),
  RunHistogram: root('runHistograms', 'run { number } dataset { name } monitorElement { path } meanX bins'),
  ScalarValue: root('scalarValues', 'run { number } monitorElement { path } type value number'),
  QualityTest: root('qualityTests', 'run { number } monitorElement { path } name status message'),
  Dataset: root('datasets', 'name'),
  MonitorElement: root('monitorElements', 'path'),
  Certification: root('certifications', 'source subsystem version flag ranges { first last }'),
  CertificationVersion: root('certificationVersions', 'source version kind createdAt'),
  SavedMask: root('masks', 'name version expression author'),
  ElementSet: root('elementSets', 'name version include exclude author'),
  Task: root('tasks', 'name state author'),
  Strategy: root('strategies', 'name author'),
  StrategyVersion: root('strategyVersions', 'name version author'),
  Prediction: root('predictions', 'author status strategy { version } task { name }'),
  DataFile: root('dataFiles', 'path size'),
  Job: root('jobs', 'state owner bytesTotal dataFile { path }'),
  Note: root('notes', 'run { number } text author'),
  ReferenceChoice: root('referenceChoices', 'run { number } dataset version referenceRun author'),
  Token: {
    ids: '{ tokens { id name scopes } }',
    at: ({ tokens }: { tokens: { id: string }[] }) => tokens,
    fields: 'name scopes',
  },
  IngestIssue: {
    ids: '{ dataFiles(where: { status: { eq: FAILED } }) { nodes { issues { nodes { id number reason } } } } }',
    at: (data: { dataFiles: { nodes: { issues: { nodes: { id: string }[] } }[] } }) =>
      data.dataFiles.nodes.flatMap(({ issues }) => issues.nodes),
    fields: 'number reason',
  },
};

function root(list: string, fields: string) {
  return {
    ids: `{ ${list}(first: 1000) { nodes { id ${fields} } } }`,
    at: (data: Record<string, { nodes: { id: string }[] }>) => data[list]?.nodes as { id: string }[],
    fields,
  };
}

const encode = (text: string) => Buffer.from(text).toString('base64url');

describe.each(databases)('nodes on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;
  const statements: string[] = [];

  beforeAll(async () => {
    opened = await createTestStore(database, { prisma: true, onStatement: (sql) => statements.push(sql) });
    await fillWorld(opened.store);
    const { rows } = await opened.store.lists.page('run', { first: 2, orderBy: [] });
    const blank = { lumisectionFirst: null, lumisectionLast: null, monitorElementId: null, author: 'a test' };
    for (const { number } of rows)
      await opened.store.notes.create({ ...blank, runNumber: number, text: `of ${number}` });
    const how = { size: 7, dataset: '', source: '', format: '', settings: '{}' };
    const paths = ['/inbox/a.csv', '/inbox/b.csv'];
    const requests = paths.map((path) => ({ origin: 'path', path, ledgerPath: path, ...how }) as const);
    await opened.store.jobs.enqueue(requests, 'a test');
    for (const name of ['first', 'second']) {
      await opened.store.masks.save({ name, expression: 'where(number = 1)', comment: null, author: 'a test' });
      await opened.store.elementSets.save({ name, include: ['*'], exclude: [], description: null, author: 'a test' });
    }
    const at = new Date();
    const task = {
      state: 'DRAFT',
      author: 'a test',
      dataset: '/A',
      granularity: 'RUN',
      windowLength: 1,
      metric: 'ROC_AUC',
    };
    const stated = {
      seed: 0,
      isTruthHidden: false,
      definition: '{}',
      madeOf: '[]',
      leftOut: '[]',
      createdAt: at,
      updatedAt: at,
    };
    await opened.store.prisma.task.createMany({ data: ['one', 'two'].map((name) => ({ name, ...task, ...stated })) });
    const [tasks] = [await opened.store.prisma.task.findMany()];
    const author = { name: 'a test', isAdmin: false };
    for (const { id } of tasks) {
      const { version } = await opened.store.strategies.ensureVersion({ name: `s${id}`, version: '1' }, null, author);
      const frozen = { id, name: '', state: 'FROZEN', hash: 'h' };
      await opened.store.predictions.open(frozen as never, version.id, author);
    }
    const reference = { referenceRun: 367129, referenceDataset: PROMPT2023, author: 'a test' };
    for (const comment of ['one', 'another']) {
      await opened.store.runReferences.choose({ runNumber: 315257, dataset: UL2018, ...reference, comment });
    }
    for (const name of ['ci', 'me']) {
      await opened.store.tokens.create({ name, scopes: ['read'], expiresAt: new Date(Date.now() + 60_000) }, 'a test');
    }
    ask = asker(opened.store);
  });
  afterAll(() => opened.drop());

  it('are of every type that implements Node', () => {
    const types = Object.values(schema.getTypeMap()).filter(isObjectType);
    const nodes = types.filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'));
    expect(nodes.map(({ name }) => name).sort()).toEqual(Object.keys(NODES).sort());
  });

  it.each(Object.entries(NODES))(
    '%s is read again by its id, alone and together',
    async (type, { ids, at, fields }) => {
      const listed = at((await ask(ids)).data as never);
      expect(listed.length).toBeGreaterThan(1);
      expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
      const one = await ask(`query ($id: ID!) { node(id: $id) { __typename id ... on ${type} { ${fields} } } }`, {
        id: listed[0]?.id,
      });
      expect(one).toEqual({ data: { node: { __typename: type, ...listed[0] } } });
      const reversed = listed.toReversed();
      const many = await ask(`query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ${type} { ${fields} } } }`, {
        ids: reversed.map(({ id }) => id),
      });
      expect(many).toEqual({ data: { nodes: reversed } });
    },
  );

  it('are null where nothing has that id', async () => {
    const ids = ['Run:1', 'Lumisection:315257:7', 'LumisectionHistogram:1:1:1:1', 'RunHistogram:1:1:1', 'Dataset:999']
      .concat(['MonitorElement:999', 'Certification:1:x:::1:GOOD', 'DataFile:999', 'IngestIssue:1:999'])
      .concat(['ScalarValue:1:0:1:1', 'QualityTest:1:0:1:1:x', 'Token:0', 'Note:1:x'])
      .map(encode);
    const { data, errors } = await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(errors).toBeUndefined();
    expect(data.nodes).toEqual(ids.map(() => null));
  });

  it('of several types come in the order of their ids, by one statement a type', async () => {
    const ids = ['Run:315257', 'DataFile:1', 'Run:1', 'Run:315259', 'Run:315257'].map(encode);
    statements.length = 0;
    const { data } = await ask(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Run { number } ... on DataFile { path } } }',
      { ids },
    );
    expect(data.nodes).toEqual([
      { __typename: 'Run', number: 315257 },
      { __typename: 'DataFile', path: 'oms.csv' },
      null,
      { __typename: 'Run', number: 315259 },
      { __typename: 'Run', number: 315257 },
    ]);
    expect(statements.length).toBe(2);
  });

  it('are at most as many as a page', async () => {
    const { errors } = await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array.from({ length: 1001 }, (_, i) => encode(`Run:${i}`)),
    });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'ids', max: 1000 } }]);
  });

  it('that are histograms share an interface', async () => {
    const { data } = await ask(
      '{ runHistograms(first: 1) { nodes { id } } lumisectionHistograms(first: 1) { nodes { id } } }',
    );
    const ids = [data.runHistograms.nodes[0].id, data.lumisectionHistograms.nodes[0].id];
    const both = await ask(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Histogram { run { number } dataset { name } } } }',
      { ids },
    );
    expect(both.data.nodes).toMatchObject([
      { __typename: 'RunHistogram', run: { number: 315257 } },
      { __typename: 'LumisectionHistogram', run: { number: 315257 } },
    ]);
  });

  const refused = async (id: string) => {
    const { data, errors } = await ask('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'id' } }]);
  };

  it.each([
    '',
    'Run',
    'Run:',
    'Run:x',
    'Run:-1',
    'Run:1.5',
    'Run:01',
    'Run:1:2',
    'Run:4294967296',
    'Run: 1',
    'Query:1',
    'Axis:1',
    'Histogram:1',
    '__proto__:1',
    'constructor:1',
    'run:1',
    'Certification:1:a b:::1:GOOD',
    'Certification:1:%zz:::1:GOOD',
    'Lumisection:1',
  ])('refuses the forged id %j', (text) => refused(encode(text)));

  it('refuses any text that no object gave', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.string().map((key) => encode(`Run:x${key}`)),
        ),
        refused,
      ),
      { numRuns: 50 },
    );
    await refused(`${encode('Run:315257')}=`);
    await refused(` ${encode('Run:315257')}`);
  });

  it('refuses the id of another type where one type is asked for', async () => {
    const { errors } = await ask('query ($id: ID!) { dataFile(id: $id) { path } }', { id: encode('Run:315257') });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
