import { type DocumentNode, type ExecutionResult, type GraphQLSchema, getOperationAST, Kind, visit } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { Plugin } from './request-facts.ts';

/** What was made of an operation: nothing yet (seen once), code, or the finding that it cannot be compiled. */
type Compilation = 'seen' | CompiledQuery | 'refused';

/**
 * Compiles queries that come again. The interpreter keeps what the compiler does differently or not at all: mutations,
 * subscriptions, documents with directives (@defer, @skip, @include), introspection.
 */
export function useJit(): Plugin {
  const compilations = new WeakMap<DocumentNode, Map<string, Compilation>>();
  const compilationOf = (schema: GraphQLSchema, document: DocumentNode, operationName: string | undefined | null) => {
    let byName = compilations.get(document);
    if (!byName) {
      byName = new Map();
      compilations.set(document, byName);
    }
    const name = operationName ?? '';
    const known = byName.get(name);
    // compiling costs as much as tens of executions: only for what is asked a second time
    const next = known === undefined ? 'seen' : known === 'seen' ? compile(schema, document, operationName) : known;
    if (next !== known) byName.set(name, next);
    return next;
  };
  return {
    onExecute({ args, setExecuteFn }) {
      const compilation = compilationOf(args.schema, args.document, args.operationName);
      if (typeof compilation === 'string') return;
      setExecuteFn(({ rootValue, contextValue, variableValues }) =>
        compilation.query(rootValue, contextValue, variableValues),
      );
    },
  };
}

function compile(schema: GraphQLSchema, document: DocumentNode, operationName?: string | null): Compilation {
  if (getOperationAST(document, operationName)?.operation !== 'query' || !isPlain(document)) return 'refused';
  const compiled: CompiledQuery | ExecutionResult = compileQuery(schema, document, operationName ?? undefined);
  return isCompiledQuery(compiled) ? compiled : 'refused';
}

function isPlain(document: DocumentNode): boolean {
  let plain = true;
  visit(document, {
    [Kind.DIRECTIVE]: () => {
      plain = false;
    },
    [Kind.FIELD]: ({ name: { value } }) => {
      if (value.startsWith('__') && value !== '__typename') plain = false;
    },
  });
  return plain;
}
