/**
 * How fast per-LS CSV is read into batches (moments and encoded bins included), without a database:
 * `npx tsx bench/scan-csv.ts [ROWS_1D] [ROWS_2D]`. Makes its own files.
 */
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { perLsCsv } from '../ingest/formats/per-ls-csv/per-ls-csv.ts';
import { openSource } from '../ingest/source.ts';

const HEADER = 'fromrun,fromlumi,hname,fromrun,fromlumi,metype,hname,histo,entries,Xmax,Xmin,Xbins,Ymax,Ymin,Ybins\n';

const [rows1D = 200_000, rows2D = 1_000] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'lumigraph-bench-'));
try {
  await measure('1D, 100 bins', join(folder, '1d.csv'), rows1D, 100, 1);
  await measure('2D, 200 x 200 bins', join(folder, '2d.csv'), rows2D, 200, 200);
  console.log(`peak RSS ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
} finally {
  await rm(folder, { recursive: true });
}

async function measure(what: string, path: string, rows: number, nx: number, ny: number): Promise<void> {
  await write(path, rows, nx, ny);
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

async function write(path: string, rows: number, nx: number, ny: number): Promise<void> {
  const cells = ny === 1 ? nx + 2 : (nx + 2) * (ny + 2);
  const random = generator(nx * ny);
  const file = await open(path, 'w');
  const lists = Array.from({ length: 16 }, () => {
    const values = Array.from({ length: cells }, (_, i) => contents(random, (i % (nx + 2)) / (nx + 2), ny));
    return { text: values.join(', '), sum: values.reduce((a, b) => a + b, 0) };
  });
  let text = HEADER;
  for (let row = 0; row < rows; row++) {
    const { text: list, sum } = lists[row % 16] as (typeof lists)[number];
    const name = `NormalizedHitResiduals_TEC__wheel__${row % 9}`;
    const key = `315488,${1 + Math.floor(row / 9)},${name}`;
    text += `${key},315488,${1 + Math.floor(row / 9)},${ny === 1 ? 3 : 6},${name},"[${list}]",${sum},5.0,-5.0,${nx},${ny === 1 ? '1,0,1' : `2.5,-2.5,${ny}`}\n`;
    if (text.length > 1 << 20) {
      await file.write(text);
      text = '';
    }
  }
  await file.write(text);
  await file.close();
}

/** A peak over noise in 1D, an occupancy map with a hole in 2D. */
function contents(random: () => number, x: number, ny: number): number {
  if (ny > 1) return x > 0.4 && x < 0.6 ? 0 : Math.floor(random() * 12);
  return Math.floor(2000 * Math.exp(-((x - 0.5) ** 2) / 0.02) * random() + random() * 20);
}

/** mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
