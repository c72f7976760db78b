import { createHash } from 'node:crypto';
import { CorruptModelError } from '../domain/errors.ts';

/** Plain data and, by name, numbers that belong to it. */
export interface Numbered<Description> {
  readonly description: Description;
  readonly numbers: Readonly<Record<string, Float64Array>>;
}

/**
 * The bytes of what a fit leaves, version 1:
 *
 *     bytes 0-3    "LGM" and the version (1)
 *     bytes 4-7    the length of the text, little-endian
 *     then         the text, JSON: the description, and of each part of the numbers its name and length
 *     then         zeros up to a multiple of 8
 *     then         the parts in their order, each number a little-endian float64
 *     the last 32  SHA-256 of all before
 */
const MAGIC = Buffer.from('LGM\x01', 'latin1');
const HEADER_BYTES = 8;
const HASH_BYTES = 32;
const NUMBER_BYTES = 8;

interface Text {
  readonly description: unknown;
  readonly parts: readonly (readonly [string, number])[];
}

/** Equal data and numbers give equal bytes, whatever the order of their keys. */
export function encodeNumbered({ description, numbers }: Numbered<unknown>): Uint8Array {
  const parts = Object.entries(numbers).sort(([a], [b]) => (a < b ? -1 : 1));
  const content: Text = { description, parts: parts.map(([name, { length }]) => [name, length]) };
  const text = Buffer.from(canonicalJson(content));
  const start = padded(HEADER_BYTES + text.length);
  const size = parts.reduce((sum, [, { byteLength }]) => sum + byteLength, 0);
  const bytes = new Uint8Array(start + size + HASH_BYTES);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, text.length, true);
  bytes.set(text, HEADER_BYTES);
  let at = start;
  for (const [, part] of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  bytes.set(hashOf(bytes.subarray(0, at)), at);
  return bytes;
}

/**
 * Reads what encodeNumbered wrote, bit for bit; the numbers are copies.
 * @throws CorruptModelError for anything else: another version, a byte more, less or changed.
 */
export function decodeNumbered<Description>(bytes: Uint8Array): Numbered<Description> {
  const end = bytes.length - HASH_BYTES;
  if (end < HEADER_BYTES) throw new CorruptModelError(`A model of ${bytes.length} bytes.`);
  if (Buffer.compare(bytes.subarray(0, MAGIC.length), MAGIC) !== 0) {
    throw new CorruptModelError('The bytes are no model, or one of another version.');
  }
  if (Buffer.compare(bytes.subarray(end), hashOf(bytes.subarray(0, end))) !== 0) {
    throw new CorruptModelError('The bytes of the model are not those that were written: their hash is another.');
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  const text = Buffer.from(bytes.subarray(HEADER_BYTES, HEADER_BYTES + length)).toString();
  const { description, parts } = JSON.parse(text) as Text;
  let at = padded(HEADER_BYTES + length);
  const numbers = parts.map(([name, count]) => {
    // a copy that begins at byte 0 of its own buffer: a number has to stand at a multiple of 8
    const part = Uint8Array.prototype.slice.call(bytes, at, at + count * NUMBER_BYTES);
    at += part.byteLength;
    return [name, new Float64Array(part.buffer)] as const;
  });
  return { description: description as Description, numbers: Object.fromEntries(numbers) };
}

const padded = (length: number): number => Math.ceil(length / NUMBER_BYTES) * NUMBER_BYTES;

const hashOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
