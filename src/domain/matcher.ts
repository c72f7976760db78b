import { RE2JS, RE2JSException } from 're2js';
import { InvalidInputError, LimitExceededError } from './errors.ts';
import { repeatedSize } from './regex-size.ts';

export type TextPredicate = (text: string) => boolean;

export interface MatchOptions {
  /** Ignore case (Unicode's simple lower case). */
  readonly insensitive?: boolean;
}

/** Longer patterns are refused: the time of a match grows with the length of the pattern times that of the text. */
const MAX_PATTERN_LENGTH = 1000;
/** The same of a regular expression with its counted repeats written out. */
const MAX_REPEATED_SIZE = 5000;
/** One pattern is tried on every name there is, while nobody else is served. */
const MOST_MILLISECONDS = 500;
/** The clock is looked at every so many texts. */
const TEXTS_A_LOOK = 8;

/**
 * The whole text against a pattern: `*` stands for any characters, `/` too (`PixelPhase1/*` is the whole subtree), `?`
 * for one character, `[a-c_]` for one of those, `[!a-c]` or `[^a-c]` for one of the others; `[*]` is a star itself.
 * Takes at most pattern length times text length.
 * @throws InvalidInputError for a class without its `]` or a range that runs backwards.
 */
export function compileGlob(pattern: string, { insensitive = false }: MatchOptions = {}): TextPredicate {
  assertLength(pattern);
  const tokens = parseGlob(insensitive ? pattern.toLowerCase() : pattern, pattern);
  return inTime(pattern, (text) => matches(tokens, insensitive ? text.toLowerCase() : text));
}

/**
 * Whether a part of the text matches (`^` and `$` anchor) a regular expression in RE2's syntax: no backreferences and
 * no look-around, in exchange every match takes linear time.
 * @throws InvalidInputError for a pattern that RE2 does not accept, with what it says about it.
 */
export function compileRegex(pattern: string, { insensitive = false }: MatchOptions = {}): TextPredicate {
  assertLength(pattern);
  const size = repeatedSize(pattern);
  if (size > MAX_REPEATED_SIZE) {
    throw new InvalidInputError(
      `bad regex ${quote(pattern)}: its repeats written out make ${size} characters; at most ${MAX_REPEATED_SIZE} are allowed`,
      { value: pattern, limit: MAX_REPEATED_SIZE, actual: size },
    );
  }
  try {
    const compiled = RE2JS.compile(pattern, insensitive ? RE2JS.CASE_INSENSITIVE : 0);
    return inTime(pattern, (text) => compiled.matcher(text).find());
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    // not as its cause: that is logged, and holds what the client sent
    throw new InvalidInputError(`bad regex ${quote(pattern)}: ${error.message}`, { value: pattern });
  }
}

/** @throws LimitExceededError, once all matches together have taken too long: for patterns that are made to. */
function inTime(pattern: string, satisfies: TextPredicate): TextPredicate {
  let texts = 0;
  let begun = 0;
  return (text) => {
    if (texts++ % TEXTS_A_LOOK === 0) {
      const now = performance.now();
      if (texts === 1) begun = now;
      else if (now - begun > MOST_MILLISECONDS) {
        throw new LimitExceededError(
          `the pattern ${quote(pattern)} took more than ${MOST_MILLISECONDS} ms for ${texts - 1} names. Give a simpler one, or \`startsWith\` or \`contains\` beside it.`,
          { limit: MOST_MILLISECONDS, value: pattern },
        );
      }
    }
    return satisfies(text);
  };
}

function assertLength(pattern: string): void {
  if (pattern.length <= MAX_PATTERN_LENGTH) return;
  throw new InvalidInputError(`a pattern of ${pattern.length} characters: at most ${MAX_PATTERN_LENGTH} are allowed`, {
    limit: MAX_PATTERN_LENGTH,
  });
}

/** A code point; any one character; any characters; one of (or none of) ranges of code points, bounds inclusive. */
type Token =
  | number
  | '?'
  | '*'
  | { readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] };

function parseGlob(pattern: string, written: string): Token[] {
  const characters = Array.from(pattern, (character) => character.codePointAt(0) as number);
  const tokens: Token[] = [];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as number;
    if (character === STAR) {
      if (tokens.at(-1) !== '*') tokens.push('*');
    } else if (character === QUESTION_MARK) tokens.push('?');
    else if (character !== OPEN) tokens.push(character);
    else {
      const negated = characters[i + 1] === CARET || characters[i + 1] === EXCLAMATION_MARK;
      const first = negated ? i + 2 : i + 1;
      // a ] right at the start of a class belongs to it
      const close = characters.indexOf(CLOSE, first + 1);
      if (close < 0) {
        const message = `bad glob ${quote(written)}: the [ at character ${i + 1} is not closed ([[] is a [ itself)`;
        throw new InvalidInputError(message, { value: written });
      }
      tokens.push({ negated, ranges: rangesOf(characters.slice(first, close), written) });
      i = close;
    }
  }
  return tokens;
}

function rangesOf(inside: readonly number[], written: string): [number, number][] {
  const ranges: [number, number][] = [];
  for (let i = 0; i < inside.length; i++) {
    const from = inside[i] as number;
    const to = inside[i + 1] === HYPHEN && i + 2 < inside.length ? (inside[i + 2] as number) : from;
    if (to < from) {
      const range = String.fromCodePoint(from, HYPHEN, to);
      throw new InvalidInputError(`bad glob ${quote(written)}: the range ${range} runs backwards`, { value: written });
    }
    ranges.push([from, to]);
    if (inside[i + 1] === HYPHEN && i + 2 < inside.length) i += 2;
  }
  return ranges;
}

/** On a mismatch only the last star takes one character more: an earlier one could not do better. */
function matches(tokens: readonly Token[], text: string): boolean {
  let token = 0;
  let position = 0;
  let afterStar = -1;
  let starEnd = 0;
  while (position < text.length) {
    const expected = tokens[token];
    const character = text.codePointAt(position) as number;
    if (expected === '*') {
      afterStar = ++token;
      starEnd = position;
    } else if (expected !== undefined && matchesOne(expected, character)) {
      token++;
      position += character > 0xffff ? 2 : 1;
    } else if (afterStar >= 0) {
      token = afterStar;
      starEnd += (text.codePointAt(starEnd) as number) > 0xffff ? 2 : 1;
      position = starEnd;
    } else return false;
  }
  while (tokens[token] === '*') token++;
  return token === tokens.length;
}

function matchesOne(expected: Exclude<Token, '*'>, character: number): boolean {
  if (typeof expected === 'number') return expected === character;
  if (expected === '?') return true;
  return expected.ranges.some(([from, to]) => character >= from && character <= to) !== expected.negated;
}

const quote = (pattern: string) => JSON.stringify(pattern);

const [STAR, QUESTION_MARK, OPEN, CLOSE, CARET, EXCLAMATION_MARK, HYPHEN] = Array.from('*?[]^!-', (character) =>
  character.charCodeAt(0),
) as [number, number, number, number, number, number, number];
