import { RootBytes } from './bytes.ts';
import { keyBytes, type RootFileWriter } from './file-writer.ts';
import { ObjectWriter, type Values, type WrittenObject } from './objects.ts';
import { SCHEMA } from './schema.ts';

/**
 * What a branch holds in each entry. `object` is of the class, written as ROOT does: unsplit, in the newer kind of branch
 * without the version that stands before it elsewhere, unless `headed`.
 */
export type BranchKind =
  | 'u32'
  | 'i32'
  | 'i64'
  | 'u64'
  | 'f64'
  | 'string'
  | { readonly object: string; readonly headed?: boolean };

export interface TreeOptions {
  /** A basket is written when it holds as many entries ... */
  readonly basketEntries?: number;
  /** ... or as many bytes. */
  readonly basketBytes?: number;
  /** Leaves the last basket of each branch inside the tree, as it is before it is flushed. */
  readonly embedLast?: boolean;
}

/** Writes a tree of simple branches, basket by basket. */
export class TreeWriter {
  readonly #file: RootFileWriter;
  readonly #name: string;
  readonly #options: TreeOptions;
  readonly #branches: BranchWriter[];
  #entries = 0;

  constructor(
    file: RootFileWriter,
    name: string,
    branches: Readonly<Record<string, BranchKind>>,
    options: TreeOptions = {},
  ) {
    this.#file = file;
    this.#name = name;
    this.#options = options;
    this.#branches = Object.entries(branches).map(([branch, kind]) => new BranchWriter(file, name, branch, kind));
  }

  get entries(): number {
    return this.#entries;
  }

  /** An entry: a value for each branch, in their order; an object by its members. */
  fill(...values: unknown[]): void {
    const { basketEntries = 1000, basketBytes = 32_000 } = this.#options;
    for (const [i, branch] of this.#branches.entries()) {
      branch.fill(values[i]);
      if (branch.waiting >= basketEntries || branch.waitingBytes >= basketBytes) branch.flush();
    }
    this.#entries++;
  }

  /** Writes the tree itself; gives its key. `mend` may change the members (to break them). */
  end(mend: (values: Record<string, unknown>) => Values = (values) => values): Buffer {
    const branches = this.#branches.map((branch) => branch.end(this.#options.embedLast ?? false));
    const leaves = branches.flatMap(({ values }) => (values?.fLeaves as WrittenObject[] | undefined) ?? []);
    const values = mend({
      fName: this.#name,
      fTitle: this.#name,
      fEntries: this.#entries,
      fWeight: 1,
      fMaxEntries: 1_000_000_000_000,
      fIOFeatures: {},
      fBranches: branches,
      fLeaves: leaves,
    });
    return this.#file.object('TTree', this.#name, (objects) => objects.object('TTree', values), this.#name);
  }
}

class BranchWriter {
  readonly #file: RootFileWriter;
  readonly #tree: string;
  readonly #name: string;
  readonly #kind: BranchKind;
  /** Baskets begin with their key: so much lies before the first entry. */
  readonly #keyBytes: number;
  readonly #seeks: number[] = [];
  readonly #bytes: number[] = [];
  readonly #firsts: number[] = [];
  #out: RootBytes;
  #offsets: number[] = [];
  #entries = 0;

  constructor(file: RootFileWriter, tree: string, name: string, kind: BranchKind) {
    this.#file = file;
    this.#tree = tree;
    this.#name = name;
    this.#kind = kind;
    this.#keyBytes = keyBytes('TBasket', name, tree).length + BASKET_BYTES;
    this.#out = new RootBytes(this.#keyBytes);
  }

  get waiting(): number {
    return this.#offsets.length;
  }

  get waitingBytes(): number {
    return this.#out.length;
  }

  fill(value: unknown): void {
    this.#offsets.push(this.#keyBytes + this.#out.length);
    this.#write(value);
    this.#entries++;
  }

  /** Writes the basket of what waits. */
  flush(): void {
    const count = this.waiting;
    if (count === 0) return;
    const last = this.#keyBytes + this.#out.length;
    if (this.#isVariable) this.#out.i32(count + 1, ...this.#offsets, 0);
    const content = this.#out.take();
    const stored = this.#file.pressed(content);
    const place = { size: content.length, stored: stored.length, seek: this.#file.at };
    const key = keyBytes('TBasket', this.#name, this.#tree, place, BASKET_BYTES);
    const rest = new RootBytes().u16(3).i32(32_000, this.#entrySize(last), count, last).u8(0).take();
    this.#firsts.push(this.#entries - count);
    this.#seeks.push(place.seek);
    this.#bytes.push(key.length + rest.length + stored.length);
    this.#file.raw(Buffer.concat([key, rest, stored]));
    this.#restart();
  }

  end(embedLast: boolean): WrittenObject {
    if (!embedLast) this.flush();
    const written = this.#seeks.length;
    const capacity = Math.max(10, written + 1);
    const padded = (numbers: readonly number[]) => Array.from({ length: capacity }, (_, i) => numbers[i] ?? 0);
    const embedded = this.waiting > 0 ? this.#embedded() : null;
    const isObject = typeof this.#kind === 'object';
    const className = this.#className();
    const values = {
      fName: this.#name,
      fTitle: isObject || this.#kind === 'string' ? this.#name : `${this.#name}/${LEAF_TYPES[this.#kind as 'u32']}`,
      fBasketSize: 32_000,
      fEntryOffsetLen: this.#isVariable ? 1000 : 0,
      fWriteBasket: written,
      fEntryNumber: this.#entries,
      fIOFeatures: {},
      fMaxBaskets: capacity,
      fEntries: this.#entries,
      fLeaves: [this.#leaf()],
      fBaskets: embedded ? [...this.#seeks.map(() => null), embedded] : [],
      fBasketBytes: padded(this.#bytes),
      fBasketEntry: padded([...this.#firsts, this.#entries - this.waiting]),
      fBasketSeek: padded(this.#seeks),
      fClassName: typeof this.#kind === 'object' ? this.#kind.object : 'string',
      fClassVersion: isObject ? (SCHEMA[(this.#kind as { object: string }).object]?.version ?? 0) : 0,
      fID: -1,
      fStreamerType: -1,
    };
    return { className, values };
  }

  /** As ROOT chooses: classes that stream themselves by hand lie in the old kind of branch. */
  #className(): string {
    if (this.#kind === 'string') return 'TBranchElement';
    if (typeof this.#kind !== 'object') return 'TBranch';
    return /^TH1|^TH2I/.test(this.#kind.object) ? 'TBranchElement' : 'TBranchObject';
  }

  get #isVariable(): boolean {
    return this.#kind === 'string' || typeof this.#kind === 'object';
  }

  #entrySize(last: number): number {
    if (!this.#isVariable) return this.#kind === 'u32' || this.#kind === 'i32' ? 4 : 8;
    return this.waiting > 0 ? last : 0;
  }

  #leaf(): WrittenObject {
    const common = { fName: this.#name, fLen: 1 };
    const kind = this.#kind;
    const className = this.#className();
    if (className === 'TBranchObject') {
      const fTitle = typeof kind === 'object' ? kind.object : '';
      return { className: 'TLeafObject', values: { ...common, fTitle, fVirtual: 1 } };
    }
    if (className === 'TBranchElement') {
      return { className: 'TLeafElement', values: { ...common, fTitle: this.#name, fID: -1, fType: -1 } };
    }
    const fIsUnsigned = kind === 'u32' || kind === 'u64' ? 1 : 0;
    const leaf = { u32: 'TLeafI', i32: 'TLeafI', i64: 'TLeafL', u64: 'TLeafL', f64: 'TLeafD' }[kind as 'u32'];
    const fLenType = leaf === 'TLeafI' ? 4 : 8;
    return { className: leaf, values: { ...common, fTitle: this.#name, fIsUnsigned, fLenType } };
  }

  #write(value: unknown): void {
    const out = this.#out;
    const kind = this.#kind;
    if (kind === 'string') out.string(String(value));
    else if (kind === 'u32' || kind === 'i32') out.i32(Number(value));
    else if (kind === 'f64') out.f64(Number(value));
    else if (kind === 'i64' || kind === 'u64') out.i64(value as bigint | number);
    else {
      const { className = kind.object, ...members } = value as Record<string, unknown> & { className?: string };
      // references do not reach beyond an entry
      const objects = new ObjectWriter(out);
      if (this.#className() === 'TBranchObject') {
        const name = Buffer.from(`${className}\0`, 'latin1');
        out.u8(name.length - 1).raw(name);
        objects.object(className, members);
      } else if (kind.headed) objects.object(className, members);
      else objects.membersOf(className, members);
    }
  }

  #embedded(): WrittenObject {
    const content = this.#out.take();
    const [count, offsets, entrySize] = [this.waiting, this.#offsets, this.#entrySize(0)];
    const last = this.#keyBytes + content.length;
    const key = keyBytes('TBasket', this.#name, this.#tree, undefined, BASKET_BYTES);
    const variable = this.#isVariable;
    const write = (out: RootBytes) => {
      out.raw(key).u16(3).i32(32_000, entrySize, count, last);
      out.u8(variable ? 11 : 12);
      if (variable) out.i32(count, ...offsets);
      out.raw(Buffer.alloc(this.#keyBytes)).raw(content);
    };
    return { className: 'TBasket', write };
  }

  #restart(): void {
    this.#out = new RootBytes(this.#keyBytes);
    this.#offsets = [];
  }
}

/** What a basket adds to its key: version, buffer size, size of an entry, entries, end, flag. */
const BASKET_BYTES = 19;
const LEAF_TYPES = { u32: 'i', i32: 'I', i64: 'L', u64: 'l', f64: 'D' } as const;
