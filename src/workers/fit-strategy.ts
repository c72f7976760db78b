import { createHash } from 'node:crypto';
import type { Axis } from '../domain/axis.ts';
import { InvalidInputError } from '../domain/errors.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import { binsHash } from '../domain/task-hash.ts';
import { axesKey, inRangeCells } from '../strategies/grid.ts';
import { fitModel } from '../strategies/model.ts';
import { encodeModel } from '../strategies/model-bytes.ts';
import type { TrainingMatrix } from '../strategies/preparation.ts';
import { type PackedRows, type UnpackedRow, unpackedRows } from './packed-rows.ts';

export interface FitTask {
  readonly rows: PackedRows;
  readonly strategy: string;
  readonly parameters: unknown;
  readonly preparation: { readonly flow?: 'DROP' | 'KEEP' };
  readonly seed: number;
}

/**
 * Learns from histograms. They are booked alike in one matrix: those of other axes than most of them (of as many, than
 * those of the first), and without flow bins where these are to be kept, are left out and counted as
 * INCOMPATIBLE_BINNING. The content hash of the model is SHA-256 over a line `RUN FIRST LAST ENTRIES BINS` of each row,
 * those left out included, BINS as in docs/tasks.md.
 * @returns the bytes of the model. @throws as fitModel does; CorruptBinsError
 */
export function fitStrategy({ rows, strategy, parameters, preparation, seed }: FitTask): Uint8Array {
  const hash = createHash('sha256');
  const axes = mostBooked(rows);
  const key = axesKey(axes);
  const flow = preparation.flow === 'KEEP';
  const width = cellCount(shapeOf({ axes }), flow);
  const bins = new Float64Array(rows.ends.length * width);
  const entries = new Float64Array(rows.ends.length);
  const inRange = inRangeCells(shapeOf({ axes }));
  let count = 0;
  for (const one of unpackedRows(rows)) {
    const { row } = one;
    const place = [rows.runs[row], rows.firsts[row], rows.lasts[row]].join(' ');
    hash.update(`${place} ${one.entries} ${binsHash(one.blob, shapeOf({ axes: one.axes }))}\n`);
    if (axesKey(one.axes) !== key || (flow && !one.flow)) continue;
    writeCells(one, flow ? null : inRange, bins.subarray(count * width, (count + 1) * width));
    entries[count] = one.entries;
    count++;
  }
  const matrix: TrainingMatrix = {
    ...{ rows: count, axes, flow },
    ...{ bins: bins.subarray(0, count * width), entries: entries.subarray(0, count) },
  };
  const model = fitModel(strategy, matrix, { parameters, preparation, seed, contentHash: hash.digest('hex') });
  const incompatible = rows.ends.length - count;
  if (incompatible === 0) return encodeModel(model);
  const leftOut = { ...model.seen.leftOut, INCOMPATIBLE_BINNING: incompatible };
  return encodeModel({ ...model, seen: { ...model.seen, leftOut } });
}

/** The axes that most rows have; of as many, those of the first. */
function mostBooked({ booked, axes }: PackedRows): readonly Axis[] {
  const keys = axes.map(axesKey);
  const counts = new Map<string, number>();
  for (const place of booked) {
    const key = keys[place] as string;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  if (most === undefined) throw new InvalidInputError('There is no histogram to learn from.');
  return axes[keys.indexOf(most[0])] as readonly Axis[];
}

/** @param inRange the cells to take of histograms that have flow bins; null: all of them. */
function writeCells({ contents, flow }: UnpackedRow, inRange: Int32Array | null, into: Float64Array): void {
  if (inRange === null || !flow) into.set(contents);
  else for (let i = 0; i < into.length; i++) into[i] = contents[inRange[i] as number] as number;
}
