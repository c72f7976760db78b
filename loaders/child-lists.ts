import type DataLoader from 'dataloader';
import type { Filter, ListQuery, Page } from '../src/domain/filter.ts';
import type { Lists, Noun, ParentKey, Rows } from '../src/store/store.ts';
import { byArguments, byKey } from './by-key.ts';

type PageLoader<N extends Noun> = DataLoader<ParentKey, Page<Rows[N]>, ParentKey | string>;

/** All parents that one loader is asked for have the same fields. */
function parentName(parent: ParentKey): string {
  let name = '';
  for (const field in parent) name += `${parent[field]}\0`;
  return name;
}

/** The same page of children for many parents: one loader for each noun and query. */
export function pageLoaders(lists: Lists): <N extends Noun>(noun: N, query: ListQuery) => PageLoader<N> {
  const loader = byArguments((noun: Noun, query: ListQuery) =>
    byKey((parents: readonly ParentKey[]) => lists.pages(noun, parents, query), parentName),
  );
  return loader as <N extends Noun>(noun: N, query: ListQuery) => PageLoader<N>;
}

/** How many children each parent has in all: one loader for each noun and filter. */
export function countLoaders(lists: Lists) {
  return byArguments((noun: Noun, where?: Filter) =>
    byKey((parents: readonly ParentKey[]) => lists.counts(noun, parents, where), parentName),
  );
}
