import { LimitExceededError } from './errors.ts';
import { END_OF_RUN, LuminosityMask, type LumisectionRange } from './lumi-mask.ts';
import { isLumisectionFlag, LUMISECTION_FLAGS } from './lumisection-flags.ts';
import {
  isBounded,
  MAX_MASK_DEPTH,
  MAX_MASK_LENGTH,
  MAX_MASK_RANGES,
  MAX_MASK_TERMS,
  type MaskCondition,
  type MaskExpression,
  type MaskSource,
} from './mask-expression.ts';
import { LUMISECTION_FIELDS, RUN_FIELDS, readMaskValue } from './mask-expression-fields.ts';
import { type MaskToken, maskError, maskTokens } from './mask-expression-tokens.ts';
import { printable } from './printable.ts';
import type { Verdict } from './verdict.ts';

/**
 * Reads a mask: names, verdicts, runs, conditions, combined by `& | -` (`and or minus`), `!` (`not`) and parentheses.
 * `field` names the argument in errors. `inUniverse`: the caller has a finite set, inside of which the mask is wanted;
 * otherwise a complement needs one in the mask itself.
 * @throws InvalidInputError, with the column (from 1) in message and details; LimitExceededError.
 */
export function parseMask(text: string, field = 'mask', { inUniverse = false } = {}): MaskExpression {
  if (text.length > MAX_MASK_LENGTH) throw tooMuch(field, 'characters', MAX_MASK_LENGTH);
  const expression = new MaskParser(maskTokens(text, field), field).whole();
  if (!inUniverse && !isBounded(expression)) {
    throw maskError(
      field,
      1,
      'the mask is the complement of a set, and nothing says of what: ! (not) and notEvaluated() mean something only inside of a set, as in "dcs-2018 & !golden-2018"',
    );
  }
  return expression;
}

const WORDS: Readonly<Record<string, string>> = { and: '&', or: '|', not: '!', minus: '-' };
const VERDICTS: Readonly<Record<string, Verdict>> = { good: 'GOOD', bad: 'BAD', notEvaluated: 'NOT_EVALUATED' };
const COMPARISONS: Readonly<Record<string, 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'>> = {
  '=': 'eq',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
};
const ALL_OF_IT: Pick<MaskSource, 'subsystem' | 'dataset'> = { subsystem: null, dataset: null };
const RUN_WORD = /^(\d+)(?:-(\d+)|:(.*))?$/;
const RANGE_WORD = /^(\d+)(?:(-)(\d+)?)?$/;

class MaskParser {
  readonly #tokens: readonly MaskToken[];
  readonly #field: string;
  #at = 0;
  #terms = 0;
  #ranges = 0;
  #depth = 0;

  constructor(tokens: readonly MaskToken[], field: string) {
    this.#tokens = tokens;
    this.#field = field;
  }

  whole(): MaskExpression {
    const expression = this.#union();
    if (this.#next.kind !== 'end') throw this.#unexpected('an operator (& | -)');
    return expression;
  }

  /** `|` binds least. */
  #union(): MaskExpression {
    let left = this.#intersection();
    while (this.#take('|')) left = combined('or', left, this.#intersection());
    return left;
  }

  /** `&` and `-` from left to right: of the same sets in any order. */
  #intersection(): MaskExpression {
    let left = this.#operand();
    for (;;) {
      if (this.#take('&')) left = combined('and', left, this.#operand());
      else if (this.#take('-')) left = combined('minus', left, this.#operand());
      else return left;
    }
  }

  #operand(): MaskExpression {
    if (this.#take('!')) return this.#nested(() => ({ kind: 'not', of: this.#operand() }));
    if (this.#take('(')) {
      return this.#nested(() => {
        const inner = this.#union();
        this.#expect(')');
        return inner;
      });
    }
    const token = this.#next;
    if (token.kind === 'text') return this.#name();
    if (token.kind !== 'word' || Object.hasOwn(WORDS, token.text)) throw this.#unexpected('a mask');
    if (this.#isCall) return this.#call();
    if (RUN_WORD.test(token.text)) return this.#runs();
    return this.#name();
  }

  #name(): MaskExpression {
    const { column, text, kind } = this.#advance();
    this.#count();
    const pinned = kind === 'word' ? /^(.+)@(\d+)$/.exec(text) : null;
    if (pinned) return { kind: 'name', name: pinned[1] as string, version: this.#version(pinned[2], column), column };
    const behind = this.#next;
    const version = behind.joined && behind.kind === 'word' ? /^@(\d+)$/.exec(behind.text) : null;
    if (version) this.#advance();
    return { kind: 'name', name: text, version: version ? this.#version(version[1], behind.column) : null, column };
  }

  #version(digits: string | undefined, column: number): number {
    const version = Number(digits);
    if (version >= 1 && version <= 0x7fff_ffff) return version;
    throw maskError(this.#field, column, `${digits} is no number of a version`);
  }

  #call(): MaskExpression {
    const { text: called, column } = this.#advance();
    this.#expect('(');
    this.#count();
    return this.#nested(() => {
      if (called === 'where') {
        const condition = this.#condition();
        this.#expect(')');
        return { kind: 'where', condition };
      }
      if (!Object.hasOwn(VERDICTS, called)) {
        throw maskError(this.#field, column, `there is no ${shown(called)}(): there are good bad notEvaluated where`);
      }
      const sources = this.#sources();
      this.#expect(')');
      return { kind: 'verdict', verdict: VERDICTS[called] as Verdict, sources };
    });
  }

  /** `SOURCE, SUBSYSTEM, DATASET`, or `all(SOURCE, SOURCE(SUBSYSTEM, DATASET), ...)`. */
  #sources(): MaskSource[] {
    if (!(this.#isCall && this.#next.text === 'all')) {
      const source = this.#argument('a source');
      return [this.#narrowed(source, this.#take(',') ? this.#narrowing() : undefined)];
    }
    this.#advance();
    this.#expect('(');
    const sources: MaskSource[] = [];
    do {
      if (sources.length > 0) this.#count();
      const source = this.#argument('a source');
      const isNarrowed = this.#take('(');
      sources.push(this.#narrowed(source, isNarrowed ? this.#narrowing() : undefined));
      if (isNarrowed) this.#expect(')');
    } while (this.#take(','));
    this.#expect(')');
    return sources;
  }

  #narrowed({ text: source, column }: MaskToken, { subsystem, dataset } = ALL_OF_IT): MaskSource {
    return { source, subsystem, dataset, column };
  }

  #narrowing(): Pick<MaskSource, 'subsystem' | 'dataset'> {
    const subsystem = this.#wish('a subsystem');
    return { subsystem, dataset: this.#take(',') ? this.#wish('a dataset') : null };
  }

  /** `*` for any. */
  #wish(what: string): string | null {
    const { text, kind } = this.#argument(`${what}, or * for any`);
    return kind === 'word' && text === '*' ? null : text;
  }

  #argument(what: string): MaskToken {
    const { kind } = this.#next;
    if (kind !== 'word' && kind !== 'text') throw this.#unexpected(what);
    return this.#advance();
  }

  /** `RUN`, `FIRST-LAST` (of runs), `RUN:LS`, `RUN:FIRST-LAST`, `RUN:FIRST-`, `RUN:[...]`. */
  #runs(): MaskExpression {
    const token = this.#advance();
    const [, first, last, lumisections] = RUN_WORD.exec(token.text) as RegExpExecArray;
    const run = this.#number(first, token.column);
    if (lumisections === undefined) {
      const lastRun = last === undefined ? run : this.#number(last, token.column);
      if (lastRun < run)
        throw maskError(this.#field, token.column, `${shown(token.text)}: the last run is before the first`);
      return this.#literal(wholeRuns(run, lastRun, MAX_MASK_RANGES - this.#ranges));
    }
    const ranges: LumisectionRange[] = [];
    const behindColon = token.column + (first as string).length + 1;
    if (lumisections !== '') ranges.push(this.#range(lumisections, behindColon));
    else if (this.#take('[')) {
      do ranges.push(this.#listed());
      while (this.#take(','));
      this.#expect(']');
    } else throw this.#unexpected('lumisections (1-88, or [1-88, 91-92])');
    return this.#literal([{ run, ranges }]);
  }

  #listed(): LumisectionRange {
    const token = this.#argument('lumisections (1-88)');
    return this.#range(token.text, token.column);
  }

  #range(text: string, column: number): LumisectionRange {
    const found = RANGE_WORD.exec(text);
    if (!found) throw maskError(this.#field, column, `${shown(text)} is no range of lumisections (1-88, 7, 91-)`);
    const [, from, hyphen, to] = found;
    const first = this.#number(from, column);
    const last = hyphen === undefined ? first : to === undefined ? END_OF_RUN : this.#number(to, column);
    if (last < first) throw maskError(this.#field, column, `${shown(text)}: the last lumisection is before the first`);
    return { first, last };
  }

  #number(digits: string | undefined, column: number): number {
    const number = Number(digits);
    if (number >= 1 && number <= END_OF_RUN) return number;
    throw maskError(this.#field, column, `${shown(digits ?? '')} is not between 1 and ${END_OF_RUN}`);
  }

  #literal(runs: { run: number; ranges: LumisectionRange[] }[] | null): MaskExpression {
    this.#ranges += runs?.reduce((sum, { ranges }) => sum + ranges.length, 0) ?? Number.POSITIVE_INFINITY;
    if (runs === null || this.#ranges > MAX_MASK_RANGES) {
      throw tooMuch(this.#field, 'runs and ranges that are written out', MAX_MASK_RANGES);
    }
    return { kind: 'ranges', mask: LuminosityMask.fromRanges(runs) };
  }

  #condition(): MaskCondition {
    return this.#conditions('|', 'or', () => this.#conditions('&', 'and', () => this.#test()));
  }

  #conditions(operator: string, kind: 'and' | 'or', next: () => MaskCondition): MaskCondition {
    const of = [next()];
    while (this.#take(operator)) of.push(next());
    return of.length === 1 ? (of[0] as MaskCondition) : { kind, of };
  }

  #test(): MaskCondition {
    if (this.#next.kind === 'symbol' && this.#is('!')) {
      throw maskError(
        this.#field,
        this.#next.column,
        'conditions have no ! (not): what is not known would satisfy them; take a comparison the other way round',
      );
    }
    if (this.#take('(')) {
      return this.#nested(() => {
        const inner = this.#condition();
        this.#expect(')');
        return inner;
      });
    }
    this.#count();
    if (this.#isCall) return this.#about();
    const { of, field, type } = this.#conditionField();
    const op = COMPARISONS[this.#next.kind === 'symbol' ? this.#next.text : ''];
    if (op === undefined) throw this.#unexpected('a comparison (= != < <= > >=)');
    const comparison = this.#advance();
    if (type === 'text' && op !== 'eq' && op !== 'ne') {
      throw maskError(this.#field, comparison.column, `${field} is a text: it takes = and !=`);
    }
    const token = this.#argument('a value');
    const read = readMaskValue(type, token.text);
    if ('expected' in read) {
      throw maskError(this.#field, token.column, `${field} takes ${read.expected}, not ${shown(token.text)}`);
    }
    return { kind: 'compare', of, field, op, value: read.value };
  }

  /** `known(FIELD)`, `unknown(FIELD)`, `on(FLAG)`, `off(FLAG)`. */
  #about(): MaskCondition {
    const { text: called, column } = this.#advance();
    this.#expect('(');
    let condition: MaskCondition;
    if (called === 'known' || called === 'unknown') {
      const { of, field } = this.#conditionField();
      condition = { kind: 'known', of, field, known: called === 'known' };
    } else if (called === 'on' || called === 'off') {
      const { text: flag, column: at } = this.#argument('a flag');
      if (!isLumisectionFlag(flag)) {
        throw maskError(this.#field, at, `there is no flag ${shown(flag)}: there are ${LUMISECTION_FLAGS.join(' ')}`);
      }
      condition = { kind: 'flag', flag, on: called === 'on' };
    } else {
      throw maskError(this.#field, column, `no condition is called ${shown(called)}(): there are known unknown on off`);
    }
    this.#expect(')');
    return condition;
  }

  #conditionField() {
    const { text, column } = this.#argument('a field of a lumisection, or run.FIELD');
    const of = text.startsWith('run.') ? ('run' as const) : ('lumisection' as const);
    const fields = of === 'run' ? RUN_FIELDS : LUMISECTION_FIELDS;
    const field = of === 'run' ? text.slice('run.'.length) : text;
    const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (type !== undefined) return { of, field, type };
    const known = [...Object.keys(LUMISECTION_FIELDS), ...Object.keys(RUN_FIELDS).map((name) => `run.${name}`)];
    throw maskError(this.#field, column, `there is no field ${shown(text)}: there are ${known.join(' ')}`);
  }

  #count(): void {
    this.#terms++;
    if (this.#terms > MAX_MASK_TERMS) throw tooMuch(this.#field, 'names, verdicts and conditions', MAX_MASK_TERMS);
  }

  #nested<T>(parse: () => T): T {
    this.#depth++;
    if (this.#depth > MAX_MASK_DEPTH) throw tooMuch(this.#field, 'levels of parentheses', MAX_MASK_DEPTH);
    const parsed = parse();
    this.#depth--;
    return parsed;
  }

  get #next(): MaskToken {
    return this.#tokens[this.#at] as MaskToken;
  }

  /** Whether a word with an opening parenthesis is next. */
  get #isCall(): boolean {
    const behind = this.#tokens[this.#at + 1];
    return this.#next.kind === 'word' && behind?.kind === 'symbol' && behind.text === '(';
  }

  #is(symbol: string): boolean {
    const { kind, text } = this.#next;
    return kind === 'symbol'
      ? text === symbol
      : kind === 'word' && Object.hasOwn(WORDS, text) && WORDS[text] === symbol;
  }

  #take(symbol: string): boolean {
    if (!this.#is(symbol)) return false;
    this.#at++;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) throw this.#unexpected(symbol);
  }

  #advance(): MaskToken {
    const token = this.#next;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  #unexpected(expected: string) {
    const { column, text, kind } = this.#next;
    const found = kind === 'end' ? text : shown(text);
    const hint =
      kind === 'word' && /^(?:and|or|not|minus)$/i.test(text) && !Object.hasOwn(WORDS, text)
        ? ' (operators are in small letters)'
        : '';
    return maskError(this.#field, column, `expected ${expected}, not ${found}${hint}`);
  }
}

/** Of what is written out the set is made at once. */
function combined(kind: 'and' | 'or' | 'minus', left: MaskExpression, right: MaskExpression): MaskExpression {
  if (left.kind !== 'ranges' || right.kind !== 'ranges') return { kind, left, right };
  if (kind === 'and') return { kind: 'ranges', mask: left.mask.intersection(right.mask) };
  return { kind: 'ranges', mask: kind === 'or' ? left.mask.union(right.mask) : left.mask.difference(right.mask) };
}

/** Null: more than `most`. */
function wholeRuns(first: number, last: number, most: number) {
  if (last - first >= most) return null;
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    run: first + i,
    ranges: [{ first: 1, last: END_OF_RUN }],
  }));
}

const shown = (text: string) => JSON.stringify(printable(text));

const tooMuch = (field: string, what: string, limit: number) =>
  new LimitExceededError(`${field} has more than ${limit} ${what}`, { field, limit });
