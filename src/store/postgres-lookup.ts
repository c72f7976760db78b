import { type CellValue, type FoundRows, type HistogramRows, keyOf, type TakenRow } from './histogram-rows.ts';
import { copy, encodeLookup, lookupColumns } from './postgres-copy.ts';
import type { PostgresSender } from './postgres-sender.ts';

/**
 * Looks what stands under the keys of rows. The server compares: of rows that are identical it tells the numbers alone,
 * so that a file which is read again moves next to nothing. Long bins are compared by their SHA-256.
 */
export class PostgresLookup {
  readonly #sender: PostgresSender;
  /** Tables that rows of this transaction lie in already. */
  readonly #filled = new Set<string>();

  constructor(sender: PostgresSender) {
    this.#sender = sender;
  }

  async find(rows: HistogramRows, order: Int32Array, lock: boolean): Promise<FoundRows> {
    await this.#send(rows, order);
    const found = await this.#sender.send(lookupSql(rows, lock));
    const taken: TakenRow[] = [];
    const identical: FoundRows['identical'][number][] = [];
    for (const [numbers, row, fileId, integral, sameBins, bins, ...compared] of found) {
      if (numbers === null) {
        taken.push({
          row: row as number,
          fileId: fileId as number | null,
          integral: integral as number | null,
          compared: compared as CellValue[],
          otherBins: sameBins ? undefined : (bins as Uint8Array | null),
        });
      } else {
        const bytes = numbers as Buffer;
        identical.push({
          fileId: fileId as number | null,
          rows: Int32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32BE(4 * i)),
        });
      }
    }
    return { taken, identical };
  }

  /** Fills a temporary table with the rows and nothing else. */
  async #send(rows: HistogramRows, order: Int32Array): Promise<void> {
    const table = tableOf(rows);
    const columns = lookupColumns(rows);
    const of = (name: string) =>
      name === 'row_number' ? '0 AS row_number' : name === 'digest' ? 'bins AS digest' : name;
    // the planner knows nothing of a temporary table and might scan the whole table to join the two
    const sql = `CREATE TEMPORARY TABLE IF NOT EXISTS ${table} ON COMMIT DELETE ROWS AS
        SELECT ${columns.map(of).join(', ')} FROM ${rows.table} WITH NO DATA;
      ${this.#filled.has(table) ? `TRUNCATE ${table};` : ''}
      SET LOCAL enable_hashjoin = off;
      SET LOCAL enable_mergejoin = off;
      COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`;
    this.#filled.add(table);
    await copy(this.#sender.client, sql, encodeLookup(rows, order));
  }
}

const tableOf = (rows: HistogramRows) => `looked_for_${rows.table}`;

/**
 * A row for each file that brought identical rows, with their numbers (int32, big-endian); a row for each other one that
 * has the key, with what stands there.
 */
function lookupSql(rows: HistogramRows, lock: boolean): string {
  const sameKey = keyOf(rows).map(({ name }) => `h.${name} = s.${name}`);
  const sameContent = rows.compared.map((name) => `h.${name} IS NOT DISTINCT FROM s.${name}`);
  const compared = rows.compared.map((name) => `, ${name}`).join('');
  const ofAlike = rows.compared.map(() => ', NULL').join('');
  return `WITH found AS MATERIALIZED (
      SELECT row_number, file_id, integral, same_bins, same_bins AND same_content AS identical,
        CASE WHEN NOT same_bins THEN bins END AS bins${compared}
      FROM (
        SELECT s.row_number, h.file_id, h.integral, ${sameContent.join(' AND ')} AS same_content,
          CASE WHEN s.digest IS NULL THEN h.bins IS NOT DISTINCT FROM s.bins
            ELSE coalesce(sha256(h.bins) = s.digest, false) END AS same_bins,
          h.bins${rows.compared.map((name) => `, h.${name}`).join('')}
        FROM ${tableOf(rows)} s JOIN ${rows.table} h ON ${sameKey.join(' AND ')}
        OFFSET 0 ${lock ? 'FOR UPDATE OF h' : ''}
      ) compared
    )
    SELECT string_agg(int4send(row_number), ''::bytea) AS numbers, NULL AS row_number, file_id, NULL AS integral,
      true AS same_bins, NULL AS bins${ofAlike}
    FROM found WHERE identical GROUP BY file_id
    UNION ALL
    SELECT NULL, row_number, file_id, integral, same_bins, bins${compared}
    FROM found WHERE NOT identical`;
}
