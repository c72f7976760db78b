import fc from 'fast-check';
import { buildSchema, getVariableValues, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { MOST_ERRORS, variableCoercer } from '../../src/plugins/limits/variable-coercer.ts';

const schema = buildSchema(`
  enum Colour { RED BLUE }
  input Point { x: Float! y: Float = 1.5 }
  input Where { and: [Where!] not: Where colour: Colour count: Int = 3 points: [[Point]!] name: String id: ID yes: Boolean! = true }
  input Choice @oneOf { a: Int b: String }
  type Query { echo(where: Where, points: [Point!], colour: Colour, count: Int, choice: Choice): String }
`);
const [operation] =
  parse(`query Echo($where: Where, $points: [Point!]! = [{ x: 1 }], $colour: Colour = RED, $count: Int!, $choice: Choice) {
  echo(where: $where, points: $points, colour: $colour, count: $count, choice: $choice)
}`).definitions as [OperationDefinitionNode];

const coerce = variableCoercer(schema, operation, {});
const byGraphql = (variables: Record<string, unknown>) =>
  getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: MOST_ERRORS });

/** What either makes of variables, with errors as they are told. */
function outcome({ coerced, errors }: ReturnType<typeof getVariableValues>) {
  return { coerced, keys: JSON.stringify(coerced), errors: errors?.map(({ message }) => message) };
}

function alike(variables: Record<string, unknown>): void {
  expect(outcome(coerce(variables))).toEqual(outcome(byGraphql(variables)));
}

describe('variables coerced by what their types are', () => {
  it.each([
    {},
    { count: 1 },
    { count: 1, where: null, colour: null, points: null },
    { count: 1, where: {}, points: [] },
    { count: 1, where: { and: [{}, { colour: 'BLUE', count: null }], not: { not: { name: 'x', id: 7 } } } },
    { count: 1, where: { and: { yes: false } }, points: { x: 2 } },
    { count: 1, points: [{ x: 1, y: null }, { x: 2 }] },
    { count: 1, points: [{ y: 1 }] },
    { count: 1, points: [null] },
    { count: 1, where: { points: [[{ x: 1 }, null], null] } },
    { count: 1, where: { points: [[{ x: 1 }, null], { x: 2 }] } },
    { count: 1.5 },
    { count: '1', colour: 'GREEN' },
    { count: 1, where: { size: 1, colour: 17 } },
    { count: 1, where: [] },
    { count: 1, where: 'all' },
    { count: 1, where: { yes: null } },
    { count: 1, unknown: 2 },
    { count: 1, choice: { a: 1 } },
    { count: 1, choice: { a: 1, b: 'x' } },
  ])('are, and are refused, as GraphQL has them: %j', alike);

  const leaf = fc.constantFrom<unknown>(null, 0, 1, 2.5, 2 ** 40, '', 'RED', 'x', true, [], {});
  const { where } = fc.letrec((tie) => ({
    point: fc.oneof({ maxDepth: 2 }, leaf, fc.record({ x: leaf, y: leaf, z: leaf }, { requiredKeys: [] })),
    where: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.record(
        {
          ...{ and: fc.array(tie('where'), { maxLength: 3 }), not: tie('where'), colour: fc.constantFrom('RED', 'no') },
          ...{ count: leaf, points: fc.array(fc.array(tie('point'), { maxLength: 2 }), { maxLength: 2 }), name: leaf },
          ...{ id: leaf, yes: leaf },
        },
        { requiredKeys: [] },
      ),
    ),
  }));

  it('whatever they are', () => {
    fc.assert(fc.property(fc.record({ where, count: leaf, colour: leaf, points: leaf }, { requiredKeys: [] }), alike), {
      numRuns: 200,
    });
  });
});
