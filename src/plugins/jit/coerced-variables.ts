import { type DocumentNode, GraphQLScalarType, type GraphQLSchema, Kind, visit } from 'graphql';

/** Stands for the types of variables that were coerced before: takes every value as it is. */
const Coerced = new GraphQLScalarType({ name: 'Coerced__' });

/**
 * The query with variables of no particular type. The compiler writes code for every field of an input type and of
 * the input types in it, level by level: for one `where` of ours megabytes, which takes seconds in which nobody is
 * served. So variables are coerced by graphql, once for whoever looks at them, and the compiled query takes them as they are.
 */
export function withCoercedVariables(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((definition) =>
    definition.kind !== Kind.OPERATION_DEFINITION
      ? definition
      : {
          ...definition,
          variableDefinitions: definition.variableDefinitions?.map(({ kind, variable }) => ({
            kind,
            variable,
            type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: Coerced.name } } as const,
          })),
        },
  );
  return { ...document, definitions };
}

/** The schema, with the type that `withCoercedVariables` names. */
export function withCoercedType(schema: GraphQLSchema): GraphQLSchema {
  return Object.create(schema, {
    getType: { value: (name: string) => (name === Coerced.name ? Coerced : schema.getType(name)) },
  });
}

/**
 * Variables that stand inside of objects or lists: where such a one is left out the compiled query sees null, and the
 * interpreter no field at all.
 */
export function variablesInLiterals(document: DocumentNode): string[] {
  const names = new Set<string>();
  let depth = 0;
  const literal = { enter: () => void depth++, leave: () => void depth-- };
  visit(document, {
    ObjectValue: literal,
    ListValue: literal,
    Variable({ name }) {
      if (depth > 0) names.add(name.value);
    },
  });
  return [...names];
}
