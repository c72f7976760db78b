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
}

/** Coerced, so that defaults are in. */
type Variables = Readonly<Record<string, unknown>>;
type Read<Value> = (variables: Variables) => Value;

/** What one selection asks for, at most. */
interface Selected {
  /** What no size is multiplied with. */
  single: number;
  /** Selections below fields without a size, by their places. */
  readonly below: number[];
  readonly lists: { readonly size: Read<number>; readonly below: readonly number[] }[];
}

/**
 * The most objects an operation can ask for, by its variables: page sizes (`first`, `last`, the length of `ids`) multiplied
 * along nested connections and added up; a field that gives one object, or a list without a size, counts 1. The document is
 * walked once, when this is called; both that and each count are linear in its size: a selection is measured once, however
 * often a fragment brings it.
 */
export function nodeBudget({ schema, operation, fragments }: BudgetedOperation): Read<number> {
  /** Each behind those below it; first of all what a fragment asks for that is inside of itself. */
  const selected: Selected[] = [{ single: 0, below: [], lists: [] }];
  const known = new Map<SelectionSetNode, number>();

  /** Its place in `selected`. */
  const below = (selections: SelectionSetNode, type: GraphQLCompositeType): number => {
    const measured = known.get(selections);
    if (measured !== undefined) return measured;
    known.set(selections, 0);
    const total: Selected = { single: 0, below: [], lists: [] };
    for (const { nodes, parent } of fieldsOf(selections, type).values()) addField(total, nodes, parent);
    const place = selected.push(total) - 1;
    known.set(selections, place);
    return place;
  };

  const addField = (total: Selected, nodes: FieldNode[], parent: GraphQLNamedType): void => {
    const first = nodes[0] as FieldNode;
    if (isIntrospection(first.name.value)) {
      total.single += introspectedNodes(schema, nodes, fieldsOf);
      return;
    }
    const definition = fieldDefinition(parent, first.name.value);
    const type = definition && getNamedType(definition.type);
    if (!definition || !isCompositeType(type)) return;
    const selectionSets = nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
    const size = listSize(first, definition);
    if (size === undefined) {
      for (const selections of selectionSets) total.below.push(below(selections, type));
      if (!PAGE_TYPES.test(parent.name) && !PAGE_TYPES.test(type.name)) total.single += 1;
      return;
    }
    const asked = selectionSets.flatMap((selections) => [...fieldsOf(selections, type).values()]);
    if (asked.every(({ nodes: [field] }) => field && COUNTS.has(field.name.value))) total.single += 1;
    else total.lists.push({ size, below: selectionSets.map((selections) => below(selections, type)) });
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
  if (!root) return () => 0;
  const whole = below(operation.selectionSet, root);
  return (variables) => {
    const counts = new Float64Array(selected.length);
    const sum = (places: readonly number[]) => places.reduce((total, place) => total + (counts[place] as number), 0);
    selected.forEach(({ single, below, lists }, place) => {
      let total = single + sum(below);
      for (const list of lists) total += list.size(variables) * (1 + sum(list.below));
      counts[place] = total;
    });
    return counts[whole] as number;
  };
}

/** Undefined for a field that is not a list with a size. */
function listSize(node: FieldNode, definition: GraphQLField<unknown, unknown>): Read<number> | undefined {
  const given = (name: string): Read<unknown> => {
    const argument = node.arguments?.find((one) => one.name.value === name);
    return argument ? plainValue(argument.value) : () => undefined;
  };
  const takes = (name: string) => definition.args.some((argument) => argument.name === name);
  if (takes('first') || takes('last')) {
    const [first, last] = [given('first'), given('last')];
    const told = definition.args.find(({ name }) => name === 'first')?.defaultValue;
    const pageSize = typeof told === 'number' ? told : DEFAULT_PAGE_SIZE;
    return (variables) => {
      const sizes = [first(variables), last(variables)].filter((size) => typeof size === 'number');
      return Math.max(0, ...(sizes.length > 0 ? sizes : [pageSize]));
    };
  }
  if (!takes('ids')) return undefined;
  const ids = given('ids');
  return (variables) => {
    const list = ids(variables);
    return Array.isArray(list) ? list.length : 1;
  };
}

function fieldDefinition(type: GraphQLNamedType, name: string) {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

function plainValue(node: ValueNode): Read<unknown> {
  if (node.kind === Kind.VARIABLE) return (variables) => variables[node.name.value];
  if (node.kind === Kind.INT) return () => Number(node.value);
  if (node.kind === Kind.LIST) return () => node.values;
  return () => undefined;
}
