import { FileError, type FileErrorCode } from '../../file-error.ts';
import type { ByteSource } from '../../source.ts';
import type { Cell } from '../parquet/column-reader.ts';
import { shortened } from '../shortened.ts';
import { utf8Text } from '../utf8-text.ts';
import { jsonFault } from './json-fault.ts';
import { repeatedMember } from './repeated-member.ts';
import { wholeFile } from './whole-file.ts';

/** After so many rows others have a turn, and whoever waits hears that reading goes on. */
export const ROWS_A_TURN = 10_000;

/** More than a text of so many bytes holds when none is missing. */
const MAX_CELLS = 10_000_000;

export interface JsonRows {
  readonly columns: readonly string[];
  readonly count: number;
  /** Made as they are taken: all at once they would need more memory than what was parsed. */
  rows(): Iterable<Readonly<Record<string, Cell>>>;
  /** An answer or a list without rows: nothing tells what columns it would have. */
  readonly isEmpty: boolean;
  /** How many rows the answers say there are, pages that are not here included; null where they do not. */
  readonly total: number | null;
}

/**
 * The rows of a JSON table: an array of objects, columns as data frames write them (`{"run": {"0": 1}}` or
 * `{"run": [1]}`), or an answer of a JSON:API (its `data`; several answers in an array are its pages). What is nested
 * has a name with points in it: `attributes.rate`.
 * @throws FileError MALFORMED_JSON, TRUNCATED, FILE_TOO_LARGE.
 */
export async function readJsonRows(source: ByteSource): Promise<JsonRows> {
  const value = await parse(source);
  const total = totalOf(value);
  if (isObject(value) && !isAnswer(value)) {
    const columns = Object.entries(value);
    await source.goesOn();
    const plain = plainColumns(columns, source.path);
    if (plain !== null) return { ...plain, isEmpty: false, total };
  }
  const nested = rowsOf(value, source.path);
  function* rows() {
    for (const row of nested.rows()) yield flat(row, '', Object.create(null) as Record<string, Cell>);
  }
  const columns = new Set<string>();
  let looked = 0;
  for (const row of rows()) {
    if (++looked % ROWS_A_TURN === 0) await source.goesOn();
    for (const name of Object.keys(row)) columns.add(name);
  }
  const isEmpty = nested.count === 0 && (Array.isArray(value) || isAnswer(value));
  return { columns: [...columns], count: nested.count, rows, isEmpty, total };
}

async function parse(source: ByteSource): Promise<unknown> {
  const text = utf8Text(await wholeFile(source), source.path);
  await source.goesOn();
  const refused = (code: FileErrorCode, at: number, reason: string, field?: string) => {
    const line = text.slice(0, at).split('\n').length;
    const details = { file: source.path, line, byte: Buffer.byteLength(text.slice(0, at)), ...(field && { field }) };
    return new FileError(code, `${source.path}: line ${line}: ${reason}`, details);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { at, truncated } = jsonFault(text);
    if (truncated) throw refused('TRUNCATED', at, 'the JSON ends too early');
    const reason = isJson(text.slice(0, at))
      ? 'a second JSON begins, as in files of one JSON a line: write them as one array'
      : `no JSON: ${JSON.stringify(text.slice(at, at + 20))}`;
    throw refused('MALFORMED_JSON', at, reason);
  }
  await source.goesOn();
  const repeated = repeatedMember(text, value);
  if (repeated === null) return value;
  const name = shortened(repeated.name);
  throw refused('REPEATED_COLUMN', repeated.at, `${JSON.stringify(name)} stands twice in one object`, name);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Rows as they are nested; those that have to be made are made as they are taken. */
interface NestedRows {
  readonly count: number;
  rows(): Iterable<unknown>;
}

function rowsOf(value: unknown, path: string): NestedRows {
  if (Array.isArray(value)) {
    if (!value.some(isAnswer)) return { count: value.length, rows: () => value };
    const answers = value.map((answer) => rowsOf(answer, path));
    return {
      count: answers.reduce((sum, { count }) => sum + count, 0),
      *rows() {
        for (const answer of answers) yield* answer.rows();
      },
    };
  }
  if (isAnswer(value)) return rowsOfAnswer(value);
  return isObject(value) ? rowsOfColumns(Object.entries(value), path) : { count: 0, rows: () => [] };
}

function rowsOfAnswer({ data, meta }: Answer): NestedRows {
  const rows: unknown[] = Array.isArray(data) ? data : [data];
  // units may stand once for all rows
  const units = isObject(meta) && isObject(meta.row) ? { meta: { row: meta.row } } : {};
  return {
    count: rows.length,
    *rows() {
      for (const row of rows) yield isObject(row) ? { ...units, ...row } : row;
    },
  };
}

/** A column is a list, or an object by row labels; the order of the rows is that of the first column. */
function rowsOfColumns(columns: readonly [string, unknown][], path: string): NestedRows {
  const labels = labelsOf(columns.map(([, cells]) => cells));
  assertHeld(columns.length, labels.length, path);
  return {
    count: labels.length,
    *rows() {
      for (const label of labels) {
        yield Object.fromEntries(columns.map(([name, cells]) => [name, ownMember(cells, label)]));
      }
    },
  };
}

/**
 * The same where no cell holds anything in itself: rows are made at once as they are to be, and nobody has to look at them for
 * the names of columns. Null where one does.
 */
function plainColumns(columns: readonly [string, unknown][], path: string): Omit<JsonRows, 'isEmpty' | 'total'> | null {
  if (!columns.every(([, cells]) => isPlain(cells))) return null;
  const lists = columns.map(([, cells]) => cells).filter((cells) => Array.isArray(cells));
  // labels of millions of rows would take more memory than the rows
  const labels = lists.length === columns.length ? null : labelsOf(columns.map(([, cells]) => cells));
  const count = labels?.length ?? lists.reduce((most, { length }) => Math.max(most, length), 0);
  assertHeld(columns.length, count, path);
  return {
    columns: count > 0 ? columns.map(([name]) => name) : [],
    count,
    *rows() {
      for (let i = 0; i < count; i++) {
        const row = Object.create(null) as Record<string, Cell>;
        for (const [name, cells] of columns) row[name] = ownMember(cells, labels?.[i] ?? i) as Cell;
        yield row;
      }
    },
  };
}

function isPlain(cells: unknown): boolean {
  if (typeof cells !== 'object' || cells === null) return true;
  for (const label in cells) {
    const cell = (cells as Record<string, unknown>)[label];
    if (typeof cell === 'object' && cell !== null) return false;
  }
  return true;
}

/** Mostly those of the first column, which then need not be gathered. */
function labelsOf(columns: readonly unknown[]): readonly string[] {
  const labelled = columns.filter((cells) => typeof cells === 'object' && cells !== null);
  const first = labelled[0];
  if (first === undefined) return [];
  const labels = Object.keys(first);
  const more = new Set<string>();
  for (const cells of labelled.slice(1))
    for (const label in cells as object) if (!Object.hasOwn(first, label)) more.add(label);
  return more.size === 0 ? labels : [...labels, ...more];
}

function assertHeld(columns: number, rows: number, path: string): void {
  if (columns * rows <= MAX_CELLS) return;
  const reason = `${path}: ${columns} columns with ${rows} labels of rows, nearly all of them missing`;
  throw new FileError('FILE_TOO_LARGE', reason, { file: path, value: `${columns * rows} cells` });
}

/** Neither a letter of a text nor what every object inherits. */
const ownMember = (cells: unknown, label: string | number): unknown =>
  typeof cells === 'object' && cells !== null && Object.hasOwn(cells, label)
    ? ((cells as Record<string, unknown>)[label] ?? null)
    : null;

function totalOf(value: unknown): number | null {
  const answers: unknown[] = Array.isArray(value) ? value : [value];
  const totals = answers.map((answer) => {
    const total = isAnswer(answer) && isObject(answer.meta) ? answer.meta.totalResourceCount : undefined;
    return typeof total === 'number' ? total : 0;
  });
  // not spread: a table may have more rows than a call takes arguments
  const most = totals.reduce((one, other) => Math.max(one, other), 0);
  return most > 0 ? most : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Answer {
  readonly data: unknown;
  readonly meta?: unknown;
}

/** Members of a JSON:API answer beside its data. */
const OF_ANSWERS = ['meta', 'links', 'jsonapi', 'included'];

const isAnswer = (value: unknown): value is Answer =>
  isObject(value) &&
  'data' in value &&
  (Array.isArray(value.data) || isObject(value.data)) &&
  (OF_ANSWERS.some((name) => name in value) || Object.keys(value).length === 1);

/** Real tables nest three deep. */
const MAX_DEPTH = 20;

function flat(value: unknown, prefix: string, into: Record<string, Cell>, depth = 0): Record<string, Cell> {
  if (!isObject(value) || depth > MAX_DEPTH) return into;
  for (const [name, member] of Object.entries(value)) {
    if (isObject(member)) flat(member, `${prefix}${name}.`, into, depth + 1);
    else if (!Array.isArray(member)) into[prefix + name] = member as Cell;
  }
  return into;
}
