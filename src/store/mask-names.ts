import { type MaskExpression, termsOf } from '../domain/mask-expression.ts';
import { parseMask } from '../domain/mask-expression-parser.ts';

/** Masks of lists are read several times for one statement, and mostly the same ones are asked for again. */
const MOST_KNOWN = 200;
const known = new Map<string, MaskExpression>();

/** @throws InvalidInputError, LimitExceededError (see parseMask) */
export function maskOf(text: string): MaskExpression {
  const found = known.get(text);
  if (found) return found;
  const expression = parseMask(text);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, expression);
  return expression;
}

interface MaskName {
  readonly name: string;
  readonly isSource: boolean;
}

/** Names of sources and saved masks in the expression; those of sources alone are marked so. */
export function namesOf(expression: MaskExpression): MaskName[] {
  return termsOf(expression).flatMap((term): MaskName[] => {
    if (term.kind === 'name') return [{ name: term.name, isSource: false }];
    if (term.kind === 'verdict') return term.sources.map(({ source }) => ({ name: source, isSource: true }));
    return [];
  });
}
