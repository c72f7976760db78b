import type { Filter } from '../domain/filter.ts';
import { goldenJson } from '../domain/golden-json.ts';
import { parseMask } from '../domain/mask-expression-parser.ts';
import type { MaskPart } from '../store/mask-reads.ts';
import type { SourceScope, Store } from '../store/store.ts';
import { EXPORT_VERSION } from './export-request.ts';

/**
 * A mask as a golden JSON in the layout of CMS's LumiList, with JSON of what it was made of.
 * @throws InvalidInputError, NotFoundError, LimitExceededError
 */
export async function exportMask(store: Store, expression: string): Promise<{ json: string; provenance: string }> {
  const { mask, madeOf } = await store.masks.read(parseMask(expression));
  const provenance = { lumigraphExport: EXPORT_VERSION, mask: expression, madeOf, runs: mask.runCount };
  return { json: goldenJson(mask), provenance: JSON.stringify(provenance) };
}

/** The masks that a filter names, with the versions that they are made of now. */
export async function masksMeant(store: Store, filter: Filter | undefined) {
  const masks = [];
  for (const mask of new Set(maskTexts(filter))) {
    masks.push({ mask, madeOf: (await store.masks.read(parseMask(mask))).madeOf });
  }
  return masks;
}

/** The versions of a source that give flags now. */
export async function sourcesMeant(store: Store, source: SourceScope): Promise<readonly MaskPart[]> {
  const column = 1;
  const { madeOf } = await store.masks.read({ kind: 'verdict', verdict: 'GOOD', sources: [{ ...source, column }] });
  return madeOf;
}

function maskTexts(filter: Filter | undefined): string[] {
  switch (filter?.kind) {
    case 'and':
    case 'or':
      return filter.of.flatMap(maskTexts);
    case 'not':
    case 'related':
      return maskTexts(filter.of);
    case 'mask':
      return [filter.mask];
    default:
      return [];
  }
}
