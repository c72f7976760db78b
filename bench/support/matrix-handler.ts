/** A hand-written handler that decodes the bins of one monitor element and sends them one after the other: `URL ME-ID ROWS TYPE`. */
import { createServer } from 'node:http';
import { DatabaseSync } from '@photostructure/sqlite';
import pg from 'pg';
import { decodeBins } from '../../src/domain/codec.ts';

const [, , url = '', element = '', rows = '', type = ''] = process.argv;
const Numbers = type === 'FLOAT64' ? Float64Array : Float32Array;
const SQL =
  'SELECT bins FROM lumisection_histogram WHERE run_number IN (SELECT number FROM run) AND monitor_element_id = $1 ORDER BY run_number, lumisection_number LIMIT $2';

interface Row {
  readonly bins: Uint8Array;
}

const { read, close } = url.startsWith('file:') ? sqlite() : await postgres();

function sqlite() {
  const database = new DatabaseSync(url.slice('file:'.length), { readOnly: true });
  const statement = database.prepare(SQL.replaceAll('$', '?'));
  const all = async () => statement.all(Number(element), Number(rows)) as unknown as Row[];
  // a statement does not keep its database
  return { read: all, close: () => database.close() };
}

async function postgres() {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const values = [Number(element), Number(rows)];
  const all = async () => (await client.query<Row>({ name: 'matrix', text: SQL, values })).rows;
  return { read: all, close: () => void client.end() };
}

const server = createServer(async (_request, response) => {
  const parts = (await read()).map(({ bins }) => {
    const { contents } = decodeBins(bins, [100]);
    const numbers = new Numbers(contents.subarray(1, -1));
    return new Uint8Array(numbers.buffer);
  });
  response.end(Buffer.concat(parts));
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening on ${(server.address() as { port: number }).port}\n`),
);
process.on('SIGTERM', () => {
  close();
  process.exit(0);
});
