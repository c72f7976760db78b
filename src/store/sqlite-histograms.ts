import {
  type CellValue,
  cell,
  columnNamed,
  type FoundRows,
  type HistogramRows,
  type HistogramTable,
  keyOf,
  type TakenRow,
} from './histogram-rows.ts';
import { CHUNK, SqliteChunkInsert } from './sqlite-chunk-insert.ts';
import { exactly, type SqliteConnection } from './sqlite-connection.ts';

/** So many rows in turn without a taken key, and inserting goes on without looking first. */
const CALM = 40;

/**
 * Prepared statements, row by row or by chunks. Nobody else writes during the transaction (BEGIN IMMEDIATE), so what
 * was looked up stays true.
 */
export class SqliteHistogramTable implements HistogramTable {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async insert(rows: HistogramRows, order: Int32Array, expectTaken: boolean): Promise<FoundRows> {
    const chunks = new SqliteChunkInsert(this.#connection, rows, order);
    const insertOne = this.#connection.statement(insertSql(rows));
    const isSame = this.#comparison(rows);
    const look = this.#lookup(rows);
    const taken: TakenRow[] = [];
    const identical = new Map<number | null, number[]>();
    let calm = expectTaken ? 0 : CALM;
    let next = 0;
    while (next < order.length) {
      if (calm >= CALM && next + CHUNK <= order.length) {
        const inserted = chunks.insert(next);
        next += inserted;
        if (inserted === CHUNK) continue;
        calm = 0;
      }
      const row = order[next] as number;
      const stands = isSame(row);
      if (stands) {
        const { fileId, same } = stands;
        if (!same) taken.push(look(row));
        else if (identical.get(fileId)?.push(row) === undefined) identical.set(fileId, [row]);
        calm = 0;
      } else {
        insertOne.run(...rows.columns.map((column) => exactly(cell(column, row))));
        calm++;
      }
      next++;
    }
    return { taken, identical: Array.from(identical, ([fileId, same]) => ({ fileId, rows: Int32Array.from(same) })) };
  }

  /** Compares a row with what stands under its key inside of SQLite: of most there is nothing else to tell. */
  #comparison(rows: HistogramRows): (row: number) => { fileId: number | null; same: boolean } | null {
    const compared = ['bins', ...rows.compared].map((name) => columnNamed(rows, name));
    const columns = [...compared, ...keyOf(rows)];
    const same = compared.map(({ name }) => `${name} IS ?`).join(' AND ');
    const where = keyOf(rows)
      .map(({ name }) => `${name} = ?`)
      .join(' AND ');
    const statement = this.#connection.statement(`SELECT file_id, ${same} FROM ${rows.table} WHERE ${where}`);
    const values: CellValue[] = new Array(columns.length);
    return (row) => {
      for (let i = 0; i < columns.length; i++) values[i] = exactly(cell(columns[i] as (typeof columns)[number], row));
      const stored = statement.get(...values) as unknown as [number | null, number] | undefined;
      return stored === undefined ? null : { fileId: stored[0], same: stored[1] === 1 };
    };
  }

  /** What stands under the key of a row, which is taken. */
  #lookup(rows: HistogramRows): (row: number) => TakenRow {
    const keys = keyOf(rows);
    const bins = columnNamed(rows, 'bins');
    const where = keys.map(({ name }) => `${name} = ?`).join(' AND ');
    const select = ['file_id', 'integral', 'bins', ...rows.compared].join(', ');
    const statement = this.#connection.statement(`SELECT ${select} FROM ${rows.table} WHERE ${where}`);
    const key: CellValue[] = new Array(keys.length);
    return (row) => {
      for (let i = 0; i < keys.length; i++) key[i] = cell(keys[i] as (typeof keys)[number], row);
      const stored = statement.get(...key) as unknown as CellValue[];
      const storedBins = stored[2] as Uint8Array | null;
      return {
        row,
        fileId: stored[0] as number | null,
        integral: stored[1] as number | null,
        compared: stored.slice(3),
        otherBins: sameBytes(storedBins, cell(bins, row) as Uint8Array | null) ? undefined : storedBins,
      };
    };
  }

  async replace(rows: HistogramRows, order: Int32Array): Promise<void> {
    const keys = keyOf(rows);
    const content = rows.columns.slice(rows.keyColumns);
    const sql = `UPDATE ${rows.table} SET ${content.map(({ name }) => `${name} = ?`).join(', ')}
      WHERE ${keys.map(({ name }) => `${name} = ?`).join(' AND ')}`;
    const statement = this.#connection.statement(sql);
    for (const row of order) statement.run(...[...content, ...keys].map((column) => exactly(cell(column, row))));
  }
}

function insertSql({ table, columns }: HistogramRows): string {
  const names = columns.map(({ name }) => name).join(', ');
  return `INSERT INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`;
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
