import { Branch } from './branch.ts';
import { RootFault } from './fault.ts';
import type { RootFile } from './file.ts';
import type { Key } from './key.ts';
import { itemsOf, type RootObject } from './objects.ts';

/** A tree of simple branches: one value, text or whole object an entry. */
export class Tree {
  readonly entries: number;
  readonly #file: RootFile;
  readonly #branches: readonly RootObject[];

  private constructor(file: RootFile, entries: number, branches: readonly RootObject[]) {
    this.#file = file;
    this.entries = entries;
    this.#branches = branches;
  }

  /** @throws RootFault; FileError for what reading throws. */
  static async open(file: RootFile, key: Key): Promise<Tree> {
    const tree = await file.object(key);
    const { fEntries, fBranches } = tree;
    const branches = itemsOf(fBranches);
    if (typeof fEntries !== 'number' || !Number.isSafeInteger(fEntries) || fEntries < 0) {
      throw new RootFault('BROKEN_RECORD', `tree ${key.name} has ${String(fEntries)} entries`, key.seek);
    }
    return new Tree(file, fEntries, branches);
  }

  /** @throws RootFault MISSING_BRANCH. */
  branch(name: string): Branch {
    const found = this.#branches.find(({ fName }) => String(fName).replace(/\.$/, '') === name);
    if (!found) throw new RootFault('MISSING_BRANCH', `there is no branch ${name}`);
    return new Branch(this.#file, found);
  }
}
