import { open } from 'node:fs/promises';
import { generator } from './random.ts';

export const CSV_COLUMNS = 'fromrun,fromlumi,hname,metype,histo,entries,Xmax,Xmin,Xbins,Ymax,Ymin,Ybins';

export interface CsvShape {
  readonly rows: number;
  readonly nx: number;
  /** 1 for one axis. */
  readonly ny: number;
  /** Number of the first run. */
  readonly run?: number;
}

/** Elements in each LS, LS in each run. */
const ELEMENTS = 20;
const LUMISECTIONS = 1_000;

/** Writes a per-LS CSV, every list of it different: a peak over noise in 1D, an occupancy map with a hole in 2D. */
export async function writeCsv(path: string, { rows, nx, ny, run = 315_257 }: CsvShape): Promise<void> {
  const file = await open(path, 'w');
  try {
    const cells = ny === 1 ? nx + 2 : (nx + 2) * (ny + 2);
    const list = ny === 1 ? lineWriter(cells) : mapWriter(nx + 2, cells);
    const geometry = ny === 1 ? `50.0,-50.0,${nx},1,0,1` : `30.0,-30.0,${nx},30.0,-30.0,${ny}`;
    const buffer = Buffer.alloc(Math.max(1 << 20, 8 * cells + 4096));
    let end = buffer.write(`${CSV_COLUMNS}\n`);
    for (let row = 0; row < rows; row++) {
      const element = row % ELEMENTS;
      const lumisection = Math.floor(row / ELEMENTS);
      const key = `${run + Math.floor(lumisection / LUMISECTIONS)},${1 + (lumisection % LUMISECTIONS)}`;
      end += buffer.write(`${key},charge_PXLayer_${element},${ny === 1 ? 3 : 6},"[`, end);
      const { at, sum } = list(buffer, end, row);
      end = at + buffer.write(`]",${sum},${geometry}\n`, at);
      if (end + 8 * cells + 1024 < buffer.length) continue;
      await file.write(buffer, 0, end);
      end = 0;
    }
    await file.write(buffer, 0, end);
  } finally {
    await file.close();
  }
}

/** Writes a list of contents from `at` on; gives where it ends, and the sum. */
type ListWriter = (buffer: Buffer, at: number, row: number) => { at: number; sum: number };

function lineWriter(cells: number): ListWriter {
  const random = generator(1);
  const shapes = Array.from({ length: 64 }, (_, shape) =>
    Float64Array.from({ length: cells }, (_, bin) => 2600 * Math.exp(-(((bin - 30 - shape / 2) / 18) ** 2))),
  );
  return (buffer, at, row) => {
    const shape = shapes[row % 64] as Float64Array;
    let sum = 0;
    for (let bin = 0; bin < cells; bin++) {
      const content = Math.floor((shape[bin] as number) * random() + 10 * random());
      sum += content;
      at = writeNumber(buffer, bin === 0 ? at : separate(buffer, at), content);
    }
    return { at, sum };
  };
}

function mapWriter(width: number, cells: number): ListWriter {
  const random = generator(2);
  return (buffer, at) => {
    let sum = 0;
    for (let cell = 0; cell < cells; cell++) {
      const x = (cell % width) / width;
      const content = x > 0.45 && x < 0.55 ? 0 : Math.floor(random() * 14);
      sum += content;
      at = writeNumber(buffer, cell === 0 ? at : separate(buffer, at), content);
    }
    return { at, sum };
  };
}

function separate(buffer: Buffer, at: number): number {
  buffer[at] = 0x2c;
  buffer[at + 1] = 0x20;
  return at + 2;
}

function writeNumber(buffer: Buffer, at: number, value: number): number {
  if (value >= 10) at = writeNumber(buffer, at, Math.floor(value / 10));
  buffer[at] = 0x30 + (value % 10);
  return at + 1;
}
