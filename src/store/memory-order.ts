import type { CheckedQuery } from './checked-query.ts';
import type { Dictionary } from './dictionary.ts';
import type { FoundRows } from './list-reading.ts';
import { nounInfo } from './nouns.ts';
import type { Order } from './order-sql.ts';
import type { References } from './references.ts';
import type { Noun } from './store.ts';
import { compareText } from './text-test.ts';

/** An order that is told from memory. */
export type MemoryOrder = readonly MemoryTerm[];

interface MemoryTerm {
  /** Our field that holds the number, or the id of the dictionary's entry. */
  readonly field: string;
  readonly dictionary?: Dictionary;
  readonly descending: boolean;
}

/**
 * An order by integers and by the names of monitor elements and datasets, which are in memory: where all rows of a
 * parent are read anyway, they come unsorted and without joins, which takes a tenth of the time. Undefined for others.
 */
export function memoryOrder(noun: Noun, { names, terms }: Order, references: References): MemoryOrder | undefined {
  const { relations } = nounInfo(noun);
  const found: MemoryTerm[] = [];
  for (const [i, { own, field, descending }] of terms.entries()) {
    if (own !== undefined) {
      if (field.type !== 'int' || field.nullable) return undefined;
      found.push({ field: own, descending });
      continue;
    }
    const [relation, related] = (names[i] as string).split('.') as [string, string];
    const dictionary = references.dictionary(relations[relation]?.noun as Noun);
    const ours = relations[relation]?.on.id;
    if (dictionary?.fields[0] !== related || ours === undefined) return undefined;
    found.push({ field: ours, dictionary, descending });
  }
  return found;
}

/** Places of the rows, in the order. Names that came after the last look are read first. */
export async function sortedPlaces<N extends Noun>(
  order: MemoryOrder,
  found: FoundRows<N>,
  { references, database }: CheckedQuery,
  backwards: boolean,
): Promise<number[]> {
  const columns: { ranks: readonly number[]; sign: number }[] = [];
  for (const { field, dictionary, descending } of order) {
    const values = found.valuesOf(field);
    if (dictionary && values.some((id) => dictionary.nameOf(id) === undefined)) {
      await references.refresh(dictionary.noun, database);
    }
    columns.push({ ranks: dictionary ? ranksOf(values, dictionary) : values, sign: descending === backwards ? 1 : -1 });
  }
  return found.places.sort((a, b) => {
    for (const { ranks, sign } of columns) {
      const difference = (ranks[a] as number) - (ranks[b] as number);
      if (difference !== 0) return sign * difference;
    }
    return 0;
  });
}

/** The names that a cursor needs of a row, in the order of the terms. */
export const relatedNames = (order: MemoryOrder, row: Readonly<Record<string, unknown>>) =>
  order.flatMap(({ field, dictionary }) => (dictionary ? [nameOf(dictionary, row[field] as number)] : []));

function ranksOf(ids: readonly number[], dictionary: Dictionary): number[] {
  const names = Array.from(new Set(ids), (id) => ({ id, name: nameOf(dictionary, id) }));
  names.sort((a, b) => compareText(a.name, b.name));
  const ranks = new Map(names.map(({ id }, rank) => [id, rank]));
  return ids.map((id) => ranks.get(id) as number);
}

function nameOf(dictionary: Dictionary, id: number): string {
  const name = dictionary.nameOf(id);
  if (name === undefined) throw new Error(`no ${dictionary.noun} ${id}`);
  return name;
}
