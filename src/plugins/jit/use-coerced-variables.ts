import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Context } from '../../context.ts';
import type { Plugin } from '../request-facts.ts';
import { withCoercedType, withCoercedVariables } from './coerced-variables.ts';

/**
 * Gives the interpreter variables that are coerced already (the limits did, which look at them first): histograms by the
 * hundred come in variables, and a second look at every field of theirs would take as long as storing them.
 */
export function useCoercedVariables(): Plugin {
  const schemas = new WeakMap<GraphQLSchema, GraphQLSchema>();
  const documents = new WeakMap<DocumentNode, DocumentNode>();
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { variables } = args.contextValue as unknown as Context;
      if (!variables || Object.keys(variables).length === 0) return;
      setExecuteFn((now) =>
        executeFn({
          ...now,
          schema: kept(schemas, now.schema, withCoercedType),
          document: kept(documents, now.document, withCoercedVariables),
          variableValues: variables,
        }),
      );
    },
  };
}

function kept<Key extends object, Value>(known: WeakMap<Key, Value>, key: Key, make: (key: Key) => Value): Value {
  let value = known.get(key);
  if (value === undefined) {
    value = make(key);
    known.set(key, value);
  }
  return value;
}
