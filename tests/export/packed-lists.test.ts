import { describe, expect, it } from 'vitest';
import { ExportRows } from '../../src/export/export-rows.ts';
import { npyWriter } from '../../src/export/npy-writer.ts';
import { binsColumns, packedBins } from '../../src/export/packed-lists.ts';
import { exportRow } from './rows.ts';

const axis = { bins: 2, min: 0, max: 2, title: '' };
const rows = [
  exportRow({ run: 1, lumisection: 7, axes: [axis], contents: [0, 1, 2, 0] }),
  exportRow({ run: 1, lumisection: 8, axes: [axis], contents: [0, 1, 4.5, 0] }),
];

describe('a histogram that a type does not hold', () => {
  const refusal = 'run 1, lumisection 8: INT32 cannot hold bin 1 (4.5): ask for FLOAT64';

  it('is named among packed lists', () => {
    expect(() => packedBins(binsColumns(rows), 'INT32', false)).toThrow(refusal);
    expect([...packedBins(binsColumns(rows), 'FLOAT32', false).numbers]).toEqual([1, 2, 1, 4.5]);
  });

  it('is named in a .npy', () => {
    const writer = npyWriter({ rows: 2, shape: [2], type: 'INT32', flow: false });
    const columns = { ...ExportRows.none.columns, ...binsColumns(rows) };
    expect(() => writer.rows(new ExportRows(columns), '')).toThrow(refusal);
  });
});
