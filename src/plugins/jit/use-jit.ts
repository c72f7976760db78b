import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { Context } from '../../context.ts';
import type { Plugin } from '../request-facts.ts';
import { variablesInLiterals, withCoercedType, withCoercedVariables } from './coerced-variables.ts';
import { flattenQuery } from './flatten-query.ts';

/** What was made of an operation: nothing yet (seen once), code, or the finding that it stays with the interpreter. */
type Compilation =
  | 'seen'
  | 'interpreted'
  | { readonly query: CompiledQuery['query']; readonly needed: readonly string[] };

/**
 * Compiles queries that come again. Answers are those of the interpreter, byte for byte: what the compiler does
 * differently stays with the interpreter (mutations, directives, fragments on some types only, introspection), and an
 * answer with errors is thrown away and made again by it, because the compiler places and orders errors otherwise.
 */
export function useJit(): Plugin {
  const compilations = new WeakMap<DocumentNode, Map<string, Compilation>>();
  const compilationOf = (schema: GraphQLSchema, document: DocumentNode, operationName: string | null | undefined) => {
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
    onExecute({ args, executeFn, setExecuteFn }) {
      const compilation = compilationOf(args.schema, args.document, args.operationName);
      if (typeof compilation === 'string') return;
      setExecuteFn(async (now) => {
        const { variables } = now.contextValue as Context;
        if (!variables || compilation.needed.some((name) => !(name in variables))) return executeFn(now);
        const result: ExecutionResult = await compilation.query(now.rootValue, now.contextValue, variables);
        const { cost, cancellation } = now.contextValue as Context;
        // an answer that is refused as a whole is not made again
        if (!result.errors || cost.passed || cancellation.reason) return result;
        cost.restart();
        return executeFn(now);
      });
    },
  };
}

function compile(schema: GraphQLSchema, document: DocumentNode, operationName: string | null | undefined): Compilation {
  const flat = flattenQuery(schema, document, operationName);
  const compiled =
    flat && compileQuery(withCoercedType(schema), withCoercedVariables(flat), operationName ?? undefined);
  if (!compiled || !isCompiledQuery(compiled)) return 'interpreted';
  return { query: compiled.query, needed: variablesInLiterals(flat) };
}
