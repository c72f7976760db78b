import pg from 'pg';
import { CSV_COLUMNS } from './csv.ts';
import { startProgram } from './processes.ts';

/** The database's own loader puts a CSV as text into one table without keys; seconds, the start of the program left out. */
export async function loadAsText(url: string, path: string, rows: number): Promise<number> {
  return url.startsWith('file:') ? sqliteImport(url.slice('file:'.length), path, rows) : psqlCopy(url, path, rows);
}

/** xmin and xmax are names that PostgreSQL keeps for itself. */
const columns = CSV_COLUMNS.split(',')
  .map((name) => `csv_${name} TEXT`)
  .join(', ');

async function sqliteImport(database: string, path: string, rows: number): Promise<number> {
  const idle = await timed('sqlite3', [database], 'SELECT 1;\n');
  const script = `CREATE TABLE loaded (${columns});\n.mode csv\n.import --skip 1 ${path} loaded\n`;
  const seconds = await timed('sqlite3', [database], script);
  await timed(
    'sqlite3',
    [database],
    `.bail on\nSELECT json(CASE count(*) WHEN ${rows} THEN 1 ELSE 'wrong' END) FROM loaded;\n`,
  );
  return seconds - idle;
}

async function psqlCopy(url: string, path: string, rows: number): Promise<number> {
  const flags = [url, '--quiet', '--no-psqlrc', '--set', 'ON_ERROR_STOP=1'];
  await timed('psql', flags, `CREATE TABLE loaded (${columns});\n`);
  const idle = await timed('psql', flags, 'SELECT 1;\n');
  const seconds = await timed('psql', flags, `\\copy loaded FROM '${path}' WITH (FORMAT csv, HEADER)\n`);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: counted } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM loaded');
  await client.end();
  if (counted[0]?.count !== rows) throw new Error(`\\copy loaded ${counted[0]?.count} of ${rows} rows`);
  return seconds - idle;
}

async function timed(program: string, args: readonly string[], input: string): Promise<number> {
  const started = performance.now();
  const status = await startProgram(program, args, input).ended;
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${program} ended with ${status}`);
  return seconds;
}

/** Asks the system to write out what waits, so that no measurement pays for the one before. */
export async function writeOut(): Promise<void> {
  await startProgram('sync', [], '').ended;
}
