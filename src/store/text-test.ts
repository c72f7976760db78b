import { InvalidInputError } from '../domain/errors.ts';
import type { FieldTest } from '../domain/filter.ts';
import { compileGlob, compileRegex } from '../domain/matcher.ts';

/** Compares by code point, as both databases compare text by its UTF-8 bytes (`<` on strings compares UTF-16 units). */
export function compareText(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    return (codePointAround(a, i) ?? 0) - (codePointAround(b, i) ?? 0);
  }
  return a.length - b.length;
}

/** The code point that the unit at `i` belongs to. */
function codePointAround(text: string, i: number): number | undefined {
  const unit = text.charCodeAt(i);
  const isLowSurrogate = unit >= 0xdc00 && unit <= 0xdfff;
  return text.codePointAt(isLowSurrogate ? i - 1 : i);
}

/** Folds case by Unicode's rules, whatever the locale and the database. Both ways: final sigma and the Kelvin sign need it. */
const fold = (text: string) => text.toLowerCase().toUpperCase();

/** The test of a text field as a predicate; its operands are checked already. */
export function textPredicate({ field, op, value, insensitive = false }: FieldTest): (text: string) => boolean {
  if (op === 'glob') return compileGlob(value as string, { insensitive });
  if (op === 'regex') return compileRegex(value as string, { insensitive });
  const key = insensitive ? fold : (text: string) => text;
  if (op === 'in' || op === 'notIn') {
    const set = new Set((value as readonly string[]).map(key));
    return op === 'in' ? (text) => set.has(key(text)) : (text) => !set.has(key(text));
  }
  const operand = key(value as string);
  switch (op) {
    case 'eq':
      return (text) => key(text) === operand;
    case 'ne':
      return (text) => key(text) !== operand;
    case 'lt':
      return (text) => compareText(key(text), operand) < 0;
    case 'lte':
      return (text) => compareText(key(text), operand) <= 0;
    case 'gt':
      return (text) => compareText(key(text), operand) > 0;
    case 'gte':
      return (text) => compareText(key(text), operand) >= 0;
    case 'contains':
      return (text) => key(text).includes(operand);
    case 'startsWith':
      return (text) => key(text).startsWith(operand);
    case 'endsWith':
      return (text) => key(text).endsWith(operand);
    default:
      throw new InvalidInputError(`${op} is no test of a text (${field})`, { field, op });
  }
}

/** Whether SQL cannot answer it alike on both databases, so that it is answered over the distinct values. */
export const needsValues = ({ op, insensitive }: FieldTest) =>
  op === 'glob' || op === 'regex' || (insensitive === true && op !== 'isNull');
