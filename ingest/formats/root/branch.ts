import type { Basket } from './basket.ts';
import { Cursor } from './cursor.ts';
import { RootFault } from './fault.ts';
import type { RootFile } from './file.ts';
import { itemsOf, type RootObject } from './objects.ts';

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

/** Entries that cannot be read for one and the same reason: those of a basket that is damaged, or not there. */
export class BasketFault extends RootFault {
  /** First entry concerned. */
  readonly first: number;
  /** First entry behind them. */
  readonly end: number;

  constructor({ code, message, byte }: RootFault, first: number, end: number, cause?: unknown) {
    super(code, message, byte, { cause });
    this.first = first;
    this.end = end;
  }
}

interface Loaded {
  readonly first: number;
  readonly basket: Basket;
  readonly seek: number;
}

/** One branch, read entry by entry; the latest basket stays in memory, so ascending entries read each basket once. */
export class Branch {
  readonly name: string;
  /** As many as the branch says it has. */
  readonly entries: number;
  readonly #file: RootFile;
  readonly #object: RootObject;
  readonly #leaf: RootObject | undefined;
  readonly #readNumber: NumberReader | undefined;
  /** First entry of each basket. */
  readonly #firsts: ArrayLike<number>;
  readonly #baskets: number;
  #latest: Loaded | null = null;
  #fault: BasketFault | null = null;

  constructor(file: RootFile, object: RootObject) {
    this.#file = file;
    this.#object = object;
    this.name = String(object.fName).replace(/\.$/, '');
    this.entries = Number(object.fEntries ?? 0);
    this.#leaf = itemsOf(object.fLeaves)[0];
    this.#readNumber = LEAVES[this.#leaf?.className ?? '']?.[this.#leaf?.fIsUnsigned ? 1 : 0];
    this.#firsts = ArrayBuffer.isView(object.fBasketEntry) ? (object.fBasketEntry as Float64Array) : [];
    // the basket that was being filled counts, too
    this.#baskets = Math.min(Number(object.fWriteBasket ?? 0) + 1, this.#firsts.length);
  }

  /** A number, the nearest float64. @throws RootFault. */
  async number(entry: number): Promise<number> {
    const reader = this.#readNumber;
    if (!reader) throw this.#unsupported('holds no numbers');
    return reader(await this.#entry(entry));
  }

  /** An integer, exactly. @throws RootFault. */
  async integer(entry: number): Promise<bigint> {
    if (this.#leaf?.className !== 'TLeafL') return BigInt(await this.number(entry));
    const cursor = await this.#entry(entry);
    return this.#leaf.fIsUnsigned ? cursor.bigU64() : cursor.bigI64();
  }

  /** A text: its length and its letters, perhaps after a version. @throws RootFault. */
  async text(entry: number): Promise<string> {
    const cursor = await this.#entry(entry);
    const { at, left } = cursor;
    if (left >= 1 && textBytes(cursor, at) === left) return cursor.string();
    if (left >= 7 && textBytes(cursor, at + 6) === left - 6) {
      cursor.skip(6);
      return cursor.string();
    }
    throw new RootFault('BROKEN_RECORD', `entry ${entry} of branch ${this.name} is no text`, this.byte);
  }

  /** An object. @throws RootFault. */
  async object(entry: number): Promise<RootObject> {
    const { className, fClassName, fClassVersion, fBranches } = this.#object;
    const cursor = await this.#entry(entry);
    const reader = this.#file.reader(cursor, this.#latest?.basket.displacement ?? 0);
    if (className === 'TBranchObject') {
      // each entry names its class where the leaf is virtual
      return reader.read(this.#leaf?.fVirtual === 0 ? String(fClassName) : classNameAt(cursor));
    }
    if (className !== 'TBranchElement' || itemsOf(fBranches).length > 0) {
      throw this.#unsupported('holds no whole objects');
    }
    // class and version are said by the branch, unless the entry begins with what spans all of it
    if (spansAll(cursor)) return reader.read(String(fClassName));
    return reader.readMembers(String(fClassName), Number(fClassVersion));
  }

  /** Where in the file the basket of the latest entry lies; undefined inside the tree's own record. */
  get byte(): number | undefined {
    return this.#latest?.seek || undefined;
  }

  #unsupported(what: string): RootFault {
    return new RootFault('UNSUPPORTED_BRANCH', `branch ${this.name} ${what} (${this.#leaf?.className ?? 'no leaf'})`);
  }

  /** @throws BasketFault where the whole basket cannot be read. */
  async #entry(entry: number): Promise<Cursor> {
    let latest = this.#latest;
    if (!latest || entry < latest.first || entry - latest.first >= latest.basket.offsets.length - 1) {
      if (this.#fault && entry >= this.#fault.first && entry < this.#fault.end) throw this.#fault;
      latest = await this.#loadFor(entry);
    }
    const { offsets, content } = latest.basket;
    const i = entry - latest.first;
    return new Cursor(content, offsets[i], offsets[i + 1]);
  }

  async #loadFor(entry: number): Promise<Loaded> {
    const place = this.#basketOf(entry);
    const first = this.#firsts[place] ?? 0;
    const end = place + 1 < this.#baskets ? (this.#firsts[place + 1] as number) : Math.max(this.entries, entry + 1);
    this.#latest = null;
    try {
      if (place < 0) throw new RootFault('BROKEN_RECORD', `branch ${this.name} has no basket for entry ${entry}`);
      const loaded = await this.#load(place, first);
      this.#latest = loaded;
      const held = first + loaded.basket.offsets.length - 1;
      if (entry < held) return loaded;
      const reason = `branch ${this.name} does not hold the entries ${held} to ${end - 1} that it should`;
      this.#fault = new BasketFault(new RootFault('BROKEN_RECORD', reason, this.byte), held, end);
    } catch (error) {
      if (!(error instanceof RootFault)) throw error;
      this.#fault = new BasketFault(error, Math.min(first, entry), Math.max(end, entry + 1), error);
    }
    throw this.#fault;
  }

  /** The last basket that begins at or before an entry; -1 for none. */
  #basketOf(entry: number): number {
    let [low, high] = [0, this.#baskets - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#firsts[middle] as number) <= entry) low = middle;
      else high = middle - 1;
    }
    const first = this.#firsts[low];
    return first === undefined || first > entry ? -1 : low;
  }

  async #load(place: number, first: number): Promise<Loaded> {
    const seek = (this.#object.fBasketSeek as ArrayLike<number> | undefined)?.[place] ?? 0;
    const bytes = (this.#object.fBasketBytes as ArrayLike<number> | undefined)?.[place] ?? 0;
    if (seek > 0) return { first, basket: await this.#file.basket(seek, bytes), seek };
    const embedded = (this.#object.fBaskets as { items?: (RootObject | null)[] } | undefined)?.items;
    const basket = (embedded?.[place]?.basket ?? embedded?.find((item) => item?.basket)?.basket) as Basket | undefined;
    if (!basket) throw new RootFault('BROKEN_RECORD', `branch ${this.name} has no basket from entry ${first} on`);
    return { first, basket, seek: 0 };
  }
}

/** Bytes of a text with its length. */
function textBytes({ bytes, end }: Cursor, from: number): number {
  const short = bytes[from] as number;
  return short === 255 ? 5 + (from + 5 <= end ? new Cursor(bytes, from + 1, end).u32() : 0) : 1 + short;
}

/** The class that an entry names, and a zero after it. */
function classNameAt(cursor: Cursor): string {
  const length = cursor.u8();
  const start = cursor.skip(length + 1);
  return Buffer.from(cursor.bytes.subarray(start, start + length)).toString('latin1');
}

/** Whether the entry begins with its own length. */
function spansAll({ bytes, at, left }: Cursor): boolean {
  if (left < 4) return false;
  const count = new Cursor(bytes, at).u32();
  return (count & 0x4000_0000) !== 0 && (count & 0x3fff_ffff) + 4 === left;
}
