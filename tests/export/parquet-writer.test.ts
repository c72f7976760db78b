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

/** Read by the Parquet of Apache Arrow's Rust implementation. */
async function readIndependently(bytes: ArrayBuffer): Promise<Record<string, unknown>[]> {
  const { readParquet } = await import('parquet-wasm');
  const table = tableFromIPC(readParquet(new Uint8Array(bytes)).intoIPCStream());
  return table
    .toArray()
    .map((row: Record<string, unknown>) => ({ ...row, bins: row.bins && [...(row.bins as number[])] }));
}

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
      expect(await parquetReadObjects({ file: bytes })).toMatchObject([
        told[0],
        told[1],
        { ...told[2], xEdges: edges },
      ]);
      expect(await readIndependently(bytes)).toMatchObject(told);
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
    expect((await readIndependently(bytes)).length).toBe(600);
  });

  it('of nothing is a file without row groups', async () => {
    const bytes = file([]);
    expect(parquetMetadata(bytes).row_groups).toEqual([]);
    expect(await readIndependently(bytes)).toEqual([]);
  });
});
