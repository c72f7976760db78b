import { badList, missing } from '../csv/cell-faults.ts';
import type { RowFault } from '../csv/fault.ts';
import type { NumberList } from '../csv/number-list.ts';
import type { ColumnReader } from '../parquet/column-reader.ts';
import { wrongColumn } from '../parquet/fault.ts';

/** The column `histo`: lists of numbers, or the texts of such lists, as a CSV leaves them that a data frame wrote as Parquet. */
export class HistoColumn {
  readonly #column: ColumnReader;

  /** @throws FileError WRONG_COLUMN for a column of anything else. */
  constructor(path: string, column: ColumnReader) {
    const { isList, holds, name } = column;
    if (holds !== (isList ? 'numbers' : 'texts')) {
      throw wrongColumn(path, name, isList ? `lists of ${holds}` : holds, 'lists of numbers');
    }
    this.#column = column;
  }

  /** Reads the list of the next row; why it has none. */
  async next(list: NumberList): Promise<RowFault | null> {
    return this.#column.isList ? this.#numbers(list) : this.#text(list);
  }

  async #numbers(list: NumberList): Promise<RowFault | null> {
    const found = await this.#column.list(list.values);
    list.values = found?.values ?? list.values;
    list.length = found?.length ?? 0;
    if (found === null) return missing('histo');
    const { nullAt } = this.#column;
    for (let i = 0; i < list.length; i++) {
      if (Number.isFinite(list.values[i])) continue;
      const value = `${nullAt === i ? null : list.values[i]} at ${i}`;
      return { code: 'NOT_FINITE', reason: 'bin contents are finite numbers', field: 'histo', value };
    }
    return null;
  }

  async #text(list: NumberList): Promise<RowFault | null> {
    const [cell = null] = await this.#column.cells(1);
    if (cell === null || cell === '') return missing('histo');
    const bytes = Buffer.from(String(cell));
    const fault = list.parse(bytes, 0, bytes.length);
    return fault && badList('histo', fault, list, bytes, bytes.length);
  }
}
