import { deflateSync } from 'node:zlib';
import { SCHEMA, type SchemaMember } from './schema.ts';

/** A histogram to write; members by their ROOT names, all others 0 or empty. */
export interface WrittenHistogram {
  readonly key: string;
  /** A TObjString is its key. */
  readonly className: 'TH1F' | 'TH1D' | 'TH2F' | 'TProfile' | 'TObjString';
  /** Folders, outermost first; none for the top folder. */
  readonly folder?: readonly string[];
  readonly members: Readonly<Record<string, unknown>>;
}

/** A block of ROOT's compression, or null to store as it is. */
export type Compress = (content: Buffer) => Buffer;

export const zlibBlock: Compress = (content) => block('ZL', 8, deflateSync(content), content.length);

export function block(letters: string, method: number, stored: Buffer, size: number): Buffer {
  const header = Buffer.alloc(9);
  header.write(letters, 'latin1');
  header[2] = method;
  header.writeUIntLE(stored.length, 3, 3);
  header.writeUIntLE(size, 6, 3);
  return Buffer.concat([header, stored]);
}

/** A ROOT file of histograms in its top folder. */
export function rootFile(histograms: readonly WrittenHistogram[], compress?: Compress): Buffer {
  const name = 'written.root';
  const nameBytes = keyBytes('TFile', name, '').length + string(name).length + string('').length;
  const directoryBytes = 2 + 4 + 4 + 4 + 4 + 12 + 18;
  let at = BEGIN + nameBytes + directoryBytes;
  const records: Buffer[] = [];
  const put = (className: string, key: string, content: Buffer, stored = content): Buffer => {
    const header = keyBytes(className, key, '', { size: content.length, stored: stored.length, seek: at });
    records.push(header, stored);
    at += header.length + stored.length;
    return header;
  };
  const write = ({ key, className, members }: WrittenHistogram): Buffer => {
    const content =
      className === 'TObjString'
        ? versioned(1, u16(1), i32(0), i32(0), string(key))
        : object(className, { fName: key, ...members });
    return put(className, key, content, compress?.(content));
  };
  const list = (keys: readonly Buffer[]): { seek: number; bytes: number } => {
    const seek = at;
    put('TFile', name, Buffer.concat([i32(keys.length), ...keys]));
    return { seek, bytes: at - seek };
  };
  const folder = (inside: readonly WrittenHistogram[], depth: number): Buffer[] => {
    const keys = inside.filter((one) => (one.folder?.length ?? 0) === depth).map(write);
    const names = new Set(inside.flatMap((one) => one.folder?.[depth] ?? []));
    for (const below of names) {
      const { seek, bytes } = list(
        folder(
          inside.filter((one) => one.folder?.[depth] === below),
          depth + 1,
        ),
      );
      keys.push(put('TDirectoryFile', below, directoryOf(bytes, 0, seek)));
    }
    return keys;
  };
  const { seek: seekKeys, bytes: listBytes } = list(folder(histograms, 0));
  const seekInfo = at;
  put('TList', 'StreamerInfo', streamerInfo());
  const infoBytes = at - seekInfo;
  const directory = directoryOf(listBytes, nameBytes, seekKeys);
  const top = Buffer.concat([string(name), string(''), directory]);
  const topKey = keyBytes('TFile', name, '', { size: top.length, stored: top.length, seek: BEGIN });
  const head = Buffer.alloc(BEGIN);
  head.write('root', 'latin1');
  const numbers = [62400, BEGIN, at, 0, 0, 0, nameBytes];
  for (const [i, number] of numbers.entries()) head.writeInt32BE(number, 4 + 4 * i);
  head[32] = 4;
  head.writeInt32BE(101, 33);
  head.writeInt32BE(seekInfo, 37);
  head.writeInt32BE(infoBytes, 41);
  return Buffer.concat([head, topKey, top, ...records]);
}

const BEGIN = 100;

function directoryOf(listBytes: number, nameBytes: number, seekKeys: number): Buffer {
  const places = [i32(listBytes), i32(nameBytes), i32(BEGIN), i32(0), i32(seekKeys)];
  return Buffer.concat([u16(5), i32(0), i32(0), ...places, Buffer.alloc(18)]);
}

function keyBytes(className: string, name: string, title: string, place = { size: 0, stored: 0, seek: 0 }): Buffer {
  const texts = Buffer.concat([string(className), string(name), string(title)]);
  const length = 26 + texts.length;
  return Buffer.concat([
    i32(length + place.stored),
    u16(4),
    i32(place.size),
    i32(0),
    u16(length),
    u16(1),
    i32(place.seek),
    i32(BEGIN),
    texts,
  ]);
}

type Values = Readonly<Record<string, unknown>>;

function object(className: string, values: Values): Buffer {
  const { version, members } = SCHEMA[className] ?? { version: 0, members: [] };
  return versioned(version, ...members.map((member) => memberBytes(member, values)));
}

function memberBytes({ name, type, typeName, count }: SchemaMember, values: Values): Buffer {
  const value = values[name];
  if (type === 67) return named(String(values.fName ?? ''), String(values.fTitle ?? ''), Number(values.fBits ?? 0));
  if (type === 0) return name.startsWith('TArray') ? arrayOf(name, values.fArray) : object(name, values);
  if (type === 61) return object(typeName, (value as Values | undefined) ?? { fNbins: 1, fXmax: 1 });
  if (type === 62) return arrayOf(typeName, value);
  if (type === 64) return value === undefined ? i32(0) : labels(value as readonly (string | null)[]);
  if (type === 65) return string(String(value ?? ''));
  if (count) return Buffer.from([0]);
  const number = Number(value ?? 0);
  if (type === 2 || type === 12) return u16(number & 0xffff);
  if (type === 3) return i32(number);
  if (type === 5) return floats('TArrayF', [number]);
  if (type === 8) return floats('TArrayD', [number]);
  return Buffer.from([number]);
}

/** A THashList of TObjString, the second and later ones referring to the class of the first being left to others. */
function labels(texts: readonly (string | null)[]): Buffer {
  const items = texts.flatMap((label, i) =>
    label === null ? [] : [any('TObjString', versioned(1, u16(1), i32(i + 1), i32(0), string(label))), string('')],
  );
  return any('THashList', versioned(5, u16(1), i32(0), i32(0), string(''), i32(items.length / 2), ...items));
}

function streamerInfo(): Buffer {
  const infos = Object.entries(SCHEMA).flatMap(([name, { version, members }]) => {
    const elements = members.map((member) => elementBytes(member));
    const list = any(
      'TObjArray',
      versioned(3, u16(1), i32(0), i32(0), string(''), i32(elements.length), i32(0), ...elements),
    );
    return [any('TStreamerInfo', versioned(9, named(name, ''), i32(0), i32(version), list)), string('')];
  });
  return versioned(5, u16(1), i32(0), i32(0), string(''), i32(infos.length / 2), ...infos);
}

function elementBytes({ name, type, typeName, count }: SchemaMember): Buffer {
  const title = count ? `[${count}]` : '';
  const common = versioned(
    4,
    named(name, title),
    i32(type),
    i32(0),
    i32(0),
    i32(0),
    Buffer.alloc(20),
    string(typeName),
  );
  if (typeName === 'BASE') return any('TStreamerBase', versioned(3, common, i32(SCHEMA[name]?.version ?? 1)));
  if (count) return any('TStreamerBasicPointer', versioned(2, common, i32(8), string(count), string('TH1')));
  const kinds: Readonly<Record<number, string>> = {
    61: 'TStreamerObject',
    62: 'TStreamerObjectAny',
    64: 'TStreamerObjectPointer',
    65: 'TStreamerString',
  };
  return any(kinds[type] ?? 'TStreamerBasicType', versioned(2, common));
}

const named = (name: string, title: string, bits = 0) =>
  versioned(1, u16(1), i32(0), i32(bits), string(name), string(title));

function any(className: string, content: Buffer): Buffer {
  const body = Buffer.concat([i32(-1), Buffer.from(`${className}\0`, 'latin1'), content]);
  return Buffer.concat([u32((0x4000_0000 | body.length) >>> 0), body]);
}

function versioned(version: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat([u16(version), ...parts]);
  return Buffer.concat([u32((0x4000_0000 | body.length) >>> 0), body]);
}

function arrayOf(className: string, value: unknown): Buffer {
  const numbers = (value ?? []) as readonly number[];
  return Buffer.concat([i32(numbers.length), floats(className, numbers)]);
}

function floats(className: string, numbers: readonly number[]): Buffer {
  const size = className === 'TArrayF' ? 4 : 8;
  const bytes = Buffer.alloc(numbers.length * size);
  for (const [i, number] of numbers.entries()) {
    if (size === 4) bytes.writeFloatBE(number, 4 * i);
    else bytes.writeDoubleBE(number, 8 * i);
  }
  return bytes;
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([
    bytes.length < 255 ? Buffer.from([bytes.length]) : Buffer.concat([Buffer.from([255]), i32(bytes.length)]),
    bytes,
  ]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
