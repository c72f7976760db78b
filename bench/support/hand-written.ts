/**
 * What lumigraph is measured against: a node:http handler by hand that answers four questions and no other, with the
 * best SQL for each (prepared), decodes the bins and lets JSON.stringify write them. No schema, filters, limits or log.
 * Prints `listening on PORT`. Started as: hand-written.ts DATABASE_URL
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from '@photostructure/sqlite';
import pg from 'pg';
import { decodeBins } from '../../src/domain/codec.ts';

/** Lumisection, path (or none), entries, blob. */
type Row = [number, string, number, Uint8Array];

type TrendRow = [run: number, lumisection: number, mean: number | null, entries: number | null];

interface Sql {
  /** Numbers of 50 LS of a run from one on; and their histograms of the elements of a folder. */
  page(run: number, from: number, glob: string): Promise<{ numbers: number[]; rows: Row[] }>;
  /** An element over up to 1,000 LS, by LS. */
  element(run: number, path: string): Promise<Row[]>;
  /** Mean and entries of an element, by LS. */
  trend(run: number, path: string): Promise<TrendRow[]>;
  /** Entries and bins of an element over all LS of a run. */
  all(run: number, path: string): Promise<[number, Uint8Array][]>;
  /** How many histograms of a run each subsystem has. */
  subsystems(run: number): Promise<[string, number][]>;
  /** One histogram, with the text of its axes. */
  one(
    run: number,
    lumisection: number,
    dataset: string,
    path: string,
  ): Promise<[number, Uint8Array, string] | undefined>;
}

const HISTOGRAM = 'SELECT h.lumisection_number, m.path, h.entries, h.bins';
const TREND = `SELECT h.run_number, h.lumisection_number, h.mean_x, h.entries FROM monitor_element m CROSS JOIN lumisection_histogram h
  WHERE m.path = $1 AND h.run_number = $2 AND h.monitor_element_id = m.id ORDER BY h.lumisection_number`;
const ALL = `SELECT h.entries, h.bins FROM monitor_element m CROSS JOIN lumisection_histogram h
  WHERE m.path = $1 AND h.run_number = $2 AND h.monitor_element_id = m.id`;
const SUBSYSTEMS = `SELECT m.subsystem, CAST(sum(e.lumisection_count) AS integer) FROM run_monitor_element e
  JOIN monitor_element m ON m.id = e.monitor_element_id WHERE e.run_number = $1 GROUP BY 1 ORDER BY 2 DESC, 1`;
const ONE = `SELECT h.entries, h.bins, b.axes FROM monitor_element m, dataset d, lumisection_histogram h, binning b
  WHERE m.path = $1 AND d.name = $2 AND h.run_number = $3 AND h.monitor_element_id = m.id
    AND h.lumisection_number = $4 AND h.dataset_id = d.id AND b.id = h.binning_id`;

function sqlite(path: string): Sql {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA query_only = ON; PRAGMA cache_size = -32768; PRAGMA mmap_size = 2147418112');
  const prepare = (sql: string) => database.prepare(sql.replace(/\$(\d)/g, '?$1'), { returnArrays: true });
  const numbers = prepare(
    'SELECT number FROM lumisection WHERE run_number = $1 AND number >= $2 ORDER BY number LIMIT 50',
  );
  const elements = prepare('SELECT id, path FROM monitor_element WHERE path GLOB $1 ORDER BY path');
  // one range of the primary key for each element: nothing SQLite could be told is faster
  const range = prepare(`SELECT lumisection_number, entries, bins FROM lumisection_histogram
    WHERE run_number = $1 AND monitor_element_id = $2 AND lumisection_number BETWEEN $3 AND $4`);
  const element = prepare(`SELECT h.lumisection_number, '', h.entries, h.bins FROM monitor_element m
    CROSS JOIN lumisection_histogram h WHERE m.path = $1 AND h.run_number = $2 AND h.monitor_element_id = m.id
    ORDER BY h.lumisection_number LIMIT 1000`);
  const one = prepare(ONE);
  const trend = prepare(TREND);
  const all = prepare(ALL);
  const subsystems = prepare(SUBSYSTEMS);
  return {
    async page(run, from, glob) {
      const found = (numbers.all(run, from) as unknown as [number][]).map(([number]) => number);
      const rows: Row[] = [];
      for (const [id, path] of elements.all(glob) as unknown as [number, string][]) {
        const part = range.all(run, id, found[0] ?? 0, found.at(-1) ?? 0) as unknown as [number, number, Uint8Array][];
        for (const [lumisection, entries, bins] of part) rows.push([lumisection, path, entries, bins]);
      }
      return { numbers: found, rows };
    },
    element: async (run, path) => element.all(path, run) as unknown as Row[],
    trend: async (run, path) => trend.all(path, run) as unknown as TrendRow[],
    all: async (run, path) => all.all(path, run) as unknown as [number, Uint8Array][],
    subsystems: async (run) => subsystems.all(run) as unknown as [string, number][],
    one: async (run, lumisection, dataset, path) =>
      one.get(path, dataset, run, lumisection) as unknown as [number, Uint8Array, string] | undefined,
  };
}

function postgres(url: string): Sql {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  const send = async <R extends unknown[]>(name: string, text: string, values: unknown[]): Promise<R[]> =>
    (await pool.query<R>({ name, text, values, rowMode: 'array' })).rows;
  return {
    async page(run, from, glob) {
      const [found, elements] = await Promise.all([
        send<[number]>(
          'numbers',
          'SELECT number FROM lumisection WHERE run_number = $1 AND number >= $2 ORDER BY number LIMIT 50',
          [run, from],
        ),
        send<[number, string]>('elements', 'SELECT id, path FROM monitor_element WHERE path LIKE $1 ORDER BY path', [
          glob.replace('*', '%'),
        ]),
      ]);
      const numbers = found.map(([number]) => number);
      const paths = new Map(elements);
      const rows = await send<[number, number, number, Buffer]>(
        'range',
        `SELECT lumisection_number, monitor_element_id, entries, bins FROM lumisection_histogram
         WHERE run_number = $1 AND monitor_element_id = ANY($2) AND lumisection_number BETWEEN $3 AND $4`,
        [run, [...paths.keys()], numbers[0] ?? 0, numbers.at(-1) ?? 0],
      );
      const places = new Map(elements.map(([id], place) => [id, place]));
      rows.sort((a, b) => (places.get(a[1]) as number) - (places.get(b[1]) as number));
      return { numbers, rows: rows.map(([number, id, ...rest]) => [number, paths.get(id) as string, ...rest]) };
    },
    element: (run, path) =>
      send(
        'element',
        `${HISTOGRAM} FROM monitor_element m JOIN lumisection_histogram h ON h.monitor_element_id = m.id
         WHERE m.path = $1 AND h.run_number = $2 ORDER BY h.lumisection_number LIMIT 1000`,
        [path, run],
      ),
    trend: (run, path) => send('trend', TREND, [path, run]),
    all: (run, path) => send('all', ALL, [path, run]),
    subsystems: (run) => send('subsystems', SUBSYSTEMS, [run]),
    one: async (run, lumisection, dataset, path) =>
      (await send<[number, Buffer, string]>('one', ONE, [path, dataset, run, lumisection]))[0],
  };
}

/** In-range contents of a histogram with flow bins, in plain loops. */
function numbers(blob: Uint8Array, nx: number, ny: number): number[] {
  const { contents } = decodeBins(blob, ny === 1 ? [nx] : [ny, nx]);
  const result = new Array<number>(nx * ny);
  let at = 0;
  for (let y = 0; y < ny; y++) {
    const start = ny === 1 ? 1 : (y + 1) * (nx + 2) + 1;
    for (let x = 0; x < nx; x++) result[at++] = contents[start + x] as number;
  }
  return result;
}

const LINE_BINS = 100;

function sumOf(rows: readonly [number, Uint8Array][]) {
  const bins = new Array<number>(LINE_BINS).fill(0);
  let entries = 0;
  for (const [own, blob] of rows) {
    entries += own;
    const { contents } = decodeBins(blob, [LINE_BINS]);
    for (let bin = 0; bin < LINE_BINS; bin++) bins[bin] = (bins[bin] as number) + (contents[bin + 1] as number);
  }
  return { histogramCount: rows.length, entries, bins };
}

async function answer(sql: Sql, url: URL): Promise<unknown> {
  const text = (name: string) => url.searchParams.get(name) ?? '';
  const number = (name: string) => Number(url.searchParams.get(name));
  const run = number('run');
  if (url.pathname === '/Q1') {
    const { numbers: found, rows } = await sql.page(run, number('from'), text('elements'));
    const nodes = found.map((number) => ({ number, histograms: { nodes: [] as unknown[] } }));
    const byNumber = new Map(nodes.map((node) => [node.number, node.histograms.nodes]));
    for (const [lumisection, path, entries, bins] of rows) {
      byNumber.get(lumisection)?.push({ monitorElement: { path }, entries, bins: numbers(bins, LINE_BINS, 1) });
    }
    return { run: { number: run, lumisections: { nodes } } };
  }
  if (url.pathname === '/Q3') {
    const nodes = (await sql.element(run, text('path'))).map(([number, , entries, bins]) => ({
      lumisection: { number },
      entries,
      bins: numbers(bins, LINE_BINS, 1),
    }));
    return { lumisectionHistograms: { nodes } };
  }
  if (url.pathname === '/trend') {
    const rows = await sql.trend(run, text('path'));
    return {
      trend: { points: rows.map(([run, lumisection, value, entries]) => ({ run, lumisection, value, entries })) },
    };
  }
  if (url.pathname === '/sum') return { histogramSum: sumOf(await sql.all(run, text('path'))) };
  if (url.pathname === '/facets') {
    const rows = await sql.subsystems(run);
    return {
      lumisectionHistogramFacets: { monitorElementSubsystem: rows.map(([value, count]) => ({ value, count })) },
    };
  }
  const found = await sql.one(run, number('lumisection'), text('dataset'), text('path'));
  if (!found) return { lumisectionHistogram: null };
  const [entries, blob, axes] = found;
  const [x, y] = JSON.parse(axes) as [{ bins: number }, { bins: number } | undefined];
  const bins = numbers(blob, x.bins, y?.bins ?? 1);
  return { lumisectionHistogram: y ? { shape: [y.bins, x.bins], entries, bins } : { entries, bins } };
}

const databaseUrl = process.argv[2] ?? '';
const sql = databaseUrl.startsWith('file:') ? sqlite(databaseUrl.slice('file:'.length)) : postgres(databaseUrl);
const server = createServer((request, response) => {
  answer(sql, new URL(request.url ?? '/', 'http://localhost')).then(
    (data) => {
      const body = Buffer.from(JSON.stringify({ data }));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    },
    (error: unknown) => {
      response.writeHead(500).end(String(error));
    },
  );
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});
