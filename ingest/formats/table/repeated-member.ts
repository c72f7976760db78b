const [QUOTE, COMMA, COLON, OPEN_LIST, ESCAPE, CLOSE_LIST, OPEN, CLOSE] = [34, 44, 58, 91, 92, 93, 123, 125];

/**
 * The first member that an object of a JSON names a second time, and where; null where none does. JSON.parse takes the last
 * of them without a word: then it has fewer members than the text. `value` is what it made of `text`.
 */
export function repeatedMember(text: string, value: unknown): { readonly name: string; readonly at: number } | null {
  return membersWritten(text) === membersOf(value) ? null : found(text);
}

/** There is a colon before the value of each, and no other one outside of strings. */
function membersWritten(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code === COLON) count++;
  }
  return count;
}

function membersOf(value: unknown): number {
  let count = 0;
  const open: unknown[] = [];
  const look = (one: unknown) => {
    if (typeof one === 'object' && one !== null) open.push(one);
  };
  look(value);
  while (open.length > 0) {
    const next = open.pop() as Record<string, unknown> | unknown[];
    if (Array.isArray(next)) for (const one of next) look(one);
    else {
      for (const name in next) {
        count++;
        look(next[name]);
      }
    }
  }
  return count;
}

function found(text: string): { readonly name: string; readonly at: number } | null {
  /** Names of the members of the objects that are open; null for a list. */
  const outer: (Set<string> | null)[] = [];
  let names: Set<string> | null = null;
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at + 1);
      if (isName && names) {
        const name = nameOf(text, at, end);
        if (names.has(name)) return { name, at };
        names.add(name);
        isName = false;
      }
      at = end;
    } else if (code === OPEN || code === OPEN_LIST) {
      outer.push(names);
      names = code === OPEN ? new Set() : null;
      isName = code === OPEN;
    } else if (code === CLOSE || code === CLOSE_LIST) {
      names = outer.pop() ?? null;
    } else if (code === COMMA) {
      isName = names !== null;
    }
  }
  return null;
}

/** Where the quote stands that closes the string. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === ESCAPE) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

/** As it means: one name may be written in several ways. */
function nameOf(text: string, start: number, end: number): string {
  const name = text.slice(start + 1, end);
  return name.includes('\\') ? (JSON.parse(text.slice(start, end + 1)) as string) : name;
}
