import { buildSchema, type FragmentDefinitionNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { expect, it } from 'vitest';
import { nodeBudget } from '../../src/plugins/limits/node-budget.ts';

const schema = buildSchema(`
  type Run { number: Int lumisections(first: Int, last: Int): LumisectionConnection fill: Fill }
  type Fill { runs(first: Int = 7): RunConnection }
  type Lumisection { number: Int run: Run }
  type LumisectionConnection { nodes: [Lumisection] totalCount: Int }
  type RunConnection { nodes: [Run] totalCount: Int }
  type Query { run: Run runs(first: Int): RunConnection nodes(ids: [ID!]!): [Run] }
`);

function budget(document: string) {
  const definitions = parse(document).definitions as (OperationDefinitionNode | FragmentDefinitionNode)[];
  const fragments = definitions.flatMap((one) =>
    one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
  );
  return nodeBudget({ schema, operation: definitions[0] as OperationDefinitionNode, fragments: new Map(fragments) });
}

it('Pages are multiplied along nested connections, each time by the variables at hand', () => {
  const asked = budget(`query ($runs: Int, $lumisections: Int) {
    runs(first: $runs) { nodes { lumisections(last: $lumisections) { totalCount nodes { number run { number } } } } }
  }`);
  expect(asked({ runs: 2, lumisections: 3 })).toBe(2 * (1 + 3 * 2));
  expect(asked({ runs: 5, lumisections: 0 })).toBe(5);
  expect(asked({})).toBe(50 * (1 + 50 * 2));
});

it('A page without a size is as long as the field says, a count alone is one, ids are as many as there are', () => {
  expect(budget('{ run { fill { runs { nodes { number } } } } }')({})).toBe(1 + 1 + 7);
  expect(budget('{ runs(first: 1000) { totalCount } }')({})).toBe(1);
  expect(budget('{ nodes(ids: ["a", "b", "c"]) { number } }')({})).toBe(3);
  expect(
    budget('query ($ids: [ID!]!) { nodes(ids: $ids) { fill { runs { totalCount } } } }')({ ids: ['a', 'b'] }),
  ).toBe(2 * (1 + 1 + 1));
});

it('A fragment that is brought a thousand times over, by fragments inside of each other, is measured once', () => {
  const LEVELS = 40;
  const doubling = Array.from({ length: LEVELS }, (_, i) => {
    const next = i + 1 < LEVELS ? `...F${i + 1}` : 'number';
    return `fragment F${i} on Run { fill { a: runs(first: $n) { nodes { ${next} } } b: runs(first: $n) { nodes { ${next} } } } }`;
  });
  const asked = budget(`query ($n: Int) { run { ...F0 } } ${doubling.join(' ')}`);
  let expected = 0;
  for (let level = 0; level < LEVELS; level++) expected = 1 + 2 * 1 * (1 + expected);
  expect(asked({ n: 1 })).toBe(1 + expected);
  expect(asked({ n: 0 })).toBe(1 + 1);
});
