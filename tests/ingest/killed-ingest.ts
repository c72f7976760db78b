/**
 * Ingests a file and kills itself with SIGKILL right before the n-th SQL statement.
 * usage: killed-ingest.ts URL FILE DATASET N
 */
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import { openStore } from '../../src/store/open-store.ts';

const [url = '', path = '', dataset = '', statements = ''] = process.argv.slice(2);
let left = Number(statements);
const store = await openStore(url, {
  prisma: false,
  onStatement: () => {
    if (left-- === 0) process.kill(process.pid, 'SIGKILL');
  },
});
const parser = new ParseProcess();
const report = await ingestFile({ store, parser }, path, { dataset, batchRows: 40 });
await parser.close();
await store.close();
process.stdout.write(JSON.stringify({ report, statements: Number(statements) - left }));
