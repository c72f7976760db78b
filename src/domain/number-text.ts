import { decimalsOfFloat32, decimalsOfFloat64, POWERS_OF_TEN, shortestFloat32, units } from './shortest-decimal.ts';

/**
 * Numbers as JSON text into bytes, each followed by a comma: exactly what JSON.stringify gives, three digits a store.
 * Every function takes the position to write at and returns the one after the comma; up to 9 bytes behind it may be
 * overwritten. A number takes at most MAX_NUMBER_BYTES.
 */
export const MAX_NUMBER_BYTES = 26;

export function writeBytes(out: DataView, at: number, values: Uint8Array, from: number, to: number): number {
  let position = at;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    out.setUint32(position, PLAIN[value] as number, true);
    position += PLAIN_LENGTH[value] as number;
  }
  return position;
}

/** Little-endian numbers of 16 bits, `from` and `to` in bytes. */
export function writeShorts(out: DataView, at: number, bytes: Uint8Array, from: number, to: number): number {
  let position = at;
  for (let i = from; i < to; i += 2) {
    const value = (bytes[i] as number) | ((bytes[i + 1] as number) << 8);
    if (value < 1000) {
      out.setUint32(position, PLAIN[value] as number, true);
      position += PLAIN_LENGTH[value] as number;
    } else position = writeInteger(out, position, value);
  }
  return position;
}

/** float32 numbers with the shortest digits that give the same float32 back (see `shortestFloat32`). */
export function writeFloat32s(out: DataView, at: number, values: Float32Array, from: number, to: number): number {
  let position = at;
  let hint = -1;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    let abs = value;
    if (value < 0) {
      out.setUint8(position, MINUS);
      abs = -value;
    }
    const start = value < 0 ? position + 1 : position;
    if (abs < 2 ** 24 && Math.floor(abs) === abs) {
      position = writeInteger(out, start, abs);
      continue;
    }
    const decimals = decimalsOfFloat32(abs, hint);
    if (decimals < 0) position = writeSlowly(out, position, shortestFloat32(value));
    else {
      hint = decimals;
      position = writeDecimal(out, start, units(abs, decimals), decimals, Math.floor(abs));
    }
  }
  return position;
}

export function writeFloat64s(out: DataView, at: number, values: Float64Array, from: number, to: number): number {
  let position = at;
  let hint = -1;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    let abs = value;
    if (value < 0) {
      out.setUint8(position, MINUS);
      abs = -value;
    }
    const start = value < 0 ? position + 1 : position;
    if (abs <= Number.MAX_SAFE_INTEGER && Math.floor(abs) === abs) {
      position = writeInteger(out, start, abs);
      continue;
    }
    hint = decimalsOfFloat64(abs, hint);
    if (hint < 0) {
      // where one needs all its digits its neighbors do: JSON.stringify is fastest at these, many at once
      const end = Math.min(to, i + CHUNK);
      position = writeText(out, position, `${JSON.stringify(Array.from(values.subarray(i, end))).slice(1, -1)},`);
      i = end - 1;
    } else position = writeDecimal(out, start, units(abs, hint), hint, Math.floor(abs));
  }
  return position;
}

/** An integer from 0 to 999,999,999, without a comma: returns the position behind it. */
export function writeSmallInteger(out: DataView, at: number, value: number): number {
  return writeBelowBillion(out, at, value | 0) - 1;
}

/** A safe integer of at least 0. */
function writeInteger(out: DataView, at: number, value: number): number {
  if (value < 1e9) return writeBelowBillion(out, at, value | 0);
  const billions = Math.floor(value / 1e9);
  const position = writeInteger(out, at, billions) - 1;
  writeNineDigits(out, position, (value - billions * 1e9) | 0);
  out.setUint8(position + 9, COMMA);
  return position + 10;
}

/** In 32-bit integers, whose division by a constant is a multiplication. */
function writeBelowBillion(out: DataView, at: number, value: number): number {
  if (value < 1000) {
    out.setUint32(at, PLAIN[value] as number, true);
    return at + (PLAIN_LENGTH[value] as number);
  }
  const thousands = (value / 1000) | 0;
  const position = writeBelowBillion(out, at, thousands) - 1;
  out.setUint32(position, PADDED[value - thousands * 1000] as number, true);
  return position + 4;
}

/** An integer from 0 to 999,999,999, padded with zeros. */
function writeNineDigits(out: DataView, at: number, value: number): void {
  const thousands = (value / 1000) | 0;
  const millions = (thousands / 1000) | 0;
  out.setUint32(at, PADDED[millions] as number, true);
  out.setUint32(at + 3, PADDED[thousands - millions * 1000] as number, true);
  out.setUint32(at + 6, PADDED[value - thousands * 1000] as number, true);
}

/** `count` units of the last of so many decimals: a number that has `whole`, or by rounding one more, before the point. */
function writeDecimal(out: DataView, at: number, count: number, decimals: number, whole: number): number {
  if (decimals === 0) return writeInteger(out, at, count);
  const one = POWERS_OF_TEN[decimals] as number;
  let rest = count - whole * one;
  const carry = rest >= one ? 1 : 0;
  rest -= carry * one;
  let position = writeInteger(out, at, whole + carry);
  out.setUint8(position - 1, POINT);
  let left = decimals;
  while (left > 9) {
    left -= 9;
    const unit = POWERS_OF_TEN[left] as number;
    const digits = Math.floor(rest / unit);
    writeNineDigits(out, position, digits | 0);
    rest -= digits * unit;
    position += 9;
  }
  writeNineDigits(out, position, (rest * (POWERS_OF_TEN[9 - left] as number)) | 0);
  out.setUint8(position + left, COMMA);
  return position + left + 1;
}

function writeSlowly(out: DataView, at: number, value: number): number {
  return writeText(out, at, Number.isFinite(value) ? `${value},` : 'null,');
}

function writeText(out: DataView, at: number, text: string): number {
  return at + Buffer.from(out.buffer, out.byteOffset, out.byteLength).write(text, at, 'latin1');
}

const CHUNK = 64;

const [COMMA, POINT, MINUS] = [0x2c, 0x2e, 0x2d];

/** The text of 0 to 999 and a comma, as one little-endian word: as it is, and padded to three digits. */
const PLAIN = Uint32Array.from({ length: 1000 }, (_, i) => wordOf(`${i},`));
const PLAIN_LENGTH = Uint8Array.from({ length: 1000 }, (_, i) => `${i},`.length);
const PADDED = Uint32Array.from({ length: 1000 }, (_, i) => wordOf(`${String(i).padStart(3, '0')},`));

function wordOf(text: string): number {
  let word = 0;
  for (let i = text.length - 1; i >= 0; i--) word = word * 256 + text.charCodeAt(i);
  return word;
}
