/** A hand-written handler that decodes the bins of one monitor element and sends them one after the other: `URL ME-ID ROWS`. */
import { createServer } from 'node:http';
import { DatabaseSync } from '@photostructure/sqlite';
import { decodeBins } from '../../src/domain/codec.ts';

const [, , file = '', element = '', rows = ''] = process.argv;
const database = new DatabaseSync(file, { readOnly: true });
const statement = database.prepare(
  'SELECT bins FROM lumisection_histogram WHERE run_number IN (SELECT number FROM run) AND monitor_element_id = ? ORDER BY run_number, lumisection_number LIMIT ?',
);
const server = createServer((_request, response) => {
  const parts = statement.all(Number(element), Number(rows)).map((row) => {
    const { contents } = decodeBins((row as { bins: Uint8Array }).bins, [100]);
    const numbers = Float32Array.from(contents.subarray(1, -1));
    return new Uint8Array(numbers.buffer);
  });
  response.end(Buffer.concat(parts));
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening on ${(server.address() as { port: number }).port}\n`),
);
// a statement does not keep its database
process.on('SIGTERM', () => {
  database.close();
  process.exit(0);
});
