import { type FieldNode, type GraphQLResolveInfo, Kind } from 'graphql';

/**
 * Makes a test whether an operation asks no more of a field's object than these scalar fields: a row that holds the
 * key of the object then needs not read it. Fragments count as more.
 */
export function asksOnly(...names: readonly string[]): (info: GraphQLResolveInfo) => boolean {
  // documents are parsed once and asked often, and their fields resolved for every row
  const known = new WeakMap<FieldNode, boolean>();
  const within = (node: FieldNode): boolean => {
    let answer = known.get(node);
    if (answer === undefined) {
      const selections = node.selectionSet?.selections ?? [];
      answer = selections.every(
        ({ kind, ...field }) => kind === Kind.FIELD && names.includes((field as FieldNode).name.value),
      );
      known.set(node, answer);
    }
    return answer;
  };
  return ({ fieldNodes }) => fieldNodes.every(within);
}
