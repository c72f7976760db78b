import { MAX_INT32 } from '../../../src/domain/int32.ts';
import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import { badList, missing, notANumber, notCounted, shapeFault } from '../csv/cell-faults.ts';
import { Cells } from '../csv/cells.ts';
import type { RowFault } from '../csv/fault.ts';
import type { ColumnMap } from '../csv/header.ts';
import { NumberList } from '../csv/number-list.ts';
import { NumberScanner, wholeInteger } from '../csv/numbers.ts';
import { axisFault, layOut, negativeEntries, type PerLsHistogram, secondAxis, unknownMetype } from './histogram.ts';

/** Reads the rows of a per-LS CSV, one after the other into the same fields: valid until the next `read`. */
export class PerLsRow implements PerLsHistogram {
  run = 0;
  lumisection = 0;
  /** NaN where blank. */
  entries = 0;
  dimension: 1 | 2 = 1;
  nx = 0;
  xMin = 0;
  xMax = 0;
  /** 1, 0 and 1 for one axis. */
  ny = 1;
  yMin = 0;
  yMax = 1;
  /** Bin contents, y outer; the first `list.length` values of it. */
  readonly list = new NumberList();
  /** Whether under- and overflow are among them. */
  flow = true;

  readonly #columns: ColumnMap;
  readonly #cells: Cells;
  readonly #numbers = new NumberScanner();
  readonly #run: number;
  readonly #lumisection: number;
  readonly #name: number;
  readonly #metype: number;
  readonly #histo: number;
  readonly #entries: number;
  readonly #x: AxisCells;
  readonly #y: AxisCells;
  /** Pairs of cells that must be equal. */
  readonly #twins: readonly (readonly [number, number, string])[];

  constructor(columns: ColumnMap) {
    this.#columns = columns;
    const cell = (name: string): number => columns.cells.get(name)?.[0] as number;
    this.#run = cell('fromrun');
    this.#lumisection = cell('fromlumi');
    this.#name = cell('hname');
    this.#metype = cell('metype');
    this.#histo = cell('histo');
    this.#entries = cell('entries');
    this.#x = { bins: cell('Xbins'), min: cell('Xmin'), max: cell('Xmax'), letter: 'X' };
    this.#y = { bins: cell('Ybins'), min: cell('Ymin'), max: cell('Ymax'), letter: 'Y' };
    this.#twins = [...columns.cells].flatMap(([name, [a, b]]) =>
      a === undefined || b === undefined ? [] : [[a, b, name] as const],
    );
    this.#cells = new Cells(columns.width);
  }

  /** Only what the key needs; for whoever looks for certain rows. */
  readKey(bytes: Buffer, start: number, end: number): boolean {
    if (this.#cells.split(bytes, start, end) || this.#cells.count !== this.#columns.width) return false;
    this.run = this.#integer(bytes, this.#run);
    this.lumisection = this.#integer(bytes, this.#lumisection);
    return true;
  }

  /** The leaf name's bytes. */
  name(bytes: Buffer): Buffer {
    return this.#cells.content(bytes, this.#name);
  }

  /** Reads the row bytes[start, end); `terminated`: a line feed follows it. */
  read(bytes: Buffer, start: number, end: number, terminated: boolean): RowFault | null {
    const cells = this.#cells;
    const shape = shapeFault(cells, bytes, start, end, this.#columns.width, terminated);
    if (shape) return shape;
    for (const [a, b, field] of this.#twins) {
      if (!cells.equal(bytes, a, b)) {
        const value = `${cells.preview(bytes, a)} and ${cells.preview(bytes, b)}`;
        return { code: 'COLUMNS_DISAGREE', reason: `the two columns ${field} differ`, field, value };
      }
    }
    this.run = this.#integer(bytes, this.#run);
    this.lumisection = this.#integer(bytes, this.#lumisection);
    if (!(this.run >= 1 && this.run <= MAX_INT32)) return notCounted(cells, bytes, this.#run, 'fromrun', this.run);
    if (!(this.lumisection >= 1 && this.lumisection <= MAX_LUMISECTION)) {
      return notCounted(cells, bytes, this.#lumisection, 'fromlumi', this.lumisection, MAX_LUMISECTION);
    }
    if (cells.isBlank(this.#name)) return missing('hname');
    return this.#readAxes(bytes, terminated) ?? this.#readEntries(bytes) ?? this.#readBins(bytes);
  }

  #readAxes(bytes: Buffer, terminated: boolean): RowFault | null {
    const cells = this.#cells;
    const metype = this.#integer(bytes, this.#metype);
    if (cells.isBlank(this.#metype)) return missing('metype');
    if (!(metype >= 3 && metype <= 8)) {
      return unknownMetype(cells.preview(bytes, this.#metype));
    }
    this.dimension = metype <= 5 ? 1 : 2;
    this.nx = this.#integer(bytes, this.#x.bins);
    if (!(this.nx >= 1 && this.nx <= MAX_INT32)) return notCounted(cells, bytes, this.#x.bins, 'Xbins', this.nx);
    this.xMin = this.#number(bytes, this.#x.min);
    this.xMax = this.#number(bytes, this.#x.max);
    const fault = this.#axisFault(bytes, this.#x, this.nx, this.xMin, this.xMax);
    if (fault) return fault;
    if (cells.isBlank(this.#y.bins) && !terminated && this.#y.bins === this.#columns.width - 1) {
      return { ...missing('Ybins'), code: 'TRUNCATED', reason: 'the file ends inside this row' };
    }
    const ny = this.#integer(bytes, this.#y.bins);
    if (this.dimension === 1) {
      this.ny = 1;
      this.yMin = 0;
      this.yMax = 1;
      if (ny === 0 || ny === 1 || cells.isBlank(this.#y.bins)) return null;
      if (!(ny >= 0)) return notCounted(cells, bytes, this.#y.bins, 'Ybins', ny);
      return secondAxis(metype, cells.preview(bytes, this.#y.bins));
    }
    if (!(ny >= 1 && ny <= MAX_INT32)) return notCounted(cells, bytes, this.#y.bins, 'Ybins', ny);
    this.ny = ny;
    this.yMin = this.#number(bytes, this.#y.min);
    this.yMax = this.#number(bytes, this.#y.max);
    return this.#axisFault(bytes, this.#y, ny, this.yMin, this.yMax);
  }

  #axisFault(bytes: Buffer, axis: AxisCells, bins: number, min: number, max: number): RowFault | null {
    if (!Number.isFinite(min)) return notANumber(this.#cells, bytes, axis.min, `${axis.letter}min`, min);
    if (!Number.isFinite(max)) return notANumber(this.#cells, bytes, axis.max, `${axis.letter}max`, max);
    return axisFault(axis.letter, bins, min, max);
  }

  #readEntries(bytes: Buffer): RowFault | null {
    if (this.#cells.isBlank(this.#entries)) {
      this.entries = Number.NaN;
      return null;
    }
    this.entries = this.#number(bytes, this.#entries);
    if (!Number.isFinite(this.entries)) return notANumber(this.#cells, bytes, this.#entries, 'entries', this.entries);
    if (this.entries >= 0) return null;
    return negativeEntries(this.#cells.preview(bytes, this.#entries));
  }

  #readBins(bytes: Buffer): RowFault | null {
    const { list } = this;
    const start = this.#cells.starts[this.#histo] as number;
    const end = this.#cells.ends[this.#histo] as number;
    if (start === end) return missing('histo');
    const fault = list.parse(bytes, start, end);
    return fault ? badList('histo', fault, list, bytes, end) : layOut(this);
  }

  #integer(bytes: Buffer, cell: number): number {
    return wholeInteger(bytes, this.#cells.starts[cell] as number, this.#cells.ends[cell] as number);
  }

  #number(bytes: Buffer, cell: number): number {
    return this.#numbers.whole(bytes, this.#cells.starts[cell] as number, this.#cells.ends[cell] as number);
  }
}

interface AxisCells {
  readonly bins: number;
  readonly min: number;
  readonly max: number;
  readonly letter: 'X' | 'Y';
}
