import type { IssueRecord, RecordBatch, SourcePosition } from '../../../src/domain/record.ts';
import { FileError } from '../../file-error.ts';
import type { ByteSource } from '../../source.ts';
import { type RowFault, rejectedRow } from '../csv/fault.ts';
import { headerCells } from '../csv/header.ts';
import { batchLimits, type Format, type ReadOptions, type ReadStep } from '../format.ts';
import { isParquet } from '../parquet/magic.ts';
import { shortened } from '../shortened.ts';
import { isFault } from './cell-checks.ts';
import { CountedNotes, type RowNote } from './counted-notes.ts';
import { isJson, openTable, type Table, type TableRow } from './table.ts';

/** What a table says, told once for CSV, JSON and Parquet. */
export interface TableNoun<Item> {
  readonly id: string;
  readonly title: string;
  readonly needs: Format['needs'];
  readonly looksFor: string;
  /** Whether a table of these columns is one. */
  fits(columns: readonly string[]): boolean;
  /** The items of a row, in order; why it has none. */
  itemsOf(row: TableRow): readonly Item[] | RowFault;
  /** What is to be said of a row that has items. */
  noteOf?(row: TableRow): RowNote | null;
  batchOf(items: readonly Item[]): RecordBatch;
}

/** The part of a format that knows its file: in a CSV by the header, in the others by looking inside. */
export function recognisesTable(
  title: string,
  fits: (columns: readonly string[]) => boolean,
): Pick<Format, 'recognise' | 'looksInside' | 'statedDataset' | 'locate'> {
  return {
    recognise(head) {
      if (isParquet(head)) return 'CERTAIN';
      // {"315257": [[ is a golden JSON
      if (isJson(head)) return /^\s*\{\s*("\d+"?|\}|$)/.test(text(head)) ? null : 'CERTAIN';
      return fits(headerCells(head) ?? []) ? 'CERTAIN' : null;
    },
    async looksInside(source) {
      if (!isParquet(source.head) && !isJson(source.head)) return null;
      try {
        const table = await lookedAt(source, title);
        return table.isEmpty || fits(table.columns) ? null : `a table of ${columnsText(table)}`;
      } catch (error) {
        const isOther = error instanceof FileError && error.code !== 'FILE_CHANGED' && !beginsAsTable(source.head);
        if (isOther) return error.message;
        throw error;
      }
    },
    statedDataset: () => null,
    locate: async (_source, keys) => keys.map(() => []),
  };
}

const tables = new WeakMap<ByteSource, Promise<LookedAt>>();

type LookedAt = Pick<Table, 'columns' | 'nested' | 'isEmpty'>;

/** Once for a file: several formats ask, and a JSON is read as a whole for them. Its rows are not kept. */
function lookedAt(source: ByteSource, title: string): Promise<LookedAt> {
  const known =
    tables.get(source) ??
    openTable(source, title).then(({ columns, nested, isEmpty }) => ({ columns, nested, isEmpty }));
  tables.set(source, known);
  return known;
}

function columnsText({ columns, nested = [] }: LookedAt): string {
  const plain = columns.length > 0 ? `the columns ${shortened(columns.join(', '))}` : 'no columns that are read';
  if (nested.length === 0) return plain;
  const names = shortened(nested.join(', '));
  return `${plain} (${names}: structs or lists, which are not read in Parquet; write their members as columns, ${nested[0]}.NAME, as pandas.json_normalize does)`;
}

/** A format whose rows are independent of each other. */
export function tableFormat<Item>(noun: TableNoun<Item>): Format {
  const { id, title, needs, looksFor } = noun;
  return {
    id,
    title,
    needs,
    looksFor,
    ...recognisesTable(title, noun.fits),
    read: (source, options) => read(noun, source, options),
  };
}

async function* read<Item>(noun: TableNoun<Item>, source: ByteSource, options: ReadOptions): AsyncGenerator<ReadStep> {
  const limits = batchLimits(options);
  const table = await openFitting(noun, source);
  let items: Item[] = [];
  let issues: IssueRecord[] = options.resume ? [] : [...table.notes];
  let position: SourcePosition = options.resume ?? { byte: 0, line: 0 };
  const notes = new CountedNotes();
  const step = (): ReadStep => {
    issues.push(...notes.take());
    const taken = { batch: items.length > 0 ? noun.batchOf(items) : null, issues, position };
    items = [];
    issues = [];
    return taken;
  };
  try {
    for await (const row of table.rows()) {
      if (row.line <= (options.resume?.line ?? 0)) continue;
      const found = row.fault ?? noun.itemsOf(row);
      if (isFault(found)) issues.push(rejectedRow(found, row.line));
      else {
        items.push(...found);
        const note = noun.noteOf?.(row);
        if (note) notes.see(note, row.line);
      }
      position = row.position;
      if (items.length >= limits.rows || issues.length >= limits.rows) yield step();
    }
  } catch (error) {
    // the rows before the damage are good
    if (error instanceof FileError && error.code !== 'FILE_CHANGED') yield step();
    throw error;
  }
  yield step();
}

/** @throws FileError MISSING_COLUMN where `--format` named a table that is none of this. */
export async function openFitting(noun: Pick<TableNoun<unknown>, 'title' | 'looksFor' | 'fits'>, source: ByteSource) {
  const table = await openTable(source, noun.title);
  if (table.isEmpty || noun.fits(table.columns)) return table;
  const value = shortened(table.columns.join(', '));
  const reason = `${source.path}: no ${noun.title}: it is ${noun.looksFor}; this one has ${columnsText(table)}`;
  throw new FileError('MISSING_COLUMN', reason, { file: source.path, value });
}

/**
 * Whether a JSON that cannot be read was meant for one of the tables: an answer of a JSON:API, or columns as theirs. Which
 * one it was meant for, nobody can tell.
 */
const beginsAsTable = (head: Uint8Array): boolean =>
  isJson(head) &&
  /^\s*\[?\s*\{\s*"data"\s*:|"attributes[".]|"run_number"\s*:/.test(Buffer.from(head).toString('latin1'));

const text = (head: Uint8Array) => Buffer.from(head.subarray(0, 4096)).toString('latin1');
