import type { Filter } from '../domain/filter.ts';
import type { CheckedQuery } from './checked-query.ts';
import type { Parents } from './list-parents.ts';
import type { MeantNames } from './meant-names.ts';
import type { References } from './references.ts';
import type { Noun } from './store.ts';

/** Where the number of datasets is not known: runs have one or two. */
const DATASETS_ASSUMED = 2;

/**
 * About how many rows a parent has at most; Infinity where nothing is known. Histograms of one lumisection are bounded by the
 * monitor elements and datasets that the filter names. A guess that fails costs time, never rows.
 */
export function rowsPerParent(
  { references, names }: CheckedQuery,
  noun: Noun,
  parents: Parents,
  where: Filter | undefined,
): number {
  if (noun !== 'lumisectionHistogram' || !parents.fields.includes('lumisectionNumber')) return Number.POSITIVE_INFINITY;
  if (!parents.fields.includes('runNumber')) return Number.POSITIVE_INFINITY;
  return (
    (named(references, names, 'monitorElement', where) ?? Number.POSITIVE_INFINITY) *
    (named(references, names, 'dataset', where) ?? DATASETS_ASSUMED)
  );
}

/** How many entries of a dictionary the filter leaves. */
function named(
  references: References,
  names: MeantNames,
  noun: 'monitorElement' | 'dataset',
  where: Filter | undefined,
): number | undefined {
  const dictionary = references.dictionary(noun);
  if (!dictionary || !references.isLoaded(noun)) return undefined;
  for (const part of where?.kind === 'and' ? where.of : where ? [where] : []) {
    if (part.kind !== 'related' || part.field !== noun) continue;
    const pinned = names.statement().pinned(part.of);
    if (dictionary.decides(pinned)) return dictionary.matching(pinned).length;
  }
  return dictionary.size;
}
