import type { Cursor } from './cursor.ts';

/** The header of a record: what it holds and how long it is. */
export interface Key {
  /** Bytes of the record, this header included. */
  readonly bytes: number;
  /** Bytes of the content once it is inflated. */
  readonly contentBytes: number;
  readonly headerBytes: number;
  readonly cycle: number;
  /** Where the record begins in the file. */
  readonly seek: number;
  readonly className: string;
  readonly name: string;
  readonly title: string;
}

/** Reads the header at the cursor. @throws RootFault. */
export function readKey(cursor: Cursor): Key {
  const bytes = cursor.i32();
  const version = cursor.u16();
  const contentBytes = cursor.i32();
  // the time of writing
  cursor.u32();
  const headerBytes = cursor.u16();
  const cycle = cursor.u16();
  const wide = version > 1000;
  // a damaged one may say anything: beyond every file is far enough, and a number that counts
  const seek = wide ? Math.min(cursor.u64(), Number.MAX_SAFE_INTEGER) : cursor.u32();
  // the directory it belongs to
  if (wide) cursor.u64();
  else cursor.u32();
  const className = cursor.string();
  const name = cursor.string();
  const title = cursor.string();
  return { bytes, contentBytes, headerBytes, cycle, seek, className, name, title };
}

/** Of several keys of one name and class the one with the highest cycle: the others are earlier states. */
export function latestCycles(keys: readonly Key[]): Key[] {
  const latest = new Map<string, Key>();
  for (const key of keys) {
    const known = latest.get(key.name);
    if (known === undefined || key.cycle > known.cycle) latest.set(key.name, key);
  }
  return [...latest.values()];
}
