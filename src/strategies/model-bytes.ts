import { createHash } from 'node:crypto';
import { CorruptModelError } from '../domain/errors.ts';
import type { Model } from './model.ts';

/**
 * The bytes of a model, version 1:
 *
 *     bytes 0-3    "LGM" and the version (1)
 *     bytes 4-7    the length of the description, little-endian
 *     then         the description in JSON: the model without its numbers, and of each part its name and length
 *     then         zeros up to a multiple of 8
 *     then         the parts in their order, each number a little-endian float64; the dead cells are the first part
 *     the last 32  SHA-256 of all before
 *
 * Equal models give equal bytes.
 */
const MAGIC = Buffer.from('LGM\x01', 'latin1');
const HEADER_BYTES = 8;
const HASH_BYTES = 32;
const NUMBER_BYTES = 8;

type Description = Omit<Model, 'dead' | 'learned'> & { readonly parts: readonly (readonly [string, number])[] };

export function encodeModel({ dead, learned, ...model }: Model): Uint8Array {
  const parts = [['', Float64Array.from(dead)] as const, ...Object.entries(learned)];
  const description: Description = { ...model, parts: parts.map(([name, { length }]) => [name, length]) };
  const text = Buffer.from(canonicalJson(description));
  const start = padded(HEADER_BYTES + text.length);
  const numbers = parts.reduce((sum, [, { length }]) => sum + length, 0);
  const bytes = new Uint8Array(start + numbers * NUMBER_BYTES + HASH_BYTES);
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
 * Reads what encodeModel wrote, bit for bit; the numbers are copies.
 * @throws CorruptModelError for anything else: another version, a byte more, less or changed.
 */
export function decodeModel(bytes: Uint8Array): Model {
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
  const { parts, ...model } = JSON.parse(text) as Description;
  let at = padded(HEADER_BYTES + length);
  const numbers = parts.map(([name, count]) => {
    const part = new Float64Array(Uint8Array.prototype.slice.call(bytes, at, at + count * NUMBER_BYTES).buffer);
    at += part.byteLength;
    return [name, part] as const;
  });
  const [[, dead] = ['', new Float64Array()], ...learned] = numbers;
  return { ...model, dead: Int32Array.from(dead), learned: Object.fromEntries(learned) };
}

const padded = (length: number): number => Math.ceil(length / NUMBER_BYTES) * NUMBER_BYTES;

const hashOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** JSON with the keys of objects in order: two models that are equal do not differ by who made them. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
