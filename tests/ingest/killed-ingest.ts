/**
 * Ingests files, some at a time, and kills itself with SIGKILL right before the n-th SQL statement.
 * usage: killed-ingest.ts URL N JOBS SETTINGS FILE...
 */
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import type { FileReport } from '../../ingest/pipeline/report.ts';
import { ingestPatiently } from '../../ingest/pipeline/retry.ts';
import { openStore } from '../../src/store/open-store.ts';

const [url = '', statements = '', jobs = '', settings = '', ...paths] = process.argv.slice(2);
let left = Number(statements);
const store = await openStore(url, {
  prisma: false,
  onStatement: () => {
    if (left-- === 0) process.kill(process.pid, 'SIGKILL');
  },
});
const reports: FileReport[] = [];
const waiting = paths.values();
await Promise.all(
  Array.from({ length: Number(jobs) }, async () => {
    const parser = new ParseProcess();
    for (const path of waiting) reports.push(await ingestPatiently({ store, parser }, path, JSON.parse(settings)));
    await parser.close();
  }),
);
await store.close();
process.stdout.write(JSON.stringify({ reports, statements: Number(statements) - left }));
