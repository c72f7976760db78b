import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';

/** Fields by response key, as execution merges them. */
type FieldsOf = (selections: SelectionSetNode, type: GraphQLNamedType) => Map<string, { nodes: FieldNode[] }>;

/** None of them comes from the database; but all are made while nobody else is served. */
const NODES_AN_OBJECT = 20;

export const isIntrospection = (name: string): boolean =>
  name === SchemaMetaFieldDef.name || name === TypeMetaFieldDef.name;

/**
 * What an introspection field is worth in nodes. Its lists take no size, and types hold fields that have types: a document
 * of a few lines could ask for the graph a thousand times over. So its objects are counted in the schema at hand, each
 * selection once for each object.
 */
export function introspectedNodes(schema: GraphQLSchema, nodes: readonly FieldNode[], fieldsOf: FieldsOf): number {
  const known = new Map<SelectionSetNode, Map<object, number>>();
  const merged = new Map<SelectionSetNode, (readonly [FieldNode[], ReturnType<typeof definitionOf>])[]>();

  const below = (selections: SelectionSetNode, type: GraphQLObjectType, value: object): number => {
    const counts = known.get(selections) ?? new Map<object, number>();
    known.set(selections, counts);
    const before = counts.get(value);
    if (before !== undefined) return before;
    let fields = merged.get(selections);
    if (fields === undefined) {
      fields = [...fieldsOf(selections, type).values()].map(({ nodes: of }) => [of, definitionOf(type, of)] as const);
      merged.set(selections, fields);
    }
    let total = 1;
    for (const [of, definition] of fields) {
      const inner = definition && getNamedType(definition.type);
      if (!definition?.resolve || !isObjectType(inner)) continue;
      const found: unknown = definition.resolve(value, { includeDeprecated: true }, undefined, { schema } as never);
      for (const one of Array.isArray(found) ? found : [found]) {
        if (typeof one !== 'object' || one === null) continue;
        for (const { selectionSet } of of) if (selectionSet) total += below(selectionSet, inner, one);
      }
    }
    counts.set(value, total);
    return total;
  };

  let objects = 0;
  for (const { name, selectionSet, arguments: given } of nodes) {
    const isSchema = name.value === SchemaMetaFieldDef.name;
    const root = getNamedType((isSchema ? SchemaMetaFieldDef : TypeMetaFieldDef).type) as GraphQLObjectType;
    if (!selectionSet) continue;
    const named = given?.[0]?.value;
    if (isSchema) objects += below(selectionSet, root, schema);
    else if (named?.kind === Kind.STRING) {
      const type = schema.getType(named.value);
      if (type) objects += below(selectionSet, root, type);
    } else {
      // a variable tells which one: at most the largest
      objects += Math.max(...Object.values(schema.getTypeMap()).map((type) => below(selectionSet, root, type)));
    }
  }
  return NODES_AN_OBJECT * objects;
}

function definitionOf(type: GraphQLObjectType, nodes: readonly FieldNode[]) {
  return type.getFields()[nodes[0]?.name.value ?? ''];
}
