/**
 * How many bins of maps are read a second, against independent readers of the same file:
 * `npm run bench:readers [-- --quick] [-- --with FOLDER]`. Makes its own files. `--with` names a folder where further
 * readers of Parquet are installed (`npm install parquet-wasm apache-arrow @duckdb/node-api`). See docs/performance.md.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Format } from '../ingest/formats/format.ts';
import { openParquet } from '../ingest/formats/parquet/file.ts';
import { perLsParquet } from '../ingest/formats/per-ls-parquet/per-ls-parquet.ts';
import { plainRoot } from '../ingest/formats/plain-root/plain-root.ts';
import { RootFile } from '../ingest/formats/root/file.ts';
import { openSource } from '../ingest/source.ts';
import { perLsParquet as parquetBytes } from '../tests/ingest/formats/per-ls-parquet-files.ts';
import { median, Report, spread } from './support/report.ts';
import { RUN, randomCounts, writeMaps } from './support/root-files.ts';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, with: { type: 'string' }, rounds: { type: 'string' } },
});
const [NX, NY] = [200, 200];
const MAPS = flags.quick ? 40 : 200;
const ROUNDS = Number(flags.rounds ?? (flags.quick ? 2 : 7));

const WHOLE = 'whole way';
const ALONE = 'numbers alone';

/** Readers in the same language, which ours has to reach where it does no more than they do. */
const PEERS = ['jsroot', 'hyparquet'];

/** Reads the whole file; gives the number of bins that it had in hand. */
type Reader = (path: string) => Promise<number>;

const report = new Report('readers', 'Reading maps: lumigraph against independent readers');
report.line(`${MAPS} maps of ${NX} x ${NY} bins. Ours twice: as far as the others go (arrays of numbers, ours checked against sizes and checksums),
and the whole way of an ingest (every rule checked, moments computed, bins encoded and deflated). One process,
by turns, ${ROUNDS} rounds after one that does not count; medians of the ratios of a round [least .. greatest]; the file lies in the page cache. Seconds are those of processor time,
all threads together: on a machine with other work they say more than those of the clock.
`);
const folder = mkdtempSync(join(tmpdir(), 'lumigraph-bench-'));
try {
  const root = join(folder, 'maps.root');
  writeMaps(root, MAPS, NX, NY);
  const ownRoot = { [ALONE]: rootAlone, [WHOLE]: (path: string) => ours(plainRoot, path) };
  await compare('ROOT', root, ownRoot, { jsroot: await jsroot() });
  const parquet = join(folder, 'maps.parquet');
  writeFileSync(parquet, parquetOfMaps());
  const ownParquet = { [ALONE]: parquetAlone, [WHOLE]: (path: string) => ours(perLsParquet, path) };
  const further = flags.with ? await others(resolve(flags.with)) : {};
  await compare('Parquet', parquet, ownParquet, { hyparquet, ...further });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report.end(!flags.quick);

async function compare(what: string, path: string, own: Record<string, Reader>, others: Record<string, Reader>) {
  report.line(`${what}: ${(statSync(path).size / 1e6).toFixed(1)} MB`);
  const rates = new Map(Object.keys({ ...own, ...others }).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, reader] of Object.entries({ ...own, ...others })) {
      const before = process.cpuUsage();
      const bins = await reader(path);
      const { user, system } = process.cpuUsage(before);
      // in range, or with flow bins
      if (bins !== MAPS * NX * NY && bins !== MAPS * (NX + 2) * (NY + 2)) throw new Error(`${name} read ${bins} bins`);
      if (round > 0) rates.get(name)?.push((MAPS * NX * NY * 1e6) / (user + system));
    }
  }
  for (const [name, found] of rates) report.line(`  ${name.padEnd(22)} ${(median(found) / 1e6).toFixed(1)} M bins/s`);
  for (const other of Object.keys(others)) {
    for (const mine of Object.keys(own)) {
      const ratios = (rates.get(mine) ?? []).map((rate, i) => rate / (rates.get(other)?.[i] as number));
      const told = `${what}, ${mine} / ${other}`;
      if (mine === ALONE && PEERS.includes(other)) {
        report.verdict(told, median(ratios), { atLeast: 1 }, spread(ratios));
      } else report.line(`      ${told.padEnd(34)} ${median(ratios).toFixed(2).padStart(7)}  ${spread(ratios)}`);
    }
  }
}

async function rootAlone(path: string): Promise<number> {
  const source = await openSource(path);
  const file = await RootFile.open(source);
  let bins = 0;
  for (const key of file.keys) bins += ((await file.object(key)).fArray as Float32Array).length;
  await source.close();
  return bins;
}

async function parquetAlone(path: string): Promise<number> {
  const source = await openSource(path);
  const file = await openParquet(source);
  let bins = 0;
  let values = new Float64Array(0);
  for (const group of file.groups) {
    const [lists] = file.open(group, ['histo']);
    for (let row = 0; row < group.rows; row++) {
      const list = await lists?.list(values);
      values = list?.values ?? values;
      bins += list?.length ?? 0;
    }
  }
  await source.close();
  return bins;
}

async function ours(format: Format, path: string): Promise<number> {
  const source = await openSource(path);
  let maps = 0;
  for await (const { batch, issues } of format.read(source, { dataset: '/ZeroBias/Run2023C-PromptReco-v1/DQMIO' })) {
    if (batch && 'count' in batch) maps += batch.count;
    if (issues.some(({ severity }) => severity !== 'NOTE')) throw new Error(issues[0]?.reason);
  }
  await source.close();
  return maps * NX * NY;
}

async function jsroot(): Promise<Reader> {
  const { openFile } = (await import('jsroot/io' as string)) as JsRoot;
  return async (path) => {
    const file = await openFile(Uint8Array.from(readFileSync(path)).buffer);
    let bins = 0;
    for (const { fClassName, fName } of file.fKeys) {
      if (fClassName === 'TH2F') bins += (await file.readObject(fName)).fArray.length;
    }
    return bins;
  };
}

async function hyparquet(path: string): Promise<number> {
  const file = Uint8Array.from(readFileSync(path)).buffer;
  const rows = (await parquetReadObjects({ file, compressors })) as { histo: ArrayLike<number> }[];
  return rows.reduce((sum, { histo }) => sum + histo.length, 0);
}

/** Readers that are no part of the project: WebAssembly to Arrow, and a database's own. */
async function others(place: string): Promise<Record<string, Reader>> {
  const require = createRequire(join(place, 'package.json'));
  const readers: Record<string, Reader> = {};
  const wasm = optional(() => require('parquet-wasm') as ParquetWasm);
  const arrow = optional(() => require('apache-arrow') as Arrow);
  if (wasm && arrow) {
    readers['parquet-wasm'] = async (path) => {
      const table = arrow.tableFromIPC(wasm.readParquet(readFileSync(path)).intoIPCStream());
      const lists = table.getChild('histo');
      return lists.data.reduce((sum, { children }) => sum + children[0].values.length, 0);
    };
  }
  const duckdb = optional(() => require('@duckdb/node-api') as DuckDb);
  if (duckdb) {
    const connection = await (await duckdb.DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    readers.duckdb = async (path) => {
      // every list is decoded, nothing leaves the database but one number a map
      const sql = `SELECT sum(len(histo)) AS bins, sum(list_sum(histo)) AS total FROM '${path}'`;
      const [row] = (await connection.runAndReadAll(sql)).getRowObjects();
      return Number(row?.bins);
    };
  }
  return readers;
}

function optional<T>(load: () => T): T | null {
  try {
    return load();
  } catch {
    return null;
  }
}

function parquetOfMaps(): Buffer {
  const random = randomCounts();
  const axes = { Xmin: 0, Xmax: NX, Xbins: NX, Ymin: 0, Ymax: NY, Ybins: NY };
  const rows = Array.from({ length: MAPS }, (_, i) => {
    const histo = Array.from(random((NX + 2) * (NY + 2)));
    return { fromrun: RUN, fromlumi: i + 1, hname: 'map', metype: 6, histo, entries: 1, ...axes };
  });
  return parquetBytes(rows, { rowGroupSize: 50 });
}

interface JsRoot {
  openFile(bytes: ArrayBuffer): Promise<{
    readonly fKeys: readonly { readonly fClassName: string; readonly fName: string }[];
    readObject(name: string): Promise<{ readonly fArray: Float32Array }>;
  }>;
}

interface ParquetWasm {
  readParquet(bytes: Uint8Array): { intoIPCStream(): Uint8Array };
}

interface Arrow {
  tableFromIPC(bytes: Uint8Array): {
    getChild(name: string): { readonly data: readonly { readonly children: [{ readonly values: Float64Array }] }[] };
  };
}

interface DuckDb {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Record<string, string>,
    ): Promise<{
      connect(): Promise<{
        runAndReadAll(sql: string): Promise<{ getRowObjects(): Record<string, unknown>[] }>;
      }>;
    }>;
  };
}
