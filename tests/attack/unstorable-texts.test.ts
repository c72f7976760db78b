import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphQLField, type GraphQLObjectType, getNamedType, isInputObjectType, isScalarType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { schema } from '../../src/schema/index.ts';
import { databases } from '../support/databases.ts';
import { rounds } from '../support/rounds.ts';
import { AUTHORIZED, SESSION } from '../support/session.ts';
import { MASKS, WALK } from './hidden-truth-walk.ts';
import { createTask, DEFINITION, done, openWorld, TEST, TRAINING, type World } from './hidden-truth-world.ts';
import { type Place, placesOf, selectionOf, type Values, Word } from './schema-walk.ts';
import { textSlots } from './text-slots.ts';

/** PostgreSQL takes none of them, SQLite all: what they are called is no name of anything. */
const TEXTS = rounds(1) > 1 ? ['\0', 'a\0b', '\ud800'] : ['a\0b', '\ud800'];

/** Of the server, or of this test. */
const MISTAKES = /\b(INTERNAL|GRAPHQL_(PARSE|VALIDATION)_FAILED|CSRF_HEADER_MISSING)\b/;

const { dataset, monitorElements } = DEFINITION;
const place = { run: TRAINING, lumisection: 1, dataset, monitorElement: monitorElements[0] };
const floor = { name: 'noise', version: '1' };
const asMasks = { positive: 'listed', negative: 'golden' };
const allow = ['ONE_CLASS_TRAIN', 'ONE_CLASS_VALIDATION', 'ONE_CLASS_TEST', 'SHOWN_TRUTH'].map(
  (name) => new Word(name),
);
const prediction = Buffer.from('Prediction:2').toString('base64url');
const rows = { run: TRAINING, lumisection: 1, score: 1 };

/** What lets each mutation get far. */
const INPUTS: Values = {
  'createTask.input': [
    { ...DEFINITION, name: 'fresh', allow },
    { ...DEFINITION, name: 'fresh', monitorElements: null, elementSet: 'all', truth: asMasks, allow },
  ],
  'updateTask.input': [
    { task: 'draft', truth: DEFINITION.truth },
    { task: 'draft', truth: asMasks },
  ],
  'freezeTask.input': [{ task: 'draft' }],
  'runStrategy.input': [
    { task: 'older', strategy: 'template' },
    { task: 'older', strategy: 'combination', combination: 'GAUSSIAN' },
  ],
  'createStrategyVersion.input': [{ strategy: 'noise', version: '9' }],
  'submitPrediction.input': [{ task: 'older', strategy: floor, scores: [rows] }],
  'submitPredictionFile.input': [{ task: 'older', strategy: floor, file: new Word('$file') }],
  'evaluatePrediction.input': [{ prediction }],
  'upsertLumisectionHistograms.input': [
    { histograms: [{ ...place, axes: [{ bins: 3, min: 0, max: 3 }], bins: [1, 2, 3] }] },
  ],
  'upsertQualityTests.input': [{ qualityTests: [{ ...place, lumisection: null, name: 'good', statusCode: 100 }] }],
  'upsertScalarValues.input': [{ scalarValues: [{ ...place, type: new Word('STRING'), value: 'good' }] }],
  'saveMask.input': [{ name: 'mine', expression: MASKS[0] }],
  'ingestDataFiles.input': [{ paths: ['*.csv'] }],
  'dataset.name': WALK.values['dataset.name'] as unknown[],
  'updateDataset.input': [{ name: dataset }],
  'chooseReference.input': [{ run: TRAINING, dataset, reference: { run: TEST[0], dataset } }],
};
const VALUES: Values = { ...WALK.values, ...INPUTS };

const seen = new Set<string>();
const questionsAt = ({ type, before, behind }: Place) =>
  Object.values(type.getFields()).flatMap((field: GraphQLField<unknown, unknown>) =>
    textSlots(field, VALUES, seen).map((given) => {
      const kind = before.startsWith('{') ? 'query ' : '';
      return `${kind}${before} ${field.name}${given} ${selectionOf(field.type, 1)} ${behind}`;
    }),
  );
const root = (type: GraphQLObjectType | null | undefined, kind: string): Place => ({
  type: type as GraphQLObjectType,
  before: `${kind} {`,
  behind: '}',
});
const QUERIES = placesOf(WALK).flatMap(questionsAt);
const DEEDS = [root(schema.getMutationType(), 'mutation'), root(schema.getSubscriptionType(), 'subscription')].flatMap(
  questionsAt,
);

const VARIABLES = { text: 'String!', id: 'ID!', file: 'File!' } as const;

/** With the variables that are used, declared: others are refused. */
function operationOf(question: string, text: string) {
  const used = Object.entries(VARIABLES).filter(([name]) => question.includes(`$${name}`));
  const declared = used.map(([name, type]) => `$${name}: ${type}`).join(', ');
  return {
    query: question.replace(/^(\w+)/, `$1 (${declared})`),
    variables: Object.fromEntries(used.map(([name]) => [name, name === 'file' ? null : text])),
  };
}

function withFile(operation: string): FormData {
  const form = new FormData();
  form.set('operations', operation);
  form.set('map', '{"0": ["variables.file"]}');
  form.set('0', new File(['run,lumisection,score\n'], 'scores.csv'));
  return form;
}

test('every input of the schema that holds a text is tried', () => {
  const holding = Object.values(schema.getTypeMap())
    .filter(isInputObjectType)
    .filter((type) => Object.values(type.getFields()).some((field) => isScalarType(getNamedType(field.type))));
  const missing = holding.filter(({ name }) => !seen.has(name)).map(({ name }) => name);
  expect(missing).toEqual([]);
});

describe.each(databases)('a text that no database can hold, on $name', (database) => {
  let world: World;
  let ask: (question: string, text: string) => Promise<string>;
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-texts-'));

  beforeAll(async () => {
    world = await openWorld(database, []);
    await done(createTask(world.root, { name: 'draft' }));
    writeFileSync(join(folder, 'a.csv'), 'nothing');
    const config = parseConfig({
      // no question comes so often that compiling it pays
      ...{ LUMIGRAPH_LOG: 'silent', LUMIGRAPH_REFUSED_PERCENT: '100', LUMIGRAPH_JIT: 'off', LUMIGRAPH_THREADS: '1' },
      ...{ LUMIGRAPH_UPLOADS: folder, LUMIGRAPH_INGEST_ROOTS: folder },
    });
    // an app that is told to stop ends subscriptions before their first event
    const stopping = AbortSignal.abort();
    const app = createApp(world.store, config, { session: SESSION, stopping });
    ask = async (question, text) => {
      const operation = operationOf(question, text);
      const body = JSON.stringify(operation);
      const hasFile = 'file' in operation.variables;
      const response = await app.fetch('http://localhost/graphql', {
        method: 'POST',
        headers: {
          ...(hasFile ? { 'x-graphql-yoga-csrf': '1' } : { 'content-type': 'application/json' }),
          ...{ accept: 'application/json, text/event-stream', ...AUTHORIZED },
        },
        body: hasFile ? withFile(body) : body,
      });
      return response.text();
    };
  });
  afterAll(async () => {
    await world.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['queries', QUERIES],
    ['mutations and subscriptions', DEEDS],
  ])("is answered or refused as the client's mistake by %s", async (_, questions) => {
    const failed: string[] = [];
    for (const question of questions) {
      for (const text of TEXTS) {
        const answer = await ask(question, text);
        if (MISTAKES.test(answer)) failed.push(`${question} with ${JSON.stringify(text)}: ${answer}`.slice(0, 1000));
      }
    }
    expect(failed).toEqual([]);
  });
});
