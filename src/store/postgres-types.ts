import type { CustomTypesConfig } from 'pg';

/** Microseconds between 1970 and 2000, where PostgreSQL's clock starts. */
const EPOCH = 946_684_800_000_000n;

const time = (bytes: Buffer) => new Date(Number((bytes.readBigInt64BE(0) + EPOCH) / 1000n));
const text = (bytes: Buffer) => bytes.toString();

/** Decoders of binary values by the OID of their type: those of our columns and of what expressions make of them. */
const DECODERS: Record<number, (bytes: Buffer) => unknown> = {
  16: (bytes) => bytes[0] === 1, // boolean
  17: (bytes) => bytes, // bytea
  19: text, // name
  20: (bytes) => Number(bytes.readBigInt64BE(0)), // bigint, count(*)
  21: (bytes) => bytes.readInt16BE(0),
  23: (bytes) => bytes.readInt32BE(0),
  25: text,
  700: (bytes) => bytes.readFloatBE(0),
  701: (bytes) => bytes.readDoubleBE(0),
  705: text, // a literal
  1043: text, // varchar
  1114: time, // timestamp: UTC in our columns
  1184: time,
  1700: numeric, // sum of bigint
  2278: () => null, // void
};

/** Arrays of one dimension, by the type of the array. */
const ARRAYS = new Set([1000, 1003, 1005, 1007, 1009, 1015, 1016, 1021, 1022, 1115, 1185, 1231]);

/** Dimensions, whether there are NULLs, the type of the elements, length and first index; then each with its length. */
function array(bytes: Buffer): unknown[] {
  if (bytes.readInt32BE(0) === 0) return [];
  const decode = decoderOf(bytes.readInt32BE(8));
  const values = new Array<unknown>(bytes.readInt32BE(12));
  let at = 20;
  for (let i = 0; i < values.length; i++) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) {
      values[i] = null;
      continue;
    }
    values[i] = decode(bytes.subarray(at, at + length));
    at += length;
  }
  return values;
}

function decoderOf(oid: number): (bytes: Buffer) => unknown {
  const decoder = ARRAYS.has(oid) ? array : DECODERS[oid];
  if (decoder === undefined) throw new Error(`no decoder for the PostgreSQL type with OID ${oid}: cast it in the SQL`);
  return decoder;
}

/** Type parsers for queries with `binary: true`. BIGINT and NUMERIC become numbers, TIMESTAMP is UTC. */
export const binaryTypes: CustomTypesConfig = {
  getTypeParser: (oid: number) => decoderOf(oid) as never,
};

/** Digits to the base of 10,000, of which the first one counts 10,000^weight. */
function numeric(bytes: Buffer): number {
  const digits = bytes.readUInt16BE(0);
  const weight = bytes.readInt16BE(2);
  const sign = bytes.readUInt16BE(4);
  if (sign !== 0 && sign !== 0x4000) return Number.NaN;
  let value = 0;
  for (let i = 0; i < digits; i++) value += bytes.readUInt16BE(8 + 2 * i) * 10_000 ** (weight - i);
  return sign === 0 ? value : -value;
}
