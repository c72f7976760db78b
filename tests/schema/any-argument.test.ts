import fc, { type GeneratorValue } from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { WALK } from '../attack/hidden-truth-walk.ts';
import { openWorld, type World } from '../attack/hidden-truth-world.ts';
import { placesOf } from '../attack/schema-walk.ts';
import { databases } from '../support/databases.ts';
import { rounds } from '../support/rounds.ts';
import { type Answer, type Ask, asker } from './ask.ts';

/** Texts that mean something to a database, a pattern, a file system, a terminal or JSON. */
const TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udc00x',
  '\ufeff',
  '\u2028',
  '💥',
  'é',
  'e\u0301',
  'İ',
  'ß',
  'ſ',
  '\u001b[31m',
  '\r\nx: y',
  "'",
  "''",
  '"',
  '\\',
  "' OR 1=1 --",
  '"; DROP TABLE run; --',
  '$1',
  '?1',
  ':a',
  '%',
  '_',
  '%s',
  '\\\\',
  '`',
  '*',
  '?',
  '**',
  '[',
  '[]',
  '[!]',
  '[z-a]',
  '[]]',
  '[^',
  '[[:alpha:]]',
  '(',
  '(a+)+$',
  '(a|a)*b',
  '(?=x)',
  '\\1',
  '\\Q',
  '.{1000}',
  '((a{100}){100}){100}',
  '(?i)x',
  '\\p{Greek}',
  '\\pN',
  '[[:^x:]]',
  'a{2,1}',
  '(?P<n>x)',
  '(?<n>x)',
  '\\C',
  '\\x{110000}',
  '\\x{D800}',
  'x*'.repeat(300),
  '('.repeat(500),
  '*'.repeat(1001),
  'NaN',
  'Infinity',
  '-0',
  '0',
  '1e999',
  '9223372036854775808',
  'null',
  'true',
  '[]',
  '{}',
  '__proto__',
  'constructor',
  'toString',
  'golden',
  'rr',
  'listed',
  'older',
  'hidden',
  'floor',
  'nope',
  '2018-04-30T21:11:27Z',
  '2018-04-30T21:11:27+23:59',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59.999-23:59',
  '2016-12-31T23:59:60Z',
  '2018-02-30T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  'UnVuOjE',
  'UnVuOjMxNTI1Nw',
  '/ZeroBias/Run2018A-UL2018-v1/DQMIO',
  'charge_PXLayer_1',
  '../../etc/passwd',
];
const NUMBERS = [
  0, 1, -1, 2, 5, 12, 315257, 367129, 0.5, -0, 1e-320, 1e308, -1e308, 2147483647, 2147483648, -2147483648, -2147483649,
  4294967296, 9007199254740991, 9007199254740992, -9007199254740991, 1e20, 1000, 1001,
];
const NODES = schema.getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType).map(({ name }) => name);
const TYPES = [...NODES, 'Histogram', 'Query', 'Nope', '__proto__'];
/** Types with fields that take arguments, and the way to one of each. */
const PARENTS = placesOf(WALK).flatMap(({ type, before, behind }) => {
  const fields = Object.values(type.getFields()).filter(({ args }) => args.length > 0);
  return fields.length === 0 ? [] : [{ fields, before, behind }];
});
const [QUERY, ...OTHERS] = PARENTS as [(typeof PARENTS)[number], ...typeof PARENTS];

type G = GeneratorValue;
const pick = <T>(g: G, values: readonly T[]): T => values[g(fc.integer, { min: 0, max: values.length - 1 })] as T;
const chance = (g: G, percent: number) => g(fc.integer, { min: 0, max: 99 }) < percent;
const base64url = (text: string) => Buffer.from(text).toString('base64url');

const text = (g: G): string => (chance(g, 75) ? pick(g, TEXTS) : g(fc.string, { unit: 'binary', maxLength: 20 }));

function globalId(g: G): string {
  const parts = Array.from({ length: g(fc.integer, { min: 1, max: 5 }) }, () =>
    chance(g, 60) ? String(pick(g, NUMBERS)) : chance(g, 50) ? encodeURIComponent(text(g).toWellFormed()) : text(g),
  );
  return base64url(`${pick(g, TYPES)}:${parts.join(':')}`);
}

const cursor = (g: G, orders: readonly string[]) =>
  base64url(
    JSON.stringify([
      chance(g, 90) ? pick(g, orders) : text(g),
      ...Array.from({ length: g(fc.integer, { min: 0, max: 7 }) }, () =>
        pick(g, [null, pick(g, NUMBERS), text(g), pick(g, NUMBERS)]),
      ),
    ]),
  );

const junk = (g: G): unknown =>
  pick<unknown>(g, [
    null,
    true,
    pick(g, NUMBERS),
    text(g),
    [],
    {},
    [[]],
    [null],
    { eq: 1 },
    { __proto__: null, AND: [] },
  ]);

/** A value that is mostly one of the type. */
function someOf(g: G, type: GraphQLInputType, depth: number, orders: readonly string[]): unknown {
  if (chance(g, 2)) return junk(g);
  if (isNonNullType(type)) return someOf(g, type.ofType, depth, orders);
  if (isListType(type)) {
    return Array.from({ length: g(fc.integer, { min: 0, max: depth > 3 ? 1 : 3 }) }, () =>
      someOf(g, type.ofType, depth + 1, orders),
    );
  }
  if (isEnumType(type)) return pick(g, type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const isWhere = type.name.endsWith('Where');
    const most = isWhere ? (depth > 6 ? 1 : 2) : 2;
    const chosen = Array.from({ length: g(fc.integer, { min: depth > 8 ? 0 : 1, max: most }) }, () => pick(g, fields));
    const required = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
    return Object.fromEntries(
      [...chosen, ...required].map((field) => [field.name, someOf(g, field.type, depth + 1, orders)]),
    );
  }
  switch (type.name) {
    case 'Int':
    case 'Float':
    case 'SafeInt':
      return chance(g, 80) ? pick(g, NUMBERS) : g(fc.double);
    case 'Boolean':
      return chance(g, 50);
    case 'ID':
      return chance(g, 80) ? globalId(g) : text(g);
    case 'DateTime':
      return chance(g, 60)
        ? pick(
            g,
            TEXTS.filter((one) => /^[+\d]/.test(one)),
          )
        : text(g);
    default:
      return text(g);
  }
}

type Field = GraphQLField<unknown, unknown>;
const outputOf = (field: Field) => getNamedType(field.type);

/** Everything scalar of a type, and of a connection its page. */
function selectionOf(field: Field): string {
  const type = outputOf(field);
  if (!isObjectType(type)) return type.name === 'Node' || type.name === 'Histogram' ? '{ __typename id }' : '';
  if (type.name.endsWith('Connection'))
    return '{ totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';
  return '{ __typename }';
}

/** One field with all its arguments as variables, of any type that queries reach. */
function question(g: G, orders: readonly string[]) {
  const { fields, before, behind } = chance(g, 50) ? QUERY : pick(g, OTHERS);
  const field = pick(g, fields);
  const args: GraphQLArgument[] = field.args.filter((arg) => isNonNullType(arg.type) || chance(g, 45));
  const variables = Object.fromEntries(
    args.map((arg) => [
      arg.name,
      arg.name === 'after' || arg.name === 'before' ? cursor(g, orders) : someOf(g, arg.type, 0, orders),
    ]),
  );
  const declared = args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
  const call = `${field.name}${args.length ? `(${args.map((arg) => `${arg.name}: $${arg.name}`).join(', ')})` : ''} ${selectionOf(field)}`;
  return { query: `query ${declared && `(${declared})`} ${before} ${call} ${behind}`, variables };
}

const REFUSALS = new Set(['BAD_USER_INPUT', 'NOT_FOUND', 'LIMIT_EXCEEDED', 'GRAPHQL_VALIDATION_FAILED']);

describe.each(databases)('any value of any argument on $name', (database) => {
  let world: World;
  let ask: Ask;

  beforeAll(async () => {
    world = await openWorld(database, []);
    ask = asker(world.store, { LUMIGRAPH_LOG: 'silent', LUMIGRAPH_REFUSED_PERCENT: '100' });
  });
  afterAll(() => world.drop());

  it("is answered or refused as the client's mistake", async () => {
    const orders = [
      'run:number',
      'run:-number',
      'lumisection:run,number',
      'lumisection:number',
      'dataset:name',
      'monitorElement:path',
      'dataFile:id',
      'run:year,number',
      'run:startedAt,number',
      'certification:run,source,dataset,subsystem,version,flag',
      'run:startedAt',
      'run:-era',
    ];
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const { query, variables } = question(g, orders);
        const { errors }: Answer = await ask(query, variables);
        for (const { message, extensions } of errors ?? []) {
          expect(REFUSALS, `${message} for ${query} with ${JSON.stringify(variables)}`).toContain(extensions.code);
        }
      }),
      { numRuns: rounds(150) },
    );
  });
});
