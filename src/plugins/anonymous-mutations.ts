import { type DocumentNode, type GraphQLSchema, getOperationAST, Kind, type OperationDefinitionNode } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';
import type { Config } from '../config.ts';
import { requireScope, type Scope } from '../domain/viewer.ts';
import { readOnly } from '../schema/scope-option.ts';
import { factsOf, type Plugin } from './request-facts.ts';

/**
 * Refuses mutations of those who sent no token as soon as that is known: before the document is validated and its variables,
 * which may be long, are looked at. Every mutation needs a token; which scope it needs is looked at again where it runs.
 */
export function useAnonymousMutations(schema: GraphQLSchema, { mutations }: Pick<Config, 'mutations'>): Plugin {
  return {
    onParse() {
      return ({ context, result }) => {
        const { viewer } = factsOf(context);
        if (viewer.authenticated || !isDocument(result)) return;
        const operation = getOperationAST(result, (context as { params: GraphQLParams }).params.operationName);
        if (operation?.operation !== 'mutation') return;
        const scope = scopeIn(operation, schema);
        if (scope === undefined) return;
        if (!mutations) throw readOnly();
        requireScope(viewer, scope);
      };
    },
  };
}

const isDocument = (result: unknown): result is DocumentNode =>
  !(result instanceof Error) && (result as DocumentNode | null)?.kind === Kind.DOCUMENT;

/** What its first field needs that needs a scope, if any does; whatever stands in a fragment needs one. */
function scopeIn({ selectionSet }: OperationDefinitionNode, schema: GraphQLSchema): Scope | undefined {
  const fields = schema.getMutationType()?.getFields() ?? {};
  for (const selection of selectionSet.selections) {
    if (selection.kind !== Kind.FIELD) return 'ingest';
    const scope = fields[selection.name.value]?.extensions.scope as Scope | undefined;
    if (scope !== undefined) return scope;
  }
  return undefined;
}
