import { JsonBytes } from './json-bytes.ts';

/**
 * A value whose JSON text is made without building the value: inside `spliceJson` its text goes straight into the
 * answer; anywhere else JSON.stringify sees `plain()`. Both ways give the same bytes.
 */
export abstract class RawJson {
  /**
   * Writes exactly what JSON.stringify would make of `plain()`. What is very long is written in steps: between any two of them
   * the text so far may be taken.
   */
  abstract write(text: JsonBytes): Iterable<unknown> | undefined;
  /** The value itself, for everybody but the splicer. */
  abstract plain(): unknown;

  toJSON(): unknown {
    return this.plain();
  }
}

/** Text is gathered to pieces of about so many bytes. */
const PIECE_BYTES = 262_144;

/** One for all answers: nothing is left in it where one pauses. */
const text = new JsonBytes();

/**
 * JSON.stringify for values that hold RawJson, as UTF-8 in pieces: joined they are what JSON.stringify gives.
 * A generator, so that the caller may pause between the pieces of a huge answer.
 */
export function* spliceJson(value: unknown): Generator<Buffer, void, undefined> {
  const walk = new Walk();
  try {
    walk.begin(value);
    while (!walk.isDone) {
      walk.write();
      if (text.length > 0) yield text.take();
    }
  } finally {
    text.clear();
  }
}

/** A list, or the fields of an object, of which some are written. */
class Level {
  readonly list: readonly unknown[] | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly names: readonly string[];
  readonly count: number;
  next = 0;
  /** What stands before the next one. */
  before: string;

  constructor(value: object) {
    const isList = Array.isArray(value);
    this.list = isList ? value : undefined;
    this.fields = value as Readonly<Record<string, unknown>>;
    this.names = isList ? [] : Object.keys(value);
    this.count = isList ? value.length : this.names.length;
    this.before = isList ? '[' : '{';
  }
}

/** The way through a value, which may stop after any part of it. */
class Walk {
  readonly #levels: Level[] = [];
  /** What is left of a value that is written in steps. */
  #steps: Iterator<unknown> | undefined;
  isDone = false;

  begin(value: unknown): void {
    this.#value(value);
  }

  /** Goes on to the end, or until there is a piece. */
  write(): void {
    while (text.length < PIECE_BYTES) {
      if (this.#steps) {
        if (this.#steps.next().done) this.#steps = undefined;
        continue;
      }
      const level = this.#levels.at(-1);
      if (level === undefined) {
        this.isDone = true;
        return;
      }
      if (level.next < level.count) this.#next(level);
      else {
        this.#levels.pop();
        text.raw(level.list ? (level.count > 0 ? ']' : '[]') : level.before === '{' ? '{}' : '}');
      }
    }
  }

  #next(level: Level): void {
    const place = level.next++;
    if (level.list) {
      text.raw(level.before);
      level.before = ',';
      this.#value(level.list[place]);
      return;
    }
    const name = level.names[place] as string;
    const field = level.fields[name];
    // what JSON has no word for is left out of objects
    if (field === undefined || typeof field === 'function' || typeof field === 'symbol') return;
    text.raw(level.before);
    level.before = ',';
    text.string(name);
    text.raw(':');
    this.#value(field);
  }

  #value(one: unknown): void {
    if (typeof one === 'string') text.string(one);
    // most values are numbers, of which JSON.stringify makes the same text more slowly
    else if (typeof one === 'number') text.number(one);
    else if (typeof one !== 'object' || one === null) text.raw(JSON.stringify(one) ?? 'null');
    else if (one instanceof RawJson) this.#steps = one.write(text)?.[Symbol.iterator]();
    else if (Array.isArray(one) ? isOfPlainRows(one) : typeof (one as { toJSON?: unknown }).toJSON === 'function') {
      text.raw(JSON.stringify(one) ?? 'null');
    } else this.#levels.push(new Level(one));
  }
}

/** Whether the list holds objects of simple values alone: these JSON.stringify writes three times as fast. */
function isOfPlainRows(list: readonly unknown[]): boolean {
  for (const row of list) {
    if (typeof row !== 'object' || row === null || row instanceof RawJson) return false;
    for (const name in row) {
      const value = (row as Record<string, unknown>)[name];
      if (typeof value === 'object' && value !== null) return false;
    }
  }
  return list.length > 0;
}
