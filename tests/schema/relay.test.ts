import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser, rules } from '@graphql-eslint/eslint-plugin';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';

const linter = new Linter();

/** What Relay's rules say of a schema. */
function complaints(schema: string): string[] {
  const messages = linter.verify(
    schema,
    {
      files: ['**/*.graphql'],
      plugins: { '@graphql-eslint': { rules } },
      languageOptions: { parser: { ...parser, meta: undefined }, parserOptions: { graphQLConfig: { schema } } },
      rules: {
        '@graphql-eslint/relay-arguments': 'error',
        '@graphql-eslint/relay-connection-types': 'error',
        '@graphql-eslint/relay-edge-types': [
          'error',
          // lists of other things (bins, `nodes` beside `edges`) are none of Relay's business
          { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
        ],
        '@graphql-eslint/relay-page-info': 'error',
      },
    } as never,
    'schema.graphql',
  );
  return messages.map(({ line, message }) => `${line}: ${message}`);
}

describe("by Relay's rules,", () => {
  it('the schema is as a Relay client expects it', () => {
    expect(complaints(readFileSync(join(import.meta.dirname, '../../schema.graphql'), 'utf8'))).toEqual([]);
  });

  it('a connection without pageInfo, an edge without cursor and a list without pages are told', () => {
    const told = complaints(`
      type Query { things(first: Int): ThingConnection }
      type ThingConnection { edges: [ThingEdge] }
      type ThingEdge { node: Thing }
      type Thing { id: ID! }
      type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }
    `);
    for (const word of ['pageInfo', 'cursor', 'after', 'endCursor', 'Node']) expect(told.join('\n')).toContain(word);
  });
});
