const COMMA = 44;
const QUOTE = 34;

/** How a cell is written. */
const PLAIN = 0;
const QUOTED = 1;
/** Quoted, with doubled quotes inside. */
const ESCAPED = 2;

type CellFault =
  /** A quote opens and is not closed before the end of the record. */
  | 'UNCLOSED_QUOTE'
  /** A quote stands inside a cell that does not begin with one, or text follows a closing quote. */
  | 'STRAY_QUOTE';

/** The cells of one CSV record (RFC 4180, comma) as byte ranges; one instance is used for all records. */
export class Cells {
  /** Number of cells of the latest record. */
  count = 0;
  /** Cell i is bytes [starts[i], ends[i]), without its quotes. Cells beyond `capacity` are only counted. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly kinds: Uint8Array;

  constructor(capacity: number) {
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.kinds = new Uint8Array(capacity);
  }

  /** Splits the record bytes[start, end). */
  split(bytes: Buffer, start: number, end: number): CellFault | null {
    let count = 0;
    let at = start;
    while (true) {
      let from = at;
      let kind = PLAIN;
      let to: number;
      if (at < end && bytes[at] === QUOTE) {
        kind = QUOTED;
        from = at + 1;
        to = bytes.indexOf(QUOTE, from);
        while (to >= 0 && to + 1 < end && bytes[to + 1] === QUOTE) {
          kind = ESCAPED;
          to = bytes.indexOf(QUOTE, to + 2);
        }
        if (to < 0 || to >= end) return 'UNCLOSED_QUOTE';
        at = to + 1;
        if (at < end && bytes[at] !== COMMA) return 'STRAY_QUOTE';
      } else {
        while (at < end && bytes[at] !== COMMA) {
          if (bytes[at] === QUOTE) return 'STRAY_QUOTE';
          at++;
        }
        to = at;
      }
      this.starts[count] = from;
      this.ends[count] = to;
      this.kinds[count] = kind;
      count++;
      if (at >= end) break;
      at++;
    }
    this.count = count;
    return null;
  }

  isBlank(i: number): boolean {
    return this.starts[i] === this.ends[i];
  }

  /** Whether cells i and j are written with the same bytes. */
  equal(bytes: Buffer, i: number, j: number): boolean {
    let at = this.starts[i] as number;
    let other = this.starts[j] as number;
    const end = this.ends[i] as number;
    if (end - at !== (this.ends[j] as number) - other) return false;
    while (at < end) if (bytes[at++] !== bytes[other++]) return false;
    return true;
  }

  /** The bytes of cell i, quotes undone. A view where nothing had to be undone. */
  content(bytes: Buffer, i: number): Buffer {
    const cell = bytes.subarray(this.starts[i], this.ends[i]);
    if (this.kinds[i] !== ESCAPED) return cell;
    const undone = Buffer.allocUnsafe(cell.length);
    let length = 0;
    for (let at = 0; at < cell.length; at++) {
      undone[length++] = cell[at] as number;
      if (cell[at] === QUOTE) at++;
    }
    return undone.subarray(0, length);
  }

  /** Cell i for people, at most 200 characters. */
  preview(bytes: Buffer, i: number): string {
    return preview(bytes, this.starts[i] ?? 0, this.ends[i] ?? 0);
  }
}

/** bytes[start, end) for people, cut to 200 characters. */
export function preview(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, Math.min(end, start + 800));
  return text.length > 200 || start + 800 < end ? `${text.slice(0, 199)}…` : text;
}
