/** Microseconds between 1970 and 2000, where PostgreSQL's clock starts. */
const EPOCH = 946_684_800_000_000n;

/**
 * Reads the value whose binary form stands in bytes[from..end): the elements of an array are read where they stand. `view` is of the same
 * bytes: it reads numbers several times faster than a Buffer does.
 */
export type Decoder = (view: DataView, from: number, end: number, bytes: Buffer) => unknown;

const time: Decoder = (view, from) => new Date(Number((view.getBigInt64(from) + EPOCH) / 1000n));
const text: Decoder = (_view, from, end, bytes) => bytes.toString('utf8', from, end);

/**
 * Decoders of binary values by the OID of their type: those of our columns and of what expressions make of them. BIGINT and NUMERIC
 * become numbers, TIMESTAMP is UTC.
 */
const DECODERS: Record<number, Decoder> = {
  16: (view, from) => view.getUint8(from) === 1, // boolean
  17: (_view, from, end, bytes) => bytes.subarray(from, end), // bytea
  19: text, // name
  20: (view, from) => Number(view.getBigInt64(from)), // bigint, count(*)
  21: (view, from) => view.getInt16(from),
  23: (view, from) => view.getInt32(from),
  25: text,
  700: (view, from) => view.getFloat32(from),
  701: (view, from) => view.getFloat64(from),
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
function array(view: DataView, from: number, _end: number, bytes: Buffer): unknown[] {
  if (view.getInt32(from) === 0) return [];
  const decode = decoderOf(view.getInt32(from + 8));
  const values = new Array<unknown>(view.getInt32(from + 12));
  let at = from + 20;
  for (let i = 0; i < values.length; i++) {
    const length = view.getInt32(at);
    at += 4;
    values[i] = length < 0 ? null : decode(view, at, at + length, bytes);
    if (length > 0) at += length;
  }
  return values;
}

export function decoderOf(oid: number): Decoder {
  const decoder = ARRAYS.has(oid) ? array : DECODERS[oid];
  if (decoder === undefined) throw new Error(`no decoder for the PostgreSQL type with OID ${oid}: cast it in the SQL`);
  return decoder;
}

/** Digits to the base of 10,000, of which the first one counts 10,000^weight. */
function numeric(view: DataView, from: number): number {
  const digits = view.getUint16(from);
  const weight = view.getInt16(from + 2);
  const sign = view.getUint16(from + 4);
  if (sign !== 0 && sign !== 0x4000) return Number.NaN;
  let value = 0;
  for (let i = 0; i < digits; i++) value += view.getUint16(from + 8 + 2 * i) * 10_000 ** (weight - i);
  return sign === 0 ? value : -value;
}
