/**
 * A process that reads for sqlite-scans.ts, which ends it when nobody waits for the answer any more: SQLite has no
 * statement that could be interrupted from within its own process. Started as: sqlite-scan-process.mjs PATH PRAGMAS
 */
import { DatabaseSync } from '@photostructure/sqlite';

const [path, pragmas] = process.argv.slice(2);
const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
database.exec(pragmas);

process.on('message', ({ sql, parameters }) => {
  try {
    const rows = database.prepare(sql, { returnArrays: true }).all(...parameters);
    process.send?.({ rows });
  } catch (error) {
    process.send?.({ failure: error instanceof Error ? error.message : String(error) });
  }
});
// nothing keeps it then
process.on('disconnect', () => database.close());
