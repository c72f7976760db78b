import { DatabaseSync } from '@photostructure/sqlite';
import pg from 'pg';

/** Reads all bins in the order of the key with the driver alone, and throws them away; how many bytes they have. */
export interface BlobReader {
  read(): Promise<number>;
  close(): Promise<void>;
}

const BLOBS = 'SELECT bins FROM lumisection_histogram';
const ORDER = 'ORDER BY run_number, monitor_element_id, lumisection_number, dataset_id';

interface Row {
  readonly bins: Uint8Array;
}

export async function openBlobReader(url: string): Promise<BlobReader> {
  return url.startsWith('file:') ? sqlite(url.slice('file:'.length)) : postgres(url);
}

function sqlite(file: string): BlobReader {
  const database = new DatabaseSync(file, { readOnly: true });
  const statement = database.prepare(`${BLOBS} ${ORDER}`);
  return {
    async read() {
      let bytes = 0;
      for (const row of statement.iterate()) bytes += (row as unknown as Row).bins.length;
      return bytes;
    },
    close: async () => database.close(),
  };
}

/** Run by run: all at once would be held in memory. */
async function postgres(url: string): Promise<BlobReader> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    async read() {
      let bytes = 0;
      const { rows: runs } = await client.query<{ number: number }>('SELECT number FROM run ORDER BY number');
      for (const { number } of runs) {
        const text = `${BLOBS} WHERE run_number = $1 ${ORDER}`;
        const { rows } = await client.query<Row>({ name: 'blobs', text, values: [number] });
        for (const { bins } of rows) bytes += bins.length;
      }
      return bytes;
    },
    close: () => client.end(),
  };
}
