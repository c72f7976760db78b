import { RawJson } from './raw-json.ts';

/** Bytes that become text together: a multiple of three, so that only the last ones end with `=`. */
const BYTES_AT_ONCE = 49_152;
const QUOTE = 0x22;

/** Bytes on their way into a response as base64, which never stands in memory as a string. */
export class Base64Text extends RawJson {
  readonly #bytes: Buffer;

  constructor({ buffer, byteOffset, byteLength }: ArrayBufferView) {
    super();
    this.#bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  }

  text(): Uint8Array {
    const bytes = this.#bytes;
    const text = Buffer.allocUnsafe(base64Length(bytes.length) + 2);
    text[0] = QUOTE;
    let end = 1;
    for (let from = 0; from < bytes.length; from += BYTES_AT_ONCE) {
      end += text.write(bytes.toString('base64', from, from + BYTES_AT_ONCE), end, 'latin1');
    }
    text[end] = QUOTE;
    return text;
  }

  plain(): string {
    return this.#bytes.toString('base64');
  }
}

/** Characters of the base64 of so many bytes. */
export const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4;
