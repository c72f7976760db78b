import { InvalidInputError } from './errors.ts';

/**
 * `word`: a name, number, range or keyword; `text`: a name in double quotes; `symbol`: one of `( ) [ ] , & | ! -` or a
 * comparison; `end`: behind the last.
 */
export interface MaskToken {
  readonly kind: 'word' | 'text' | 'symbol' | 'end';
  readonly text: string;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** Whether nothing stands between this one and the one before. */
  readonly joined: boolean;
}

const SPACE = /\s+/y;
const SYMBOL = /<=|>=|!=|==|[()[\],&|!<>=]/y;
const WORD = /[^\s()[\],&|!<>="]+/y;
const TEXT = /"((?:[^"\\]|\\["\\])*)"/y;

/** @throws InvalidInputError for a text that does not end, and for a minus without blanks around it. */
export function maskTokens(text: string, field: string): MaskToken[] {
  const tokens: MaskToken[] = [];
  let at = 0;
  let joined = false;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const add = (kind: MaskToken['kind'], value: string, column: number) => {
    tokens.push({ kind, text: value, column, joined });
    joined = true;
  };
  while (at < text.length) {
    const column = at + 1;
    if (take(SPACE)) {
      joined = false;
      continue;
    }
    const quoted = take(TEXT);
    if (quoted) {
      add('text', (quoted[1] as string).replaceAll(/\\(["\\])/g, '$1'), column);
      continue;
    }
    const symbol = take(SYMBOL);
    if (symbol) {
      add('symbol', symbol[0], column);
      continue;
    }
    const word = take(WORD)?.[0];
    if (word === undefined) throw maskError(field, column, 'the text in double quotes does not end');
    if (word === '-') add('symbol', word, column);
    else if (word.startsWith('-') && !/^-[\d.]/.test(word)) throw maskError(field, column, MINUS);
    else if (word.endsWith('-') && !/^\d+:?(?:\d+)?-$/.test(word)) {
      throw maskError(field, column + word.length - 1, MINUS);
    } else add('word', word, column);
  }
  joined = false;
  add('end', 'the end', text.length + 1);
  return tokens;
}

const MINUS = 'minus stands between blanks, since names may hold hyphens (or put the name in double quotes)';

/** `field`: the argument that holds the text. */
export const maskError = (field: string, column: number, problem: string): InvalidInputError =>
  new InvalidInputError(`${field}, column ${column}: ${problem}`, { field, column });
