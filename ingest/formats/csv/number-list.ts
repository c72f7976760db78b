import { NumberScanner } from './numbers.ts';

const TAB = 9;
const SPACE = 32;
const COMMA = 44;
const ZERO = 48;
const OPEN = 91;
const CLOSE = 93;

/** As Python, data frames, ROOT and JSON write what is not a finite number. */
export const NOT_FINITE = /^[-+]?(nan|inf|null|none|<na>)/i;

export type ListFault =
  /** No `[` at the beginning. */
  | 'NOT_A_LIST'
  /** The cell ends before `]`. */
  | 'LIST_UNCLOSED'
  /** Something that is neither a number nor a comma, or text after `]`. */
  | 'LIST_SYNTAX'
  /** NaN, null, Infinity, or a number beyond float64. */
  | 'NOT_FINITE';

/** A JSON list of numbers, read from bytes into an array that is used again for the next list. */
export class NumberList {
  /** The latest list is the first `length` of these. */
  values = new Float64Array(1024);
  length = 0;
  /** Where the latest fault stands. */
  faultAt = 0;
  /** Written by `transpose`, then exchanged. */
  #other = new Float64Array(0);
  readonly #numbers = new NumberScanner();

  /** Reads the list that is the whole of bytes[start, end). */
  parse(bytes: Buffer, start: number, end: number): ListFault | null {
    // every value but the last takes a digit and a comma
    const most = ((end - start) >> 1) + 1;
    if (most > this.values.length) this.values = new Float64Array(most + (most >> 3));
    const values = this.values;
    let count = 0;
    this.length = 0;
    let at = skipSpace(bytes, start, end);
    if (at >= end || bytes[at] !== OPEN) return this.#fault('NOT_A_LIST', at);
    at = skipSpace(bytes, at + 1, end);
    if (at < end && bytes[at] === CLOSE) return this.#close(bytes, at, end);
    while (at < end) {
      const first = at;
      let digit = (bytes[at] as number) - ZERO;
      if (digit >= 0 && digit <= 9) {
        let value = digit;
        digit = (bytes[++at] as number) - ZERO;
        while (digit >= 0 && digit <= 9) {
          value = (value * 10 + digit) | 0;
          digit = (bytes[++at] as number) - ZERO;
        }
        // Up to nine digits fit an int32. A leading zero is left to the exact reader, which refuses it.
        const digits = at - first;
        if (bytes[at] === COMMA && at < end && (digits === 1 || (digits < 10 && bytes[first] !== ZERO))) {
          values[count++] = value;
          at++;
          if (bytes[at] === SPACE) at++;
          continue;
        }
      }
      if (digit === SPACE - ZERO || digit === TAB - ZERO) {
        at = skipSpace(bytes, first, end);
        if (at > first) continue;
      }
      const value = this.#numbers.scan(bytes, first, end);
      if (!Number.isFinite(value)) return this.#notANumber(bytes, first, end, value);
      values[count++] = value;
      at = skipSpace(bytes, this.#numbers.at, end);
      if (at >= end) break;
      if (bytes[at] === CLOSE) {
        this.length = count;
        return this.#close(bytes, at, end);
      }
      if (bytes[at] !== COMMA) return this.#fault('LIST_SYNTAX', at);
      at = skipSpace(bytes, at + 1, end);
    }
    return this.#fault('LIST_UNCLOSED', end);
  }

  /** Turns a list of nx * ny values with x outer into one with y outer. */
  transpose(nx: number, ny: number): void {
    const from = this.values;
    const to = this.#other.length >= nx * ny ? this.#other : new Float64Array(from.length);
    for (let iy = 0; iy < ny; iy++) {
      for (let ix = 0; ix < nx; ix++) to[iy * nx + ix] = from[ix * ny + iy] as number;
    }
    this.values = to;
    this.#other = from;
  }

  #close(bytes: Buffer, at: number, end: number): ListFault | null {
    const after = skipSpace(bytes, at + 1, end);
    return after === end ? null : this.#fault('LIST_SYNTAX', after);
  }

  #notANumber(bytes: Buffer, at: number, end: number, value: number): ListFault {
    const word = bytes.toString('latin1', at, Math.min(end, at + 10));
    if (!Number.isNaN(value) || NOT_FINITE.test(word)) return this.#fault('NOT_FINITE', at);
    // `[1, 2` or `[1, -`: what is missing is the rest
    return this.#fault(this.#numbers.at >= end ? 'LIST_UNCLOSED' : 'LIST_SYNTAX', at);
  }

  #fault(fault: ListFault, at: number): ListFault {
    this.faultAt = at;
    return fault;
  }
}

function skipSpace(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}
