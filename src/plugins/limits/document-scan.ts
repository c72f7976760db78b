import { type GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import type { Config } from '../../config.ts';
import { limitError } from '../limit-error.ts';
import { FieldNames } from './field-names.ts';

/** Brackets that one level of fields may need for its arguments; what nests deeper overflows the stack of the parser. */
const BRACKETS_PER_LEVEL = 20;

type Limits = Pick<Config, 'maxAliases' | 'maxDepth' | 'maxDirectives' | 'maxFragments' | 'maxTokens'>;

/** What the tokens of a document show before it is parsed; a document that is none is left to the parser. */
export function refusalOf(
  source: string | Source,
  { maxAliases, maxDepth, maxDirectives, maxFragments, maxTokens }: Limits,
): GraphQLError | undefined {
  const most = maxDepth * BRACKETS_PER_LEVEL;
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  const fieldNames = new FieldNames();
  let directives = 0;
  let fragments = 0;
  let tokens = 0;
  try {
    let depth = 0;
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      const { kind } = token;
      if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L) depth++;
      else if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R) depth--;
      else if (kind === TokenKind.AT) directives++;
      else if (kind === TokenKind.SPREAD) fragments++;
      if (depth > most) return tooDeep(most);
      fieldNames.take(token);
      if (fieldNames.count > maxAliases) return tooManyAliases(fieldNames.count, maxAliases);
      if (++tokens > maxTokens) return tooLong(tokens, 'tokens', maxTokens);
    }
  } catch {
    return undefined;
  }
  if (directives > maxDirectives) return tooManyDirectives(directives, maxDirectives);
  return fragments > maxFragments ? tooManyFragments(fragments, maxFragments) : undefined;
}

export const tooLong = (actual: number, unit: string, limit: number) =>
  limitError({
    setting: 'LUMIGRAPH_MAX_TOKENS',
    limit,
    actual,
    what: `The document holds ${actual} ${unit} or more`,
    remedy: 'Move data into variables, or split the document.',
  });

const tooDeep = (limit: number) =>
  limitError({
    setting: 'LUMIGRAPH_MAX_DEPTH',
    limit,
    actual: limit + 1,
    what: `The document nests ${limit + 1} brackets or more`,
    remedy: 'Ask for inner objects by their id in a second operation.',
  });

const tooManyAliases = (actual: number, limit: number) =>
  limitError({
    setting: 'LUMIGRAPH_MAX_ALIASES',
    limit,
    actual,
    what: `The document has ${actual} aliases and repeated fields or more`,
    remedy: 'Ask for a list with `in` instead of one field for each object.',
  });

const tooManyFragments = (actual: number, limit: number) =>
  limitError({
    setting: 'LUMIGRAPH_MAX_FRAGMENTS',
    limit,
    actual,
    what: `The document spreads ${actual} fragments`,
    remedy: 'Write their fields out, or split the document.',
  });

const tooManyDirectives = (actual: number, limit: number) =>
  limitError({
    setting: 'LUMIGRAPH_MAX_DIRECTIVES',
    limit,
    actual,
    what: `The document has ${actual} directives`,
    remedy: 'Put one directive on a fragment instead of one on each of its fields.',
  });
