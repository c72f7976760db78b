import fc, { type Arbitrary } from 'fast-check';
import {
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';

/**
 * Values for every input of the graph, made by walking its types: mostly what a field takes, so that calls get far, and
 * in each place now and then what none should take. What JSON cannot say, or is known only once the server has
 * answered, stands as a mark until a call is written out.
 */

/** Stands for a number that JSON writes and float64 does not hold. */
export const TOO_LARGE = '@@1e400@@';
/** Stands for the `id` at that place among those that the server gave. */
export const ID_MARK = /^@@id:(\d+)@@$/;

const DATASETS = ['/ZeroBias/Run2018A-UL2018-v1/DQMIO', '/JetHT/Run2018B-UL2018-v1/DQM', '/private/me', 'x'];
const PATHS = ['charge_PXLayer_1', 'CSC/Summary/status', 'A/b', 'A/c', 'A/d e(f)', 'Ünïcode/é'];

/** Texts that databases, patterns, paths, pages and terminals take for something else. */
const NASTY = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'a\udc00b',
  '\ufeff',
  '\u202egpj.exe',
  '\r\nset-cookie: a=b',
  '\u001b[2J\u0007',
  "'; DROP TABLE run; --",
  '" OR 1=1 --',
  '$1 $2',
  '%s%n',
  '%_[^a](*',
  '(a+)+$',
  '\\',
  '../../etc/passwd',
  '/dev/zero',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '{{7*7}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: meant to be taken for one
  '${7*7}',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-0',
  '1e400',
  '0x10',
  '9007199254740993',
  'x'.repeat(300),
  'é'.repeat(20_000),
  '👩‍🚀'.repeat(50),
  Array.from({ length: 1000 }, (_, i) => String.fromCharCode(0x4e00 + ((i * i * 7919) % 20_000))).join(''),
];

const nasty = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 12 }));

const INTS = [0, 1, 2, 3, 315257, -1, 2 ** 31 - 1, -(2 ** 31), 268_435_455, 268_435_456];
const int = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(...INTS) },
);
const float = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 0.5, 1, 2.25) },
  { weight: 1, arbitrary: fc.constantFrom(-0, -1, 5e-324, 1.7e308, -1.7e308, 1e-7, 2 ** 53, 0.1 + 0.2) },
);

const TIMES = ['2018-04-30T21:11:27Z', '2018-04-30T23:11:27.123456+02:00', '2030-01-01T00:00:00Z'];
const ODD_TIMES = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '2018-02-30T00:00:00Z',
  '2016-12-31T23:59:60Z',
  '2018-04-30',
  '1e15',
];
const time = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TIMES) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_TIMES) },
);

const float32 = (...values: number[]) => `FLOAT32:${Buffer.from(Float32Array.from(values).buffer).toString('base64')}`;
const BINS = [[1, 2, 3], [1, 2, 4], [0, 0, 0], float32(1, 2, 3), [1, 2, 3, 4], [1, 2, 3, 4, 5]];
const ODD_BINS = [
  [],
  [1, 2, null],
  [1, 2, TOO_LARGE],
  [1e308, 1e308, 1e308],
  [-1, -2, -3],
  float32(1, Number.NaN, Number.POSITIVE_INFINITY),
  'FLOAT32:AAAA',
  'FLOAT64:',
  'INT8:AAAA',
  'FLOAT32:A===',
  ':',
  'constructor:AAAA',
  Array.from({ length: 5000 }, (_, i) => i),
];
const bins = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...BINS) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(...ODD_BINS) },
);

const AXES = [
  [{ bins: 3, min: 0, max: 3 }],
  [{ bins: 3, min: 0, max: 3, title: 'x', labels: ['a', null, 'b'] }],
  [{ edges: [0, 1, 2, 4] }],
  [
    { bins: 2, min: 0, max: 2 },
    { bins: 2, min: 0, max: 2 },
  ],
];

const GOLDEN = ['{"1": [[1, 3]]}', { 1: [[1, 3]] }, { 2: [[2, 0]], 3: [[-1]] }, '{}'];
const ODD_GOLDEN = [
  '{"1": [[1, 3]], "1": [[4, 5]]}',
  '{"__proto__": [[1, 2]]}',
  '{"0": [[1, 2]], "-1": [], "99999999999": [[1, 2]]}',
  '{"1": [[3, 1]]}',
  '{"1": [[1, 99999999999]]}',
  '{"1": [[1, 2',
  `${'['.repeat(5000)}`,
  `{"1":${'['.repeat(5000)}${']'.repeat(5000)}}`,
  '{"1": [[1, "2"]]}',
  '[]',
];
const golden = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<unknown>(...GOLDEN) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(...ODD_GOLDEN) },
);

/** Of all types that a mutation may be given one of, small numbers that exist and forged ones. */
const idOf = (typename: string, key: unknown) => Buffer.from(`${typename}:${key}`).toString('base64url');
const TYPES = [
  ...['Run', 'DataFile', 'Job', 'Note', 'Token', 'Dataset', 'MonitorElement', 'Prediction'],
  ...['Nothing', '__proto__', ''],
];
const KEYS = [0, 1, 2, -1, 2 ** 31, '1:2', '1:x', '1:%00', '1:%', '01', '1 ', "' OR 1=1", '0123456789ab', '1:1:1:1'];
const id = fc.oneof(
  { weight: 4, arbitrary: fc.nat(50).map((i) => `@@id:${i}@@`) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom(...KEYS)).map(([t, k]) => idOf(t, k)) },
  { weight: 1, arbitrary: nasty },
);

/** What is of no type that any field wants there. */
const confused: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 0.5, TOO_LARGE, 2 ** 31, 1e308, '', 'KEEP', 'true', '1', [], {}),
  fc.constantFrom<unknown>([null], [[1]], [[[[]]]], { 0: 1 }, { length: 3 }, { toString: 1 }, { __typename: 'Run' }),
  fc.constant(JSON.parse('{"__proto__": {"scopes": ["ADMIN"]}, "constructor": {"prototype": {"a": 1}}}')),
  fc.constant(JSON.parse(`${'['.repeat(400)}${']'.repeat(400)}`)),
  fc.jsonValue({ maxDepth: 2 }),
  nasty,
);

/** What a text of that name usually is. */
function text(name: string, owner: string): Arbitrary<string> {
  const usual: Readonly<Record<string, readonly string[]>> = {
    dataset: DATASETS,
    monitorElement: PATHS,
    name: owner.includes('Dataset') ? DATASETS : ['ci', 'robot', 'test1', 'Mean'],
    era: ['Run2018A', '2018B'],
    period: ['A'],
    source: ['golden', 'oms'],
    task: ['judged'],
    strategy: ['ci', 'robot', 'entries'],
    version: ['1', '2'],
    sourceUrl: ['https://example.org/a'],
    subsystem: ['pixel', ''],
    value: ['42', '1.5e-3', 'nan', '-9223372036854775808', '9223372036854775808', 'text'],
    format: ['lumi-json', 'per-ls-csv'],
    expression: [
      '1:1-3',
      '1-3 & good(golden)',
      'bad(all(golden, oms("pixel", *))) | 1',
      '(1 - 2:[1,3-4]) & where(fill > 1)',
    ],
  };
  const good = fc.constantFrom(...(usual[name] ?? ['plain', 'Ein Text', 'x']));
  if (name !== 'expression') return fc.oneof({ weight: 8, arbitrary: good }, { weight: 1, arbitrary: nasty });
  // a language of its own: names in it, and operators around it
  const named = nasty.map((odd) => JSON.stringify(odd).replaceAll('\\u0000', '\0'));
  const wrapped = fc
    .tuple(
      fc.constantFrom('!', '(', 'good(', 'good(all(', 'where(', '1:', '1 & ', ''),
      fc.oneof(good, named, nasty),
      fc.nat(60),
    )
    .map(([before, inner, times]) => before.repeat(times) + inner + ')'.repeat(before.endsWith('(') ? times : 0));
  return fc.oneof(good, named, wrapped);
}

function leaf(named: ReturnType<typeof getNamedType>, name: string, owner: string): Arbitrary<unknown> {
  if (isEnumType(named)) return fc.constantFrom(...(named as GraphQLEnumType).getValues().map((value) => value.name));
  switch (named?.name) {
    case 'Int':
      return name === 'bins' ? fc.constantFrom(3, 3, 3, 0, -1, 2 ** 31 - 1) : int;
    case 'Float':
      return float;
    case 'Boolean':
      return fc.boolean();
    case 'ID':
      return id;
    case 'DateTime':
      return time;
    case 'BinsInput':
      return bins;
    case 'GoldenJson':
      return golden;
    case 'JSONObject':
      return fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom<unknown>({}, { components: 2 }, { a: [1, { b: null }] }) },
        { weight: 1, arbitrary: confused },
      );
    case 'String':
      return text(name, owner);
    default:
      return confused;
  }
}

/** How often a place holds what its type does not take: one in that many. */
const CONFUSED_IN = 40;

/** A value for a place of this type, in a field of this name. */
function anyValue(type: GraphQLInputType, name: string, owner: string): Arbitrary<unknown> {
  return fc.oneof(
    { weight: CONFUSED_IN - 1, arbitrary: properValue(type, name, owner) },
    { weight: 1, arbitrary: confused },
  );
}

function properValue(type: GraphQLInputType, name: string, owner: string): Arbitrary<unknown> {
  if (isNonNullType(type)) return properValue(type.ofType, name, owner);
  if (isListType(type)) {
    const items = fc.array(anyValue(type.ofType, name, owner), { maxLength: 3 });
    return name === 'axes' ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom<unknown>(...AXES) }, items) : items;
  }
  if (isInputObjectType(type)) return objectOf(Object.values(type.getFields()), type.name);
  return leaf(getNamedType(type), name, owner);
}

function objectOf(fields: readonly GraphQLInputField[], owner: string): Arbitrary<unknown> {
  const entries = fields.map((field) => {
    const value = anyValue(field.type, field.name, owner);
    const isNeeded = isNonNullType(field.type) && field.defaultValue === undefined;
    const absent = fc.constant(undefined);
    return isNeeded
      ? fc.oneof({ weight: 60, arbitrary: value }, { weight: 1, arbitrary: absent })
      : fc.oneof({ weight: 1, arbitrary: value }, { weight: 2, arbitrary: absent });
  });
  const extra = fc.oneof(
    { weight: 80, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('__proto__', 'constructor', 'id', 'nothing'), confused) },
  );
  return fc.tuple(fc.tuple(...entries), extra).map(([values, more]) => {
    const object: Record<string, unknown> = {};
    for (const [i, { name }] of fields.entries()) if (values[i] !== undefined) object[name] = values[i];
    if (more) Object.defineProperty(object, more[0], { value: more[1], enumerable: true });
    return object;
  });
}

/** Values of all arguments of a field of the root. */
export const argumentsOf = (field: GraphQLField<unknown, unknown>): Arbitrary<Record<string, unknown>> =>
  fc
    .tuple(...field.args.map(({ type, name }) => anyValue(type, name, field.name)))
    .map((values) => Object.fromEntries(field.args.map(({ name }, i) => [name, values[i]])));
