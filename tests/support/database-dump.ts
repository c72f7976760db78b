import { createHash } from 'node:crypto';
import { DatabaseSync } from '@photostructure/sqlite';
import pg from 'pg';

/** What is stored, told by names instead of ids and without times: equal dumps are equal databases. */
export async function dumpDatabase(url: string): Promise<Record<keyof typeof CONTENTS, string[]>> {
  const { query, close } = await connect(url);
  try {
    const dump = {} as Record<keyof typeof CONTENTS, string[]>;
    for (const [name, sql] of Object.entries(CONTENTS) as [keyof typeof CONTENTS, string][]) {
      dump[name] = (await query(sql)).map((row) => row.map(textOf).join(' | ')).sort();
    }
    return dump;
  } finally {
    await close();
  }
}

const HISTOGRAM = 'h.entries, h.integral, h.mean_x, h.rms_x, h.mean_y, h.rms_y, h.skewness, h.kurtosis, h.bins';
const NAMES = `JOIN monitor_element m ON m.id = h.monitor_element_id JOIN dataset d ON d.id = h.dataset_id`;

const CONTENTS = {
  runs: `SELECT number, year, era, period, fill, started_at, ended_at, initial_lumi, end_lumi, lumisection_count,
      delivered_lumi, recorded_lumi, energy, magnetic_field FROM run`,
  lumisections: `SELECT run_number, number, started_at, ended_at, zero_bias_rate, delivered_lumi, recorded_lumi, pileup,
      flags_on, flags_off FROM lumisection`,
  conditionContributions: `SELECT c.run_number, c.lumisection_number, f.path, c.fields, c.flags
    FROM condition_contribution c JOIN data_file f ON f.id = c.file_id`,
  fractions: 'SELECT run_number, source, subsystem, fraction FROM certification_fraction',
  fractionContributions: `SELECT c.run_number, c.source, c.subsystem, f.path FROM fraction_contribution c
    JOIN data_file f ON f.id = c.file_id`,
  versionContributions: `SELECT c.source, c.dataset, c.subsystem, c.version, f.path FROM version_contribution c
    JOIN data_file f ON f.id = c.file_id`,
  datasets: 'SELECT name, primary_dataset, era, processing, tier, description FROM dataset',
  datasetContributions: `SELECT d.name, f.path, c.describes FROM dataset_contribution c
    JOIN dataset d ON d.id = c.dataset_id JOIN data_file f ON f.id = c.file_id`,
  notes: `SELECT n.run_number, n.lumisection_first, n.lumisection_last, m.path, n.author, n.text FROM note n
    LEFT JOIN monitor_element m ON m.id = n.monitor_element_id`,
  monitorElements: `SELECT path, name, subsystem, dimension, kind, CASE WHEN efficiency THEN 'efficiency' END FROM monitor_element`,
  binnings: 'SELECT hash, dimension, title, axes FROM binning',
  lumisectionHistograms: `SELECT h.run_number, h.lumisection_number, m.path, d.name, b.hash, f.path, ${HISTOGRAM}
    FROM lumisection_histogram h ${NAMES} JOIN binning b ON b.id = h.binning_id
    LEFT JOIN data_file f ON f.id = h.file_id`,
  runHistograms: `SELECT h.run_number, m.path, d.name, b.hash, f.path, h.title, ${HISTOGRAM}
    FROM run_histogram h ${NAMES} LEFT JOIN binning b ON b.id = h.binning_id
    LEFT JOIN data_file f ON f.id = h.file_id`,
  scalarValues: `SELECT h.run_number, h.lumisection_number, m.path, d.name, f.path, h.type, h.value, h.number
    FROM scalar_value h ${NAMES} LEFT JOIN data_file f ON f.id = h.file_id`,
  qualityTests: `SELECT h.run_number, h.lumisection_number, m.path, d.name, h.name, f.path, h.status_code, h.result,
      h.algorithm, h.message FROM quality_test h ${NAMES} LEFT JOIN data_file f ON f.id = h.file_id`,
  scalarContributions: `SELECT h.run_number, h.lumisection_number, m.path, d.name, h.quality_test, f.path
    FROM scalar_contribution h ${NAMES} JOIN data_file f ON f.id = h.file_id`,
  contributions: `SELECT h.run_number, h.lumisection_number, m.path, d.name, f.path, h.part, l.path, b.hash, h.fractional,
      h.entries, h.title, h.bins FROM contribution h ${NAMES} JOIN data_file f ON f.id = h.file_id
    LEFT JOIN data_file l ON l.id = h.like_file_id LEFT JOIN binning b ON b.id = h.binning_id`,
  runMonitorElements: `SELECT h.run_number, m.path, d.name, h.lumisection_count, h.empty_count, h.run_histogram_count,
      h.scalar_count, h.quality_test_count
    FROM run_monitor_element h ${NAMES}`,
  certifications: `SELECT run_number, source, dataset, subsystem, version, lumisection_first, lumisection_last, flag
    FROM certification`,
  certificationVersions: `SELECT c.source, c.dataset, c.subsystem, c.version, c.kind, f.path
    FROM certification_version c LEFT JOIN data_file f ON f.id = c.file_id`,
  files: `SELECT path, sha256, size, format, dataset, source, status, bytes_done, lines_done, inserted, identical,
      conflicting, replaced, added, rejected, error_code, error_message, lease_owner FROM data_file`,
  issues: `SELECT f.path, i.number, i.severity, i.code, i.line, i.byte, i.field, i.value, i.reason
    FROM ingest_issue i JOIN data_file f ON f.id = i.file_id`,
};

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return createHash('sha256').update(value).digest('hex').slice(0, 16);
  return value instanceof Date ? value.toISOString() : String(value);
}

interface Connection {
  query(sql: string): Promise<unknown[][]>;
  close(): Promise<void>;
}

async function connect(url: string): Promise<Connection> {
  if (url.startsWith('file:')) {
    const database = new DatabaseSync(url.slice('file:'.length), { readOnly: true });
    return {
      query: async (sql) => database.prepare(sql, { returnArrays: true }).all() as unknown[][],
      close: async () => database.close(),
    };
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    query: async (text) => (await client.query({ text, rowMode: 'array' })).rows,
    close: () => client.end(),
  };
}

/** Runs one statement that returns nothing. */
export async function execute(url: string, sql: string): Promise<void> {
  if (url.startsWith('file:')) {
    const database = new DatabaseSync(url.slice('file:'.length), { timeout: 10_000 });
    database.exec(sql);
    database.close();
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
