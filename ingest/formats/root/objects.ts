import type { NumberArray } from '../../../src/domain/histogram.ts';
import { embeddedBasket } from './basket.ts';
import { type ArrayType, Cursor } from './cursor.ts';
import { RootFault } from './fault.ts';
import { type ClassLayout, Layouts, type Member } from './streamer-info.ts';

/** Members of an object by name, those of its base classes among them. */
export interface RootObject {
  readonly className: string;
  readonly [member: string]: unknown;
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

  /** Begins a new entry: what was seen before is not referred to. */
  forget(): void {
    this.#classes.clear();
    this.#objects.clear();
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
      object[name] = this.#number(type, member);
    } else if (type < 40) {
      object[name] = this.#numbers(type - 20, arrayLength, member);
    } else if (type < 60) {
      const counted = cursor.u8() === 0 ? 0 : object[member.countName];
      if (typeof counted !== 'number' || counted < 0) {
        throw new RootFault('BROKEN_RECORD', `${owner}.${name} has ${String(counted)} elements`);
      }
      object[name] = this.#numbers(type - 40, counted, member);
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

  #number(type: number, member: Member): number | string {
    const { cursor } = this;
    switch (type) {
      case 1:
      case 10:
        return cursor.i8();
      case 2:
        return cursor.i16();
      case 3:
      case 6:
        return cursor.i32();
      case 4:
      case 16:
        return cursor.i64();
      case 5:
        return cursor.f32();
      case 7: {
        const length = cursor.u32();
        const start = cursor.skip(length);
        return Buffer.from(cursor.bytes.subarray(start, start + length)).toString('utf8');
      }
      case 8:
        return cursor.f64();
      case 9:
        return plainDouble32(member) ? cursor.f32() : unsupported(member);
      case 11:
      case 18:
        return cursor.u8();
      case 12:
        return cursor.u16();
      case 13:
      case 15:
        return cursor.u32();
      case 14:
      case 17:
        return cursor.u64();
      default:
        return unsupported(member);
    }
  }

  #numbers(type: number, count: number, member: Member): NumberArray | readonly number[] {
    const { cursor } = this;
    const plain = PLAIN_ARRAYS[type];
    if (plain) return cursor.array(plain, count);
    if (type === 9 && plainDouble32(member)) return cursor.array('f32', count);
    if (type !== 4 && type !== 14 && type !== 16 && type !== 17) return unsupported(member);
    const wide = cursor.skip(count * 8);
    const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset + wide, count * 8);
    const numbers = new Float64Array(count);
    for (let i = 0; i < count; i++) numbers[i] = Number(view.getBigInt64(8 * i));
    return numbers;
  }
}

const PLAIN_ARRAYS: Readonly<Record<number, ArrayType>> = {
  1: 'i8',
  2: 'i16',
  3: 'i32',
  5: 'f32',
  8: 'f64',
  10: 'i8',
  11: 'u8',
  12: 'u16',
  13: 'u32',
  18: 'u8',
};

/** Without a range in its comment it is stored as a float32. */
const plainDouble32 = ({ title }: Member) => !/\[[^\]]*,/.test(title.replace(/^\[[A-Za-z]\w*\]/, ''));

function unsupported(member: Member): never {
  throw new RootFault('UNSUPPORTED_CLASS', `${member.name} is of a kind (${member.type}) that is not read`);
}

/** The layouts in the content of a file's StreamerInfo record; `displacement` as of ObjectReader. */
export function readLayouts(content: Uint8Array, displacement: number): Layouts {
  const reader = new ObjectReader(new Cursor(content), new Layouts(BOOTSTRAP), displacement);
  const { items = [] } = reader.read('TList') as unknown as { items?: (RootObject | null)[] };
  const layouts: ClassLayout[] = [];
  for (const info of items) {
    if (info?.className !== 'TStreamerInfo') continue;
    const elements = (info.fElements as { items?: (RootObject | null)[] } | null)?.items ?? [];
    layouts.push({
      name: String(info.fName),
      version: Number(info.fClassVersion),
      members: elements.flatMap((element) => (element ? [memberOf(element)] : [])),
    });
  }
  return new Layouts(layouts);
}

function memberOf(element: RootObject): Member {
  const typeName = String(element.fTypeName ?? '');
  const type = Number(element.fType);
  return {
    name: String(element.fName),
    type: type === 11 && /^(Bool_t|bool)$/.test(typeName) ? 18 : type,
    arrayLength: Number(element.fArrayLength ?? 0),
    typeName,
    title: String(element.fTitle ?? ''),
    countName: String(element.fCountName ?? ''),
  };
}

const member = (name: string, type: number, typeName = '', arrayLength = 0): Member => ({
  name,
  type,
  typeName,
  arrayLength,
  title: '',
  countName: '',
});
const element = [
  member('TNamed', 0),
  member('fType', 3),
  member('fSize', 3),
  member('fArrayLength', 3),
  member('fArrayDim', 3),
  member('fMaxIndex', 23, '', 5),
  member('fTypeName', 65),
];
const ofElement = (name: string, version: number, more: readonly Member[] = []): ClassLayout => ({
  name,
  version,
  members: [member('TStreamerElement', 0), ...more],
});
const counted = [member('fCountVersion', 3), member('fCountName', 65), member('fCountClass', 65)];

/** The layout of the layouts themselves, which no file describes. */
const BOOTSTRAP: readonly ClassLayout[] = [
  {
    name: 'TStreamerInfo',
    version: 9,
    members: [member('TNamed', 0), member('fCheckSum', 13), member('fClassVersion', 3), member('fElements', 64)],
  },
  { name: 'TStreamerElement', version: 4, members: element },
  {
    name: 'TStreamerElement',
    version: 3,
    members: [...element, member('fXmin', 8), member('fXmax', 8), member('fFactor', 8)],
  },
  { name: 'TStreamerElement', version: 2, members: element },
  ofElement('TStreamerBase', 2),
  ofElement('TStreamerBase', 3, [member('fBaseVersion', 3)]),
  ofElement('TStreamerBasicPointer', 2, counted),
  ofElement('TStreamerLoop', 2, counted),
  ...['TStreamerBasicType', 'TStreamerObject', 'TStreamerObjectAny', 'TStreamerObjectPointer', 'TStreamerString'].map(
    (name) => ofElement(name, 2),
  ),
  ofElement('TStreamerObjectAnyPointer', 1),
  ofElement('TStreamerObjectAnyPointer', 2),
  ...[2, 3].map((version) => ofElement('TStreamerSTL', version, [member('fSTLtype', 3), member('fCtype', 3)])),
  ...[1, 2].map((version) => ({ name: 'TStreamerSTLstring', version, members: [member('TStreamerSTL', 0)] })),
];
