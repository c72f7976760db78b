import { type StoredBinning, storedBinning } from '../domain/binning.ts';
import { parseDatasetName } from '../domain/dataset-name.ts';
import type { Binning } from '../domain/histogram.ts';
import type { MonitorElementRecord } from '../domain/record.ts';
import type { Column, Database, Parameter, Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import type { DictionaryIds } from './resolved-batch.ts';
import { undoSums } from './undo-sums.ts';

export interface Dictionaries {
  readonly monitorElements: readonly MonitorElementRecord[];
  readonly datasets: readonly string[];
  readonly binnings: readonly Binning[];
}

interface Element {
  readonly id: number;
  readonly path: string;
  readonly dimension: number | null;
  readonly kind: string | null;
  readonly efficiency: boolean | number | null;
}

interface Entered {
  readonly datasets: Map<string, number>;
  readonly elements: Map<string, Element>;
  readonly binnings: Map<string, number>;
}
const NOTHING: Entered = { datasets: new Map(), elements: new Map(), binnings: new Map() };
const ELEMENT = 'id, path, dimension, kind, efficiency';

/** Entries kept of each kind: a bound on memory, far above what a process meets. */
const KEPT = 50_000;

/**
 * Ids of monitor elements, datasets and binnings, which are entered where they are new: in a short transaction of
 * their own, so that writers never wait for each other's batches. Known ones are kept in memory: they never change,
 * save that a dimension becomes known, and that `withdraw` deletes what nothing refers to (then call `forget`).
 */
export class DictionaryResolver {
  readonly #database: Pick<Database, 'write' | 'dialect'>;
  readonly #elements = new Map<string, Element>();
  readonly #datasets = new Map<string, number>();
  readonly #binnings = new Map<string, number>();

  constructor(database: Pick<Database, 'write' | 'dialect'>) {
    this.#database = database;
  }

  forget(): void {
    for (const kept of [this.#elements, this.#datasets, this.#binnings]) kept.clear();
  }

  /** The id of a monitor element whose histograms have another number of axes than the record says is -1. */
  async resolve(wanted: Dictionaries): Promise<DictionaryIds> {
    const binnings = wanted.binnings.map(storedBinning);
    // what is known now: others may forget it while the rest is entered
    const datasets = wanted.datasets.map((name) => this.#datasets.get(name));
    const elements = wanted.monitorElements.map((record) => this.#known(record));
    const bookings = binnings.map(({ hash }) => this.#binnings.get(hash));
    const newDatasets = wanted.datasets.filter((_, i) => datasets[i] === undefined);
    const newElements = wanted.monitorElements.filter((_, i) => elements[i] === undefined);
    const newBinnings = binnings.filter((_, i) => bookings[i] === undefined);
    const entered = await this.#enter(newDatasets, newElements, newBinnings);
    return {
      datasets: wanted.datasets.map((name, i) => datasets[i] ?? (entered.datasets.get(name) as number)),
      binnings: binnings.map(({ hash }, i) => bookings[i] ?? (entered.binnings.get(hash) as number)),
      monitorElements: wanted.monitorElements.map(({ path, dimension }, i) => {
        const element = elements[i] ?? (entered.elements.get(path) as Element);
        return dimension === null || element.dimension === null || dimension === element.dimension ? element.id : -1;
      }),
    };
  }

  async #enter(
    datasets: readonly string[],
    elements: readonly MonitorElementRecord[],
    binnings: readonly StoredBinning[],
  ): Promise<Entered> {
    if (datasets.length + elements.length + binnings.length === 0) return NOTHING;
    const entered = await this.#database.write(
      async (transaction) => ({
        datasets: await enterDatasets(transaction, this.#database.dialect, datasets),
        elements: await enterElements(transaction, this.#database.dialect, elements),
        binnings: await enterBinnings(transaction, this.#database.dialect, binnings),
      }),
      // a mark undoes sums
      { alone: elements.some(({ efficiency }) => efficiency === true) },
    );
    keep(this.#datasets, entered.datasets);
    keep(this.#elements, entered.elements);
    keep(this.#binnings, entered.binnings);
    return entered;
  }

  #known(record: MonitorElementRecord): Element | undefined {
    const element = this.#elements.get(record.path);
    return element === undefined || tellsMore(record, element) ? undefined : element;
  }
}

/** Whether a record settles what was open. The mark of an efficiency stays, whoever else does not set it. */
function tellsMore({ dimension, kind, efficiency }: MonitorElementRecord, known: Element): boolean {
  if (dimension !== null && known.dimension === null) return true;
  if (kind !== null && known.kind === null && known.dimension === null) return true;
  return efficiency === true ? !known.efficiency : efficiency === false && known.efficiency === null;
}

function keep<Value>(kept: Map<string, Value>, more: Map<string, Value>): void {
  if (kept.size > KEPT) kept.clear();
  for (const [key, value] of more) kept.set(key, value);
}

const text = (name: string): Column => ({ name, type: 'text' });
const integer = (name: string): Column => ({ name, type: 'integer' });

/** Makes sure that there are datasets of these names. @returns their ids. */
export async function enterDatasets(transaction: Transaction, dialect: Dialect, names: readonly string[]) {
  const columns = [text('name'), text('primary_dataset'), text('era'), text('processing'), text('tier')];
  const rows = names.map((name) => {
    const { primaryDataset, era, processing, tier } = parseDatasetName(name);
    return [name, primaryDataset, era, processing, tier];
  });
  const entered = await enter<{ id: number; name: string }>(transaction, dialect, 'dataset', columns, rows, 'id, name');
  return new Map(entered.map(({ id, name }) => [name, id]));
}

async function enterBinnings(transaction: Transaction, dialect: Dialect, binnings: readonly StoredBinning[]) {
  const columns = [text('hash'), integer('dimension'), text('title'), text('axes')];
  const rows = binnings.map(({ hash, dimension, title, axes }) => [hash, dimension, title, axes]);
  const entered = await enter<{ id: number; hash: string }>(transaction, dialect, 'binning', columns, rows, 'id, hash');
  return new Map(entered.map(({ id, hash }) => [hash, id]));
}

async function enterElements(transaction: Transaction, dialect: Dialect, records: readonly MonitorElementRecord[]) {
  const columns = [text('path'), text('name'), text('subsystem'), integer('dimension'), text('kind')];
  const rows = records.map(({ path, dimension, kind }) => {
    const steps = path.split('/');
    return [path, steps.at(-1) as string, steps.length > 1 ? (steps[0] as string) : null, dimension, kind];
  });
  const entered = await enter<Element>(transaction, dialect, 'monitor_element', columns, rows, ELEMENT);
  const elements = new Map(entered.map((element) => [element.path, element]));
  const marked: number[] = [];
  // the first that tells the dimension settles it; what holds histograms is no scalar any more
  for (const record of records) {
    const { path, dimension, kind, efficiency } = record;
    const known = elements.get(path);
    if (known === undefined || !tellsMore(record, known)) continue;
    const [settled] = await transaction.all<Element>(
      `UPDATE monitor_element SET dimension = coalesce(dimension, $1),
         kind = coalesce(${dimension === null ? 'kind' : "nullif(kind, 'SCALAR')"}, $2, kind),
         efficiency = ${efficiency ? 'TRUE' : efficiency === false ? 'coalesce(efficiency, FALSE)' : 'efficiency'}
       WHERE path = $3 RETURNING ${ELEMENT}`,
      [dimension, kind, path],
    );
    if (settled === undefined) continue;
    elements.set(path, settled);
    if (settled.efficiency && !known.efficiency) marked.push(settled.id);
  }
  if (marked.length > 0) await undoSums(transaction, dialect, marked);
  return elements;
}

/**
 * Makes sure that there is a row for each of `rows`, which are told apart by their first column, a text.
 * @returns all of them, as stored.
 */
async function enter<Row>(
  transaction: Transaction,
  dialect: Dialect,
  table: string,
  columns: readonly Column[],
  rows: readonly (readonly Parameter[])[],
  select: string,
): Promise<Row[]> {
  if (rows.length === 0) return [];
  const key = (columns[0] as Column).name;
  const keyColumns = [{ name: 'wanted', type: 'text' }] as const;
  const distinct = [...new Map(rows.map((row) => [row[0] as string, row])).entries()].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const find = (keys: readonly string[]) =>
    transaction.all<Row & Record<string, unknown>>(
      `SELECT ${select} FROM ${dialect.keyTable('k', keyColumns, 1)} CROSS JOIN ${table} t WHERE t.${key} = k.wanted`,
      dialect.keyParameters(
        keyColumns,
        keys.map((wanted) => [wanted]),
      ),
    );
  const found = await find(distinct.map(([wanted]) => wanted));
  const there = new Set(found.map((row) => row[key]));
  const missing = distinct.filter(([wanted]) => !there.has(wanted));
  if (missing.length === 0) return found;
  // readers keep dictionaries up to date by what lies beyond the last id they know (see references.ts)
  const lock = dialect.lockInserts(table);
  if (lock !== null) await transaction.all(lock);
  await transaction.insert(
    table,
    columns,
    missing.map(([, row]) => row),
    `ON CONFLICT (${key}) DO NOTHING`,
  );
  return [...found, ...(await find(missing.map(([wanted]) => wanted)))];
}
