import type { NumberArray } from '../../../src/domain/histogram.ts';
import { RootFault } from './fault.ts';

export type ArrayType = 'f64' | 'f32' | 'i32' | 'u32' | 'i16' | 'u16' | 'i8' | 'u8';

const BYTES: Readonly<Record<ArrayType, number>> = { f64: 8, f32: 4, i32: 4, u32: 4, i16: 2, u16: 2, i8: 1, u8: 1 };

/** Reads big-endian numbers and texts one after another, never beyond the end. @throws RootFault BROKEN_RECORD. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** Next byte to read. */
  at: number;
  /** First byte that is not to be read. */
  end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** The place of the next `length` bytes, which are passed. */
  skip(length: number): number {
    const { at } = this;
    if (length < 0 || length > this.end - at) {
      throw new RootFault('BROKEN_RECORD', `${length} bytes wanted where ${this.end - at} are left`);
    }
    this.at = at + length;
    return at;
  }

  /** Goes on at `position`, at or before the end. */
  to(position: number): void {
    if (position < 0 || position > this.end) {
      throw new RootFault('BROKEN_RECORD', `a part that ends at ${position}, after its record (${this.end})`);
    }
    this.at = position;
  }

  u8(): number {
    return this.#view.getUint8(this.skip(1));
  }

  i8(): number {
    return this.#view.getInt8(this.skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2));
  }

  i16(): number {
    return this.#view.getInt16(this.skip(2));
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4));
  }

  i32(): number {
    return this.#view.getInt32(this.skip(4));
  }

  u64(): number {
    return Number(this.bigU64());
  }

  i64(): number {
    return Number(this.bigI64());
  }

  bigU64(): bigint {
    return this.#view.getBigUint64(this.skip(8));
  }

  bigI64(): bigint {
    return this.#view.getBigInt64(this.skip(8));
  }

  f32(): number {
    return this.#view.getFloat32(this.skip(4));
  }

  f64(): number {
    return this.#view.getFloat64(this.skip(8));
  }

  /** A TString: one byte of length, or 255 and four. */
  string(): string {
    const short = this.u8();
    const length = short === 255 ? this.u32() : short;
    const start = this.skip(length);
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + start, length).toString('utf8');
  }

  /** Text up to a zero byte. */
  zeroTerminated(): string {
    const { at } = this;
    const zero = this.bytes.indexOf(0, at);
    if (zero < 0 || zero >= this.end) throw new RootFault('BROKEN_RECORD', 'a text that does not end');
    this.at = zero + 1;
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + at, zero - at).toString('utf8');
  }

  /** `count` numbers, in an array of their own. */
  array(type: ArrayType, count: number): NumberArray {
    const size = BYTES[type];
    // before anything is allocated
    const start = this.skip(count * size);
    const { buffer, at } = room(count * size);
    const swapped = Buffer.from(buffer, at, count * size);
    swapped.set(this.bytes.subarray(start, start + count * size));
    if (size === 8) swapped.swap64();
    else if (size === 4) swapped.swap32();
    else if (size === 2) swapped.swap16();
    return over(type, buffer, at, count);
  }
}

/** Memory that arrays share: one for each costs more than what is done with it. None of them lives long. */
const SHARED_BYTES = 256 * 1024;
const shared = { buffer: new ArrayBuffer(SHARED_BYTES), used: 0 };

function room(bytes: number): { buffer: ArrayBuffer; at: number } {
  if (bytes > SHARED_BYTES / 8) return { buffer: new ArrayBuffer(bytes), at: 0 };
  if (shared.used + bytes > SHARED_BYTES) {
    shared.buffer = new ArrayBuffer(SHARED_BYTES);
    shared.used = 0;
  }
  const at = shared.used;
  // the next one begins where any type may
  shared.used += Math.ceil(bytes / 8) * 8;
  return { buffer: shared.buffer, at };
}

function over(type: ArrayType, buffer: ArrayBuffer, at: number, count: number): NumberArray {
  switch (type) {
    case 'f64':
      return new Float64Array(buffer, at, count);
    case 'f32':
      return new Float32Array(buffer, at, count);
    case 'i32':
      return new Int32Array(buffer, at, count);
    case 'u32':
      return new Uint32Array(buffer, at, count);
    case 'i16':
      return new Int16Array(buffer, at, count);
    case 'u16':
      return new Uint16Array(buffer, at, count);
    case 'i8':
      return new Int8Array(buffer, at, count);
    default:
      return new Uint8Array(buffer, at, count);
  }
}
