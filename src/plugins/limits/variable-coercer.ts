import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  valueFromAST,
} from 'graphql';

type Coerced = ReturnType<typeof getVariableValues>;
type Options = Parameters<typeof getVariableValues>[3];
type Coerce = (value: unknown) => unknown;

/**
 * A long list may be wrong in each of its values, and every error costs as much as thousands of good ones. Each is worded
 * with the whole object that is wrong, however long its texts are.
 */
export const MOST_ERRORS = 5;

/** Thrown on the way down by whatever is wrong, or only rare: GraphQL has a look at it then, and words what is wrong. */
const UNUSUAL = new Error('left to graphql');

/**
 * Makes of variables, with their defaults, what resolvers see: what `getVariableValues` gives, in a sixth of the time. That
 * one asks each value what its type is; with histograms by the hundred this would take as long as storing them. Here each
 * type is asked once, and each operation for its variables.
 */
export function variableCoercer(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  options: Options,
): (given: Readonly<Record<string, unknown>>) => Coerced {
  const definitions = operation.variableDefinitions ?? [];
  const variables = definitions.map(({ variable, type: node, defaultValue }) => {
    // the type of a variable is named by the document, and is one of the schema once it is validated
    const type = typeFromAST(schema, node as never) as GraphQLInputType | undefined;
    const coerce = isInputType(type) ? coercerOf(type) : unusual;
    const absent =
      defaultValue && isInputType(type)
        ? () => valueFromAST(defaultValue, type)
        : isNonNullType(type)
          ? unusual
          : undefined;
    return { name: variable.name.value, coerce, absent };
  });
  return (given) => {
    try {
      // no prototype: a document may name a variable `__proto__`
      const coerced: Record<string, unknown> = Object.create(null);
      for (const { name, coerce, absent } of variables) {
        if (Object.hasOwn(given, name)) coerced[name] = coerce(given[name]);
        else if (absent) coerced[name] = absent();
      }
      return { coerced };
    } catch {
      return getVariableValues(schema, definitions, given, { ...options, maxErrors: MOST_ERRORS });
    }
  };
}

const unusual = (): never => {
  throw UNUSUAL;
};

const coercers = new WeakMap<GraphQLInputType, Coerce>();

function coercerOf(type: GraphQLInputType): Coerce {
  let coerce = coercers.get(type);
  if (coerce === undefined) {
    coerce = isNonNullType(type)
      ? requiring(coercerOf(type.ofType))
      : isListType(type)
        ? listing(coercerOf(type.ofType))
        : isInputObjectType(type)
          ? objects(type)
          : (value) => (value == null ? null : defined(type.parseValue(value)));
    coercers.set(type, coerce);
  }
  return coerce;
}

function defined(value: unknown): unknown {
  if (value === undefined) throw UNUSUAL;
  return value;
}

const requiring =
  (inner: Coerce): Coerce =>
  (value) => {
    if (value == null) throw UNUSUAL;
    return inner(value);
  };

const listing =
  (inner: Coerce): Coerce =>
  (value) => {
    if (value == null) return null;
    // what is no list stands for a list of one
    if (!Array.isArray(value)) throw UNUSUAL;
    return value.map(inner);
  };

interface Field {
  readonly name: string;
  readonly coerce: Coerce;
  readonly defaultValue: unknown;
  readonly isRequired: boolean;
}

function objects(type: GraphQLInputObjectType): Coerce {
  // types may hold one another: fields are looked at when the first value comes
  let fields: readonly Field[] | undefined;
  return (value) => {
    if (value == null) return null;
    if (typeof value !== 'object' || Array.isArray(value) || type.isOneOf) throw UNUSUAL;
    fields ??= fieldsOf(type);
    const coerced: Record<string, unknown> = {};
    let known = 0;
    for (const { name, coerce, defaultValue, isRequired } of fields) {
      const given = (value as Record<string, unknown>)[name];
      if (given !== undefined) {
        known++;
        coerced[name] = coerce(given);
      } else if (defaultValue !== undefined) coerced[name] = defaultValue;
      else if (isRequired) throw UNUSUAL;
    }
    let all = 0;
    for (const _ in value) all++;
    if (all !== known) throw UNUSUAL;
    return coerced;
  };
}

const fieldsOf = (type: GraphQLInputObjectType): readonly Field[] =>
  Object.values(type.getFields()).map((field) => ({
    name: field.name,
    coerce: coercerOf(field.type),
    defaultValue: field.defaultValue,
    isRequired: isNonNullType(field.type),
  }));
