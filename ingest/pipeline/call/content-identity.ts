import { createHash, type Hash } from 'node:crypto';

/** Numbers that are hashed at once: a call of its own for each array would take longer than the hash. */
const PIECE_BYTES = 65_536;

/**
 * SHA-256 of a content of plain values, texts, times and arrays of numbers, whose keys come in one order, and how many
 * bytes that is. Arrays of numbers count by their bytes; fields that are undefined do not count.
 */
export function contentIdentity(content: unknown): { sha256: string; size: number } {
  const walk = new Walk();
  walk.visit(content);
  return walk.identity();
}

class Walk {
  #text = '';
  #size = 0;
  #numbers: Hash | null = null;
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES);
  #filled = 0;

  visit(value: unknown): void {
    if (typeof value !== 'object' || value === null) {
      // what JSON cannot say is no finite number, or nothing at all
      this.#text += typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'null');
    } else if (ArrayBuffer.isView(value)) {
      this.#text += `<${value.constructor.name} ${value.byteLength}>`;
      this.#addNumbers(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (Array.isArray(value)) {
      this.#text += '[';
      for (const one of value) {
        this.visit(one);
        this.#text += ',';
      }
      this.#text += ']';
    } else if (value instanceof Date) {
      this.#text += JSON.stringify(value);
    } else {
      this.#text += '{';
      for (const name in value) {
        const one = (value as Record<string, unknown>)[name];
        if (one === undefined) continue;
        this.#text += `${name}:`;
        this.visit(one);
        this.#text += ',';
      }
      this.#text += '}';
    }
  }

  identity(): { sha256: string; size: number } {
    const text = Buffer.from(this.#text);
    const hash = createHash('sha256').update(text);
    if (this.#numbers !== null) hash.update(this.#flushed(this.#numbers).digest());
    return { sha256: hash.digest('hex'), size: text.length + this.#size };
  }

  #addNumbers(bytes: Uint8Array): void {
    this.#numbers ??= createHash('sha256');
    this.#size += bytes.length;
    if (this.#filled + bytes.length > PIECE_BYTES) this.#flushed(this.#numbers);
    if (bytes.length > PIECE_BYTES) {
      this.#numbers.update(bytes);
      return;
    }
    this.#piece.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  #flushed(numbers: Hash): Hash {
    numbers.update(this.#piece.subarray(0, this.#filled));
    this.#filled = 0;
    return numbers;
  }
}
