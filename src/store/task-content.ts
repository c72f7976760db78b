import { binningOf } from '../domain/binning.ts';
import { decodeBins } from '../domain/codec.ts';
import type { Binning, Bins } from '../domain/histogram.ts';
import { type Shape, shapeOf } from '../domain/shape.ts';
import type { TaskMember } from '../domain/task.ts';
import { binsHash, byCodePoint, memberDigest, type TaskItem } from '../domain/task-hash.ts';
import type { Parameter, Queries } from './database.ts';
import type { Dialect } from './dialect.ts';
import type { TaskElements } from './task-elements.ts';
import { Turn } from './turn.ts';

/** Histograms are read, and members looked at, so many at once: of one run and one monitor element. */
const AT_ONCE = 500;

/** Which histograms of a member belong to a task. */
export interface TaskContent extends TaskElements {
  readonly dataset: string;
  readonly minEntries: number;
}

interface BinningFacts {
  readonly hash: string;
  readonly binning: Binning;
  readonly shape: Shape;
}

/** A histogram of a member. */
export interface MemberPart {
  readonly binning: Binning;
  readonly bins: Bins;
}

/** Reads the histograms of members, run by run, and tells what they are as of now. */
export class ContentReader {
  readonly #dialect: Dialect;
  readonly #queries: Queries;
  readonly #content: TaskContent;
  readonly #binnings = new Map<number, BinningFacts>();
  readonly #turn = new Turn();

  constructor(dialect: Dialect, queries: Queries, content: TaskContent) {
    this.#dialect = dialect;
    this.#queries = queries;
    const ids = new Map(content.elements.map(({ path, id }) => [path, id]));
    const sorted = byCodePoint([...ids.keys()]).map((path) => ({ path, id: ids.get(path) as number }));
    this.#content = { ...content, elements: sorted };
  }

  /** The digests of members of one run, in their order. */
  async digests(run: number, members: readonly Pick<TaskMember, 'first' | 'last'>[]): Promise<Uint8Array[]> {
    const digests: Uint8Array[] = [];
    for (let from = 0; from < members.length; from += AT_ONCE) {
      const some = members.slice(from, from + AT_ONCE);
      const numbers = new Set<number>();
      for (const { first, last } of some) for (let number = first; number <= last; number++) numbers.add(number);
      const items = await this.#items(
        run,
        [...numbers].sort((a, b) => a - b),
      );
      for (const { first, last } of some) {
        const own: TaskItem[] = [];
        for (let number = first; number <= last; number++) own.push(...(items.get(number) ?? []));
        digests.push(memberDigest(this.#content.dataset, own));
        await this.#turn.pass();
      }
    }
    return digests;
  }

  /** The histograms of a monitor element of the task, by lumisection (0: of the run). */
  async histograms(run: number, element: number, numbers: readonly number[]): Promise<Map<number, MemberPart>> {
    const found = new Map<number, MemberPart>();
    for (let from = 0; from < numbers.length; from += AT_ONCE) {
      for (const [number, binningId, blob] of await this.#read(run, element, numbers.slice(from, from + AT_ONCE))) {
        const { binning, shape } = await this.#binning(binningId);
        found.set(number, { binning, bins: decodeBins(blob, shape) });
        await this.#turn.pass();
      }
    }
    return found;
  }

  /** By lumisection (0: of the run), each by path. */
  async #items(run: number, numbers: readonly number[]): Promise<Map<number, TaskItem[]>> {
    const items = new Map<number, TaskItem[]>();
    for (const { id, path } of this.#content.elements) {
      for (let from = 0; from < numbers.length; from += AT_ONCE) {
        for (const [lumisection, binningId, bins] of await this.#read(run, id, numbers.slice(from, from + AT_ONCE))) {
          const { hash, shape } = await this.#binning(binningId);
          const item = { run, lumisection, monitorElement: path, binningHash: hash, binsHash: binsHash(bins, shape) };
          const known = items.get(lumisection);
          if (known) known.push(item);
          else items.set(lumisection, [item]);
          await this.#turn.pass();
        }
      }
    }
    return items;
  }

  #read(run: number, element: number, numbers: readonly number[]): Promise<[number, number, Uint8Array][]> {
    const { datasetId, minEntries } = this.#content;
    const isOfRun = numbers.length === 1 && numbers[0] === 0;
    const [before, behind] = this.#dialect.oneOf.int;
    const parameters: Parameter[] = [run, element, datasetId, minEntries];
    const which =
      'run_number = $1 AND monitor_element_id = $2 AND dataset_id = $3 AND coalesce(entries, integral) >= $4';
    return isOfRun
      ? this.#queries.arrays(
          `SELECT 0, binning_id, bins FROM run_histogram WHERE ${which} AND bins IS NOT NULL`,
          parameters,
        )
      : this.#queries.arrays(
          `SELECT lumisection_number, binning_id, bins FROM lumisection_histogram
           WHERE ${which} AND lumisection_number ${before}$5${behind}`,
          [...parameters, this.#dialect.listParameter(numbers)],
        );
  }

  async #binning(id: number): Promise<BinningFacts> {
    const known = this.#binnings.get(id);
    if (known) return known;
    const [row] = await this.#queries.all<{ hash: string; title: string; axes: string }>(
      'SELECT hash, title, axes FROM binning WHERE id = $1',
      [id],
    );
    if (!row) throw new Error(`there is no binning ${id}`);
    const binning = binningOf(row);
    const facts = { hash: row.hash, binning, shape: shapeOf(binning) };
    this.#binnings.set(id, facts);
    return facts;
  }
}
