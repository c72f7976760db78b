import { writeSmallInteger } from './number-text.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What a text begins with, and goes back to after a very long one. */
const CAPACITY = 524_288;
const LARGEST_KEPT = 8 * CAPACITY;
/** A char code takes at most so many bytes of UTF-8. */
const BYTES_OF_CODE = 3;

/**
 * JSON text on its way into an answer, as UTF-8: values are written behind one another into memory that is used again
 * and again, without a string in between.
 */
export class JsonBytes {
  /** Written so far. */
  length = 0;
  #bytes = Buffer.allocUnsafe(CAPACITY);
  #view = viewOf(this.#bytes);

  /** Where `bytes` more can be written from `length` on; holds until the next call of any method. */
  room(bytes: number): DataView {
    this.#reserve(bytes);
    return this.#view;
  }

  /** Text that is JSON already. */
  raw(text: string): void {
    this.#reserve(BYTES_OF_CODE * text.length);
    // a call of the binding costs more than a few characters
    if (text.length > 64 || !this.#copied(text)) this.length += this.#bytes.write(text, this.length);
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  string(text: string): void {
    const before = this.length;
    this.#reserve(text.length + 2);
    this.#bytes[this.length++] = QUOTE;
    if (this.#copied(text)) this.#bytes[this.length++] = QUOTE;
    else {
      this.length = before;
      this.raw(JSON.stringify(text));
    }
  }

  number(value: number): void {
    if (value >= 0 && value < 1e9 && Math.floor(value) === value) {
      this.length = writeSmallInteger(this.room(16), this.length, value);
    } else this.raw(Number.isFinite(value) ? `${value}` : 'null');
  }

  /** The text so far; what follows begins anew. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.length);
    this.#bytes.copy(taken, 0, 0, this.length);
    this.clear();
    return taken;
  }

  clear(): void {
    this.length = 0;
    if (this.#bytes.length > LARGEST_KEPT) this.#grow(CAPACITY);
  }

  #reserve(bytes: number): void {
    if (this.length + bytes > this.#bytes.length) this.#grow(2 * (this.length + bytes));
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(bytes);
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }

  /** Whether all of the text was plain ASCII, that JSON does not escape: of any other nothing counts as written. */
  #copied(text: string): boolean {
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return false;
      bytes[at++] = code;
    }
    this.length = at;
    return true;
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Buffer) => new DataView(buffer, byteOffset, byteLength);
