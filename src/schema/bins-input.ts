import { GraphQLError, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { builder } from './builder.ts';

const TYPES = {
  FLOAT32: Float32Array,
  FLOAT64: Float64Array,
  INT32: Int32Array,
} as const;

/** Doubles that lists of numbers share: an allocation of its own costs more than a hundred numbers. */
const POOL = 8192;
/** Longest list that comes out of it, so that little of it is left over. */
const FROM_POOL = 1024;
let pool = new Float64Array(POOL);
let used = 0;

function doubles(length: number): Float64Array {
  if (length > FROM_POOL) return new Float64Array(length);
  if (used + length > POOL) {
    pool = new Float64Array(POOL);
    used = 0;
  }
  used += length;
  return pool.subarray(used - length, used);
}

/** One check a number, and no list of objects on the way: what GraphQL makes of a list item by item is dear for large maps. */
function ofList(list: readonly unknown[]): Float64Array {
  const numbers = doubles(list.length);
  for (let i = 0; i < numbers.length; i++) {
    const value = list[i];
    if (typeof value === 'number') numbers[i] = value;
    // what is no number in JSON comes as null: the histogram is refused by its index, not the whole request
    else if (value === null) numbers[i] = Number.NaN;
    else throw new GraphQLError(`BinsInput holds numbers, and its value ${i} is none.`);
  }
  return numbers;
}

function ofText(text: string): Float64Array {
  const [type, base64] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)];
  const made = Object.hasOwn(TYPES, type) ? TYPES[type as keyof typeof TYPES] : undefined;
  const bytes = Buffer.from(base64, 'base64');
  // characters that are none of base64 are passed over, and then bytes are missing
  const digits = base64.length - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);
  if (!made || digits % 4 === 1 || bytes.length !== Math.floor((3 * digits) / 4)) {
    throw new GraphQLError('BinsInput as text is FLOAT64:, FLOAT32: or INT32: and base64 of little-endian numbers.');
  }
  if (bytes.length % made.BYTES_PER_ELEMENT !== 0) {
    throw new GraphQLError(`BinsInput: ${bytes.length} bytes are no whole number of ${type}.`);
  }
  const numbers = doubles(bytes.length / made.BYTES_PER_ELEMENT);
  // its bytes may stand anywhere in a buffer that is shared
  const copy = new Uint8Array(bytes);
  numbers.set(new made(copy.buffer));
  return numbers;
}

function ofValue(value: unknown): Float64Array {
  if (Array.isArray(value)) return ofList(value);
  if (typeof value === 'string') return ofText(value);
  throw new GraphQLError('BinsInput is a list of numbers, or text of base64.');
}

export const BinsInput = builder.scalarType('BinsInput', {
  description:
    'Numbers of bins, flat, row-major with y outer: a list of numbers (`[1, 2.5, 3]`; null stands for one that is not finite, ' +
    'and such a histogram is refused), or text with the type and the base64 of little-endian numbers, as `binsBase64` gives them: ' +
    '`"FLOAT32:AACAPw=="` (FLOAT32, FLOAT64 or INT32). Large histograms go into variables or text: numbers in the document count as its tokens.',
  serialize: () => {
    throw new GraphQLError('BinsInput is for input only.');
  },
  parseValue: ofValue,
  parseLiteral: (node: ValueNode, variables) =>
    ofValue(node.kind === Kind.VARIABLE ? null : valueFromASTUntyped(node, variables)),
});

export const GoldenJson = builder.scalarType('GoldenJson', {
  description:
    'A golden or DCS-only JSON, as text or (in variables) as the object itself: `{"315257": [[1, 88], [91, 92]]}`, inclusive ranges.',
  serialize: () => {
    throw new GraphQLError('GoldenJson is for input only.');
  },
  parseValue: (value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'object' && value !== null) return JSON.stringify(value);
    throw new GraphQLError('GoldenJson is text or an object.');
  },
});
