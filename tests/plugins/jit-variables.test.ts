import {
  execute,
  GraphQLEnumType,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
  visit,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { describe, expect, it } from 'vitest';
import { variablesInLiterals, withCoercedType, withCoercedVariables } from '../../src/plugins/jit/coerced-variables.ts';

const Colour = new GraphQLEnumType({ name: 'Colour', values: { RED: { value: 17 }, BLUE: { value: 23 } } });
const Where: GraphQLInputObjectType = new GraphQLInputObjectType({
  name: 'Where',
  fields: (): Record<string, { type: GraphQLInputType; defaultValue?: unknown }> => ({
    and: { type: new GraphQLList(new GraphQLNonNull(Where)) },
    not: { type: Where },
    colour: { type: Colour },
    count: { type: GraphQLInt, defaultValue: 3 },
  }),
});
/** Answers with its arguments as the resolver got them. */
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      echo: {
        type: GraphQLString,
        args: { where: { type: Where }, colour: { type: Colour, defaultValue: 23 }, count: { type: GraphQLInt } },
        resolve: (_, args) => JSON.stringify(args),
      },
    },
  }),
});

const document = parse(`
  query Echo($where: Where, $colour: Colour = RED, $count: Int!, $other: Int) {
    whole: echo(where: $where, colour: $colour, count: $count)
    inside: echo(where: { not: $where, and: [{ count: $count }], colour: $colour }, count: $other)
    plain: echo
  }
`);
const compiled = compileQuery(withCoercedType(schema), withCoercedVariables(document), 'Echo');

const [operation] = document.definitions as [OperationDefinitionNode];

describe('a query with variables that were coerced before, compiled or interpreted,', () => {
  it.each([
    [{ count: 1, where: null }],
    [{ count: 1, where: {}, other: null }],
    [{ count: 1, where: { colour: 'BLUE', count: null }, other: 5 }],
    [{ count: 1, where: { and: { not: { and: [{}, { colour: 'RED', count: 2 }] } } }, colour: null }],
    [{ count: 1, where: { not: { not: { not: { count: 9 } } } }, unknown: true }],
  ])('gives resolvers the arguments the interpreter gives: %j', async (variables) => {
    if (!isCompiledQuery(compiled)) throw new Error('not compiled');
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    const answer = async (result: unknown) => {
      const { data, errors } = (await result) as { data: Record<string, string>; errors?: unknown };
      expect(errors).toBeUndefined();
      return Object.entries(data).map(([field, args]) => [field, JSON.parse(args)]);
    };
    const expected = await answer(execute({ schema, document, variableValues: variables }));
    expect(await answer(compiled.query(undefined, undefined, coerced))).toEqual(expected);
    const again = { schema: withCoercedType(schema), document: withCoercedVariables(document) };
    expect(await answer(execute({ ...again, variableValues: coerced }))).toEqual(expected);
  });

  it('is known by the variables that may not be left out: those inside of objects and lists', () => {
    expect(variablesInLiterals(document)).toEqual(['where', 'count', 'colour']);
  });

  it('is compiled without the input types, whose code would grow with every level', () => {
    const types: string[] = [];
    visit(withCoercedVariables(document), {
      VariableDefinition: ({ type }) => void types.push(type.kind === 'NamedType' ? type.name.value : type.kind),
    });
    expect(new Set(types)).toEqual(new Set(['Coerced__']));
    expect(types).toHaveLength(4);
  });
});
