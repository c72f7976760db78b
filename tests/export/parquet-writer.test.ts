import { tableFromIPC } from '@uwdata/flechette';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { PackedType } from '../../src/domain/bins-text.ts';
import type { ExportRow } from '../../src/export/export-format.ts';
import { parquetWriter } from '../../src/export/parquet-writer.ts';
import { exportRow } from './rows.ts';

const file = (rows: readonly (readonly ExportRow[])[], type: PackedType = 'FLOAT64', flow = false) => {
  const writer = parquetWriter({ type, flow });
  const pieces = [
    ...writer.begin('{"a":1}'),
    ...rows.flatMap((some, i) => writer.rows(some, `L${i}`)),
    ...(writer.rest?.() ?? []),
    ...writer.end('{"rows":2}'),
  ];
  const bytes = Buffer.concat(pieces);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
};

/** As read by the Parquet of Apache Arrow's Rust implementation. */
async function readIndependently(bytes: ArrayBuffer) {
  const { readParquet } = await import('parquet-wasm');
  return tableFromIPC(readParquet(new Uint8Array(bytes)).intoIPCStream());
}

const plainRows = (table: Awaited<ReturnType<typeof readIndependently>>) =>
  table.toArray().map(({ bins, ...row }: Record<string, number[] | null>) => ({ ...row, bins: bins && [...bins] }));

describe('Parquet', () => {
  const axis = { bins: 3, min: 0, max: 3, title: '' };
  const edges = [0, 1, 2.5, 10];

  it.each(['FLOAT64', 'FLOAT32', 'INT32'] as const)(
    'as %s is read by two readers, with what is absent',
    async (type) => {
      const rows = [
        exportRow({ run: 1, lumisection: 7, axes: [axis], contents: [9, 1, 2, 3, 9] }),
        exportRow({ run: 2, lumisection: 0, axes: null, contents: [] }),
        exportRow({
          run: 3,
          lumisection: 8,
          axes: [{ ...axis, max: 10, edges }],
          contents: [0, 4, 5, 6, 0],
          entries: null,
        }),
      ];
      const bytes = file([rows], type);
      const told = [
        { run: 1, lumisection: 7, entries: 24, xBins: 3, xMax: 3, xEdges: null, yBins: null, bins: [1, 2, 3] },
        { run: 2, lumisection: null, entries: 0, xBins: null, xMax: null, xEdges: null, yBins: null, bins: null },
        { run: 3, lumisection: 8, entries: null, xBins: 3, xMax: 10, yBins: null, bins: [4, 5, 6] },
      ];
      const read = await parquetReadObjects({ file: bytes });
      // a list that is absent is undefined there
      const plain = read.map((row) => ({ ...row, bins: row.bins ?? null, xEdges: row.xEdges ?? null }));
      expect(plain).toMatchObject([told[0], told[1], { ...told[2], xEdges: edges }]);
      expect(plainRows(await readIndependently(bytes))).toMatchObject(told);
    },
  );

  it('ends a row group by how many bins it has, and says where each ended', async () => {
    const row = exportRow({ run: 1, lumisection: 1, axes: [{ ...axis, bins: 998 }], contents: Array(1000).fill(3) });
    const bytes = file(Array.from({ length: 30 }, () => Array<ExportRow>(20).fill(row)));
    const { row_groups, key_value_metadata } = parquetMetadata(bytes);
    expect(row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([260, 260, 80]);
    const told = Object.fromEntries((key_value_metadata ?? []).map(({ key, value }) => [key, JSON.parse(value ?? '')]));
    expect(told).toEqual({
      'lumigraph.provenance': { a: 1 },
      'lumigraph.cursors': ['L12', 'L25', 'L29'],
      'lumigraph.summary': { rows: 2 },
    });
    expect((await readIndependently(bytes)).numRows).toBe(600);
  });

  it('of nothing is a file without rows', async () => {
    const bytes = file([]);
    expect(parquetMetadata(bytes).num_rows).toBe(0n);
    expect((await readIndependently(bytes)).numRows).toBe(0);
  });
});
