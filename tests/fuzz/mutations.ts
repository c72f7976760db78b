import type { Random } from '../../ingest/sample/random.ts';

/** A damaged copy of a file, and what was done to it. */
export interface Damaged {
  readonly bytes: Buffer;
  readonly what: string;
}

/** The file cut off after every 1/64 of it. */
export function truncations(bytes: Buffer): Damaged[] {
  return Array.from({ length: 63 }, (_, i) => {
    const length = Math.max(1, Math.floor((bytes.length * (i + 1)) / 64));
    return { bytes: Buffer.from(bytes.subarray(0, length)), what: `cut off at byte ${length} (${i + 1}/64)` };
  });
}

/** One to four kinds of damage, one after the other. */
export function damage(bytes: Buffer, random: Random): Damaged {
  let damaged: Buffer = Buffer.from(bytes);
  const done: string[] = [];
  for (let left = 1 + (below(random, 3) === 0 ? below(random, 4) : 0); left > 0 && damaged.length > 0; left--) {
    const [what, apply] = pick(random, isText(bytes) ? [...OF_ANY, ...OF_TEXT] : [...OF_ANY, ...OF_BINARY]);
    damaged = apply(damaged, random);
    done.push(what);
  }
  return { bytes: damaged.length > 0 ? damaged : Buffer.alloc(1), what: done.join(', ') };
}

type Mutation = readonly [what: string, apply: (bytes: Buffer, random: Random) => Buffer];

const below = (random: Random, limit: number) => Math.floor(random.uniform() * Math.max(1, limit));
const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T;

/** Some stretch of the file, short ones more often. */
function stretch(bytes: Buffer, random: Random): [start: number, end: number] {
  const start = below(random, bytes.length);
  const length = 1 + below(random, Math.min(bytes.length - start, 2 ** (1 + below(random, 12))));
  return [start, start + length];
}

const splice = (bytes: Buffer, start: number, end: number, put: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(end)]);

const OF_ANY: readonly Mutation[] = [
  ['cut off', (bytes, random) => Buffer.from(bytes.subarray(0, 1 + below(random, bytes.length)))],
  ['a bit flipped', flipped(1)],
  ['bits flipped', flipped(8)],
  [
    'a byte set',
    (bytes, random) => {
      bytes[below(random, bytes.length)] = pick(random, [0, 1, 0x7f, 0x80, 0xff, random.bits() & 0xff]);
      return bytes;
    },
  ],
  [
    'blocks swapped',
    (bytes, random) => {
      const size = Math.max(1, Math.min(2 ** below(random, 13), bytes.length >> 1));
      const blocks = Math.floor(bytes.length / size);
      const [a, b] = [below(random, blocks) * size, below(random, blocks) * size];
      const kept = Buffer.from(bytes.subarray(a, a + size));
      bytes.copyWithin(a, b, b + size);
      bytes.set(kept, b);
      return bytes;
    },
  ],
  ['a stretch left out', (bytes, random) => splice(bytes, ...stretch(bytes, random), Buffer.alloc(0))],
  [
    'a stretch repeated',
    (bytes, random) => {
      const [start, end] = stretch(bytes, random);
      return splice(bytes, end, end, bytes.subarray(start, end));
    },
  ],
  [
    'a stretch filled',
    (bytes, random) => bytes.fill(pick(random, [0, 0xff, 0x20, random.bits() & 0xff]), ...stretch(bytes, random)),
  ],
];

function flipped(most: number): Mutation[1] {
  return (bytes, random) => {
    for (let left = 1 + below(random, most); left > 0; left--) {
      const at = below(random, bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << below(random, 8));
    }
    return bytes;
  };
}

/** Sizes and counts that no file can hold, and the numbers at the ends of their types. */
const LENGTHS = [-1, -2, 0, 1, 0x7fff, 0x8000, 0xffff, 0x10000, 0xffffff, 0x3fffffff, 0x40000000, 0x7fffffff];

const OF_BINARY: readonly Mutation[] = [
  ...([2, 4, 8] as const).flatMap((width): Mutation[] =>
    [true, false].map((little) => [
      `a length of ${width} bytes`,
      (bytes, random) => {
        if (bytes.length < width) return bytes;
        const at = below(random, bytes.length - width + 1);
        const value = pick(random, LENGTHS);
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        if (width === 2) view.setInt16(at, value, little);
        else if (width === 4) view.setInt32(at, value, little);
        else view.setBigInt64(at, BigInt(value) << BigInt(pick(random, [0, 8, 31, 32])), little);
        return bytes;
      },
    ]),
  ),
  // lengths in Parquet's headers
  [
    'a varint',
    (bytes, random) => {
      const varint = pick(random, [
        [0xff, 0x7f],
        [0xfe, 0xff, 0xff, 0xff, 0x0f],
        [0xff, 0xff, 0xff, 0xff, 0x0f],
        [0x80],
      ]);
      const at = below(random, bytes.length);
      return splice(bytes, at, at + pick(random, [1, 2, varint.length]), Buffer.from(varint));
    },
  ],
  [
    'a number',
    (bytes, random) => {
      if (bytes.length < 8) return bytes;
      const at = below(random, bytes.length - 7);
      const value = pick(random, [Number.NaN, Infinity, -Infinity, 1e308, -1e308, 5e-324, -0, 1e30]);
      if (random.bits() % 2 === 0) bytes.writeDoubleBE(value, at);
      else bytes.writeDoubleLE(value, at);
      return bytes;
    },
  ],
];

const NUMBERS =
  '0 -1 -0 1e308 -1e308 1.7976931348623157e308 1e999 5e-324 NaN Infinity 2147483647 2147483648 99999999999999999999 0x10 1.5 1e3'.split(
    ' ',
  );
const TOKENS = [
  '"',
  '""',
  ',',
  '\n',
  '\r\n',
  '[',
  ']',
  '{',
  '}',
  ':',
  '\0',
  '\ufeff',
  '\\',
  '\\u0000',
  '\\ud800',
  '[[',
  'null',
  'true',
  "'",
  '\x80',
  '\xff',
  '\t',
  '1e',
  '__proto__',
  'constructor',
];

const OF_TEXT: readonly Mutation[] = [
  ['a number', (bytes, random) => replaced(bytes, random, /-?\d[\d.]*/g, pick(random, NUMBERS))],
  ['a word', (bytes, random) => replaced(bytes, random, /[A-Za-z_]+/g, pick(random, [...TOKENS, ...NUMBERS]))],
  [
    'a token',
    (bytes, random) => {
      const at = below(random, bytes.length);
      return splice(bytes, at, at, Buffer.from(pick(random, TOKENS), 'latin1'));
    },
  ],
  [
    'a token many times',
    (bytes, random) => {
      const at = below(random, bytes.length);
      const count = pick(random, [100, 5_000, 60_000]);
      return splice(bytes, at, at, Buffer.from(pick(random, [...TOKENS, '{"a":', '[1,']).repeat(count), 'latin1'));
    },
  ],
  ['a value', valueReplaced],
  [
    'a line moved',
    (bytes, random) => {
      const lines = bytes.toString('latin1').split('\n');
      const [line = ''] = lines.splice(below(random, lines.length), 1);
      lines.splice(below(random, lines.length), 0, line, ...(random.bits() % 2 ? [line] : []));
      return Buffer.from(lines.join('\n'), 'latin1');
    },
  ],
];

/** A value somewhere in a JSON text exchanged, which stays JSON. */
function valueReplaced(bytes: Buffer, random: Random): Buffer {
  let root: unknown;
  try {
    root = JSON.parse(bytes.toString('utf8'));
  } catch {
    return bytes;
  }
  const places: [holder: Record<string, unknown>, name: string][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const name of Object.keys(value)) {
      places.push([value as Record<string, unknown>, name]);
      visit((value as Record<string, unknown>)[name]);
    }
  };
  visit(root);
  if (places.length === 0) return bytes;
  for (let left = 1 + below(random, 3); left > 0; left--) {
    const [[holder, name], [other, otherName]] = [pick(random, places), pick(random, places)];
    const value = pick(random, [...VALUES, structuredClone(other[otherName])]);
    if (random.bits() % 4 === 0) holder[String(pick(random, [...TOKENS, name, otherName]))] = value;
    else holder[name] = value;
  }
  return Buffer.from(JSON.stringify(root));
}

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  '',
  ' ',
  'NaN',
  '1e999',
  '\0',
  '\ud800',
  0,
  -1,
  1.5,
  1e308,
  -1e308,
  1e-320,
  2147483648,
  9e15,
  [],
  {},
  [[]],
  [null],
  { data: [] },
  '9999-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '2018-02-31T00:00:00',
  'x'.repeat(5000),
];

function replaced(bytes: Buffer, random: Random, what: RegExp, by: string): Buffer {
  const text = bytes.toString('latin1');
  const found = [...text.matchAll(what)];
  if (found.length === 0) return bytes;
  const { index, 0: old } = pick(random, found);
  return splice(bytes, index, index + old.length, Buffer.from(by, 'latin1'));
}

const isText = (bytes: Buffer) => !bytes.subarray(0, 4096).some((byte) => byte < 9 || (byte > 13 && byte < 32));
