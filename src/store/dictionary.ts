import type { FieldTest, Filter } from '../domain/filter.ts';
import { textPredicate } from './text-test.ts';

/** A row of a small table that only grows: an id and texts that never change. */
export type Entry = readonly [id: number, ...texts: (string | null)[]];

type Predicate = (entry: Entry) => boolean;

const MEMOS_KEPT = 500;
/** Longer filters (lists of thousands) are not worth keeping. */
const LONGEST_MEMO = 2_000;

/**
 * The ids and unchanging texts of monitor elements or datasets, in memory, so that tests of them become lists of ids
 * before the hot tables are asked. Grows by what the table has gained; what a filter found is kept and grows with it.
 */
export class Dictionary {
  readonly noun: 'monitorElement' | 'dataset';
  /** The texts of an entry; the first is unique. */
  readonly fields: readonly string[];
  readonly #entries: Entry[] = [];
  readonly #idByName = new Map<string, number>();
  readonly #nameById = new Map<number, string>();
  readonly #memos = new Map<string, { ids: number[]; seen: number }>();

  readonly #contentOf: (set: string) => Filter | undefined;

  /** `contentOf`: what a version of a saved set holds, which never changes; undefined where that is not known. */
  constructor(
    noun: 'monitorElement' | 'dataset',
    fields: readonly string[],
    contentOf: (set: string) => Filter | undefined = () => undefined,
  ) {
    this.noun = noun;
    this.fields = fields;
    this.#contentOf = contentOf;
  }

  get size(): number {
    return this.#entries.length;
  }

  get lastId(): number {
    return this.#entries.at(-1)?.[0] ?? 0;
  }

  get ids(): number[] {
    return this.#entries.map(([id]) => id);
  }

  /** The unique text of an entry. */
  nameOf(id: number): string | undefined {
    return this.#nameById.get(id);
  }

  /** Entries by ascending id; those known already are passed over. */
  add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry[0] <= this.lastId) continue;
      this.#entries.push(entry);
      this.#idByName.set(entry[1] as string, entry[0]);
      this.#nameById.set(entry[0], entry[1] as string);
    }
  }

  /** Whether nothing but texts of this dictionary decides the filter. */
  decides(filter: Filter): boolean {
    switch (filter.kind) {
      case 'and':
      case 'or':
        return filter.of.every((part) => this.decides(part));
      case 'not':
        return this.decides(filter.of);
      case 'test':
        return this.fields.includes(filter.field);
      case 'set':
        return this.#contentOf(filter.set) !== undefined;
      default:
        return false;
    }
  }

  /** Ids of the entries that satisfy a filter that `decides` accepted, ascending. */
  matching(filter: Filter): readonly number[] {
    const named = this.#named(filter);
    if (named) return named;
    const key = JSON.stringify(filter);
    const memo = this.#memos.get(key) ?? { ids: [], seen: 0 };
    if (memo.seen < this.#entries.length) {
      const satisfies = this.#predicate(filter);
      const grown = this.#entries.slice(memo.seen).filter(satisfies);
      memo.ids = [...memo.ids, ...grown.map(([id]) => id)];
      memo.seen = this.#entries.length;
    }
    if (key.length <= LONGEST_MEMO) this.#keep(key, memo);
    return memo.ids;
  }

  #keep(key: string, memo: { ids: number[]; seen: number }): void {
    this.#memos.delete(key);
    this.#memos.set(key, memo);
    if (this.#memos.size > MEMOS_KEPT) this.#memos.delete(this.#memos.keys().next().value as string);
  }

  /** Answers `eq` and `in` of the unique text without looking at every entry. */
  #named(filter: Filter): number[] | undefined {
    if (filter.kind !== 'test' || filter.field !== this.fields[0] || filter.insensitive) return undefined;
    if (filter.op !== 'eq' && filter.op !== 'in') return undefined;
    const names = filter.op === 'eq' ? [filter.value as string] : (filter.value as readonly string[]);
    const ids = new Set<number>();
    for (const name of names) {
      const id = this.#idByName.get(name);
      if (id !== undefined) ids.add(id);
    }
    return [...ids].sort((a, b) => a - b);
  }

  #predicate(filter: Filter): Predicate {
    switch (filter.kind) {
      case 'and': {
        const parts = filter.of.map((part) => this.#predicate(part));
        return (entry) => parts.every((part) => part(entry));
      }
      case 'or': {
        const parts = filter.of.map((part) => this.#predicate(part));
        return (entry) => parts.some((part) => part(entry));
      }
      case 'not': {
        const part = this.#predicate(filter.of);
        return (entry) => !part(entry);
      }
      case 'test':
        return this.#testPredicate(filter);
      case 'set': {
        const content = this.#contentOf(filter.set);
        if (content) return this.#predicate(content);
        throw new Error(`nothing is known of the set ${filter.set}`);
      }
      default:
        throw new Error(`a dictionary does not decide ${filter.kind}`);
    }
  }

  #testPredicate(test: FieldTest): Predicate {
    const place = this.fields.indexOf(test.field) + 1;
    if (test.op === 'isNull') return (entry) => (entry[place] === null) === test.value;
    const satisfies = textPredicate(test);
    const whenAbsent = test.op === 'ne' || test.op === 'notIn';
    return (entry) => {
      const text = entry[place] as string | null;
      return text === null ? whenAbsent : satisfies(text);
    };
  }
}
