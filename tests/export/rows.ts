import type { Axis } from '../../src/domain/axis.ts';
import { BinsEncoder } from '../../src/domain/bins-encoder.ts';
import { shapeOf } from '../../src/domain/shape.ts';
import type { ExportRow } from '../../src/export/export-format.ts';

/** A row as writers of exports are given it; `contents` with under- and overflow, `axes` null for a summary. */
export function exportRow({
  run,
  lumisection,
  axes,
  contents,
  entries,
}: {
  run: number;
  lumisection: number;
  axes: readonly Axis[] | null;
  contents: readonly number[];
  entries?: number | null;
}): ExportRow {
  const encoder = new BinsEncoder();
  if (axes) encoder.append(Float64Array.from(contents), true);
  const binning = { title: '', axes: axes ?? [] };
  return {
    run,
    lumisection,
    dataset: '/A/B-v1/DQMIO',
    monitorElement: 'Folder/element',
    entries: entries === undefined ? contents.reduce((sum, value) => sum + value, 0) : entries,
    integral: 1,
    meanX: 0.5,
    rmsX: null,
    meanY: null,
    rmsY: null,
    bins: axes && { blob: encoder.take(), booking: { binning, shape: shapeOf(binning), axes: JSON.stringify(axes) } },
  };
}
