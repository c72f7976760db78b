import type { Column, Transaction } from './database.ts';
import { columnNamed, type HistogramRows } from './histogram-rows.ts';

/** What is counted, in the order of a change. */
export const COUNTS = [
  'lumisection_count',
  'empty_count',
  'run_histogram_count',
  'scalar_count',
  'quality_test_count',
] as const;

const KEY = ['run_number', 'dataset_id', 'monitor_element_id'] as const;
const COLUMNS = [...KEY, ...COUNTS].map((name): Column => ({ name, type: 'integer' }));

const ADD = `ON CONFLICT (${KEY.join(', ')}) DO UPDATE SET ${COUNTS.map(
  (name) => `${name} = run_monitor_element.${name} + excluded.${name}`,
).join(', ')}`;

/** A change of nothing yet: run, dataset, monitor element, and one number for each of COUNTS. */
export const noChange = (run: number, dataset: number, element: number): number[] => [
  ...[run, dataset, element],
  ...COUNTS.map(() => 0),
];

/** Place of a count in a change. */
export const placeOf = (count: (typeof COUNTS)[number]): number => KEY.length + COUNTS.indexOf(count);

/** Adds to the counts of runs, datasets and monitor elements, each once, sorted by key. */
export async function addRunElementCounts(transaction: Transaction, changes: readonly number[][]): Promise<void> {
  if (changes.length > 0) await transaction.insert('run_monitor_element', COLUMNS, changes, ADD);
}

/** Counts rows of values that came or (`by` -1) went. */
export async function countValues(
  transaction: Transaction,
  count: 'scalar_count' | 'quality_test_count',
  keys: Iterable<readonly [run: number, dataset: number, element: number]>,
  by: 1 | -1,
): Promise<void> {
  const changes = new Map<string, number[]>();
  const place = placeOf(count);
  for (const key of keys) {
    const name = key.join(' ');
    const change = changes.get(name) ?? noChange(...key);
    (change[place] as number) += by;
    changes.set(name, change);
  }
  await addRunElementCounts(transaction, sortedChanges(changes.values()));
}

/** Those that change anything, in the order of the key: transactions side by side never wait for each other in a circle. */
export const sortedChanges = (changes: Iterable<number[]>): number[][] =>
  [...changes]
    .filter((change) => change.slice(KEY.length).some((count) => count !== 0))
    .sort(
      (a, b) =>
        (a[0] as number) - (b[0] as number) ||
        (a[1] as number) - (b[1] as number) ||
        (a[2] as number) - (b[2] as number),
    );

/** Collects what a batch changes in `run_monitor_element`. */
export class RunElementCounts {
  readonly #rows: HistogramRows;
  readonly #changes = new Map<string, number[]>();
  readonly #run: Int32Array;
  readonly #dataset: Int32Array;
  readonly #element: Int32Array;
  readonly #integral: Float64Array;

  constructor(rows: HistogramRows) {
    this.#rows = rows;
    const integers = (name: string) => numbersOf(rows, name) as Int32Array;
    this.#run = integers('run_number');
    this.#dataset = integers('dataset_id');
    this.#element = integers('monitor_element_id');
    this.#integral = numbersOf(rows, 'integral') as Float64Array;
  }

  inserted(row: number): void {
    const change = this.#changeOf(row);
    if (this.#rows.table === 'run_histogram') {
      (change[5] as number)++;
      return;
    }
    (change[3] as number)++;
    if (this.#integral[row] === 0) (change[4] as number)++;
  }

  /** @param before integral of the row that stood there before. */
  replaced(row: number, before: number | null): void {
    this.changed(row, before, this.#integral[row] as number);
  }

  /** Another integral stands under the key of the row. */
  changed(row: number, before: number | null, after: number): void {
    if (this.#rows.table === 'run_histogram') return;
    (this.#changeOf(row)[4] as number) += Number(after === 0) - Number(before === 0);
  }

  #latest: number[] = [];

  #changeOf(row: number): number[] {
    const [run, dataset, element] = [this.#run[row], this.#dataset[row], this.#element[row]] as [
      number,
      number,
      number,
    ];
    const latest = this.#latest;
    if (latest[0] === run && latest[1] === dataset && latest[2] === element) return latest;
    const key = `${run} ${dataset} ${element}`;
    let change = this.#changes.get(key);
    if (change === undefined) {
      change = noChange(run, dataset, element);
      this.#changes.set(key, change);
    }
    this.#latest = change;
    return change;
  }

  async write(transaction: Transaction): Promise<void> {
    await addRunElementCounts(transaction, sortedChanges(this.#changes.values()));
  }
}

function numbersOf(rows: HistogramRows, name: string): Int32Array | Float64Array {
  const column = columnNamed(rows, name);
  if (column.type !== 'integer' && column.type !== 'float') throw new Error(`${name} holds no numbers`);
  return column.values;
}
