import type { SourcePosition } from '../src/domain/record.ts';
import type { SourceChunk } from './source.ts';

const LF = 10;
const CR = 13;
/** How much of a line that is too long is kept, to say which one it was. */
const KEPT_OF_LONG_LINE = 256;

/**
 * Cuts a source into lines, without making strings and without a promise a line: `next` works on what is in memory,
 * and only when it finds nothing is `more` awaited.
 *
 *     while (reader.next() || (await reader.more())) if (reader.found) use(reader.bytes, reader.start, reader.end)
 */
export class LineReader {
  /** The current line is bytes [start, end), without its line end. The byte at `end` can be read, whatever it is. */
  bytes: Buffer = Buffer.allocUnsafe(64 * 1024);
  start = 0;
  end = 0;
  /** Whether the latest `next` found a line. */
  found = false;
  /** Number of the current line (of its first one, when extended), from 1. */
  line: number;
  /** Position of the current line's first byte in the source. */
  byte: number;
  /** Whether a line feed ends the current line; false only on the last line of a source. */
  terminated = true;
  /** The line passed the limit: [start, end) holds its beginning only. */
  tooLong = false;

  readonly #chunks: AsyncIterator<SourceChunk>;
  readonly #maxLineBytes: number;
  /** Bytes [#scan, #filled) are not consumed; before #searched there is no line feed among them. */
  #scan = 0;
  #searched = 0;
  #filled = 0;
  /** Position in the source of what follows #filled. */
  #sourceEnd: number;
  #ended = false;
  /** The middle of the line at #scan was dropped. */
  #dropping = false;
  #lines: number;
  #firstLine = { scan: 0, end: 0, terminated: true };

  constructor(chunks: AsyncIterable<SourceChunk>, from: SourcePosition, maxLineBytes: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#maxLineBytes = maxLineBytes;
    this.#sourceEnd = from.byte;
    this.byte = from.byte;
    this.#lines = from.line;
    this.line = from.line;
  }

  /** What is consumed, up to the end of the current line. */
  get position(): SourcePosition {
    return { byte: this.#sourceEnd - (this.#filled - this.#scan), line: this.#lines };
  }

  /** Steps to the next line; false when its end is not in memory, or there is none. */
  next(): boolean {
    this.start = this.#scan;
    if (!this.#dropping) this.byte = this.#sourceEnd - (this.#filled - this.#scan);
    this.found = this.#endOfLine();
    if (this.found) {
      this.line = this.#lines;
      const first = this.#firstLine;
      first.scan = this.#scan;
      first.end = this.end;
      first.terminated = this.terminated;
    } else if (this.#filled - this.#scan > this.#maxLineBytes) {
      this.#dropping = true;
      this.#filled = this.#scan + Math.min(KEPT_OF_LONG_LINE, this.#maxLineBytes);
      this.#searched = this.#filled;
    }
    return this.found;
  }

  /**
   * Takes the following line into the current one: a line feed inside quotes. MORE: it is not in memory, await `more`
   * and try again. END: there is none, or both together pass the limit.
   */
  extend(): 'EXTENDED' | 'MORE' | 'END' {
    if (!this.terminated || this.tooLong) return 'END';
    const found = this.#endOfLine();
    if (found && !this.tooLong) return 'EXTENDED';
    return found || this.#ended || this.#filled - this.start > this.#maxLineBytes ? 'END' : 'MORE';
  }

  /** Takes every `extend` back: the current line is one line again, and the second one comes next. */
  retract(): void {
    this.#scan = this.#firstLine.scan;
    this.#searched = this.#scan;
    this.end = this.#firstLine.end;
    this.terminated = this.#firstLine.terminated;
    this.#lines = this.line;
    this.tooLong = false;
  }

  /** Reads a chunk; false when the end of the source was met before. */
  async more(): Promise<boolean> {
    if (this.#ended) return false;
    const { done, value } = await this.#chunks.next();
    if (done) this.#ended = true;
    else this.#append(value);
    return true;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Looks for the end of the line that begins at #scan, and steps over it. */
  #endOfLine(): boolean {
    let end = this.#searched < this.#filled ? this.bytes.indexOf(LF, this.#searched) : -1;
    const terminated = end >= 0 && end < this.#filled;
    if (!terminated) {
      this.#searched = this.#filled;
      if (!this.#ended || this.#scan === this.#filled) return false;
      end = this.#filled;
    }
    this.terminated = terminated;
    this.#scan = terminated ? end + 1 : end;
    this.#searched = this.#scan;
    this.#lines++;
    this.end = end > this.start && this.bytes[end - 1] === CR ? end - 1 : end;
    this.tooLong = this.#dropping || this.end - this.start > this.#maxLineBytes;
    if (this.tooLong) this.end = Math.min(this.end, this.start + Math.min(KEPT_OF_LONG_LINE, this.#maxLineBytes));
    this.#dropping = false;
    return true;
  }

  #append(chunk: SourceChunk): void {
    const more = chunk.bytes.length;
    // one byte to spare: whoever parses may look at the byte after a line
    if (this.#filled + more >= this.bytes.length) this.#makeRoom(this.found ? this.start : this.#scan, more);
    this.bytes.set(chunk.bytes, this.#filled);
    this.#filled += more;
    this.#sourceEnd = chunk.position + more;
  }

  /** Moves what is needed, from `keep` on, to the front of the buffer or of a larger one. */
  #makeRoom(keep: number, more: number): void {
    const needed = this.#filled - keep + more;
    const into = needed < this.bytes.length ? this.bytes : Buffer.allocUnsafe(2 * needed + 1);
    this.bytes.copy(into, 0, keep, this.#filled);
    this.bytes = into;
    this.#filled -= keep;
    this.#scan -= keep;
    this.#searched -= keep;
    this.start -= keep;
    this.end -= keep;
    this.#firstLine.scan -= keep;
    this.#firstLine.end -= keep;
  }
}
