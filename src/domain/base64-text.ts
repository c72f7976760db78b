import { RawJson } from './raw-json.ts';

/** Bytes that become text together: a multiple of three, so that only the last ones end with `=`. */
const BYTES_AT_ONCE = 49_152;
/** Text that is given out together: what is written to a socket at once, and no more, lies in memory. */
const PIECE_BYTES = 4 * BYTES_AT_ONCE;

/** Bytes on their way into a response as base64, which never stands in memory as one text. */
export class Base64Text extends RawJson {
  readonly #bytes: Buffer;

  constructor({ buffer, byteOffset, byteLength }: ArrayBufferView) {
    super();
    this.#bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  }

  *text(): Generator<string | Uint8Array, void, undefined> {
    yield '"';
    for (let from = 0; from < this.#bytes.length; from += PIECE_BYTES) {
      yield textOf(this.#bytes.subarray(from, from + PIECE_BYTES));
    }
    yield '"';
  }

  plain(): string {
    return this.#bytes.toString('base64');
  }
}

function textOf(bytes: Buffer): Uint8Array {
  const text = Buffer.allocUnsafe(base64Length(bytes.length));
  let end = 0;
  for (let from = 0; from < bytes.length; from += BYTES_AT_ONCE) {
    end += text.write(bytes.toString('base64', from, from + BYTES_AT_ONCE), end, 'latin1');
  }
  return text;
}

/** Characters of the base64 of so many bytes. */
export const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4;
