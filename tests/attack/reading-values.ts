import fc, { type Arbitrary, type GeneratorValue } from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { schema } from '../../src/schema/index.ts';

/**
 * Questions to the whole graph, made by walking its types: any field with any arguments, in the document or as
 * variables; most of what stands in an argument is what its type takes, and now and then what none should take.
 */

/** Stands for a number that JSON writes and float64 does not hold. */
const TOO_LARGE = '@@1e400@@';

/** Texts of the small world, parts of them, and what databases, patterns and languages take for something else. */
const TEXTS = [
  '/ZeroBias/Run2018A-UL2018-v1/DQMIO',
  'PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1',
  'charge_PXLayer_1',
  'CSC/Summary/status',
  '2018A',
  'golden-2018',
  'rr-2018',
  'pixel',
  'per-ls-csv',
  'BAD',
  'DONE',
  'Z',
  'e',
  '',
];
const NASTY = [
  '\0',
  'a\0b',
  '\ud800',
  '\udc00x',
  '\ufeff',
  '\uffff',
  '👩‍🚀',
  'İıſßK',
  "'; DROP TABLE run; --",
  "' OR '1'='1",
  '" OR ""="',
  '\\',
  '\\\\',
  '%',
  '_',
  '%_%',
  '$1',
  '$$',
  '?',
  '?1',
  ':a',
  '*',
  '**',
  '[',
  '[]',
  '[]]',
  '[!',
  '[^a-',
  '[z-a]',
  '[[:alpha:]]',
  '(',
  '(a+)+$',
  '(?i)',
  '(?=a)',
  '\\1',
  '\\p{L}',
  '\\p{Nothing}',
  '\\Q',
  'a{1000}{1000}',
  '(((a{10}){10}){10}){10}',
  '.*.*.*.*.*x',
  '|',
  '||||',
  '^$',
  '[\\d-z]',
  '\\x{10ffff}',
  '\\x{110000}',
  '(?P<n>a)',
  '(?<n>a)(?<n>b)',
  'x'.repeat(999),
  'é'.repeat(1001),
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '1e400',
  '-0',
  'true',
  '9223372036854775808',
  '2018-04-30',
];

const INTS = [0, 1, 2, 3, 5, 12, 315257, 315258, 367129, 2018];
const ODD_INTS = [-1, -0, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1, 2 ** 31, 2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 53, 1e20];
const FLOATS = [0, 0.25, 0.5, 3.8, 6500, 31.5, -1];
const ODD_FLOATS = [-0, 5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 1e-7, 2 ** 53 + 2, 0.1 + 0.2];
const TIMES = [
  '2018-04-30T21:11:27Z',
  '2018-04-30T23:11:27.000+02:00',
  '2018-04-30T21:54:06.500Z',
  '2999-01-01T00:00:00Z',
];
const ODD_TIMES = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '0000-12-31T23:59:59-23:59',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59-23:59',
  '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '2018-02-30T00:00:00Z',
  '2018-04-30T24:00:00Z',
  '2016-12-31T23:59:60Z',
  '2018-04-30T21:11:27.123456789Z',
  '2018-04-30',
  '',
];
const TYPES = [
  'Run',
  'Lumisection',
  'LumisectionHistogram',
  'DataFile',
  'Dataset',
  'MonitorElement',
  'Token',
  'Query',
  '__proto__',
];
const KEYS = [
  '0',
  '1',
  '2',
  '315257',
  '315257:1',
  '315257:1:1:1',
  '-1',
  '01',
  '4294967296',
  'x',
  '1:%00',
  '1:%',
  '%F0%90',
  '',
];

/** One of these nearly always; one of those now and then. */
const mostly = <T>(usual: readonly T[], odd: readonly T[]): Arbitrary<T> =>
  fc.oneof({ weight: 7, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
const text = fc.oneof(
  { weight: 10, arbitrary: mostly(TEXTS, NASTY) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom(...'ab*?[]^-(){}|+.\\,01'), { maxLength: 10 }).map((a) => a.join('')),
  },
);
const idOf = (typename: string, key: string) => Buffer.from(`${typename}:${key}`).toString('base64url');
const id = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom(...KEYS)).map(([t, k]) => idOf(t, k)) },
  { weight: 1, arbitrary: text },
);
const CURSOR_VALUES = [
  null,
  0,
  1,
  315257,
  -1,
  2 ** 31,
  1e300,
  1.5,
  '',
  'a',
  '\0',
  '\ud800',
  1525122687000,
  8.64e15,
  9e15,
  true,
  [],
  {},
];
const ORDERS = [
  'run:number',
  'run:-number',
  'lumisection:run,number',
  'dataset:name',
  'run:startedAt',
  '__proto__:x',
  'run:',
];
const cursor = fc.oneof(
  fc
    .tuple(fc.constantFrom(...ORDERS), fc.array(fc.constantFrom<unknown>(...CURSOR_VALUES), { maxLength: 3 }))
    .map(([order, values]) => Buffer.from(JSON.stringify([order, ...values])).toString('base64url')),
  text,
);
/** What is of no type that any argument wants. */
const confused: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 0.5, TOO_LARGE, 2 ** 31, '', 'ASC', '1', [], {}, [null], [[1]], { 0: 1 }),
  fc.constantFrom<unknown>({ length: 3 }, { toString: 1 }, { __typename: 'Run' }, { eq: { eq: 1 } }),
  fc.constant(JSON.parse('{"__proto__": {"first": 1000}, "constructor": {"prototype": {"a": 1}}}')),
  fc.jsonValue({ maxDepth: 2 }),
  text,
);

function scalar(name: string, argument: string): Arbitrary<unknown> {
  switch (name) {
    case 'Int':
      if (argument === 'first' || argument === 'last') return mostly([0, 1, 2, 5], [1000, 1001, -1, 2 ** 31 - 1]);
      if (argument === 'rebin') return mostly([1, 2, 3], [0, -1, 7, 2 ** 31 - 1]);
      return mostly(INTS, ODD_INTS);
    case 'SafeInt':
      return mostly(INTS, ODD_INTS);
    case 'Float':
      return mostly<unknown>(FLOATS, [...ODD_FLOATS, TOO_LARGE]);
    case 'Boolean':
      return fc.boolean();
    case 'ID':
      return id;
    case 'DateTime':
      return mostly(TIMES, ODD_TIMES);
    default:
      return argument === 'after' || argument === 'before' ? cursor : text;
  }
}

/** A value, and as it is written in a document. */
interface Value {
  readonly json: unknown;
  readonly literal: string;
}

/** One in so many places holds what its type does not take. */
const CONFUSED_IN = 100;

type Draw = <T>(arbitrary: Arbitrary<T>) => T;

const oneOf = <T>(draw: Draw, list: readonly T[]): T => list[draw(fc.nat(list.length - 1))] as T;
const someOf = <T>(draw: Draw, list: readonly T[], most: number): T[] =>
  draw(fc.uniqueArray(fc.nat(Math.max(0, list.length - 1)), { maxLength: Math.min(most, list.length) })).map(
    (i) => list[i] as T,
  );

function anyValue(draw: Draw, type: GraphQLInputType, name: string, depth: number): Value {
  if (draw(fc.nat(CONFUSED_IN - 1)) === 0) {
    const json = draw(confused);
    return { json, literal: literalOf(json) };
  }
  if (isNonNullType(type)) return anyValue(draw, type.ofType, name, depth);
  if (isListType(type)) {
    const items = Array.from({ length: draw(fc.nat(3)) }, () => anyValue(draw, type.ofType, name, depth));
    return { json: items.map(({ json }) => json), literal: `[${items.map(({ literal }) => literal).join(', ')}]` };
  }
  if (isInputObjectType(type)) {
    const all = Object.values(type.getFields());
    // what holds objects of its own type is left out where it would go too deep
    const usable = depth > 0 ? all : all.filter((field) => !/Where$/.test(getNamedType(field.type).name));
    const needed = all.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
    const some = someOf(draw, usable, 3);
    const entries = [...new Set([...needed, ...some])].map(
      (field) => [field.name, anyValue(draw, field.type, field.name, depth - 1)] as const,
    );
    return {
      json: Object.fromEntries(entries.map(([key, { json }]) => [key, json])),
      literal: `{${entries.map(([key, { literal }]) => `${key}: ${literal}`).join(', ')}}`,
    };
  }
  if (isEnumType(type)) {
    const json = oneOf(draw, type.getValues()).name;
    return { json, literal: json };
  }
  const json = draw(scalar(type.name, name));
  return { json, literal: literalOf(json) };
}

function literalOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, inner]) => `${/^[_A-Za-z]\w*$/.test(name) ? name : 'a'}: ${literalOf(inner)}`)
    .join(', ')}}`;
}

interface Asked {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

const ALIASES = ['a', 'then', '__proto__', 'constructor', 'toString', 'toJSON', 'hasOwnProperty', 'length', 'data'];
const VARIABLES = ['v', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then'];

/** A question to one field of the root, with whatever hangs on it. */
export function questionOf(draw: GeneratorValue, root: GraphQLField<unknown, unknown>): Asked {
  const declared: string[] = [];
  const variables: Record<string, unknown> = Object.create(null);
  const asDrawn = draw as unknown as <T>(make: () => Arbitrary<T>) => T;
  const from: Draw = (arbitrary) => asDrawn(() => arbitrary);

  const argumentText = (argument: GraphQLArgument): string => {
    const needed = isNonNullType(argument.type) && argument.defaultValue === undefined;
    if (!needed && from(fc.nat(2)) > 0) return '';
    const { json, literal } = anyValue(from, argument.type, argument.name, 3);
    if (from(fc.boolean())) return `${argument.name}: ${literal}`;
    const usual = from(fc.constantFrom(...VARIABLES));
    const name = declared.some((one) => one.startsWith(`$${usual}:`)) ? `v${declared.length}` : usual;
    declared.push(`$${name}: ${argument.type}`);
    // left out, where that may be
    if (needed || from(fc.nat(9)) > 0) Object.defineProperty(variables, name, { value: json, enumerable: true });
    return `${argument.name}: $${name}`;
  };

  const fieldText = (field: GraphQLField<unknown, unknown>, depth: number): string => {
    const given = field.args.map(argumentText).filter(Boolean).join(', ');
    const alias = from(fc.nat(7)) === 0 ? `${from(fc.constantFrom(...ALIASES))}${depth}: `.replace(/\d: /, ': ') : '';
    return `${alias}${field.name}${given && `(${given})`} ${selectionText(field.type, depth)}`;
  };

  const selectionText = (type: GraphQLOutputType, depth: number): string => {
    const named = getNamedType(type);
    if (isAbstractType(named)) {
      const one = oneOf(from, schema.getPossibleTypes(named));
      return `{ __typename ... on ${one.name} ${selectionText(one, depth)} }`;
    }
    if (!isObjectType(named)) return '';
    const fields = Object.values(named.getFields());
    const leaves = fields.filter(
      (field) => !isObjectType(getNamedType(field.type)) && !isAbstractType(getNamedType(field.type)),
    );
    const inner = fields.filter((field) => !leaves.includes(field));
    const isPage = /(Connection|Edge)$/.test(named.name);
    const chosen = someOf(from, leaves, 3);
    const deeper = depth > 0 || isPage ? someOf(from, inner, isPage ? 2 : 1) : [];
    return `{ __typename ${[...chosen, ...deeper].map((field) => fieldText(field, depth - (isPage ? 0 : 1))).join(' ')} }`;
  };

  const field = fieldText(root, 3);
  return { query: `query${declared.length > 0 ? ` (${declared.join(', ')})` : ''} { ${field} }`, variables };
}

/** As a client sends it. */
export const bodyOf = ({ query, variables }: Asked): string =>
  JSON.stringify({ query, variables }).replaceAll(`\\"${TOO_LARGE}\\"`, '1e400').replaceAll(`"${TOO_LARGE}"`, '1e400');
