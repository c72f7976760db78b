/**
 * A value whose JSON text is made without building the value: inside `spliceJson` its text goes straight into the
 * answer; anywhere else JSON.stringify sees `plain()`. Both ways give the same bytes.
 */
export abstract class RawJson {
  /**
   * The JSON text, which is ASCII, exactly what JSON.stringify would make of `plain()`: as bytes where it is long, in pieces where
   * it is very long.
   */
  abstract text(): string | Uint8Array | Iterable<string | Uint8Array>;
  /** The value itself, for everybody but the splicer. */
  abstract plain(): unknown;

  toJSON(): unknown {
    return this.plain();
  }
}

/** Text is gathered to pieces of about so many characters. */
const PIECE_CHARACTERS = 65_536;

/**
 * JSON.stringify for values that hold RawJson, as UTF-8 in pieces: joined they are what JSON.stringify gives.
 * A generator, so that the caller may pause between the pieces of a huge answer.
 */
export function* spliceJson(value: unknown): Generator<Uint8Array, void, undefined> {
  let text = '';
  for (const part of partsOf(value)) {
    const next = typeof part === 'string' ? part : part.text();
    for (const piece of typeof next === 'string' || next instanceof Uint8Array ? [next] : next) {
      if (typeof piece === 'string') {
        text += piece;
        if (text.length < PIECE_CHARACTERS) continue;
      }
      if (text !== '') yield Buffer.from(text);
      text = '';
      if (typeof piece !== 'string') yield piece;
    }
  }
  yield Buffer.from(text);
}

/** The text, cut where raw values stand in it. */
function partsOf(value: unknown): (string | RawJson)[] {
  const parts: (string | RawJson)[] = [];
  let text = '';

  const write = (one: unknown): void => {
    if (typeof one === 'string') text += quoted(one);
    // most values are numbers, of which JSON.stringify makes the same text more slowly
    else if (typeof one === 'number') text += Number.isFinite(one) ? one : 'null';
    else if (typeof one !== 'object' || one === null) text += JSON.stringify(one) ?? 'null';
    else if (one instanceof RawJson) {
      parts.push(text, one);
      text = '';
    } else if (Array.isArray(one)) writeList(one);
    else if (typeof (one as { toJSON?: unknown }).toJSON === 'function') text += JSON.stringify(one) ?? 'null';
    else writeFields(one as Record<string, unknown>);
  };

  const writeList = (list: readonly unknown[]): void => {
    if (isOfPlainRows(list)) {
      text += JSON.stringify(list);
      return;
    }
    text += '[';
    for (let i = 0; i < list.length; i++) {
      if (i > 0) text += ',';
      write(list[i]);
    }
    text += ']';
  };

  const writeFields = (fields: Readonly<Record<string, unknown>>): void => {
    let before = '{';
    for (const name of Object.keys(fields)) {
      const field = fields[name];
      // what JSON has no word for is left out of objects
      if (field === undefined || typeof field === 'function' || typeof field === 'symbol') continue;
      text += `${before}${quoted(name)}:`;
      before = ',';
      write(field);
    }
    text += before === '{' ? '{}' : '}';
  };

  write(value);
  parts.push(text);
  return parts;
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

const PLAIN = /^[ !#-[\]-~]*$/;
const quoted = (text: string) => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));
