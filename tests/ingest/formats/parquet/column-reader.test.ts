import { crc32 } from 'node:zlib';
import type { ColumnMetaData, SchemaTree } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { ColumnReader } from '../../../../ingest/formats/parquet/column-reader.ts';
import { checkRuns } from '../../../../ingest/formats/parquet/runs.ts';
import { openSource } from '../../../../ingest/source.ts';
import { scratchFiles } from '../scratch-file.ts';

const file = scratchFiles();

/** An i32 of the compact protocol, as the next field. */
function field(value: number): number[] {
  const bytes = [0x15];
  // zigzag in 32 bits, then seven bits a byte
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

interface PageFacts {
  readonly checksum?: number;
  readonly values?: number;
  readonly size?: number;
  /** The checksum as an i64, which no header has. */
  readonly wide?: boolean;
}

/** Reads a column of one page that holds 1 and 2 as plain INT32, with what its header is told to say. */
async function readPage(facts: PageFacts) {
  const content = Buffer.alloc(8);
  content.writeInt32LE(1, 0);
  content.writeInt32LE(2, 4);
  const { checksum = crc32(content), values = 2, size = 8, wide = false } = facts;
  const dataHeader = [0x1c, ...field(values), ...field(0), ...field(3), ...field(3), 0];
  const sum = field(checksum | 0);
  if (wide) sum[0] = 0x16;
  const header = Buffer.from([...field(0), ...field(size), ...field(8), ...sum, ...dataHeader, 0]);
  const source = await openSource(file(Buffer.concat([Buffer.from('PAR1'), header, content]), 'x.parquet'));
  const leaf: SchemaTree = {
    children: [],
    count: 1,
    element: { name: 'a', type: 'INT32', repetition_type: 'REQUIRED' },
    path: ['a'],
  };
  const tree: SchemaTree = { children: [leaf], count: 2, element: { name: 'schema', num_children: 1 }, path: [] };
  const meta: ColumnMetaData = {
    type: 'INT32',
    encodings: ['PLAIN'],
    path_in_schema: ['a'],
    codec: 'UNCOMPRESSED',
    num_values: 2n,
    total_uncompressed_size: 8n,
    total_compressed_size: BigInt(header.length + content.length),
    data_page_offset: 4n,
  };
  try {
    return await new ColumnReader(source, tree, meta, 2).cells(10);
  } finally {
    await source.close();
  }
}

describe('a page', () => {
  it('is read where its checksum matches', async () => {
    expect(await readPage({})).toEqual([1, 2]);
  });

  it.each<[string, PageFacts]>([
    ['another checksum than its content', { checksum: 1234567 }],
    ['more values than its column', { values: 3 }],
    ['more values than any page', { values: 2_000_000_000 }],
    ['a negative number of values', { values: -1 }],
    ['more bytes than any page', { size: 2_000_000_000 }],
    ['another size than it inflates to', { size: 9 }],
    ['a number of another type than any', { wide: true }],
  ])('is refused when it has %s', async (_what, facts) => {
    await expect(readPage(facts)).rejects.toMatchObject({ code: 'BROKEN_PARQUET', details: { byte: 4 } });
  });
});

describe('runs', () => {
  const check = (bytes: number[], width: number, count: number) =>
    checkRuns(new DataView(Uint8Array.from(bytes).buffer), 0, bytes.length, width, count);

  it('are taken where they fill their page', () => {
    expect(check([0x08, 1], 1, 4)).toBe(2);
    expect(check([0x03, 0b1011], 1, 4)).toBe(2);
  });

  it('are refused where they say more values than the page has, before anything is written', () => {
    expect(() => check([0xfe, 0xff, 0xff, 0xff, 0x0f, 1], 1, 4)).toThrow(/run of values/);
  });

  it('are refused where they end too early, or stand still', () => {
    expect(() => check([0x08], 1, 8)).toThrow(/too early/);
    expect(() => check([0x00, 1, 0x00, 1], 1, 8)).toThrow(/run of values/);
  });
});
