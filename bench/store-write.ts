/**
 * How fast the store alone takes histograms: `npx tsx bench/store-write.ts [sqlite|postgresql] [rows]`.
 * Two loads, in batches as the pipeline sends them: 102-cell 1D histograms of 24 elements and 200 x 200 maps. Each is
 * written, then written again by the same file (all identical), then by another file (all identical, remembered).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinsEncoder } from '../src/domain/bins-encoder.ts';
import type { LumisectionHistogramBatch } from '../src/domain/record.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import { startPostgres } from '../tests/support/embedded-postgres.ts';

const DATASET = '/ZeroBias/Run2018A-PromptReco-v1/DQMIO';

interface Load {
  readonly name: string;
  readonly rows: number;
  readonly batch: number;
  readonly elements: number;
  readonly dimension: 1 | 2;
}

/** A small generator of its own: the load must be the same on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function makeBatch(load: Load, from: number): LumisectionHistogramBatch {
  const count = Math.min(load.batch, load.rows - from);
  const next = random(from + 1);
  const encoder = new BinsEncoder();
  const blobEnds = new Uint32Array(count);
  const cells = load.dimension === 1 ? 102 : 202 * 202;
  const contents = new Float64Array(cells);
  const integral = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < cells; c++) {
      const filled = load.dimension === 1 || Math.floor(c / 40) % 3 > 0;
      contents[c] = filled ? Math.floor(next() * (load.dimension === 1 ? 250 : 12)) : 0;
    }
    integral[i] = contents.reduce((a, b) => a + b, 0);
    blobEnds[i] = encoder.append(contents, true);
  }
  const column = (value: (i: number) => number) => Float64Array.from({ length: count }, (_, i) => value(i));
  const bins = load.dimension === 1 ? 100 : 200;
  const axis = { bins, min: 0, max: bins, title: '' };
  const ls = (i: number) => Math.floor((from + i) / load.elements);
  return {
    kind: 'lumisectionHistograms',
    count,
    line: column((i) => from + i + 2),
    run: Int32Array.from({ length: count }, (_, i) => 315_257 + Math.floor(ls(i) / 1_000)),
    lumisection: Int32Array.from({ length: count }, (_, i) => 1 + (ls(i) % 1_000)),
    monitorElement: Int32Array.from({ length: count }, (_, i) => (from + i) % load.elements),
    dataset: new Int32Array(count),
    binning: new Int32Array(count),
    entries: integral,
    integral,
    meanX: column(() => next() * 50),
    rmsX: column(() => next() * 10),
    meanY: column(() => (load.dimension === 1 ? Number.NaN : next())),
    rmsY: column(() => (load.dimension === 1 ? Number.NaN : next())),
    skewness: column(() => (load.dimension === 1 ? next() : Number.NaN)),
    kurtosis: column(() => (load.dimension === 1 ? next() : Number.NaN)),
    blobs: encoder.take(),
    blobEnds,
    monitorElements: Array.from({ length: load.elements }, (_, i) => ({
      path: `Bench/${load.name}/element_${i}`,
      dimension: load.dimension,
      kind: load.dimension === 1 ? 'TH1' : 'TH2',
    })),
    datasets: [DATASET],
    binnings: [{ title: '', axes: load.dimension === 1 ? [axis] : [axis, axis] }],
  };
}

async function writeAll(store: Store, load: Load, sha256: string, force: boolean): Promise<void> {
  const identity = { sha256, dataset: DATASET, source: '', format: 'bench', meMap: '' };
  const { file } = await store.ledger.begin(identity, { path: `/bench/${sha256}`, size: load.rows }, { force });
  let milliseconds = 0;
  let cpu = 0;
  let bytes = 0;
  for (let from = 0; from < load.rows; from += load.batch) {
    const batch = makeBatch(load, from);
    bytes += batch.blobs.length;
    const start = performance.now();
    const used = process.cpuUsage();
    const position = { byte: from + batch.count, line: from + batch.count };
    await store.ledger.write(file.id, batch, [], position, { onConflict: 'keep', source: '' });
    milliseconds += performance.now() - start;
    const { user, system } = process.cpuUsage(used);
    cpu += (user + system) / 1_000;
  }
  const done = await store.ledger.finish(file.id, { status: 'DONE' });
  const rate = Math.round((load.rows / milliseconds) * 1_000).toLocaleString('en');
  const { inserted, identical } = done;
  console.log(
    `${store.kind} ${load.name} ${sha256}: ${rate} rows/s, ${(bytes / 1e3 / milliseconds).toFixed(0)} MB/s of bins, ` +
      `${milliseconds.toFixed(0)} ms, ${cpu.toFixed(0)} ms of this process's CPU (${inserted} inserted, ${identical} identical)`,
  );
}

async function measure(url: string, rows: number): Promise<void> {
  const store = await openStore(url);
  const flat = { name: '1D', rows, batch: 10_000, elements: 24, dimension: 1 } as const;
  const maps = { name: '2D', rows: rows / 50, batch: 400, elements: 4, dimension: 2 } as const;
  for (const load of [flat, maps]) {
    await writeAll(store, load, `${load.name}-first`, false);
    await writeAll(store, load, `${load.name}-first`, true);
    await writeAll(store, load, `${load.name}-second`, false);
  }
  await store.close();
}

const [which = 'both', rows = '200000'] = process.argv.slice(2);
if (which !== 'postgresql') {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-bench-'));
  await measure(`file:${join(folder, 'bench.db')}`, Number(rows));
  rmSync(folder, { recursive: true, force: true });
}
if (which !== 'sqlite') {
  const server = await startPostgres({ durable: true });
  await measure(server.url, Number(rows)).finally(() => server.stop());
}
