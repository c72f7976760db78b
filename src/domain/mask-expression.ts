import { InvalidInputError } from './errors.ts';
import { LuminosityMask } from './lumi-mask.ts';
import type { LumisectionFlag } from './lumisection-flags.ts';
import type { Verdict } from './verdict.ts';

/** Longest mask, in UTF-16 code units. */
export const MAX_MASK_LENGTH = 10_000;
/** Most names, verdicts and conditions in one mask. */
export const MAX_MASK_TERMS = 64;
/** Most parentheses and complements in each other. */
export const MAX_MASK_DEPTH = 32;
/** Most ranges that are written out in one mask. */
export const MAX_MASK_RANGES = 500;

/**
 * A set of lumisections as somebody wrote it (see docs/masks.md), before its names are looked up. `column` is where the
 * term begins in the text, from 1, in UTF-16 code units.
 */
export type MaskExpression = MaskTerm | MaskCombination | { readonly kind: 'not'; readonly of: MaskExpression };

export interface MaskCombination {
  readonly kind: 'and' | 'or' | 'minus';
  readonly left: MaskExpression;
  readonly right: MaskExpression;
}

export type MaskTerm =
  /** Runs and ranges that are written out; END_OF_RUN for all lumisections of a run. */
  | { readonly kind: 'ranges'; readonly mask: LuminosityMask }
  | NamedMask
  | VerdictMask
  /** The stored lumisections that satisfy the condition. */
  | { readonly kind: 'where'; readonly condition: MaskCondition };

/** What a certification source calls GOOD, or a saved mask. */
export interface NamedMask {
  readonly kind: 'name';
  readonly name: string;
  /** Of a saved mask; null: the newest one. */
  readonly version: number | null;
  readonly column: number;
}

/** The lumisections that have the verdict by all of the sources together (see combineVerdicts). */
export interface VerdictMask {
  readonly kind: 'verdict';
  readonly verdict: Verdict;
  /** At least one. */
  readonly sources: readonly MaskSource[];
}

/** A certification source, narrowed to a subsystem or a dataset that it judges; null: all of them. */
export interface MaskSource {
  readonly source: string;
  readonly subsystem: string | null;
  readonly dataset: string | null;
  readonly column: number;
}

/** A condition on a lumisection or its run. What is not known satisfies none of them but `known: false`. */
export type MaskCondition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly MaskCondition[] }
  | {
      readonly kind: 'compare';
      readonly of: 'lumisection' | 'run';
      readonly field: string;
      readonly op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte';
      readonly value: number | string | Date;
    }
  | { readonly kind: 'known'; readonly of: 'lumisection' | 'run'; readonly field: string; readonly known: boolean }
  | { readonly kind: 'flag'; readonly flag: LumisectionFlag; readonly on: boolean };

/**
 * Whether the set is finite. A complement is not: `!a`, and `notEvaluated(a)`, hold runs that nobody has heard of. They
 * mean something only inside of a finite set.
 */
export function isBounded(expression: MaskExpression): boolean {
  switch (expression.kind) {
    case 'and':
      return isBounded(expression.left) || isBounded(expression.right);
    case 'or':
      return isBounded(expression.left) && isBounded(expression.right);
    case 'minus':
      return isBounded(expression.left) || !isBounded(expression.right);
    case 'not':
      return !isBounded(expression.of);
    case 'verdict':
      return expression.verdict !== 'NOT_EVALUATED';
    default:
      return true;
  }
}

/** Its terms, from left to right. */
export function termsOf(expression: MaskExpression): MaskTerm[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
    case 'minus':
      return [...termsOf(expression.left), ...termsOf(expression.right)];
    case 'not':
      return termsOf(expression.of);
    default:
      return [expression];
  }
}

/** A finite set, or all lumisections but those of one. */
interface Part {
  readonly mask: LuminosityMask;
  readonly complement: boolean;
}

/** What the terms of an expression hold. */
export interface MaskTerms {
  /** Of a source that is not called anything but GOOD, of any BAD: disjoint. */
  verdicts(source: MaskSource): { readonly good: LuminosityMask; readonly bad: LuminosityMask };
  named(mask: NamedMask): LuminosityMask;
  where(condition: MaskCondition): LuminosityMask;
}

/** The set. `universe`: inside of which it is wanted, and then it may be a complement. */
export function evaluateMask(expression: MaskExpression, terms: MaskTerms, universe?: LuminosityMask): LuminosityMask {
  const { mask, complement } = evaluate(expression, terms);
  if (universe !== undefined) return complement ? universe.difference(mask) : universe.intersection(mask);
  if (complement) throw new InvalidInputError('the mask is a complement, and nothing says of what');
  return mask;
}

function evaluate(expression: MaskExpression, terms: MaskTerms): Part {
  switch (expression.kind) {
    case 'ranges':
      return { mask: expression.mask, complement: false };
    case 'name':
      return { mask: terms.named(expression), complement: false };
    case 'where':
      return { mask: terms.where(expression.condition), complement: false };
    case 'verdict':
      return verdictPart(expression, terms);
    case 'not':
      return not(evaluate(expression.of, terms));
    case 'and':
      return and(evaluate(expression.left, terms), evaluate(expression.right, terms));
    case 'minus':
      return and(evaluate(expression.left, terms), not(evaluate(expression.right, terms)));
    case 'or':
      return not(and(not(evaluate(expression.left, terms)), not(evaluate(expression.right, terms))));
  }
}

function verdictPart({ verdict, sources }: VerdictMask, terms: MaskTerms): Part {
  const sets = sources.map((source) => terms.verdicts(source));
  const good = () => sets.map((set) => set.good).reduce((all, next) => all.intersection(next));
  const bad = () => LuminosityMask.unionOf(sets.map((set) => set.bad));
  if (verdict === 'GOOD') return { mask: good(), complement: false };
  if (verdict === 'BAD') return { mask: bad(), complement: false };
  return { mask: good().union(bad()), complement: true };
}

const not = ({ mask, complement }: Part): Part => ({ mask, complement: !complement });

function and(a: Part, b: Part): Part {
  if (a.complement && b.complement) return { mask: a.mask.union(b.mask), complement: true };
  if (a.complement) return { mask: b.mask.difference(a.mask), complement: false };
  return { mask: b.complement ? a.mask.difference(b.mask) : a.mask.intersection(b.mask), complement: false };
}
