import type { Cursor } from './cursor.ts';
import { RootFault } from './fault.ts';
import { type Key, readKey } from './key.ts';

/** Some consecutive entries of a branch. */
export interface Basket {
  /** Content without the key; entry i lies at offsets[i] to offsets[i + 1]. */
  readonly content: Uint8Array;
  readonly offsets: Float64Array;
  /** Of the content in the buffer that it was written from. */
  readonly displacement: number;
}

export interface BasketHeader {
  readonly key: Key;
  readonly entries: number;
  /** End of the entries in the buffer, the key counted. */
  readonly last: number;
  readonly flag: number;
  readonly version: number;
}

/** The key of a basket, and what a basket adds to it. */
export function readBasketHeader(cursor: Cursor): BasketHeader {
  const key = readKey(cursor);
  const version = cursor.u16();
  cursor.i32();
  if (cursor.i32() < 0) cursor.u8();
  const entries = cursor.i32();
  const last = cursor.i32();
  const flag = cursor.u8();
  if (entries < 0 || last < key.headerBytes) {
    throw new RootFault('BROKEN_RECORD', `a basket of ${entries} entries that end at ${last}`);
  }
  return { key, entries, last, flag, version };
}

/** A basket inside the record of its tree: one that was not full when the tree was written. Null for an empty one. */
export function embeddedBasket(cursor: Cursor): Basket | null {
  const { key, entries, last, flag, version } = readBasketHeader(cursor);
  if (flag === 0) return null;
  let stored: Float64Array | undefined;
  if (flag % 10 !== 2) {
    if (entries > 0) stored = Float64Array.from(cursor.array('i32', cursor.u32()));
    if (flag > 20 && flag < 40 && stored) stored = stored.map((offset) => offset & 0x00ff_ffff);
    if (flag > 40) cursor.array('i32', cursor.u32());
  }
  if (flag !== 1 && flag <= 10) return null;
  const size = version <= 1 ? cursor.i32() : last;
  const start = cursor.skip(size) + key.headerBytes;
  const content = cursor.bytes.subarray(start, start + last - key.headerBytes);
  return {
    content,
    offsets: offsetsOf(entries, content.length, stored, key.headerBytes),
    displacement: key.headerBytes,
  };
}

/** A basket of its own, from the inflated content of its record. */
export function basketOf({ key, entries, last }: BasketHeader, content: Uint8Array, cursor: Cursor): Basket {
  const end = last - key.headerBytes;
  if (end > content.length) throw new RootFault('BROKEN_RECORD', `entries end at ${end} of ${content.length} bytes`);
  let stored: Float64Array | undefined;
  if (content.length - end >= 4) {
    cursor.to(end);
    stored = Float64Array.from(cursor.array('i32', cursor.u32()));
  }
  return { content, offsets: offsetsOf(entries, end, stored, key.headerBytes), displacement: key.headerBytes };
}

/** Starts of the entries, and the end of the last one. Without a stored list all are equally long. */
function offsetsOf(entries: number, end: number, stored: Float64Array | undefined, header: number): Float64Array {
  // an entry takes a byte at least
  if (entries > end) throw new RootFault('BROKEN_RECORD', `${entries} entries in ${end} bytes`);
  const offsets = new Float64Array(entries + 1);
  if (stored === undefined) {
    if (entries > 0 && end % entries !== 0) throw new RootFault('BROKEN_RECORD', 'entries of unequal length, unmarked');
    for (let i = 0; i < entries; i++) offsets[i] = (i * end) / entries;
  } else {
    if (stored.length < entries) throw new RootFault('BROKEN_RECORD', `${stored.length} places for ${entries} entries`);
    for (let i = 0; i < entries; i++) offsets[i] = (stored[i] as number) - header;
  }
  offsets[entries] = end;
  for (let i = 0; i < entries; i++) {
    const [from, to] = [offsets[i] as number, offsets[i + 1] as number];
    if (from < 0 || to < from || to > end) throw new RootFault('BROKEN_RECORD', `entry ${i} lies at ${from} to ${to}`);
  }
  return offsets;
}
