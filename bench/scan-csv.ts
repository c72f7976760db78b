/**
 * How fast per-LS CSV is read into batches (moments and encoded bins included), without a database:
 * `npx tsx bench/scan-csv.ts [ROWS_1D] [ROWS_2D]`. Makes its own files.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { perLsCsv } from '../ingest/formats/per-ls-csv/per-ls-csv.ts';
import { openSource } from '../ingest/source.ts';
import { type CsvShape, writeCsv } from './support/csv.ts';

const [rows1D = 200_000, rows2D = 1_000] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'lumigraph-bench-'));
try {
  await measure('1D, 100 bins', join(folder, '1d.csv'), { rows: rows1D, nx: 100, ny: 1 });
  await measure('2D, 200 x 200 bins', join(folder, '2d.csv'), { rows: rows2D, nx: 200, ny: 200 });
  console.log(`peak RSS ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
} finally {
  await rm(folder, { recursive: true });
}

async function measure(what: string, path: string, shape: CsvShape): Promise<void> {
  const { rows } = shape;
  await writeCsv(path, shape);
  const megabytes = (await stat(path)).size / 1e6;
  for (let round = 1; round <= 3; round++) {
    const began = process.cpuUsage();
    const start = performance.now();
    const source = await openSource(path);
    let read = 0;
    for await (const { batch, issues } of perLsCsv.read(source, {
      dataset: '/ZeroBias/Run2018A-PromptReco-v1/DQMIO',
    })) {
      if (batch && 'count' in batch) read += batch.count;
      if (issues.length > 0) throw new Error(issues[0]?.reason);
    }
    await source.close();
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(began);
    if (read !== rows) throw new Error(`read ${read} of ${rows} rows`);
    const rate = `${(rows / seconds).toFixed(0)} rows/s, ${(megabytes / seconds).toFixed(0)} MB/s of text`;
    console.log(
      `${what}: ${megabytes.toFixed(0)} MB in ${seconds.toFixed(2)} s (CPU ${((user + system) / 1e6).toFixed(2)} s): ${rate}`,
    );
  }
}
