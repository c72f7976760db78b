import { randomBytes } from 'node:crypto';

/**
 * A value whose JSON text is made without building the value: inside `spliceJson` its bytes go straight into the
 * text; anywhere else JSON.stringify sees `plain()`. Both ways give the same bytes.
 */
export abstract class RawJson {
  /** The JSON text in UTF-8, exactly what JSON.stringify would make of `plain()`. */
  abstract bytes(): Uint8Array;
  /** The value itself, for everybody but the splicer. */
  abstract plain(): unknown;

  toJSON(): unknown {
    if (sink === undefined) return this.plain();
    sink.push(this);
    return placeholder;
  }
}

/** Set only while JSON.stringify runs, which is synchronous: two responses cannot meet in it. */
let sink: RawJson[] | undefined;

// 128 random bits that never leave the process: no string of a client or a database can hold them by chance.
const placeholder = `raw:${randomBytes(16).toString('hex')}`;
const quoted = Buffer.from(JSON.stringify(placeholder));

/**
 * JSON.stringify for values that hold RawJson, as UTF-8 in pieces: joined they are what JSON.stringify gives.
 * A generator, so that the caller may pause between the pieces of a huge answer.
 */
export function* spliceJson(value: unknown): Generator<Uint8Array, void, undefined> {
  const { text, found } = stringify(value);
  let from = 0;
  for (const raw of found) {
    const at = text.indexOf(quoted, from);
    if (at < 0) throw new Error('a raw value left no place in the JSON text');
    yield text.subarray(from, at);
    yield raw.bytes();
    from = at + quoted.length;
  }
  yield text.subarray(from);
}

function stringify(value: unknown): { text: Buffer; found: readonly RawJson[] } {
  const found: RawJson[] = [];
  const outer = sink;
  sink = found;
  try {
    return { text: Buffer.from(JSON.stringify(value)), found };
  } finally {
    sink = outer;
  }
}
