import type { ByteSource } from '../../source.ts';
import type { RowKey } from '../format.ts';
import { RootFile } from '../root/file.ts';
import { ElementReader, isFault } from './element.ts';
import { readIndices } from './indices.ts';
import { planOf } from './plan.ts';
import { openTrees } from './trees.ts';
import { TYPES } from './types.ts';

/** Reads names alone, of the lumisections that are asked for; a value only where a name fits. */
export async function locate(source: ByteSource, keys: readonly RowKey[]): Promise<readonly (readonly number[])[]> {
  const wanted = new Map<string, { readonly line: number; readonly place: number }[]>();
  const textOf = (run: number, lumisection: number, path: string) => `${run} ${lumisection} ${path}`;
  const asked = new Set<string>();
  for (const [place, { run, lumisection, monitorElement, line }] of keys.entries()) {
    const text = textOf(run, lumisection, monitorElement);
    asked.add(textOf(run, lumisection, ''));
    wanted.set(text, [...(wanted.get(text) ?? []), { line, place }]);
  }
  const found = keys.map((): number[] => []);
  const file = await RootFile.open(source);
  const trees = await openTrees(file);
  const elements = new ElementReader();
  let line = 0;
  for (const { sections, lines, kind } of planOf(await readIndices(file, trees))) {
    if (kind === 'refused' || kind === 'empty') {
      line += lines;
      continue;
    }
    for (const { run, lumisection, type, first, last } of sections) {
      const tree = trees.byType.get(type);
      const start = line;
      line += last - first + 1;
      if (tree === undefined || tree instanceof Error || !asked.has(textOf(run, lumisection, ''))) continue;
      for (let entry = first; entry <= last; entry++) {
        const path = await elements.path(tree, entry);
        if (isFault(path)) continue;
        const at = start + entry - first + 1;
        const later = wanted.get(textOf(run, lumisection, path))?.filter((key) => key.line > at) ?? [];
        if (later.length === 0) continue;
        const value =
          kind === 'scalars' ? await elements.scalar(tree, type, entry) : await elements.histogram(tree, type, entry);
        if (!isFault(value)) for (const { place } of later) found[place]?.push(at);
      }
    }
  }
  return found;
}

/** The tree and the entry of each line; '' for lines that are no elements. */
export async function placesOf(source: ByteSource, lines: readonly number[]): Promise<readonly string[]> {
  const file = await RootFile.open(source);
  const plan = planOf(await readIndices(file, await openTrees(file)));
  const places = new Map<number, string>();
  const sorted = [...lines].sort((a, b) => a - b);
  let line = 0;
  let next = 0;
  for (const part of plan) {
    const isRows = part.kind === 'refused' || part.kind === 'empty';
    const end = line + part.lines;
    for (const { type, first, last } of isRows ? [] : part.sections) {
      const start = line;
      line += last - first + 1;
      for (; (sorted[next] ?? Number.POSITIVE_INFINITY) <= line; next++) {
        const entry = first + (sorted[next] as number) - start - 1;
        places.set(sorted[next] as number, `entry ${entry} of tree ${TYPES[type]?.tree}`);
      }
    }
    line = end;
    while ((sorted[next] ?? Number.POSITIVE_INFINITY) <= end) next++;
  }
  return lines.map((one) => places.get(one) ?? '');
}
