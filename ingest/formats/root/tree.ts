import type { Basket } from './basket.ts';
import { Cursor } from './cursor.ts';
import { RootFault } from './fault.ts';
import type { RootFile } from './file.ts';
import type { Key } from './key.ts';
import type { RootObject } from './objects.ts';

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

function itemsOf(list: unknown): RootObject[] {
  const items = (list as { items?: (RootObject | null)[] } | undefined)?.items ?? [];
  return items.filter((item) => item !== null);
}

type NumberReader = (cursor: Cursor) => number;

/** By class of the leaf: signed, unsigned. */
const LEAVES: Readonly<Record<string, readonly [NumberReader, NumberReader]>> = {
  TLeafB: [(c) => c.i8(), (c) => c.u8()],
  TLeafO: [(c) => c.u8(), (c) => c.u8()],
  TLeafS: [(c) => c.i16(), (c) => c.u16()],
  TLeafI: [(c) => c.i32(), (c) => c.u32()],
  TLeafL: [(c) => c.i64(), (c) => c.u64()],
  TLeafF: [(c) => c.f32(), (c) => c.f32()],
  TLeafD: [(c) => c.f64(), (c) => c.f64()],
};

/** One branch, read entry by entry; the latest basket stays in memory, so ascending entries read each basket once. */
export class Branch {
  readonly name: string;
  readonly #file: RootFile;
  readonly #object: RootObject;
  readonly #leaf: RootObject | undefined;
  /** First entry of each basket. */
  readonly #firsts: ArrayLike<number>;
  readonly #baskets: number;
  #latest: { readonly first: number; readonly basket: Basket; readonly seek: number } | null = null;

  constructor(file: RootFile, object: RootObject) {
    this.#file = file;
    this.#object = object;
    this.name = String(object.fName);
    this.#leaf = itemsOf(object.fLeaves)[0];
    this.#firsts = (object.fBasketEntry ?? []) as ArrayLike<number>;
    // the basket that was being filled counts, too
    this.#baskets = Math.min(Number(object.fWriteBasket ?? 0) + 1, this.#firsts.length);
  }

  /** A number. @throws RootFault. */
  async number(entry: number): Promise<number> {
    const { cursor } = await this.#entry(entry);
    const className = this.#leaf?.className ?? '';
    const reader = LEAVES[className]?.[this.#leaf?.fIsUnsigned ? 1 : 0];
    if (!reader) throw new RootFault('UNSUPPORTED_BRANCH', `branch ${this.name} holds no numbers (${className})`);
    return reader(cursor);
  }

  /** A text: its length and its letters, perhaps after a version. @throws RootFault. */
  async text(entry: number): Promise<string> {
    const { cursor } = await this.#entry(entry);
    const { at, left } = cursor;
    const length = (from: number) => {
      const short = cursor.bytes[from] as number;
      return short === 255 ? 5 + new Cursor(cursor.bytes, from + 1, cursor.end).u32() : 1 + short;
    };
    if (left >= 1 && length(at) === left) return cursor.string();
    if (left >= 7 && length(at + 6) === left - 6) {
      cursor.skip(6);
      return cursor.string();
    }
    throw new RootFault('BROKEN_RECORD', `entry ${entry} of ${this.name} is no text`);
  }

  /** An object. @throws RootFault. */
  async object(entry: number): Promise<RootObject> {
    const { cursor, basket } = await this.#entry(entry);
    const reader = this.#file.reader(cursor, basket.displacement);
    if (this.#object.className === 'TBranchObject') {
      // each entry names its class where the leaf is virtual
      let className = String(this.#object.fClassName);
      if (this.#leaf?.fVirtual !== 0) {
        const length = cursor.u8();
        const start = cursor.skip(length + 1);
        className = Buffer.from(cursor.bytes.subarray(start, start + length)).toString('latin1');
      }
      return reader.read(className);
    }
    if (this.#object.className === 'TBranchElement' && itemsOf(this.#object.fBranches).length === 0) {
      return reader.read(String(this.#object.fClassName));
    }
    throw new RootFault('UNSUPPORTED_BRANCH', `branch ${this.name} holds no whole objects`);
  }

  /** Where in the file the basket of the latest entry lies; undefined inside the tree's own record. */
  get byte(): number | undefined {
    return this.#latest?.seek || undefined;
  }

  async #entry(entry: number): Promise<{ cursor: Cursor; basket: Basket }> {
    if (
      !this.#latest ||
      entry < this.#latest.first ||
      entry >= this.#latest.first + this.#latest.basket.offsets.length - 1
    ) {
      this.#latest = null;
      this.#latest = await this.#load(entry);
    }
    const { first, basket } = this.#latest;
    const i = entry - first;
    const { offsets } = basket;
    if (i >= offsets.length - 1)
      throw new RootFault('BROKEN_RECORD', `branch ${this.name} does not hold entry ${entry}`);
    return { cursor: new Cursor(basket.content, offsets[i], offsets[i + 1]), basket };
  }

  async #load(entry: number) {
    let [low, high] = [0, this.#baskets - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#firsts[middle] as number) <= entry) low = middle;
      else high = middle - 1;
    }
    const first = this.#firsts[low];
    if (first === undefined || first > entry) {
      throw new RootFault('BROKEN_RECORD', `branch ${this.name} does not hold entry ${entry}`);
    }
    const seek = (this.#object.fBasketSeek as ArrayLike<number> | undefined)?.[low] ?? 0;
    const bytes = (this.#object.fBasketBytes as ArrayLike<number> | undefined)?.[low] ?? 0;
    if (seek > 0) return { first, basket: await this.#file.basket(seek, bytes), seek };
    const embedded = (this.#object.fBaskets as { items?: (RootObject | null)[] } | undefined)?.items;
    const basket = (embedded?.[low]?.basket ?? embedded?.find((item) => item?.basket)?.basket) as Basket | undefined;
    if (!basket) throw new RootFault('BROKEN_RECORD', `branch ${this.name} has no basket for entry ${entry}`);
    return { first, basket, seek: 0 };
  }
}
