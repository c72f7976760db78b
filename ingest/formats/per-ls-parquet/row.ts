import { MAX_INT32 } from '../../../src/domain/int32.ts';
import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import { badText, missing } from '../csv/cell-faults.ts';
import type { RowFault } from '../csv/fault.ts';
import { NumberList } from '../csv/number-list.ts';
import type { Cell } from '../parquet/column-reader.ts';
import {
  axisFault,
  layOut,
  negativeEntries,
  type PerLsHistogram,
  secondAxis,
  unknownMetype,
} from '../per-ls-csv/histogram.ts';
import { shortened } from '../shortened.ts';

export const CELL_COLUMNS = [
  'fromrun',
  'fromlumi',
  'hname',
  'metype',
  'entries',
  'Xmin',
  'Xmax',
  'Xbins',
  'Ymin',
  'Ymax',
  'Ybins',
] as const;

export type RowCells = Readonly<Record<(typeof CELL_COLUMNS)[number], Cell>>;

/** Rows of a per-LS Parquet, one after the other in the same fields: valid until the next `read`. */
export class ParquetRow implements PerLsHistogram {
  run = 0;
  lumisection = 0;
  name: Buffer = Buffer.alloc(0);
  entries = 0;
  dimension: 1 | 2 = 1;
  nx = 0;
  xMin = 0;
  xMax = 0;
  ny = 1;
  yMin = 0;
  yMax = 1;
  readonly list = new NumberList();
  flow = true;

  /** `listFault`: why `list` does not hold the list of the row. Checks what the CSV of these columns is checked for. */
  read(cells: RowCells, listFault: RowFault | null): RowFault | null {
    const run = counted(cells.fromrun, 'fromrun');
    if (typeof run !== 'number') return run;
    const lumisection = counted(cells.fromlumi, 'fromlumi', MAX_LUMISECTION);
    if (typeof lumisection !== 'number') return lumisection;
    this.run = run;
    this.lumisection = lumisection;
    if (cells.hname === null || cells.hname === '') return missing('hname');
    this.name = Buffer.from(String(cells.hname), 'utf8');
    if (typeof cells.hname !== 'string' || cells.hname.includes('\ufffd')) return badText('hname', this.name);
    return this.#readAxes(cells) ?? this.#readEntries(cells) ?? listFault ?? layOut(this);
  }

  #readAxes(cells: RowCells): RowFault | null {
    if (cells.metype === null) return missing('metype');
    const metype = Number(cells.metype);
    if (!(Number.isInteger(metype) && metype >= 3 && metype <= 8)) return unknownMetype(preview(cells.metype));
    this.dimension = metype <= 5 ? 1 : 2;
    const nx = counted(cells.Xbins, 'Xbins');
    if (typeof nx !== 'number') return nx;
    this.nx = nx;
    const x = axisOf('X', nx, cells.Xmin, cells.Xmax);
    if ('code' in x) return x;
    [this.xMin, this.xMax] = [x.min, x.max];
    [this.ny, this.yMin, this.yMax] = [1, 0, 1];
    if (this.dimension === 1) {
      if (isBlank(cells.Ybins) || cells.Ybins === 0 || cells.Ybins === 1) return null;
      const ny = counted(cells.Ybins, 'Ybins');
      return typeof ny === 'number' ? secondAxis(metype, preview(cells.Ybins)) : ny;
    }
    const ny = counted(cells.Ybins, 'Ybins');
    if (typeof ny !== 'number') return ny;
    this.ny = ny;
    const y = axisOf('Y', ny, cells.Ymin, cells.Ymax);
    if ('code' in y) return y;
    [this.yMin, this.yMax] = [y.min, y.max];
    return null;
  }

  #readEntries({ entries }: RowCells): RowFault | null {
    this.entries = Number.NaN;
    if (isBlank(entries)) return null;
    const value = finite(entries, 'entries');
    if (typeof value !== 'number') return value;
    this.entries = value;
    return value >= 0 ? null : negativeEntries(preview(entries));
  }
}

/** In a column of numbers NaN is how data frames write a blank. */
const isBlank = (cell: Cell) => cell === null || Number.isNaN(cell);

const preview = (cell: Cell) => shortened(String(cell));

function counted(cell: Cell, field: string, most = MAX_INT32): number | RowFault {
  if (isBlank(cell)) return missing(field);
  const value = preview(cell);
  if (typeof cell !== 'number' || !Number.isInteger(cell)) {
    return { code: 'NOT_AN_INTEGER', reason: 'not an integer', field, value };
  }
  if (cell >= 1 && cell <= most) return cell;
  const reason = cell < 1 ? 'counted from 1' : `larger than ${most}`;
  return { code: 'OUT_OF_RANGE', reason, field, value };
}

function finite(cell: Cell, field: string): number | RowFault {
  if (cell === null) return missing(field);
  const value = preview(cell);
  if (typeof cell !== 'number') return { code: 'NOT_A_NUMBER', reason: 'not a number', field, value };
  return Number.isFinite(cell) ? cell : { code: 'NOT_FINITE', reason: 'not a finite number', field, value };
}

function axisOf(letter: 'X' | 'Y', bins: number, low: Cell, high: Cell): { min: number; max: number } | RowFault {
  const min = finite(low, `${letter}min`);
  if (typeof min !== 'number') return min;
  const max = finite(high, `${letter}max`);
  if (typeof max !== 'number') return max;
  return axisFault(letter, bins, min, max) ?? { min, max };
}
