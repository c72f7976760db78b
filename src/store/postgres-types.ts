import type { CustomTypesConfig } from 'pg';

/** Microseconds between 1970 and 2000, where PostgreSQL's clock starts. */
const EPOCH = 946_684_800_000_000n;

/** Reads the value whose binary form stands in bytes[from..end): the elements of an array are read where they stand. */
type Decoder = (bytes: Buffer, from: number, end: number) => unknown;

const time: Decoder = (bytes, from) => new Date(Number((bytes.readBigInt64BE(from) + EPOCH) / 1000n));
const text: Decoder = (bytes, from, end) => bytes.toString('utf8', from, end);

/** Decoders of binary values by the OID of their type: those of our columns and of what expressions make of them. */
const DECODERS: Record<number, Decoder> = {
  16: (bytes, from) => bytes[from] === 1, // boolean
  17: (bytes, from, end) => bytes.subarray(from, end), // bytea
  19: text, // name
  20: (bytes, from) => Number(bytes.readBigInt64BE(from)), // bigint, count(*)
  21: (bytes, from) => bytes.readInt16BE(from),
  23: (bytes, from) => bytes.readInt32BE(from),
  25: text,
  700: (bytes, from) => bytes.readFloatBE(from),
  701: (bytes, from) => bytes.readDoubleBE(from),
  705: text, // a literal
  1043: text, // varchar
  1114: time, // timestamp: UTC in our columns
  1184: time,
  1700: numeric, // sum of bigint
  2278: () => null, // void
};

/** Arrays of one dimension, by the type of the array. */
const ARRAYS = new Set([1000, 1001, 1003, 1005, 1007, 1009, 1015, 1016, 1021, 1022, 1115, 1185, 1231]);

/** Dimensions, whether there are NULLs, the type of the elements, length and first index; then each with its length. */
function array(bytes: Buffer, from: number): unknown[] {
  if (bytes.readInt32BE(from) === 0) return [];
  const decode = decoderOf(bytes.readInt32BE(from + 8));
  const values = new Array<unknown>(bytes.readInt32BE(from + 12));
  let at = from + 20;
  for (let i = 0; i < values.length; i++) {
    const length = bytes.readInt32BE(at);
    at += 4;
    values[i] = length < 0 ? null : decode(bytes, at, at + length);
    if (length > 0) at += length;
  }
  return values;
}

function decoderOf(oid: number): Decoder {
  const decoder = ARRAYS.has(oid) ? array : DECODERS[oid];
  if (decoder === undefined) throw new Error(`no decoder for the PostgreSQL type with OID ${oid}: cast it in the SQL`);
  return decoder;
}

/** Type parsers for queries with `binary: true`. BIGINT and NUMERIC become numbers, TIMESTAMP is UTC. */
export const binaryTypes: CustomTypesConfig = {
  getTypeParser(oid: number) {
    const decode = decoderOf(oid);
    return ((bytes: Buffer) => decode(bytes, 0, bytes.length)) as never;
  },
};

/** Digits to the base of 10,000, of which the first one counts 10,000^weight. */
function numeric(bytes: Buffer, from: number): number {
  const digits = bytes.readUInt16BE(from);
  const weight = bytes.readInt16BE(from + 2);
  const sign = bytes.readUInt16BE(from + 4);
  if (sign !== 0 && sign !== 0x4000) return Number.NaN;
  let value = 0;
  for (let i = 0; i < digits; i++) value += bytes.readUInt16BE(from + 8 + 2 * i) * 10_000 ** (weight - i);
  return sign === 0 ? value : -value;
}
