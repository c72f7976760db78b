import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
} from 'graphql';

/** Fragments can double at every level: what becomes larger than this is not worth compiling. */
const MOST_FIELDS = 1000;

/** Thrown on the way down where a document has to stay with the interpreter. */
class Unsuited extends Error {}

/**
 * The query of a document with its fragments written out in place, as a document of its own. Undefined where that
 * cannot be done without looking at values: fragments that hold for some types only, directives, introspection.
 */
export function flattenQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): DocumentNode | undefined {
  const operation = getOperationAST(document, operationName);
  const root = schema.getQueryType();
  if (operation?.operation !== 'query' || !root || operation.directives?.length) return undefined;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  let fieldCount = 0;

  const flatten = ({ selections }: SelectionSetNode, parent: GraphQLNamedType): SelectionNode[] =>
    selections.flatMap((selection) => {
      if (selection.directives?.length) throw new Unsuited();
      // the compiled query would set the prototype of the answer
      if (selection.kind === Kind.FIELD && selection.alias?.value === '__proto__') throw new Unsuited();
      if (selection.kind === Kind.FIELD) return flattenField(selection, parent);
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!fragment || !alwaysHolds(fragment.typeCondition?.name.value, parent)) throw new Unsuited();
      return flatten(fragment.selectionSet, parent);
    });

  // nodes are copied: the compiler writes notes of its own into them
  const flattenField = (field: FieldNode, parent: GraphQLNamedType): FieldNode => {
    if (++fieldCount > MOST_FIELDS) throw new Unsuited();
    if (field.name.value === TypeNameMetaFieldDef.name) return { ...field };
    const definition = isObjectType(parent) ? parent.getFields()[field.name.value] : undefined;
    const type = definition && getNamedType(definition.type);
    if (!type) throw new Unsuited();
    if (!isCompositeType(type) || !field.selectionSet) return { ...field };
    return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections: flatten(field.selectionSet, type) } };
  };

  const alwaysHolds = (condition: string | undefined, type: GraphQLNamedType): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const conditionType = schema.getType(condition);
    return isAbstractType(conditionType) && isObjectType(type) && schema.isSubType(conditionType, type);
  };

  try {
    const selections = flatten(operation.selectionSet, root);
    const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections };
    return { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }] };
  } catch (error) {
    if (error instanceof Unsuited) return undefined;
    throw error;
  }
}
