import {
  Bool,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openParquet, type ParquetFile } from '../../../../ingest/formats/parquet/file.ts';
import { openSource } from '../../../../ingest/source.ts';
import { rounds } from '../../../support/rounds.ts';
import { scratchFiles } from '../scratch-file.ts';

const file = scratchFiles();

/** Each value may be absent, and few differ, so that dictionaries are kept. */
const row = fc.record({
  double: fc.option(fc.constantFrom(0.5, 0.7, -2)),
  float: fc.option(fc.constantFrom(0.25, 3)),
  int: fc.option(fc.constantFrom(1, 2, 70_000)),
  long: fc.option(fc.constantFrom(1, 315_257)),
  flag: fc.option(fc.boolean()),
  text: fc.option(fc.constantFrom('GOOD', 'BAD', '')),
  alike: fc.option(fc.constant(7)),
  absent: fc.constant(null),
  list: fc.option(fc.array(fc.option(fc.constantFrom(0, 1, 2.5)), { maxLength: 5 })),
});
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;
const CELLS = ['double', 'float', 'int', 'long', 'flag', 'text', 'alike', 'absent'] as const;

/** What the writer may do with the same rows. */
const layout = fc.record({
  version: fc.constantFrom('V1' as const, 'V2' as const),
  codec: fc.constantFrom(...(['UNCOMPRESSED', 'SNAPPY', 'ZSTD', 'GZIP', 'BROTLI', 'LZ4_RAW'] as const)),
  hasDictionary: fc.boolean(),
  rowsOfGroup: fc.integer({ min: 1, max: 400 }),
  bytesOfPage: fc.integer({ min: 16, max: 4096 }),
});
type Layout = typeof layout extends fc.Arbitrary<infer T> ? T : never;

/** As Apache Arrow's Rust implementation writes it. */
async function written(rows: readonly Row[], told: Layout): Promise<Buffer> {
  const {
    Compression,
    Table: Written,
    WriterPropertiesBuilder,
    WriterVersion,
    writeParquet,
  } = await import('parquet-wasm');
  const column = (name: keyof Row) => rows.map((one) => one[name]);
  const table = new Table({
    double: vectorFromArray(column('double'), new Float64()),
    float: vectorFromArray(column('float'), new Float32()),
    int: vectorFromArray(column('int'), new Int32()),
    long: vectorFromArray(
      rows.map(({ long }) => (long === null ? null : BigInt(long))),
      new Int64(),
    ),
    flag: vectorFromArray(column('flag'), new Bool()),
    text: vectorFromArray(column('text'), new Utf8()),
    alike: vectorFromArray(column('alike'), new Float64()),
    absent: vectorFromArray(column('absent'), new Float64()),
    list: vectorFromArray(column('list'), new List(new Field('element', new Float64(), true))),
  });
  const properties = new WriterPropertiesBuilder()
    .setWriterVersion(WriterVersion[told.version])
    .setCompression(Compression[told.codec])
    .setDictionaryEnabled(told.hasDictionary)
    .setMaxRowGroupSize(told.rowsOfGroup)
    .setDataPageSizeLimit(told.bytesOfPage)
    .setWriteBatchSize(16)
    .build();
  return Buffer.from(writeParquet(Written.fromIPCStream(tableToIPC(table, 'stream')), properties));
}

async function read(bytes: Buffer): Promise<unknown[]> {
  const source = await openSource(file(bytes, 'x.parquet'));
  try {
    const parquet = await openParquet(source);
    const rows: unknown[] = [];
    for (const group of parquet.groups) rows.push(...(await rowsOf(parquet, group)));
    return rows;
  } finally {
    await source.close();
  }
}

async function rowsOf(parquet: ParquetFile, group: ParquetFile['groups'][number]): Promise<unknown[]> {
  const cells = await Promise.all(parquet.open(group, CELLS).map((column) => column.cells(group.rows)));
  const [lists] = parquet.open(group, ['list']);
  const rows = [];
  for (let i = 0; i < group.rows; i++) {
    const list = (await lists?.list(new Float64Array(0))) ?? null;
    const named = Object.fromEntries(CELLS.map((name, c) => [name, cells[c]?.[i]]));
    rows.push({ ...named, list: list && [...list.values.subarray(0, list.length)] });
  }
  return rows;
}

describe('a Parquet that another program wrote', () => {
  it('is read value by value, whatever is absent and however it is laid out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 200 }), layout, async (rows, told) => {
        const expected = rows.map((one) => ({
          ...one,
          list: one.list?.map((value) => value ?? Number.NaN) ?? null,
        }));
        expect(await read(await written(rows, told))).toEqual(expected);
      }),
      { numRuns: rounds(100) },
    );
  });
});
