import type { Branch } from '../root/branch.ts';
import { RootFault } from '../root/fault.ts';
import type { RootFile } from '../root/file.ts';
import { type Key, latestCycles } from '../root/key.ts';
import { Tree } from '../root/tree.ts';
import { INDICES, TYPES } from './types.ts';

/** The tree of one type. */
export interface ElementTree {
  readonly name: string;
  /** Entries that all its branches have. */
  readonly entries: number;
  readonly fullName: Branch;
  readonly flags: Branch;
  readonly value: Branch;
}

/** Trees in the top folder, by name. */
export function treeKeys(keys: readonly Key[]): Map<string, Key> {
  const trees = latestCycles(keys).filter(({ className }) => className === 'TTree');
  return new Map(trees.map((key) => [key.name, key]));
}

/** Why these are no trees of a DQMIO file; null where they are. Without `Indices` it takes three others. */
export function dqmioProblem(keys: readonly Key[]): string | null {
  const trees = treeKeys(keys);
  const known = TYPES.filter(({ tree }) => trees.has(tree)).length;
  return known >= (trees.has(INDICES) ? 1 : 3) ? null : 'the ROOT file has no tree Indices beside trees of its types';
}

/** The trees of the types, opened; where one cannot be, why. `unknown` are those that nobody asks for. */
export interface ElementTrees {
  readonly byType: ReadonlyMap<number, ElementTree | RootFault>;
  readonly unknown: readonly string[];
}

/** @throws FileError for what reading throws. */
export async function openTrees(file: RootFile): Promise<ElementTrees> {
  const keys = treeKeys(file.keys);
  const byType = new Map<number, ElementTree | RootFault>();
  for (const [type, { tree: name }] of TYPES.entries()) {
    const key = keys.get(name);
    const opened = key ? await open(file, key) : new RootFault('MISSING_TREE', `there is no tree ${name}`);
    byType.set(type, opened);
  }
  const known = new Set([INDICES, ...TYPES.map(({ tree }) => tree)]);
  return { byType, unknown: [...keys.keys()].filter((name) => !known.has(name)) };
}

async function open(file: RootFile, key: Key): Promise<ElementTree | RootFault> {
  try {
    const tree = await Tree.open(file, key);
    const [fullName, flags, value] = [tree.branch('FullName'), tree.branch('Flags'), tree.branch('Value')];
    const entries = Math.min(tree.entries, fullName.entries, flags.entries, value.entries);
    return { name: key.name, entries, fullName, flags, value };
  } catch (error) {
    if (error instanceof RootFault) {
      const { code, message, byte = key.seek } = error;
      return new RootFault(code, `tree ${key.name}: ${message}`, byte);
    }
    throw error;
  }
}
