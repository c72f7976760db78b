import type { RootBytes } from './bytes.ts';
import { SCHEMA, type SchemaMember } from './schema.ts';

export type Values = Readonly<Record<string, unknown>>;

/** An object that is pointed to: of a class of the schema, a list, or what writes itself. */
export interface WrittenObject {
  readonly className: string;
  readonly values?: Values;
  readonly items?: readonly (WrittenObject | null)[];
  readonly write?: (out: RootBytes) => void;
}

/** Writes the objects of one record: a class is named once and referred to from then on, as is an object. */
export class ObjectWriter {
  readonly out: RootBytes;
  readonly #classes = new Map<string, number>();
  readonly #objects = new Map<WrittenObject, number>();

  constructor(out: RootBytes) {
    this.out = out;
  }

  /** An object whose class the reader knows. */
  object(className: string, values: Values): void {
    const { version, checksum, members } = SCHEMA[className] ?? { version: 0, members: [] };
    this.#versioned(version, () => {
      if (version === 0) this.out.i32(checksum ?? 0);
      for (const member of members) this.#member(member, values);
    });
  }

  /** Its members alone, as in a branch of the newer kind, which tells class and version. */
  membersOf(className: string, values: Values): void {
    for (const member of SCHEMA[className]?.members ?? []) this.#member(member, values);
  }

  objString(text: string, bin = 0): void {
    this.#versioned(1, () => this.out.u16(1).i32(bin, 0).string(text));
  }

  objArray(items: readonly (WrittenObject | null)[] = []): void {
    this.#versioned(3, () => {
      this.out.u16(1).i32(0, 0).string('').i32(items.length, 0);
      for (const item of items) this.any(item);
    });
  }

  list(items: readonly (WrittenObject | null)[] = []): void {
    this.#versioned(5, () => {
      this.out.u16(1).i32(0, 0).string('').i32(items.length);
      for (const item of items) {
        this.any(item);
        this.out.string('');
      }
    });
  }

  /** An object that names its class. */
  any(object: WrittenObject | null | undefined): void {
    const { out } = this;
    if (!object) {
      out.i32(0);
      return;
    }
    const known = this.#objects.get(object);
    if (known !== undefined) {
      out.i32(known);
      return;
    }
    const place = () => out.base + out.length + 2;
    this.#objects.set(object, place());
    out.counted(() => {
      const { className } = object;
      const named = this.#classes.get(className);
      if (named === undefined) {
        this.#classes.set(className, place());
        out.i32(-1).raw(Buffer.from(`${className}\0`, 'latin1'));
      } else out.i32((0x8000_0000 | named) >>> 0);
      if (object.write) object.write(out);
      else if (className === 'TObjArray') this.objArray(object.items);
      else if (className === 'THashList' || className === 'TList') this.list(object.items);
      else if (className === 'TObjString') this.objString(String(object.values?.fString), Number(object.values?.bin));
      else this.object(className, object.values ?? {});
    });
  }

  /** The elements of a description of a class, which differ from what they describe. */
  element({ name, type, typeName, count }: SchemaMember): WrittenObject {
    const title = count ? `[${count}]` : '';
    const common = () =>
      this.#versioned(4, () => {
        this.#named(name, title);
        this.out.i32(type, 0, 0, 0).raw(Buffer.alloc(20)).string(typeName);
      });
    const kinds: Readonly<Record<number, string>> = {
      61: 'TStreamerObject',
      62: 'TStreamerObjectAny',
      64: 'TStreamerObjectPointer',
      65: 'TStreamerString',
    };
    if (typeName === 'BASE') {
      const write = () => this.#versioned(3, () => [common(), this.out.i32(SCHEMA[name]?.version ?? 1)]);
      return { className: 'TStreamerBase', write };
    }
    if (count) {
      const write = () => this.#versioned(2, () => [common(), this.out.i32(8).string(count).string('')]);
      return { className: 'TStreamerBasicPointer', write };
    }
    const write = () => this.#versioned(2, () => common());
    return { className: kinds[type] ?? 'TStreamerBasicType', write };
  }

  description(name: string): WrittenObject {
    const { version = 0, checksum = 0, members = [] } = SCHEMA[name] ?? {};
    const items = members.map((member) => this.element(member));
    const write = () =>
      this.#versioned(9, () => {
        this.#named(name, '');
        this.out.i32(checksum, version);
        this.any({ className: 'TObjArray', items });
      });
    return { className: 'TStreamerInfo', write };
  }

  #versioned(version: number, write: () => void): void {
    this.out.counted(() => {
      this.out.u16(version);
      write();
    });
  }

  #named(name: string, title: string, bits = 0): void {
    this.#versioned(1, () => this.out.u16(1).i32(0, bits).string(name).string(title));
  }

  #member({ name, type, typeName, count }: SchemaMember, values: Values): void {
    const { out } = this;
    const value = values[name];
    if (type === 67) this.#named(String(values.fName ?? ''), String(values.fTitle ?? ''), Number(values.fBits ?? 0));
    else if (type === 0 && name.startsWith('TArray')) this.#array(name, values.fArray);
    else if (type === 0) this.object(name, values);
    else if (typeName === 'TObjArray') this.objArray(value as readonly WrittenObject[] | undefined);
    else if (type === 61) this.object(typeName, (value as Values | undefined) ?? { fNbins: 1, fXmax: 1 });
    else if (type === 62 && typeName.startsWith('TArray')) this.#array(typeName, value);
    else if (type === 62) this.object(typeName, (value as Values | undefined) ?? {});
    else if (type === 64) this.any(name === 'fLabels' ? labels(value) : (value as WrittenObject | undefined));
    else if (type === 65) out.string(String(value ?? ''));
    else if (count) this.#counted(type - 40, value as ArrayLike<number> | undefined);
    else this.#number(type, value);
  }

  #counted(type: number, values: ArrayLike<number> | undefined): void {
    this.out.u8(values ? 1 : 0);
    if (values) for (const value of Array.from(values)) this.#number(type, value);
  }

  #number(type: number, value: unknown): void {
    const { out } = this;
    if (type === 16 || type === 17) out.i64(BigInt((value as bigint | number | undefined) ?? 0));
    else {
      const number = Number(value ?? 0);
      if (type === 2 || type === 12) out.u16(number);
      else if (type === 3 || type === 6 || type === 13) out.i32(number);
      else if (type === 5) out.f32(number);
      else if (type === 8) out.f64(number);
      else out.u8(number);
    }
  }

  #array(className: string, value: unknown): void {
    const numbers = (value ?? []) as ArrayLike<number>;
    const { out } = this;
    out.i32(numbers.length);
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] as number;
      if (className === 'TArrayD') out.f64(number);
      else if (className === 'TArrayF') out.f32(number);
      else if (className === 'TArrayI') out.i32(number);
      else if (className === 'TArrayS') out.u16(number);
      else out.u8(number & 0xff);
    }
  }
}

function labels(value: unknown): WrittenObject | null {
  if (value === undefined) return null;
  const items = (value as readonly (string | null)[]).flatMap((label, i) =>
    label === null ? [] : [{ className: 'TObjString', values: { fString: label, bin: i + 1 } }],
  );
  return { className: 'THashList', items };
}
