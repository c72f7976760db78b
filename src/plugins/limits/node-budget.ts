import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { introspectedNodes, isIntrospection } from './introspection-budget.ts';

/** Objects of a page when neither `first` nor `last` is given, and the field has no default of its own. */
const DEFAULT_PAGE_SIZE = 50;
/** Pages hold objects, but are none. */
const PAGE_TYPES = /(Connection|Edge|^PageInfo)$/;
/** A connection asked for these alone loads no object. */
const COUNTS = new Set(['totalCount', '__typename']);

export interface BudgetedOperation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Coerced, so that defaults are in. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * The most objects an operation can ask for: page sizes (`first`, `last`, the length of `ids`) multiplied along nested
 * connections and added up; a field that gives one object, or a list without a size, counts 1. Linear in the size of the
 * document: a selection is measured once, however often a fragment brings it.
 */
export function nodesAskedFor({ schema, operation, fragments, variables }: BudgetedOperation): number {
  const known = new Map<SelectionSetNode, number>();

  const below = (selections: SelectionSetNode, type: GraphQLCompositeType): number => {
    const measured = known.get(selections);
    if (measured !== undefined) return measured;
    known.set(selections, 0);
    let total = 0;
    for (const { nodes, parent } of fieldsOf(selections, type).values()) total += ofField(nodes, parent);
    known.set(selections, total);
    return total;
  };

  const ofField = (nodes: FieldNode[], parent: GraphQLNamedType): number => {
    const first = nodes[0] as FieldNode;
    if (isIntrospection(first.name.value)) return introspectedNodes(schema, nodes, fieldsOf);
    const definition = fieldDefinition(parent, first.name.value);
    const type = definition && getNamedType(definition.type);
    if (!definition || !isCompositeType(type)) return 0;
    const selectionSets = nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
    const nested = selectionSets.reduce((sum, selections) => sum + below(selections, type), 0);
    const size = listSize(first, definition);
    if (size === undefined) return nested + (PAGE_TYPES.test(parent.name) || PAGE_TYPES.test(type.name) ? 0 : 1);
    const asked = selectionSets.flatMap((selections) => [...fieldsOf(selections, type).values()]);
    if (asked.every(({ nodes: [field] }) => field && COUNTS.has(field.name.value))) return 1;
    return size * (1 + nested);
  };

  /** Undefined for a field that is not a list with a size. */
  const listSize = (node: FieldNode, definition: GraphQLField<unknown, unknown>): number | undefined => {
    const given = (name: string) => {
      const argument = node.arguments?.find((one) => one.name.value === name);
      return argument && plainValue(argument.value, variables);
    };
    const takes = (name: string) => definition.args.some((argument) => argument.name === name);
    if (takes('first') || takes('last')) {
      const sizes = [given('first'), given('last')].filter((size) => typeof size === 'number');
      const told = definition.args.find(({ name }) => name === 'first')?.defaultValue;
      return Math.max(0, ...(sizes.length > 0 ? sizes : [typeof told === 'number' ? told : DEFAULT_PAGE_SIZE]));
    }
    if (!takes('ids')) return undefined;
    const ids = given('ids');
    return Array.isArray(ids) ? ids.length : 1;
  };

  /** Fields by response key through all fragments, as execution merges them. */
  const fieldsOf = (selections: SelectionSetNode, type: GraphQLNamedType) => {
    const fields = new Map<string, { nodes: FieldNode[]; parent: GraphQLNamedType }>();
    const visited = new Set<string>();
    const collect = (set: SelectionSetNode, parent: GraphQLNamedType) => {
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          // different types may give the same key different fields
          const key = `${parent.name}.${selection.alias?.value ?? selection.name.value}`;
          const field = fields.get(key);
          if (field) field.nodes.push(selection);
          else fields.set(key, { nodes: [selection], parent });
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          collect(selection.selectionSet, typeOf(selection.typeCondition?.name.value) ?? parent);
        } else if (!visited.has(selection.name.value)) {
          visited.add(selection.name.value);
          const fragment = fragments.get(selection.name.value);
          if (fragment) collect(fragment.selectionSet, typeOf(fragment.typeCondition.name.value) ?? parent);
        }
      }
    };
    collect(selections, type);
    return fields;
  };
  const typeOf = (name: string | undefined) => (name === undefined ? undefined : schema.getType(name));

  const root = schema.getRootType(operation.operation);
  return root ? below(operation.selectionSet, root) : 0;
}

function fieldDefinition(type: GraphQLNamedType, name: string) {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

function plainValue(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  if (node.kind === Kind.VARIABLE) return variables[node.name.value];
  if (node.kind === Kind.INT) return Number(node.value);
  if (node.kind === Kind.LIST) return node.values;
  return undefined;
}
