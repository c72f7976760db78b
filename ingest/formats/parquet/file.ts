import { type FileMetaData, parquetMetadata, parquetSchema, type RowGroup, type SchemaTree } from 'hyparquet';
import { FileError } from '../../file-error.ts';
import type { ByteSource } from '../../source.ts';
import { ColumnReader } from './column-reader.ts';
import { asBroken, brokenParquet, wrongColumn } from './fault.ts';
import { MAGIC } from './magic.ts';

/** Footers hold a few hundred bytes a column and row group. */
const MAX_FOOTER_BYTES = 64 * 1024 * 1024;

/** A Parquet file, of which only the footer has been read. */
export class ParquetFile {
  readonly rows: number;
  /** Names of the columns, in order; nested ones once. */
  readonly columns: readonly string[];
  readonly groups: readonly { readonly first: number; readonly rows: number; readonly group: RowGroup }[];
  readonly #source: ByteSource;
  readonly #tree: SchemaTree;

  constructor(source: ByteSource, metadata: FileMetaData) {
    this.#source = source;
    this.#tree = parquetSchema(metadata);
    this.columns = this.#tree.children.map(({ element }) => element.name);
    this.rows = Number(metadata.num_rows);
    let first = 0;
    this.groups = metadata.row_groups.map((group) => {
      const rows = Number(group.num_rows);
      const place = { first, rows, group };
      first += rows;
      return place;
    });
    if (first !== this.rows || !Number.isSafeInteger(first) || this.groups.some(({ rows }) => rows < 0)) {
      throw brokenParquet(source.path, source.stamp.size, `its row groups hold ${first} rows, itself ${this.rows}`);
    }
  }

  get path(): string {
    return this.#source.path;
  }

  /** Whether a column has one value a row: no lists, structs or maps. */
  isPlain(name: string): boolean {
    const column = this.#tree.children.find(({ element }) => element.name === name);
    return column?.children.length === 0 && column.element.repetition_type !== 'REPEATED';
  }

  /** Readers of the named columns of a row group, in the order of the names. They read when they are asked to. */
  open({ group, rows }: ParquetFile['groups'][number], names: readonly string[]): ColumnReader[] {
    const path = this.#source.path;
    return names.map((name) => {
      if (this.columns.indexOf(name) !== this.columns.lastIndexOf(name)) {
        const reason = `${path}: column "${name}" stands there more than once`;
        throw new FileError('REPEATED_COLUMN', reason, { file: path, field: name });
      }
      // a damaged footer may lack what the types of the library promise
      const chunks = group.columns.filter(({ meta_data }) => meta_data?.path_in_schema?.[0] === name);
      const [chunk] = chunks;
      if (!chunk?.meta_data) {
        throw brokenParquet(path, Number(group.file_offset ?? 0), `a row group is without column "${name}"`);
      }
      if (chunks.length > 1) throw wrongColumn(path, name, 'structs or maps', 'values or lists of values');
      if (chunk.file_path) throw brokenParquet(path, 0, `column "${name}" stands in another file`);
      try {
        return new ColumnReader(this.#source, this.#tree, chunk.meta_data, rows);
      } catch (error) {
        throw asBroken(path, this.#source.stamp.size, error);
      }
    });
  }
}

/**
 * Reads the footer.
 * @throws FileError TRUNCATED, BROKEN_PARQUET, NOT_BY_RANGES.
 */
export async function openParquet(source: ByteSource): Promise<ParquetFile> {
  const { path, stamp } = source;
  const tail = Buffer.from(await source.readAt(stamp.size - 8, 8));
  if (tail.toString('latin1', 4) !== MAGIC) {
    throw brokenParquet(path, stamp.size - 4, `it does not end with ${MAGIC}: the file is not complete`);
  }
  const length = tail.readUInt32LE(0);
  if (length > Math.min(stamp.size - 12, MAX_FOOTER_BYTES)) {
    throw brokenParquet(path, stamp.size - 8, `a footer of ${length} bytes, in a file of ${stamp.size}`);
  }
  const footer = await source.readAt(stamp.size - 8 - length, length + 8);
  try {
    return new ParquetFile(source, parquetMetadata(Uint8Array.from(footer), { geoparquet: false }));
  } catch (error) {
    throw asBroken(path, stamp.size - 8 - length, error);
  }
}
