import type { Database, Parameter } from './database.ts';
import type { KeyColumn } from './dialect.ts';
import type { LumisectionHistogramKey, RunHistogramKey } from './store.ts';

type Blob = Uint8Array | null;

/**
 * The hot path. Keys as pages ask for them are a product, of one run: some monitor elements times some lumisections; one
 * such box is read as ranges of the primary key, which is as fast as the database gets. Anything else goes key by key.
 */
export async function lumisectionBins(database: Database, keys: readonly LumisectionHistogramKey[]): Promise<Blob[]> {
  if (keys.length === 0) return [];
  const box = boxOf(keys);
  return box ? readBox(database, keys, box) : readKeys(database, keys);
}

interface Box {
  readonly run: number;
  readonly monitorElements: readonly number[];
  readonly datasets: readonly number[];
  /** Ascending. */
  readonly lumisections: readonly number[];
}

/** The smallest box around the keys; undefined where it would hold many more rows than were asked for. */
function boxOf(keys: readonly LumisectionHistogramKey[]): Box | undefined {
  const run = (keys[0] as LumisectionHistogramKey).runNumber;
  const monitorElements = new Set<number>();
  const datasets = new Set<number>();
  const lumisections = new Set<number>();
  for (const key of keys) {
    if (key.runNumber !== run) return undefined;
    monitorElements.add(key.monitorElementId);
    datasets.add(key.datasetId);
    lumisections.add(key.lumisectionNumber);
  }
  const held = monitorElements.size * datasets.size * lumisections.size;
  if (held > 2 * keys.length) return undefined;
  return {
    run,
    monitorElements: [...monitorElements],
    datasets: [...datasets],
    lumisections: [...lumisections].sort((a, b) => a - b),
  };
}

async function readBox(database: Database, keys: readonly LumisectionHistogramKey[], box: Box): Promise<Blob[]> {
  const parameters: Parameter[] = [box.run];
  const isOneOf = (column: string, values: readonly number[]) => {
    if (values.length === 1) return `${column} = $${parameters.push(values[0] as number)}`;
    const [before, behind] = database.dialect.oneOf.int;
    return `${column} ${before}$${parameters.push(database.dialect.listParameter(values))}${behind}`;
  };
  const first = box.lumisections[0] as number;
  const last = box.lumisections.at(-1) as number;
  const isDense = last - first < 1.5 * box.lumisections.length;
  const conditions = [
    'run_number = $1',
    isOneOf('monitor_element_id', box.monitorElements),
    isDense
      ? `lumisection_number BETWEEN $${parameters.push(first)} AND $${parameters.push(last)}`
      : isOneOf('lumisection_number', box.lumisections),
    isOneOf('dataset_id', box.datasets),
  ];
  // only what differs is asked for: each value of a row costs as much as a bin's blob to look up
  const columns = [
    'lumisection_number',
    'bins',
    ...(box.monitorElements.length > 1 || box.datasets.length > 1 ? ['monitor_element_id', 'dataset_id'] : []),
  ];
  const rows = await database.arrays<[number, Uint8Array, number?, number?]>(
    `SELECT ${columns.join(', ')} FROM lumisection_histogram WHERE ${conditions.join(' AND ')}`,
    parameters,
  );
  // places in the box, as if it were full: array access instead of a key to build for each row
  const span = last - first + 1;
  const datasets = new Map(box.datasets.map((dataset, d) => [dataset, d]));
  const offsets = new Map(box.monitorElements.map((element, m) => [element, m * box.datasets.length]));
  const placeOf = (
    lumisection: number,
    element = box.monitorElements[0] as number,
    dataset = box.datasets[0] as number,
  ) => ((offsets.get(element) as number) + (datasets.get(dataset) as number)) * span + lumisection - first;
  const blobs: Blob[] = isDense ? new Array<Blob>(offsets.size * datasets.size * span).fill(null) : [];
  for (const [lumisection, blob, element, dataset] of rows) blobs[placeOf(lumisection, element, dataset)] = blob;
  return keys.map((key) => blobs[placeOf(key.lumisectionNumber, key.monitorElementId, key.datasetId)] ?? null);
}

const integer = (name: string): KeyColumn => ({ name, type: 'integer' });
const LUMISECTION_KEY = ['run_number', 'monitor_element_id', 'lumisection_number', 'dataset_id'].map(integer);
const RUN_KEY = ['run_number', 'dataset_id', 'monitor_element_id'].map(integer);

function readKeys(database: Database, keys: readonly LumisectionHistogramKey[]): Promise<Blob[]> {
  return readByKey(
    database,
    'lumisection_histogram',
    LUMISECTION_KEY,
    keys.map((key) => [key.runNumber, key.monitorElementId, key.lumisectionNumber, key.datasetId]),
  );
}

export function runBins(database: Database, keys: readonly RunHistogramKey[]): Promise<Blob[]> {
  return readByKey(
    database,
    'run_histogram',
    RUN_KEY,
    keys.map((key) => [key.runNumber, key.datasetId, key.monitorElementId]),
  );
}

async function readByKey(
  database: Database,
  table: string,
  columns: readonly KeyColumn[],
  keys: readonly (readonly number[])[],
): Promise<Blob[]> {
  if (keys.length === 0) return [];
  const pairs = columns.map(({ name }) => `h.${name} = k.${name}`).join(' AND ');
  const { dialect } = database;
  const rows = await database.arrays<[number, Blob]>(
    `SELECT k.position, h.bins FROM ${dialect.keyTable('k', columns, 1)} CROSS JOIN ${table} h WHERE ${pairs}`,
    dialect.keyParameters(columns, keys),
  );
  const blobs = new Array<Blob>(keys.length).fill(null);
  for (const [position, blob] of rows) blobs[position] = blob;
  return blobs;
}
