/**
 * A matrix of one monitor element over 10,000 lumisections against a hand-written handler, and an Arrow export against reading
 * the blobs with the driver alone, on SQLite: `npm run bench:export [-- --runs 25]` (40,000 histograms a run). See docs/performance.md.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { parseArgs } from 'node:util';
import { DatabaseSync } from '@photostructure/sqlite';
import { settle, startDatabases } from './support/databases.ts';
import { peakMemory } from './support/machine.ts';
import { output, start } from './support/processes.ts';
import { median, Report, spread } from './support/report.ts';
import { startLumigraph } from './support/servers.ts';
import { DATASET, fill, PATHS } from './support/world.ts';

const { values: flags } = parseArgs({ options: { runs: { type: 'string', default: '25' } } });
const RUNS = Number(flags.runs);
const ROWS = Math.min(10_000, RUNS * 2_000);
const ROUNDS = 7;
const MATRIX_BYTES = ROWS * 100 * 4;

const databases = await startDatabases('sqlite');
const url = await databases.create();
await fill(url, { runs: RUNS, lumisections: 2_000, maps: 0 });
await settle(url);
const file = url.replace('file:', '');
const report = new Report('export', 'Matrices and exports against the driver alone (SQLite)');
const lumigraph = await startLumigraph(url);
const database = new DatabaseSync(file, { readOnly: true });
const { id } = database.prepare('SELECT id FROM monitor_element WHERE path = ?').get(PATHS[1] as string) as {
  id: number;
};
const handler = start('bench/support/matrix-handler.ts', [file, String(id), String(ROWS)]);
const [, port] = await output(handler, /listening on (\d+)/);
try {
  const count = RUNS * 40_000;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, ownMemory(lumigraph.pid));
  }, 100);
  for (const type of ['FLOAT32', 'FLOAT64']) {
    const alone = readAlone();
    const told = await take(lumigraph.port, `/export/histograms.arrow?type=${type}`);
    const ratio = alone / told.seconds;
    const detail = `${count} histograms, ${(told.bytes / 1e6).toFixed(0)} MB in ${told.seconds.toFixed(1)} s against ${alone.toFixed(1)} s`;
    report.verdict(`arrow ${type}`, ratio, { atLeast: 0.5 }, detail);
  }
  clearInterval(watch);
  report.verdict('own memory of the server, MB', most, { atMost: 300 }, 'largest of samples while both exports ran');
  report.line(`its pages of the database file, which SQLite maps, included: ${peakMemory(lumigraph.pid)} MB`);

  const body = JSON.stringify({
    query: `{ histogramMatrix(monitorElement: "${PATHS[1]}", dataset: "${DATASET}", first: ${ROWS}) { binsBase64(type: FLOAT32) } }`,
  });
  const matrix = () => take(lumigraph.port, '/graphql', body);
  const bytes = () => take(Number(port), '/');
  for (let warm = 0; warm < 3; warm++) await Promise.all([matrix(), bytes()]);
  const rounds: [ours: number, theirs: number][] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push([(await matrix()).seconds, (await bytes()).seconds]);
  const sent = (await bytes()).bytes;
  if (sent !== MATRIX_BYTES) throw new Error(`the handler sent ${sent} bytes`);
  const ratios = rounds.map(([ours, theirs]) => theirs / ours);
  const of = (which: 0 | 1) => `${(1000 * median(rounds.map((round) => round[which]))).toFixed(0)} ms`;
  report.verdict(
    `matrix of ${ROWS} LS`,
    median(ratios),
    { atLeast: 0.8 },
    `${spread(ratios)}  ${of(0)} against ${of(1)}`,
  );
} finally {
  database.close();
  await Promise.all([lumigraph.stop(), handler.stop()]);
  await databases.stop();
}
report.end(RUNS >= 25);

/** Memory of a process that no file backs, in MB. */
function ownMemory(pid: number): number {
  const kilobytes = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) / 1000;
}

/** Seconds that the driver takes for all blobs, in the order of the key. */
function readAlone(): number {
  const began = performance.now();
  let length = 0;
  const rows = database.prepare(
    'SELECT bins FROM lumisection_histogram ORDER BY run_number, monitor_element_id, lumisection_number, dataset_id',
  );
  for (const row of rows.iterate()) length += (row as { bins: Uint8Array }).bins.length;
  if (length === 0) throw new Error('nothing was read');
  return (performance.now() - began) / 1000;
}

/** Asks and throws the answer away. */
function take(port: number, path: string, body?: string): Promise<{ seconds: number; bytes: number }> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const asked = request(
      { port, path, host: '127.0.0.1', method: body === undefined ? 'GET' : 'POST', headers },
      (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', () => {
          if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`));
          else resolve({ seconds: (performance.now() - began) / 1000, bytes });
        });
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
