import { MAX_INT32 } from '../../../src/domain/int32.ts';
import { badText, missing, notANumber, notCounted, pathFault, shapeFault } from '../csv/cell-faults.ts';
import { Cells } from '../csv/cells.ts';
import type { RowFault } from '../csv/fault.ts';
import type { ColumnMap } from '../csv/header.ts';
import { NumberScanner, wholeInteger } from '../csv/numbers.ts';
import { nameOf, proseOf } from '../csv/text.ts';
import { shortened } from '../shortened.ts';
import { dqmPath } from './dqm-path.ts';

/** What every row of the file must agree with. */
export interface Expected {
  /** Run in the name of the file; null where the name does not say. */
  readonly run: number | null;
  /** Primary dataset in the name of the file; null where a flag gives the dataset. */
  readonly primaryDataset: string | null;
}

/** Statistics a summary row holds, NaN where blank. */
const STATISTICS = ['entries', 'mean', 'rms', 'skewness', 'kurtosis'] as const;

/** Reads the rows of a per-run CSV, one after the other into the same fields: valid until the next `read`. */
export class PerRunRow {
  run = 0;
  primaryDataset = '';
  monitorElement = '';
  /** Null where blank. */
  title: string | null = null;
  readonly statistics = { entries: 0, mean: 0, rms: 0, skewness: 0, kurtosis: 0 };

  readonly #width: number;
  readonly #cells: Cells;
  readonly #numbers = new NumberScanner();
  readonly #at: Readonly<Record<string, number>>;
  readonly #expected: Expected;

  constructor(columns: ColumnMap, expected: Expected) {
    this.#width = columns.width;
    this.#cells = new Cells(columns.width);
    this.#at = Object.fromEntries([...columns.cells].map(([name, [cell]]) => [name, cell as number]));
    this.#expected = expected;
  }

  /** Reads the record bytes[start, end), which may hold line feeds inside quotes. */
  read(bytes: Buffer, start: number, end: number, terminated: boolean): RowFault | null {
    return (
      shapeFault(this.#cells, bytes, start, end, this.#width, terminated) ??
      this.#readKey(bytes) ??
      this.#readTitle(bytes) ??
      this.#readStatistics(bytes)
    );
  }

  #readKey(bytes: Buffer): RowFault | null {
    const cells = this.#cells;
    const runCell = this.#cell('run');
    this.run = wholeInteger(bytes, cells.starts[runCell] as number, cells.ends[runCell] as number);
    if (!(this.run >= 1 && this.run <= MAX_INT32)) return notCounted(cells, bytes, runCell, 'run', this.run);
    const { run, primaryDataset } = this.#expected;
    if (run !== null && this.run !== run) {
      return { code: 'RUN_MISMATCH', reason: `the file name says run ${run}`, field: 'run', value: String(this.run) };
    }
    const pd = nameOf(cells.content(bytes, this.#cell('pd')));
    if (pd === null) return badText('pd', cells.content(bytes, this.#cell('pd')));
    if (pd === '') return missing('pd');
    this.primaryDataset = pd;
    if (primaryDataset !== null && pd !== primaryDataset) {
      const reason = `the file name says primary dataset ${primaryDataset}`;
      return { code: 'DATASET_MISMATCH', reason, field: 'pd', value: shortened(pd) };
    }
    const text = nameOf(cells.content(bytes, this.#cell('path')));
    if (text === null) return badText('path', cells.content(bytes, this.#cell('path')));
    if (text === '') return missing('path');
    const path = dqmPath(text);
    const value = shortened(text);
    if (!path) return { code: 'BAD_PATH', reason: 'not <Subsystem>/.../<name>', field: 'path', value };
    const fault = pathFault('path', path.monitorElement);
    if (fault) return fault;
    if (path.run !== null && path.run !== this.run) {
      return {
        code: 'RUN_MISMATCH',
        reason: `the path says run ${path.run}, the row ${this.run}`,
        field: 'path',
        value,
      };
    }
    this.monitorElement = path.monitorElement;
    return null;
  }

  #readTitle(bytes: Buffer): RowFault | null {
    const content = this.#cells.content(bytes, this.#cell('title'));
    const title = proseOf(content);
    if (title === null) return badText('title', content);
    this.title = title === '' ? null : title;
    return null;
  }

  #readStatistics(bytes: Buffer): RowFault | null {
    const cells = this.#cells;
    for (const field of STATISTICS) {
      const cell = this.#cell(field);
      if (cells.isBlank(cell)) {
        this.statistics[field] = Number.NaN;
        continue;
      }
      const value = this.#numbers.whole(bytes, cells.starts[cell] as number, cells.ends[cell] as number);
      if (!Number.isFinite(value)) return notANumber(cells, bytes, cell, field, value);
      this.statistics[field] = value;
    }
    for (const field of ['entries', 'rms'] as const) {
      if (!(this.statistics[field] < 0)) continue;
      const code = field === 'entries' ? 'NEGATIVE_ENTRIES' : 'NEGATIVE_RMS';
      return { code, reason: `${field} cannot be negative`, field, value: cells.preview(bytes, this.#cell(field)) };
    }
    return null;
  }

  #cell(name: string): number {
    return this.#at[name] as number;
  }
}
