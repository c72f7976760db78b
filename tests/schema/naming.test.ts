import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type GraphQLArgument,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { NOUNS } from '../../src/store/nouns.ts';

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const objects = types.filter(isObjectType);

/** Everything that can carry a description, by its path. */
function* described(type: GraphQLNamedType): Generator<[path: string, description: string | null | undefined]> {
  yield [type.name, type.description];
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) {
      yield [`${type.name}.${field.name}`, field.description];
      for (const arg of field.args) yield [`${type.name}.${field.name}(${arg.name})`, arg.description];
    }
  }
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field.description];
  }
  if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value.description];
}

describe('the schema', () => {
  it('describes every type, field, argument, input and enum value in a sentence', () => {
    const all = types.flatMap((type) => [...described(type)]);
    expect(all.length).toBeGreaterThan(500);
    expect(all.filter(([, description]) => !description?.match(/^.{5,}[.:]$|^.{5,}[.:)]$/s))).toEqual([]);
  });

  it('is printed in schema.graphql as it is', () => {
    const printed = readFileSync(join(import.meta.dirname, '../../schema.graphql'), 'utf8');
    expect(printed).toBe(`${printSchema(schema)}\n`);
  });

  it('names connections, edges and page arguments as Relay does', () => {
    const connections = objects.filter(({ name }) => name.endsWith('Connection'));
    expect(connections.length).toBe(Object.keys(NOUNS).length);
    for (const connection of connections) {
      const noun = connection.name.slice(0, -'Connection'.length);
      const fields = connection.getFields();
      expect(Object.fromEntries(Object.entries(fields).map(([name, { type }]) => [name, String(type)]))).toEqual({
        edges: `[${noun}Edge!]!`,
        nodes: `[${noun}!]!`,
        pageInfo: 'PageInfo!',
        totalCount: 'Int!',
      });
      const edge = schema.getType(`${noun}Edge`);
      expect(isObjectType(edge) && String(edge.getFields().cursor?.type)).toBe('String!');
      expect(isObjectType(edge) && String(edge.getFields().node?.type)).toBe(`${noun}!`);
    }
  });

  it('gives every connection field the same arguments', () => {
    const fields = objects.flatMap((type) =>
      Object.values(type.getFields()).filter((field) => String(field.type).endsWith('Connection!')),
    );
    expect(fields.length).toBeGreaterThan(15);
    for (const field of fields) {
      const noun = String(field.type).slice(0, -'Connection!'.length);
      const args = Object.fromEntries(field.args.map((arg: GraphQLArgument) => [arg.name, String(arg.type)]));
      expect(args).toEqual({
        first: 'Int',
        last: 'Int',
        after: 'String',
        before: 'String',
        where: `${noun}Where`,
        orderBy: `[${noun}Order!]`,
      });
    }
  });

  it('lets every noun that has a connection be read again by its id', () => {
    const nouns = objects.filter(({ name }) => name.endsWith('Connection')).map(({ name }) => name.slice(0, -10));
    for (const noun of nouns) {
      const type = schema.getType(noun);
      expect(isObjectType(type) && type.getInterfaces().map(({ name }) => name)).toContain('Node');
    }
  });

  it('has no list of nullable items but labels, entries, nodes by id and what was written, as the input lists it', () => {
    const lists = objects.flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => {
          const list = isNonNullType(field.type) ? field.type.ofType : field.type;
          return isListType(list) && !isNonNullType(list.ofType);
        })
        .map((field) => `${type.name}.${field.name}`),
    );
    expect(lists.sort()).toEqual([
      'Axis.labels',
      'HistogramMatrix.entries',
      'LowStatisticsInComparison.referenceEntries',
      'PredictionScores.reasons',
      'PredictionScores.scores',
      'Query.nodes',
      'TaskMembers.injections',
      'UpsertDatasetsPayload.datasets',
      'UpsertLumisectionHistogramsPayload.histograms',
      'UpsertLumisectionsPayload.lumisections',
      'UpsertQualityTestsPayload.qualityTests',
      'UpsertRunHistogramsPayload.histograms',
      'UpsertRunsPayload.runs',
      'UpsertScalarValuesPayload.scalarValues',
      'WatchedScores.reasons',
      'WatchedScores.scores',
    ]);
  });
});
