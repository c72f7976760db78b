import type { SourcePosition } from '../../../src/domain/record.ts';
import { FileError } from '../../file-error.ts';
import type { ByteSource } from '../../source.ts';
import { EarlierLines } from '../csv/earlier-lines.ts';
import { rejectedRow } from '../csv/fault.ts';
import { datasetOfName } from '../dataset-name.ts';
import { datasetOf } from '../dataset-of.ts';
import { batchLimits, type Format, type ReadOptions, type ReadStep, type RowKey } from '../format.ts';
import type { Cell, ColumnReader } from '../parquet/column-reader.ts';
import { openParquet, type ParquetFile } from '../parquet/file.ts';
import { isParquet } from '../parquet/magic.ts';
import { PerLsBatch } from '../per-ls-csv/batch.ts';
import { LayoutNote } from '../per-ls-csv/layout-note.ts';
import { shortened } from '../shortened.ts';
import { Steps } from '../steps.ts';
import { HistoColumn } from './histo-column.ts';
import { CELL_COLUMNS, ParquetRow, type RowCells } from './row.ts';

const title = 'per-LS Parquet';
const COLUMNS: readonly string[] = [...CELL_COLUMNS, 'histo'];
/** Rows whose cells, lists aside, are taken from the columns at once. */
const CELLS_AT_ONCE = 1024;

/**
 * Histograms per lumisection in the columns of the per-LS CSV, `histo` a list of numbers. A row is numbered from 1; its
 * number stands where other formats have a line. Memory holds one page of each column and one batch.
 */
export const perLsParquet: Format = {
  id: 'per-ls-parquet',
  title,
  needs: 'dataset',
  looksFor: `a Parquet file with the columns ${COLUMNS.join(', ')}`,
  recognise: (head) => (isParquet(head) ? 'CERTAIN' : null),
  async looksInside(source) {
    const file = await openParquet(source).catch((error: unknown) => {
      if (error instanceof FileError) return null;
      throw error;
    });
    // whatever it was meant to be: reading it says what is wrong with it
    if (file === null) return null;
    const { columns } = file;
    const found = COLUMNS.filter((name) => columns.includes(name)).length;
    // one column that is missing is a fault to name, not another format
    return found >= 4 && columns.includes('histo')
      ? null
      : `a Parquet file of the columns ${shortened(columns.join(', '))}`;
  },
  statedDataset: (_head, name, path) => datasetOfName(name, path),
  read,
  locate,
  lineIs: 'row',
};

async function* read(source: ByteSource, options: ReadOptions): AsyncGenerator<ReadStep> {
  const stated = datasetOfName(source.name, source.path);
  const dataset = datasetOf(source, options, stated, `neither the ${title} nor its name says`);
  const file = await openRows(source);
  const row = new ParquetRow();
  const batch = new PerLsBatch(dataset, batchLimits(options).rows);
  const layout = new LayoutNote();
  const steps = new Steps(batch, options, 0, layout);
  let position = options.resume ?? { byte: 0, line: 0 };
  const unknown = file.columns.filter((name) => !COLUMNS.includes(name) && !isIndex(name));
  if (!options.resume && unknown.length > 0) {
    const reason = `columns that a ${title} does not have were not read`;
    steps.issues.push({ severity: 'NOTE', code: 'UNKNOWN_COLUMN', value: shortened(unknown.join(', ')), reason });
  }
  // what the lists take: columns are not read in the order in which they lie
  let read = 0;
  try {
    for await (const { number, cells, listFault } of rowsOf(file, row, position.line)) {
      const fault = row.read(cells, listFault) ?? batch.add(row, row.name, number);
      if (fault) steps.issues.push(rejectedRow(fault, number));
      else layout.see(row, number);
      position = positionAt(source, file, number);
      read += 4 * row.list.length;
      if (steps.isDue(read)) yield steps.take(position, read);
    }
  } catch (error) {
    // the rows before the damaged page are good
    if (error instanceof FileError && error.code === 'BROKEN_PARQUET') yield steps.take(position, read);
    throw error;
  }
  await source.assertUnchanged();
  position = { byte: Math.max(source.stamp.size, file.rows), line: file.rows };
  yield steps.take(position, read);
}

async function locate(source: ByteSource, keys: readonly RowKey[]): Promise<readonly (readonly number[])[]> {
  const earlier = new EarlierLines(keys);
  const file = await openRows(source);
  const row = new ParquetRow();
  for await (const { number, cells, listFault } of rowsOf(file, row, 0)) {
    if (number >= earlier.end) break;
    if (!earlier.concerns(Number(cells.fromrun), Number(cells.fromlumi))) continue;
    // only a row that was accepted can have come first
    if (row.read(cells, listFault) === null) earlier.see(row.run, row.lumisection, row.name.toString('utf8'), number);
  }
  return earlier.lines;
}

async function openRows(source: ByteSource): Promise<ParquetFile> {
  const file = await openParquet(source);
  for (const name of COLUMNS) {
    if (file.columns.includes(name)) continue;
    const reason = `${source.path}: column "${name}" is missing; a ${title} has ${COLUMNS.join(', ')}`;
    throw new FileError('MISSING_COLUMN', reason, { file: source.path, field: name });
  }
  return file;
}

/** The rows behind the first `skip`; the list of each is in `row.list` until the next one is asked for. */
async function* rowsOf(file: ParquetFile, row: ParquetRow, skip: number) {
  for (const group of file.groups) {
    if (group.first + group.rows <= skip) continue;
    const columns = file.open(group, CELL_COLUMNS);
    const histo = new HistoColumn(file.path, file.open(group, ['histo'])[0] as ColumnReader);
    for (let done = 0; done < group.rows; ) {
      const count = Math.min(CELLS_AT_ONCE, group.rows - done);
      const cells: Cell[][] = [];
      for (const column of columns) cells.push(await column.cells(count));
      for (let i = 0; i < count; i++) {
        const listFault = await histo.next(row.list);
        const number = group.first + done + i + 1;
        if (number <= skip) continue;
        const named = Object.fromEntries(CELL_COLUMNS.map((name, c) => [name, cells[c]?.[i] ?? null])) as RowCells;
        yield { number, cells: named, listFault };
      }
      done += count;
    }
  }
}

/** Rows in proportion, for columns are not read in the order in which they lie: grows with every row. */
function positionAt({ stamp }: ByteSource, { rows }: ParquetFile, row: number): SourcePosition {
  return { byte: Math.max(row, Math.floor((stamp.size / rows) * row)), line: row };
}

const isIndex = (name: string) => name === 'Unnamed: 0' || /^__index_level_\d+__$/.test(name) || name === 'index';
