import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { schema } from '../../src/schema/index.ts';

/** What stands in arguments, by their names (or `FIELD.NAME`): each value is asked for once wherever the argument is. */
export type Values = Readonly<Record<string, readonly unknown[]>>;

export interface Walk {
  /** Fields of the query type at which types are reached first, so that they are about what matters. */
  readonly first: readonly string[];
  readonly values: Values;
  /** Arguments that are given, where they need not be, on the way to what a field gives. */
  readonly onTheWay: readonly string[];
}

/** A type, and how it is reached: what stands before and behind what is selected of it. */
export interface Place {
  readonly type: GraphQLObjectType;
  readonly before: string;
  readonly behind: string;
}

/** Every type that queries can reach, once. */
export function placesOf({ first, values, onTheWay }: Walk): readonly Place[] {
  const places: Place[] = [];
  const visited = new Set<string>();
  const query = schema.getQueryType() as GraphQLObjectType;
  const waiting: Place[] = [{ type: query, before: '{', behind: '}' }];
  for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
    const { type, before, behind } = place;
    if (visited.has(type.name)) continue;
    visited.add(type.name);
    places.push(place);
    const fields = Object.values(type.getFields());
    if (type === query) fields.sort((a, b) => order(first, a) - order(first, b));
    for (const field of fields) {
      // what an interface stands for is reached by ways that say of what
      if (isSameAsNodes(type, field) || isAbstractType(getNamedType(field.type))) continue;
      for (const inner of typesOf(field.type)) {
        const given = argumentsOnTheWay(field, values, onTheWay);
        waiting.push({ type: inner, before: `${before} ${field.name}${given} {`, behind: `} ${behind}` });
      }
    }
  }
  return places;
}

const isSameAsNodes = (type: GraphQLObjectType, field: { name: string }) =>
  /Edge$/.test(type.name) && field.name === 'node';

/**
 * Queries that ask for every field that the schema has, once at least, and give every argument a value, once at least;
 * every condition of every `where`, and all that lists can be ordered by. A required argument that `values` does not know is
 * an error, so that what the schema gets is walked as well.
 */
export function queriesOf(walk: Walk): readonly string[] {
  const { values } = walk;
  const queries: string[] = [];
  const asked = new Set<string>();
  for (const { type, before, behind } of placesOf(walk)) {
    for (const field of Object.values(type.getFields())) {
      if (isSameAsNodes(type, field)) continue;
      // without arguments it stood among the leaves of its type
      const isLeaf = typesOf(field.type).length === 0;
      for (const given of argumentsOf(field, values, asked).slice(isLeaf ? 1 : 0)) {
        queries.push(`${before} ${field.name}${given} ${leavesOf(field.type, values)} ${behind}`);
      }
    }
  }
  return [...new Set(queries)];
}

const order = (first: readonly string[], { name }: { name: string }) => {
  const place = first.indexOf(name);
  return place < 0 ? first.length : place;
};

function typesOf(type: GraphQLOutputType): readonly GraphQLObjectType[] {
  const named = getNamedType(type);
  if (isAbstractType(named)) return schema.getPossibleTypes(named);
  return isObjectType(named) ? [named] : [];
}

/** What is asked of a type that is not walked into: all that has no selection of its own. */
function leavesOf(type: GraphQLOutputType, values: Values): string {
  const types = typesOf(type);
  if (types.length === 0) return '';
  const selection = (one: GraphQLObjectType) =>
    Object.values(one.getFields())
      .filter((field) => typesOf(field.type).length === 0)
      .map((field) => `${field.name}${argumentsOf(field, values, new Set())[0]}`)
      .join(' ');
  if (!isAbstractType(getNamedType(type))) return `{ __typename ${selection(types[0] as GraphQLObjectType)} }`;
  // fields of one name may differ in whether they are null
  return `{ __typename ${types.map((one) => `... on ${one.name} { id }`).join(' ')} }`;
}

/** All fields of a type that need no argument, so deep. */
export function selectionOf(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isAbstractType(named)) return '{ __typename }';
  if (!isObjectType(named)) return '';
  const chosen = Object.values(named.getFields())
    .filter(({ args }) => !args.some(isNeeded))
    .flatMap(({ name, type: of }) => {
      const inner = getNamedType(of);
      if (!isObjectType(inner)) return isAbstractType(inner) ? [] : [name];
      if (depth === 0 || inner.name.endsWith('Connection')) return [];
      return [`${name} ${selectionOf(of, depth - 1)}`];
    });
  return `{ __typename ${chosen.join(' ')} }`;
}

export const isNeeded = ({ type, defaultValue }: GraphQLArgument | GraphQLInputField) =>
  isNonNullType(type) && defaultValue === undefined;

/** The required arguments of a field alone, then with each other argument in turn, with each of its values. */
function argumentsOf(field: GraphQLField<unknown, unknown>, values: Values, asked: Set<string>): string[] {
  const needed = field.args.filter(isNeeded).map((argument) => {
    const found = valuesOf(argument, ofField(field, argument, values), asked);
    if (found.length === 0) throw new Error(`nobody says what ${field.name}(${argument.name}:) may be`);
    return found.map((value) => `${argument.name}: ${value}`);
  });
  const base = needed.map(([value]) => value as string);
  const others = [
    ...needed.flatMap((all, i) => all.slice(1).map((value) => base.with(i, value))),
    ...field.args
      .filter((argument) => !isNeeded(argument))
      .flatMap((argument) =>
        valuesOf(argument, ofField(field, argument, values), asked).map((value) => [
          ...base,
          `${argument.name}: ${value}`,
        ]),
      ),
  ];
  return [base, ...others].map((given) => (given.length === 0 ? '' : `(${given.join(', ')})`));
}

/** The values of which those of this argument alone stand under its name. */
export const ofField = (field: { name: string }, { name }: { name: string }, values: Values): Values => {
  const own = values[`${field.name}.${name}`];
  return own === undefined ? values : { ...values, [name]: own };
};

function argumentsOnTheWay(field: GraphQLField<unknown, unknown>, values: Values, more: readonly string[]): string {
  const given = field.args.flatMap((argument) => {
    const isGiven =
      isNeeded(argument) || [argument.name, `${field.name}.${argument.name}`].some((name) => more.includes(name));
    const [value] = isGiven ? valuesOf(argument, ofField(field, argument, values), new Set()) : [];
    return value === undefined ? [] : [`${argument.name}: ${value}`];
  });
  return given.length === 0 ? '' : `(${given.join(', ')})`;
}

function valuesOf({ name, type }: GraphQLArgument | GraphQLInputField, values: Values, asked: Set<string>): string[] {
  const named = getNamedType(type);
  const known = values[name];
  if (known !== undefined) return known.map(literal);
  if (isEnumType(named)) {
    const all = named.getValues().map((value) => value.name);
    return isList(type) ? [`[${all.join(', ')}]`] : all;
  }
  if (!isInputObjectType(named)) return [];
  if (/Order$/.test(named.name)) {
    const { field } = named.getFields();
    const fields = isEnumType(getNamedType((field as GraphQLInputField).type))
      ? valuesOf(field as GraphQLInputField, {}, asked)
      : [];
    return [`[${fields.map((one) => `{ field: ${one} }`).join(', ')}]`];
  }
  return /Where$/.test(named.name) ? conditionsOf(named, values, asked, 1) : [];
}

const isList = (type: GraphQLInputField['type']): boolean => isListType(isNonNullType(type) ? type.ofType : type);

/** What these list holds truth, or is made of it: of others it is reached by masks, and by conditions on these. */
const TELLING = new Set(
  ['Certification', 'CertificationVersion', 'SavedMask', 'Task', 'Prediction', 'DataFile'].map(
    (name) => `${name}Where`,
  ),
);

/** Each condition that a `where` takes, once wherever its type is asked for. */
function conditionsOf(where: GraphQLInputObjectType, values: Values, asked: Set<string>, depth: number): string[] {
  const name = `${where.name} ${depth}`;
  if (asked.has(name)) return conditionsOfMask(where, values);
  asked.add(name);
  return Object.values(where.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    if (['AND', 'OR', 'NOT'].includes(field.name)) return [];
    if (!isInputObjectType(named)) return valuesOf(field, values, asked).map((value) => `{ ${field.name}: ${value} }`);
    if (/Where$/.test(named.name)) {
      if (depth === 0) return [];
      return conditionsOf(named, values, asked, depth - 1).map((value) => `{ ${field.name}: ${value} }`);
    }
    return TELLING.has(where.name) ? testsOf(named).map((value) => `{ ${field.name}: ${value} }`) : [];
  });
}

/** What is asked again for each list: whatever selects by truth. */
function conditionsOfMask(where: GraphQLInputObjectType, values: Values): string[] {
  const { mask } = where.getFields();
  return mask === undefined
    ? []
    : valuesOf(mask, values, new Set())
        .slice(0, 1)
        .map((value) => `{ mask: ${value} }`);
}

function testsOf(filter: GraphQLInputObjectType): string[] {
  const { eq, contains, gte } = filter.getFields();
  const named = eq && getNamedType(eq.type);
  if (isEnumType(named)) return named.getValues().map(({ name }) => `{ eq: ${name} }`);
  if (contains !== undefined) return ['{ contains: "1" }', '{ gte: "5" }'].slice(0, gte === undefined ? 1 : 2);
  if (named?.name === 'Boolean') return ['{ eq: true }', '{ eq: false }'];
  if (named?.name === 'DateTime') return ['{ gte: "2018-05-03T00:00:00Z" }'];
  return gte === undefined ? [] : ['{ gte: 5 }'];
}

/** As it is written in a document. */
export function literal(value: unknown): string {
  if (value instanceof Word) return value.text;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${name}: ${literal(inner)}`)
      .join(', ')} }`;
  }
  return JSON.stringify(value);
}

/** A value of an enum. */
export class Word {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
