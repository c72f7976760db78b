import type { NumberArray } from '../../../src/domain/histogram.ts';
import { embeddedBasket } from './basket.ts';
import type { ArrayType, Cursor } from './cursor.ts';
import { RootFault } from './fault.ts';
import { readNumber, readNumbers } from './numbers.ts';
import type { ClassLayout, Layouts, Member } from './streamer-info.ts';

/** Members of an object by name, those of its base classes among them. */
export interface RootObject {
  readonly className: string;
  readonly [member: string]: unknown;
}

/** What a list holds. */
export function itemsOf(list: unknown): RootObject[] {
  const items = (list as { items?: (RootObject | null)[] } | null | undefined)?.items ?? [];
  return items.filter((item) => item !== null);
}

interface Building {
  className: string;
  [member: string]: unknown;
}

const BYTE_COUNT = 0x4000_0000;
const NEW_CLASS = 0xffff_ffff;
const CLASS_BIT = 0x8000_0000;
const REFERENCED = 1 << 4;
/** References count from two bytes before the buffer. */
const MAP_OFFSET = 2;
const MAX_DEPTH = 40;
/** Lists of functions, pictures and the like, which say nothing about contents. */
const NOT_READ = new Set([
  'fFunctions',
  'fUserInfo',
  'fAliases',
  'fFriends',
  'fBranchRef',
  'fTreeIndex',
  'fLeaves@TTree',
]);

/** Colours, fonts and the like: parts that are passed over where they say how long they are. */
const ATTRIBUTES = new Set(['TAttLine', 'TAttFill', 'TAttMarker', 'TAttAxis']);

/** Arrays that are classes of their own, streamed as a length and the numbers. */
const ARRAY_CLASSES: Readonly<Record<string, ArrayType>> = {
  TArrayC: 'i8',
  TArrayS: 'i16',
  TArrayI: 'i32',
  TArrayF: 'f32',
  TArrayD: 'f64',
};

/**
 * Reads objects out of one record. `displacement` is the place of the record's first byte in the buffer it was written
 * from: references inside the record count from there.
 */
export class ObjectReader {
  readonly cursor: Cursor;
  readonly #layouts: Layouts;
  readonly #displacement: number;
  readonly #classes = new Map<number, string>();
  readonly #objects = new Map<number, Building>();
  #depth = 0;

  constructor(cursor: Cursor, layouts: Layouts, displacement: number) {
    this.cursor = cursor;
    this.#layouts = layouts;
    this.#displacement = displacement;
  }

  /** The object at the cursor, known to be of this class. @throws RootFault. */
  read(className: string): RootObject {
    const object: Building = { className };
    this.#streamed(object, className);
    return object;
  }

  /** The same, without the version that stands before the members elsewhere. @throws RootFault. */
  readMembers(className: string, version: number): RootObject {
    const object: Building = { className };
    this.#members(object, this.#layouts.of(className, version));
    return object;
  }

  /** An object that names its own class, or refers to one before; null for none. */
  any(): RootObject | null {
    const { cursor } = this;
    const start = cursor.at;
    let tag = cursor.u32();
    let end: number | undefined;
    let tagAt = start;
    if (tag !== NEW_CLASS && (tag & BYTE_COUNT) !== 0 && (tag & CLASS_BIT) === 0) {
      end = cursor.at + (tag & ~BYTE_COUNT);
      if (end > cursor.end) throw new RootFault('BROKEN_RECORD', 'an object that ends after its record');
      tagAt = cursor.at;
      tag = cursor.u32();
    }
    if ((tag & CLASS_BIT) === 0) {
      if (tag === 0) return null;
      return this.#objects.get(tag) ?? null;
    }
    const className = this.#className(tag, tagAt);
    const object: Building = { className };
    this.#objects.set(start + this.#displacement + MAP_OFFSET, object);
    const depth = this.#depth;
    try {
      if (Object.hasOwn(ARRAY_CLASSES, className)) object.fArray = this.#arrayClass(className);
      else this.#streamed(object, className);
    } catch (error) {
      // its end is known: what cannot be read costs this object alone
      if (!(error instanceof RootFault && error.code === 'UNSUPPORTED_CLASS') || end === undefined) throw error;
      object.unread = true;
      this.#depth = depth;
      cursor.at = Math.min(cursor.at, end);
    }
    if (end !== undefined) {
      if (cursor.at > end) throw new RootFault('BROKEN_RECORD', `a ${className} that is longer than it says`);
      cursor.to(end);
    }
    return object;
  }

  #className(tag: number, tagAt: number): string {
    if (tag === NEW_CLASS) {
      const name = this.cursor.zeroTerminated();
      this.#classes.set(tagAt + this.#displacement + MAP_OFFSET, name);
      return name;
    }
    const name = this.#classes.get((tag & ~CLASS_BIT) >>> 0);
    if (name === undefined) throw new RootFault('BROKEN_RECORD', 'an object of a class that was not named');
    return name;
  }

  /** Reads the version and the members that the layout of that version lists. */
  #streamed(object: Building, className: string): void {
    if (className === 'TObject') {
      this.#tObject(object);
      return;
    }
    if (className === 'TBasket') {
      object.basket = embeddedBasket(this.cursor);
      return;
    }
    if (++this.#depth > MAX_DEPTH) throw new RootFault('BROKEN_RECORD', 'objects nested too deeply');
    const { version, end } = this.version();
    if (end !== undefined && ATTRIBUTES.has(className)) {
      this.#depth--;
      this.cursor.to(end);
      return;
    }
    switch (className) {
      case 'TNamed':
        this.#tObject(object);
        object.fName = this.cursor.string();
        object.fTitle = this.cursor.string();
        break;
      case 'TObjString':
        this.#tObject(object);
        object.fString = this.cursor.string();
        break;
      case 'TList':
      case 'THashList':
        this.#list(object, version);
        break;
      case 'TObjArray':
        this.#objArray(object, version);
        break;
      default:
        this.#members(object, this.#layouts.of(className, version));
    }
    this.#depth--;
    if (end === undefined) return;
    if (this.cursor.at > end) throw new RootFault('BROKEN_RECORD', `a ${className} that is longer than it says`);
    this.cursor.to(end);
  }

  /** Version of what follows, and where it ends, where that is said. */
  version(): { version: number; end: number | undefined } {
    const { cursor } = this;
    const first = cursor.u16();
    let version = first;
    let end: number | undefined;
    if ((first & 0x4000) !== 0) {
      const count = ((first & 0x3fff) << 16) | cursor.u16();
      end = cursor.at + count;
      if (end > cursor.end)
        throw new RootFault('BROKEN_RECORD', `a part of ${count} bytes where ${cursor.left} are left`);
      version = cursor.u16();
    }
    // a class without a version is told by its checksum
    if (version === 0 && end !== undefined && end - cursor.at >= 4) cursor.u32();
    return { version, end };
  }

  #tObject(object: Building): void {
    const { cursor } = this;
    const version = cursor.u16();
    if ((version & 0x4000) !== 0) {
      cursor.u16();
      cursor.u16();
    }
    object.fUniqueID = cursor.u32();
    const bits = cursor.u32();
    object.fBits = bits;
    if ((bits & REFERENCED) !== 0) cursor.u16();
  }

  #list(object: Building, version: number): void {
    if (version < 4) throw new RootFault('UNSUPPORTED_CLASS', `a list of version ${version}`);
    const { cursor } = this;
    this.#tObject(object);
    object.fName = cursor.string();
    const count = cursor.u32();
    if (count > cursor.left) throw new RootFault('BROKEN_RECORD', `a list of ${count} objects in ${cursor.left} bytes`);
    const items: (RootObject | null)[] = [];
    for (let i = 0; i < count; i++) {
      items.push(this.any());
      cursor.string();
    }
    object.items = items;
  }

  #objArray(object: Building, version: number): void {
    const { cursor } = this;
    if (version > 2) this.#tObject(object);
    if (version > 1) object.fName = cursor.string();
    const count = cursor.u32();
    if (count > cursor.left) throw new RootFault('BROKEN_RECORD', `a list of ${count} objects in ${cursor.left} bytes`);
    cursor.u32();
    const items: (RootObject | null)[] = [];
    for (let i = 0; i < count; i++) items.push(this.any());
    object.items = items;
  }

  #members(object: Building, { name, members }: ClassLayout): void {
    for (const member of members) this.#member(object, member, name);
  }

  #member(object: Building, member: Member, owner: string): void {
    const { name, type, typeName, arrayLength } = member;
    const { cursor } = this;
    if (type === 0 || typeName === 'BASE') {
      if (Object.hasOwn(ARRAY_CLASSES, name)) object.fArray = this.#arrayClass(name);
      else this.#streamed(object, name);
    } else if (type < 20) {
      object[name] = readNumber(cursor, type, member);
    } else if (type < 40) {
      object[name] = readNumbers(cursor, type - 20, arrayLength, member);
    } else if (type < 60) {
      const counted = cursor.u8() === 0 ? 0 : object[member.countName];
      if (typeof counted !== 'number' || counted < 0) {
        throw new RootFault('BROKEN_RECORD', `${owner}.${name} has ${String(counted)} elements`);
      }
      object[name] = readNumbers(cursor, type - 40, counted, member);
    } else if (type === 64 || type === 69) {
      object[name] = NOT_READ.has(name) ? this.#skipped() : this.any();
    } else if (type === 65) {
      object[name] = cursor.string();
    } else if (type === 66 || type === 67 || (type >= 61 && type <= 63) || type === 68) {
      const className = typeName.replace(/\*$/, '');
      if (Object.hasOwn(ARRAY_CLASSES, className)) object[name] = this.#arrayClass(className);
      else if (className === 'TString') object[name] = cursor.string();
      else {
        const inner: Building = { className };
        object[name] = inner;
        this.#streamed(inner, className);
      }
    } else {
      throw new RootFault('UNSUPPORTED_CLASS', `${owner}.${name} is of a kind (${type}) that is not read`);
    }
  }

  #skipped(): null {
    const { cursor } = this;
    const count = cursor.u32();
    if ((count & BYTE_COUNT) !== 0 && count !== NEW_CLASS) cursor.skip(count & ~BYTE_COUNT);
    else if (count !== 0 && (count & CLASS_BIT) !== 0)
      throw new RootFault('UNSUPPORTED_CLASS', 'an object of unknown length');
    return null;
  }

  #arrayClass(className: string): NumberArray {
    return this.cursor.array(ARRAY_CLASSES[className] as ArrayType, this.cursor.u32());
  }
}
