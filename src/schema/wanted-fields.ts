import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionNode } from 'graphql';
import { nounInfo } from '../store/nouns.ts';
import type { Noun } from '../store/store.ts';

/** What an operation asks of the rows of a list. */
export interface Wanted {
  /** Fields of the store's rows beside the key; undefined: all of them. */
  readonly fields: readonly string[] | undefined;
  readonly cursors: boolean;
}

/**
 * Of the nouns that come by the thousand: which fields of the row a field of the graph reads, where that is not the
 * field of the same name; relations read the key. A field that stands nowhere is taken to read everything.
 */
const READS: Partial<Record<Noun, Readonly<Record<string, readonly string[]>>>> = {
  lumisectionHistogram: {
    title: ['binningId'],
    shape: ['binningId'],
    axes: ['binningId'],
    bins: ['binningId', 'bins'],
    errors: ['binningId', 'bins'],
    binsBase64: ['binningId', 'bins'],
    underflow: ['binningId', 'bins'],
    overflow: ['binningId', 'bins'],
    dataFile: ['fileId'],
    contributions: ['fileId', 'entries'],
  },
  lumisection: { histograms: [], verdict: [], notes: [] },
};

const ALWAYS_KNOWN = new Set(['id', '__typename']);
const EVERYTHING: Wanted = { fields: undefined, cursors: true };

/** Documents are parsed once and asked often. */
const known = new WeakMap<FieldNode, Wanted>();

/** What is asked of the list that a connection field resolves to; everything where it is hard to tell. */
export function wantedOf(noun: Noun, { fieldNodes, fragments }: GraphQLResolveInfo): Wanted {
  const reads = READS[noun];
  const [node] = fieldNodes;
  if (reads === undefined || node === undefined || fieldNodes.length > 1) return EVERYTHING;
  let wanted = known.get(node);
  if (wanted === undefined) {
    wanted = collect(noun, reads, node, fragments);
    known.set(node, wanted);
  }
  return wanted;
}

function collect(
  noun: Noun,
  reads: Readonly<Record<string, readonly string[]>>,
  connection: FieldNode,
  fragments: GraphQLResolveInfo['fragments'],
): Wanted {
  const { fields: own, relations } = nounInfo(noun);
  const fields = new Set<string>();
  let all = false;
  let cursors = false;

  const within = (node: SelectionNode, visit: (field: FieldNode) => void): void => {
    if (node.kind === Kind.FIELD) {
      visit(node);
      return;
    }
    const { selectionSet } = node.kind === Kind.INLINE_FRAGMENT ? node : (fragments[node.name.value] ?? {});
    if (selectionSet === undefined) all = true;
    for (const selection of selectionSet?.selections ?? []) within(selection, visit);
  };
  const into = (field: FieldNode, visit: (field: FieldNode) => void) => {
    for (const selection of field.selectionSet?.selections ?? []) within(selection, visit);
  };

  const visitRow = (field: FieldNode) =>
    into(field, ({ name: { value: name } }) => {
      if (reads[name]) for (const read of reads[name]) fields.add(read);
      else if (Object.hasOwn(own, name)) fields.add(name);
      else if (!ALWAYS_KNOWN.has(name) && !Object.hasOwn(relations, name)) all = true;
    });
  const visitEdge = (field: FieldNode) => {
    if (field.name.value === 'node') visitRow(field);
    else if (field.name.value === 'cursor') cursors = true;
  };
  into(connection, (field) => {
    const { value: name } = field.name;
    if (name === 'nodes') visitRow(field);
    else if (name === 'edges') into(field, visitEdge);
    else if (name === 'pageInfo')
      into(field, ({ name: { value } }) => {
        if (value.endsWith('Cursor')) cursors = true;
      });
  });
  return { fields: all ? undefined : [...fields], cursors };
}
