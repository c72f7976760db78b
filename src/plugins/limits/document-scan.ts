import { type GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import type { Config } from '../../config.ts';
import { limitError } from '../limit-error.ts';

/** Brackets that one level of fields may need for its arguments; what nests deeper overflows the stack of the parser. */
const BRACKETS_PER_LEVEL = 20;

/** What the tokens of a document show before it is parsed; a document that is none is left to the parser. */
export function refusalOf(
  source: string | Source,
  { maxDepth, maxDirectives }: Pick<Config, 'maxDepth' | 'maxDirectives'>,
): GraphQLError | undefined {
  const most = maxDepth * BRACKETS_PER_LEVEL;
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  let directives = 0;
  try {
    for (let depth = 0, { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
      if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L) depth++;
      else if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R) depth--;
      else if (kind === TokenKind.AT) directives++;
      if (depth > most) return tooDeep(most);
    }
  } catch {
    return undefined;
  }
  return directives > maxDirectives ? tooManyDirectives(directives, maxDirectives) : undefined;
}

const tooDeep = (limit: number) =>
  limitError({
    setting: 'LUMIGRAPH_MAX_DEPTH',
    limit,
    actual: limit + 1,
    what: `The document nests ${limit + 1} brackets or more`,
    remedy: 'Ask for inner objects by their id in a second operation.',
  });

const tooManyDirectives = (actual: number, limit: number) =>
  limitError({
    setting: 'LUMIGRAPH_MAX_DIRECTIVES',
    limit,
    actual,
    what: `The document has ${actual} directives`,
    remedy: 'Put one directive on a fragment instead of one on each of its fields.',
  });
