import type { IssueRecord, SourcePosition } from '../../../src/domain/record.ts';
import { FileError } from '../../file-error.ts';
import { LineReader } from '../../scanner.ts';
import type { ByteSource } from '../../source.ts';
import { DEFAULT_MAX_LINE_BYTES, type ReadOptions } from '../format.ts';
import { shortened } from '../shortened.ts';
import { Cells } from './cells.ts';

/** Columns of a CSV format. */
export interface ColumnPlan {
  /** Every one must be there, in any order. */
  readonly required: readonly string[];
  /** Those of them that old files hold twice. */
  readonly twice: readonly string[];
}

/** Which cells hold which column. */
export interface ColumnMap {
  /** Cells of each required column: one, or two that must agree. */
  readonly cells: ReadonlyMap<string, readonly number[]>;
  /** Cells of a row. */
  readonly width: number;
  /** Columns that the format does not know; their cells are not read. */
  readonly unknown: readonly string[];
}

/** Column names of the unnamed index that data frames write, and read back under a name of their own. */
const INDEX_COLUMNS = ['', 'Unnamed: 0'];

/** The cells of the first line of a text that is not blank; null where it is no CSV line. */
export function headerCells(head: Uint8Array): string[] | null {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  let start = 0;
  while (text[start] === 10 || text[start] === 13) start++;
  const lineFeed = text.indexOf(10, start);
  let end = lineFeed < 0 ? text.length : lineFeed;
  if (text[end - 1] === 13) end--;
  return cellTexts(text, start, end);
}

function cellTexts(bytes: Buffer, start: number, end: number): string[] | null {
  const cells = new Cells(end - start + 1);
  if (cells.split(bytes, start, end)) return null;
  return Array.from({ length: cells.count }, (_, i) => cells.content(bytes, i).toString('utf8'));
}

/** How many of the names stand in the header. */
export function namesFound(header: readonly string[] | null, names: readonly string[]): number {
  return names.filter((name) => header?.includes(name)).length;
}

/**
 * Reads the header and gives a reader that stands behind it, or at `resume`.
 * @throws FileError WRONG_HEADER, MISSING_COLUMN, REPEATED_COLUMN.
 */
export async function openCsv(
  source: ByteSource,
  title: string,
  plan: ColumnPlan,
  options: Pick<ReadOptions, 'resume' | 'maxLineBytes'>,
): Promise<{ reader: LineReader; columns: ColumnMap; headerLine: number }> {
  const start: SourcePosition = { byte: 0, line: 0 };
  const maxLineBytes = options.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES;
  const reader = new LineReader(source.chunks(), start, maxLineBytes);
  try {
    do {
      while (!reader.next() && (await reader.more()));
    } while (reader.found && reader.end === reader.start);
    const { line } = reader;
    const header = reader.tooLong ? null : cellTexts(reader.bytes, reader.start, reader.end);
    const columns = mapColumns(source.path, title, plan, header, line);
    const { resume } = options;
    if (!resume || resume.byte <= reader.position.byte) return { reader, columns, headerLine: line };
    await reader.close();
    return { reader: new LineReader(source.chunks(resume.byte), resume, maxLineBytes), columns, headerLine: line };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function mapColumns(
  file: string,
  title: string,
  { required, twice }: ColumnPlan,
  header: readonly string[] | null,
  line: number,
): ColumnMap {
  const expected = `the header of a ${title} names ${shortened(required.join(', '))}`;
  const refuse = (code: 'WRONG_HEADER' | 'MISSING_COLUMN' | 'REPEATED_COLUMN', reason: string, field?: string) =>
    new FileError(code, `${file}: line ${line}: ${reason}; ${expected}`, {
      file,
      line,
      field,
      value: header ? shortened(header.join(',')) : undefined,
    });
  if (!header) throw refuse('WRONG_HEADER', 'the first line is no CSV header');
  if (namesFound(header, required) === 0) throw refuse('WRONG_HEADER', 'the first line is not the header');
  const cells = new Map<string, readonly number[]>();
  for (const name of required) {
    const found = header.flatMap((cell, i) =>
      cell === name || (twice.includes(name) && cell === `${name}.1`) ? [i] : [],
    );
    const shown = shortened(name);
    if (found.length === 0) throw refuse('MISSING_COLUMN', `column "${shown}" is missing`, shown);
    if (found.length > (twice.includes(name) ? 2 : 1)) {
      throw refuse('REPEATED_COLUMN', `column "${shown}" stands there ${found.length} times`, shown);
    }
    cells.set(name, found);
  }
  const known = new Set([...cells.values()].flat());
  const others = header.filter((cell, i) => !known.has(i) && !INDEX_COLUMNS.includes(cell));
  return { cells, width: header.length, unknown: others };
}

export function unknownColumns(title: string, names: readonly string[], line: number): IssueRecord {
  const value = shortened(names.join(', '));
  const reason = `columns that a ${title} does not have were not read`;
  return { severity: 'NOTE', code: 'UNKNOWN_COLUMN', line, value, reason };
}
