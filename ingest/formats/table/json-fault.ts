/** What is expected next. `VALUE]` and `KEY}`: or the end of what has just been opened. */
type Expected = 'VALUE' | 'VALUE]' | 'KEY' | 'KEY}' | ':' | ', or end';

const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
/** What such a text may begin with when it is cut off. */
const CUT_LITERAL = /^(?:t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-?(?:\d+(?:\.\d*)?(?:[eE][-+]?)?)?)$/;

/**
 * Where a text stops being JSON (JSON.parse, which refused it, says so in some versions only), and whether nothing but
 * its end is missing.
 */
export function jsonFault(text: string): { at: number; truncated: boolean } {
  const open: ('[' | '{')[] = [];
  let expected: Expected = 'VALUE';
  let at = 0;
  for (;;) {
    while (at < text.length && ' \t\n\r'.includes(text[at] as string)) at++;
    const next = text[at];
    if (next === undefined) return { at, truncated: true };
    const fault = { at, truncated: false };
    if (expected === ', or end') {
      if (next === ',' && open.length > 0) expected = open.at(-1) === '[' ? 'VALUE' : 'KEY';
      else if ((next === ']' && open.at(-1) === '[') || (next === '}' && open.at(-1) === '{')) open.pop();
      else return fault;
      at++;
    } else if (expected === ':') {
      if (next !== ':') return fault;
      expected = 'VALUE';
      at++;
    } else if ((expected === 'VALUE]' && next === ']') || (expected === 'KEY}' && next === '}')) {
      open.pop();
      expected = ', or end';
      at++;
    } else if (next === '"') {
      const end = endOfString(text, at + 1);
      if (end.fault !== undefined) return { at: end.fault, truncated: end.fault === text.length };
      expected = expected.startsWith('KEY') ? ':' : ', or end';
      at = end.at;
    } else if (expected.startsWith('KEY')) {
      return fault;
    } else if (next === '[' || next === '{') {
      open.push(next);
      expected = next === '[' ? 'VALUE]' : 'KEY}';
      at++;
    } else {
      if (text.length - at < 400 && CUT_LITERAL.test(text.slice(at))) return { at: text.length, truncated: true };
      LITERAL.lastIndex = at;
      const found = LITERAL.exec(text)?.[0] ?? '';
      if (found === '') return fault;
      expected = ', or end';
      at += found.length;
    }
  }
}

/** Behind the closing quote; or where the string is none, the end of the text where it is not closed. */
function endOfString(text: string, start: number): { at: number; fault?: number } {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) return { at: at + 1 };
    if (code < 32) return { at, fault: at };
    if (code !== 92) continue;
    const escaped = text.slice(at + 1, at + 6);
    if (/^["\\/bfnrt]/.test(escaped)) at += 1;
    else if (/^u[0-9a-fA-F]{4}/.test(escaped)) at += 5;
    else return { at, fault: /^(?:u[0-9a-fA-F]{0,3})?$/.test(escaped) && at + 6 > text.length ? text.length : at };
  }
  return { at: text.length, fault: text.length };
}
