import { InvalidInputError } from './errors.ts';
import { MAX_INT32 } from './int32.ts';
import { END_OF_RUN, LuminosityMask, type LumisectionRange, type MergeNotes, mergeRanges } from './lumi-mask.ts';

/** One run of a golden or DCS-only JSON. */
export interface GoldenRun extends MergeNotes {
  readonly run: number;
  /** Line of its key, from 1. */
  readonly line: number;
  /** Sorted, disjoint, not touching; END_OF_RUN where the file says "to the end" (`[[-1]]`, or 0 as upper bound). */
  readonly ranges: readonly LumisectionRange[];
}

/** Why a run of the file was left out. */
export interface GoldenProblem {
  readonly code: 'BAD_RUN_NUMBER' | 'DUPLICATE_KEY' | 'BAD_RANGE';
  readonly line: number;
  /** The run key as written. */
  readonly field: string;
  readonly value: string;
  readonly reason: string;
  /** Of DUPLICATE_KEY: the line of the first entry, which is left out as well and is no problem of its own. */
  readonly firstLine?: number;
}

export interface GoldenJson {
  /** In the order of the file. */
  readonly runs: readonly GoldenRun[];
  /** Runs with a problem are in `problems` alone: half a run would pass for a certified one. */
  readonly problems: readonly GoldenProblem[];
}

/**
 * Reads `{"315257": [[1, 88], [91, 92]], ...}`: string run keys, inclusive ranges, in any layout and any order.
 * @throws InvalidInputError, with the line in its details, where the text is not JSON of this form.
 */
export function parseGoldenJson(text: string): GoldenJson {
  const tokens = new Tokens(text);
  const found = new Map<string, { line: number; ranges: RawRange[] }>();
  const problems: GoldenProblem[] = [];
  const repeated = new Set<string>();
  tokens.expect('{');
  if (!tokens.take('}')) {
    do {
      const { key, line } = tokens.key();
      const ranges = readRanges(tokens);
      const earlier = found.get(key);
      if (earlier === undefined) found.set(key, { line, ranges });
      else {
        repeated.add(key);
        const reason = `the run stands in line ${earlier.line} already; neither is taken`;
        const firstLine = earlier.line;
        problems.push({ code: 'DUPLICATE_KEY', line, field: key, value: textOf(ranges), reason, firstLine });
      }
    } while (tokens.take(','));
    tokens.expect('}');
  }
  tokens.end();
  const runs: GoldenRun[] = [];
  for (const [key, { line, ranges }] of found) {
    if (repeated.has(key)) continue;
    const read = readRun(key, line, ranges);
    if ('code' in read) problems.push(read);
    else runs.push(read);
  }
  return { runs, problems: problems.sort((a, b) => a.line - b.line) };
}

/**
 * The mask that a golden JSON states.
 * @throws InvalidInputError where anything in it is wrong.
 */
export function maskFromGoldenJson(text: string): LuminosityMask {
  const { runs, problems } = parseGoldenJson(text);
  const [problem] = problems;
  if (problem !== undefined) {
    const { line, field, value, reason } = problem;
    throw new InvalidInputError(`line ${line}, run ${field}: ${reason}`, { line, field, value });
  }
  return LuminosityMask.fromRanges(runs);
}

/**
 * As CMS's LumiList writes it: one run a line, keys in the order of strings, no final newline (its files have one).
 * A range to the end of a run whose length is unknown ends at 268435455, as in CMS's own tools.
 */
export function goldenJson(mask: LuminosityMask): string {
  const keys = mask.runs.map(String).sort();
  const lines = keys.map((key) => {
    const ranges = mask.rangesOf(Number(key)).map(({ first, last }) => `[${first}, ${last}]`);
    return `"${key}": [${ranges.join(', ')}]`;
  });
  return `{${lines.join(',\n ')}}`;
}

/** The numbers between one pair of inner brackets, as written. */
type RawRange = readonly string[];

function readRanges(tokens: Tokens): RawRange[] {
  const ranges: RawRange[] = [];
  tokens.expect('[');
  if (tokens.take(']')) return ranges;
  do {
    const bounds: string[] = [];
    tokens.expect('[');
    if (!tokens.take(']')) {
      do bounds.push(tokens.number());
      while (tokens.take(','));
      tokens.expect(']');
    }
    ranges.push(bounds);
  } while (tokens.take(','));
  tokens.expect(']');
  return ranges;
}

function readRun(key: string, line: number, raw: readonly RawRange[]): GoldenRun | GoldenProblem {
  const run = Number(key);
  if (!/^[1-9][0-9]*$/.test(key) || !Number.isInteger(run) || run > MAX_INT32) {
    const reason = `a run number is an integer from 1 to ${MAX_INT32}`;
    return { code: 'BAD_RUN_NUMBER', line, field: key, value: key, reason };
  }
  if (raw.length === 1 && raw[0]?.length === 1 && raw[0][0] === '-1') {
    return { run, line, ...mergeRanges([{ first: 1, last: END_OF_RUN }]) };
  }
  const ranges: LumisectionRange[] = [];
  for (const bounds of raw) {
    const range = readRange(bounds);
    if (typeof range === 'string') {
      return { code: 'BAD_RANGE', line, field: key, value: textOf([bounds]), reason: range };
    }
    ranges.push(range);
  }
  return { run, line, ...mergeRanges(ranges) };
}

/** Run numbers are stored as 32-bit integers. */

/** The range, or the reason why it is none. */
function readRange(bounds: RawRange): LumisectionRange | string {
  if (bounds.length !== 2) return 'a range is a pair [first, last]';
  const [first, stated] = bounds.map(Number) as [number, number];
  if (!bounds.every((bound) => /^-?[0-9]+$/.test(bound))) return 'lumisections are integers';
  if (first < 1) return 'lumisections are numbered from 1';
  const last = stated === 0 ? END_OF_RUN : stated;
  if (last < first) return 'the range ends before it begins';
  if (last > END_OF_RUN) return `the range ends after ${END_OF_RUN}`;
  return { first, last };
}

function textOf(ranges: readonly RawRange[]): string {
  return ranges
    .map((bounds) => `[${bounds.join(', ')}]`)
    .join(', ')
    .slice(0, 200);
}

const TOKEN = /[[\]{},:]|"(?:[^"\\\n]|\\.)*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\r\n]*/y;

/** JSON tokens with their lines. JSON.parse would swallow repeated keys and knows no lines. */
class Tokens {
  readonly #text: string;
  #position: number;
  #line = 1;
  #token = '';

  constructor(text: string) {
    this.#text = text;
    this.#position = text.startsWith('\uFEFF') ? 1 : 0;
    this.#advance();
  }

  take(token: string): boolean {
    if (this.#token !== token) return false;
    this.#advance();
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) this.#fail(`'${token}'`);
  }

  key(): { key: string; line: number } {
    const line = this.#line;
    if (!this.#token.startsWith('"')) this.#fail('a run number in quotes');
    const key = this.#token.slice(1, -1);
    this.#advance();
    this.expect(':');
    return { key, line };
  }

  number(): string {
    const number = this.#token;
    if (!/^[-0-9]/.test(number)) this.#fail('a number');
    this.#advance();
    return number;
  }

  end(): void {
    if (this.#token !== '') this.#fail('the end');
  }

  #advance(): void {
    SPACE.lastIndex = this.#position;
    const space = SPACE.exec(this.#text)?.[0] ?? '';
    for (const character of space) if (character === '\n') this.#line++;
    TOKEN.lastIndex = this.#position + space.length;
    this.#token = TOKEN.exec(this.#text)?.[0] ?? '';
    this.#position += space.length + this.#token.length;
    if (this.#token === '' && this.#position < this.#text.length) this.#fail('JSON');
  }

  #fail(expected: string): never {
    const value = this.#token === '' ? this.#text.slice(this.#position, this.#position + 20) : this.#token;
    const found = value === '' ? 'the text ends' : `found ${JSON.stringify(value)}`;
    throw new InvalidInputError(`line ${this.#line}: expected ${expected}, ${found}`, {
      line: this.#line,
      value: value.slice(0, 200),
    });
  }
}
