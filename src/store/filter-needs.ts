import type { Filter } from '../domain/filter.ts';
import { maskOf, namesOf } from './mask-names.ts';
import { nounInfo } from './nouns.ts';
import type { ReferenceName, References } from './references.ts';
import type { Noun } from './store.ts';
import { needsValues } from './text-test.ts';

/** Distinct values by `noun.field`. */
export type NeededValues = ReadonlyMap<string, readonly string[]>;

/** What has to be known before a filter can be compiled. */
export interface FilterNeeds {
  readonly references: Set<ReferenceName>;
  /** Texts whose distinct values are to be read, as `noun.field`. */
  readonly values: Map<string, { noun: Noun; field: string }>;
}

export function filterNeeds(
  noun: Noun,
  filter: Filter | undefined,
  references: References,
  needs: FilterNeeds = { references: new Set(), values: new Map() },
): FilterNeeds {
  if (filter === undefined) return needs;
  switch (filter.kind) {
    case 'and':
    case 'or':
      for (const part of filter.of) filterNeeds(noun, part, references, needs);
      break;
    case 'not':
      filterNeeds(noun, filter.of, references, needs);
      break;
    case 'related': {
      const relation = nounInfo(noun).relations[filter.field];
      if (!relation) break; // the compiler says so
      if (relation.one && references.dictionary(relation.noun)) needs.references.add(relation.noun as ReferenceName);
      filterNeeds(relation.noun, filter.of, references, needs);
      break;
    }
    case 'mask':
      if (namesOf(maskOf(filter.mask)).length > 0) needs.references.add('certification');
      break;
    case 'set':
      needs.references.add('monitorElement').add('elementSet');
      break;
    case 'test': {
      if (!needsValues(filter)) break;
      if (references.dictionary(noun)?.fields.includes(filter.field)) needs.references.add(noun as ReferenceName);
      else if (Object.hasOwn(nounInfo(noun).fields, filter.field)) {
        needs.values.set(`${noun}.${filter.field}`, { noun, field: filter.field });
      }
    }
  }
  return needs;
}
