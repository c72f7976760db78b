import { gzipSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

/** A row of a per-LS Parquet; what is left out is null. */
export interface ParquetRowCells {
  readonly fromrun?: number | null;
  readonly fromlumi?: number | null;
  readonly hname?: string | null;
  readonly metype?: number | null;
  readonly histo?: readonly (number | null)[] | null;
  readonly entries?: number | null;
  readonly Xmin?: number | null;
  readonly Xmax?: number | null;
  readonly Xbins?: number | null;
  readonly Ymin?: number | null;
  readonly Ymax?: number | null;
  readonly Ybins?: number | null;
}

interface Layout {
  readonly rowGroupSize?: number;
  readonly pageSize?: number;
  readonly codec?: 'SNAPPY' | 'UNCOMPRESSED' | 'GZIP';
  readonly histo?: 'DOUBLE' | 'FLOAT' | 'INT32' | 'INT64';
  readonly without?: string;
}

const INTEGERS = ['fromrun', 'fromlumi', 'metype', 'Xbins', 'Ybins'] as const;
const NUMBERS = ['entries', 'Xmin', 'Xmax', 'Ymin', 'Ymax'] as const;

/** The bytes of a Parquet file as data frames write them: all optional, lists in three levels. */
export function perLsParquet(rows: readonly ParquetRowCells[], layout: Layout = {}): Buffer {
  const { codec = 'SNAPPY', histo = 'DOUBLE' } = layout;
  const optional = { repetition_type: 'OPTIONAL' } as const;
  const fields: [string, SchemaElement[], unknown[]][] = [
    ...INTEGERS.map((name): [string, SchemaElement[], unknown[]] => [
      name,
      [{ name, type: 'INT64', ...optional }],
      rows.map((row) => (row[name] == null ? row[name] : BigInt(row[name]))),
    ]),
    ['hname', [{ name: 'hname', type: 'BYTE_ARRAY', converted_type: 'UTF8', ...optional }], rows.map((r) => r.hname)],
    ...NUMBERS.map((name): [string, SchemaElement[], unknown[]] => [
      name,
      [{ name, type: 'DOUBLE', ...optional }],
      rows.map((row) => row[name]),
    ]),
    [
      'histo',
      [
        { name: 'histo', converted_type: 'LIST', num_children: 1, ...optional },
        { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
        { name: 'element', type: histo, ...optional },
      ],
      rows.map((row) => row.histo?.map((v) => (histo === 'INT64' && v !== null ? BigInt(v) : v)) ?? null),
    ],
  ];
  const kept = fields.filter(([name]) => name !== layout.without);
  const buffer = parquetWriteBuffer({
    schema: [{ name: 'schema', num_children: kept.length }, ...kept.flatMap(([, elements]) => elements)],
    columnData: kept.map(([name, , data]) => ({ name, data: data.map((value) => value ?? null) })),
    codec,
    compressors: { GZIP: (input) => gzipSync(input) },
    ...(layout.rowGroupSize && { rowGroupSize: layout.rowGroupSize }),
    ...(layout.pageSize && { pageSize: layout.pageSize }),
  });
  return Buffer.from(buffer);
}
