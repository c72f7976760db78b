const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const UPPER_E = 69;
const LOWER_E = 101;

/** Powers of ten that float64 holds exactly. */
const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const MAX_EXACT = 2 ** 53;

/** Reads decimal numbers from bytes, to the same float64 that JavaScript and Python read from their text. */
export class NumberScanner {
  /** Where the latest number ended. */
  at = 0;

  /**
   * The JSON number at bytes[from, end): NaN where none stands there (`at` is then where it went wrong), an infinity
   * where it is too large for a float64.
   */
  scan(bytes: Buffer, from: number, end: number): number {
    let at = from;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    const first = at;
    let mantissa = 0;
    for (; at < end; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
    const wholeDigits = at - first;
    if (wholeDigits === 0 || (wholeDigits > 1 && bytes[first] === ZERO)) return this.#fault(first);
    let exponent = 0;
    if (at < end && bytes[at] === DOT) {
      const dot = at++;
      for (; at < end; at++) {
        const digit = (bytes[at] as number) - ZERO;
        if (digit < 0 || digit > 9) break;
        mantissa = mantissa * 10 + digit;
      }
      exponent = dot + 1 - at;
      if (exponent === 0) return this.#fault(at);
    }
    if (at < end && (bytes[at] === LOWER_E || bytes[at] === UPPER_E)) {
      at++;
      const sign = bytes[at] === MINUS ? -1 : 1;
      if (bytes[at] === MINUS || bytes[at] === 43) at++;
      const power = at;
      let value = 0;
      for (; at < end; at++) {
        const digit = (bytes[at] as number) - ZERO;
        if (digit < 0 || digit > 9) break;
        value = Math.min(value * 10 + digit, 100_000);
      }
      if (at === power) return this.#fault(at);
      exponent += sign * value;
    }
    this.at = at;
    // Exact mantissa and exact power: one correctly rounded operation gives the correctly rounded number (Clinger).
    let value: number;
    if (mantissa >= MAX_EXACT || exponent > 22 || exponent < -22) {
      return Number(bytes.toString('latin1', from, at));
    }
    if (exponent >= 0) value = mantissa * (EXACT_POWERS[exponent] as number);
    else value = mantissa / (EXACT_POWERS[-exponent] as number);
    return negative ? -value : value;
  }

  /** The whole of bytes[start, end) as a number; NaN where it is none. */
  whole(bytes: Buffer, start: number, end: number): number {
    const value = this.scan(bytes, start, end);
    return this.at === end ? value : Number.NaN;
  }

  #fault(at: number): number {
    this.at = at;
    return Number.NaN;
  }
}

/**
 * The whole of bytes[start, end) as a non-negative or negative integer; NaN where it is none. `315257.0` is one: data
 * frames write it when a column once held a blank.
 */
export function wholeInteger(bytes: Buffer, start: number, end: number): number {
  let at = start;
  const negative = bytes[at] === MINUS;
  if (negative) at++;
  const first = at;
  let value = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === first || (at - first > 1 && bytes[first] === ZERO)) return Number.NaN;
  if (at < end && bytes[at] === DOT) {
    const dot = at++;
    while (at < end && bytes[at] === ZERO) at++;
    if (at === dot + 1) return Number.NaN;
  }
  if (at !== end) return Number.NaN;
  return negative ? -value : value;
}
