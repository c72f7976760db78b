/**
 * Ingests files and kills itself with SIGKILL right before the n-th SQL statement.
 * usage: killed-ingest.ts URL N SETTINGS FILE...
 */
import { ingestAll } from './ingest-all.ts';

const [url = '', statements = '', settings = '', ...paths] = process.argv.slice(2);
let left = Number(statements);
await ingestAll(url, paths, JSON.parse(settings), () => {
  if (left-- === 0) process.kill(process.pid, 'SIGKILL');
});
