import type { JsonBytes } from './json-bytes.ts';
import { RawJson } from './raw-json.ts';

/** Bytes that become text together: a multiple of three, so that only the last ones end with `=`. */
const BYTES_AT_ONCE = 49_152;

/**
 * Bytes on their way into a response as base64. They come in stretches, so that neither they nor their text ever stand in memory as a
 * whole: each is read before the next one is asked for, so that all may be the same memory with other contents.
 */
export class Base64Text extends RawJson {
  readonly #stretches: () => Iterable<ArrayBufferView>;

  /** @param stretches each but the last of a multiple of three bytes; asked for anew whenever the text is made */
  constructor(stretches: () => Iterable<ArrayBufferView>) {
    super();
    this.#stretches = stretches;
  }

  *write(text: JsonBytes): Generator<undefined, void, undefined> {
    text.raw('"');
    for (const stretch of this.#stretches()) {
      text.append(textOf(stretch));
      yield;
    }
    text.raw('"');
  }

  plain(): string {
    return Array.from(this.#stretches(), (stretch) => textOf(stretch).toString('latin1')).join('');
  }
}

function textOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  const text = Buffer.allocUnsafe(base64Length(bytes.length));
  let end = 0;
  for (let from = 0; from < bytes.length; from += BYTES_AT_ONCE) {
    end += text.write(bytes.toString('base64', from, from + BYTES_AT_ONCE), end, 'latin1');
  }
  return text;
}

/** Characters of the base64 of so many bytes. */
export const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4;
