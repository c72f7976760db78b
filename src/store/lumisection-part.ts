import type { Filter } from '../domain/filter.ts';

/**
 * What a filter on histograms of lumisections asks of the lumisections themselves (their run, conditions and masks), as a
 * filter on lumisections: what else a conjunction asks is left out. Undefined where nothing is asked of them.
 */
export function lumisectionPart(filter: Filter | undefined): Filter | undefined {
  if (filter === undefined) return undefined;
  if (filter.kind !== 'and') return ofLumisections(filter);
  const of = filter.of.flatMap((part) => ofLumisections(part) ?? []);
  return of.length === 0 ? undefined : { kind: 'and', of };
}

/** The same condition on a lumisection; undefined where it asks anything else. */
function ofLumisections(filter: Filter): Filter | undefined {
  switch (filter.kind) {
    case 'mask':
      return filter;
    case 'related':
      if (filter.field === 'run') return filter;
      return filter.field === 'lumisection' ? filter.of : undefined;
    case 'not': {
      const of = ofLumisections(filter.of);
      return of && { kind: 'not', of };
    }
    case 'and':
    case 'or': {
      const of = filter.of.map(ofLumisections);
      return of.includes(undefined) ? undefined : { kind: filter.kind, of: of as Filter[] };
    }
    default:
      return undefined;
  }
}
