import type { ObjectRef } from '@pothos/core';
import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import { InvalidInputError } from '../domain/errors.ts';
import type { OrderTerm } from '../domain/filter.ts';
import { nounInfo } from '../store/nouns.ts';
import type { Noun, ParentKey, Rows } from '../store/store.ts';
import { builder, type ExtendedTypes } from './builder.ts';
import { decodeCursor, orderName } from './cursor.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { type Edge, List, ListPlan } from './list.ts';
import { wantedOf } from './wanted-fields.ts';
import { TYPE_NAMES, toFilter, type WhereValue, whereRef } from './where.ts';

const DEFAULT_PAGE_SIZE = 50;

interface ConnectionArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
  readonly where?: WhereValue | null;
  readonly orderBy?: readonly { readonly field: string; readonly direction: 'ASC' | 'DESC' }[] | null;
}

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which way a list is ordered.',
  values: {
    ASC: { description: 'Ascending; absent values last.' },
    DESC: { description: 'Descending; absent values first.' },
  } as const,
});

/**
 * Defines `<Noun>Connection`, its edge and its order. Every connection of the graph is made here: a field of the type
 * takes `args` and is resolved by `all` (the whole list) or by `of(parentOf)` (the part that hangs on the parent).
 */
export function defineConnection<N extends Noun>(noun: N, node: ObjectRef<ExtendedTypes, Rows[N]>) {
  const name = TYPE_NAMES[noun];
  const edge = builder.objectRef<Edge<Rows[N]>>(`${name}Edge`).implement({
    description: `A ${name} and its place in a list.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Place in the list: give it as `after` or `before`.' }),
      node: t.field({ type: node, description: `The ${name} itself.`, resolve: (edge) => edge.node as never }),
    }),
  });
  const type = builder.objectRef<List<N>>(`${name}Connection`).implement({
    description: `A page of a list of ${name}.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'The objects of the page with their cursors.',
        resolve: (list) => list.edges(),
      }),
      nodes: t.field({
        type: [node],
        description: 'The objects of the page.',
        resolve: (list) => list.rows() as never,
      }),
      pageInfo: t.field({
        type: builder.pageInfoRef(),
        description: 'Where the page stands in the list.',
        resolve: (list) => list.pageInfo(),
      }),
      totalCount: t.int({
        description: 'Number of objects in the whole list under `where`. Counted only when asked for.',
        resolve: (list) => list.totalCount(),
      }),
    }),
  });
  const all = (_root: unknown, given: ConnectionArguments, context: Context, info: GraphQLResolveInfo) =>
    new List(planOf(noun, given, context, info), undefined);
  const of =
    <Parent>(parentOf: (parent: Parent) => ParentKey) =>
    (parent: Parent, given: ConnectionArguments, context: Context, info: GraphQLResolveInfo) =>
      new List(sharedPlan(noun, given, context, info), parentOf(parent));
  return { type, args: connectionArguments(noun), all, of };
}

function connectionArguments(noun: Noun) {
  const { order, defaultOrder } = nounInfo(noun);
  const orderInput = orderType(noun);
  const unlessTold = Object.keys(order)
    .filter((value) => defaultOrder.includes(order[value] as string))
    .sort((a, b) => defaultOrder.indexOf(order[a] as string) - defaultOrder.indexOf(order[b] as string));
  return builder.args((t) => ({
    first: t.int({
      description: `How many from the front, 0 to 1,000; ${DEFAULT_PAGE_SIZE} unless told. Not together with \`last\`.`,
    }),
    after: t.string({ description: 'Only what follows this cursor (exclusive).' }),
    last: t.int({
      description: 'How many from the end, 0 to 1,000; they still come in the stated order. Not together with `first`.',
    }),
    before: t.string({ description: 'Only what precedes this cursor (exclusive).' }),
    where: t.field({ type: whereRef(noun), description: 'Conditions; without them the list holds everything.' }),
    orderBy: t.field({
      type: [orderInput],
      description: `Order terms, the first counts most. Unless told: ${unlessTold.join(', ')} ascending. Ties are broken by the key, in the direction of the last term, so that the order is total.`,
    }),
  }));
}

function orderType(noun: Noun) {
  const name = TYPE_NAMES[noun];
  const values = Object.entries(nounInfo(noun).order).map(([value, field]) => [
    value,
    { value: field, description: describeField(noun, field) },
  ]);
  const orderField = builder.enumType(`${name}OrderField`, {
    description: `What a list of ${name} can be ordered by.`,
    values: Object.fromEntries(values) as Record<string, { value: string; description: string }>,
  });
  return builder.inputType(`${name}Order`, {
    description: `One term of the order of a list of ${name}.`,
    fields: (t) => ({
      field: t.field({ type: orderField, required: true, description: 'What to order by.' }),
      direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC', description: 'Which way.' }),
    }),
  });
}

/** `field`, or `relation.field` of a related row. */
function describeField(noun: Noun, field: string): string {
  const [relation, related] = field.split('.') as [string, string | undefined];
  const of = related === undefined ? noun : nounInfo(noun).relations[relation]?.noun;
  return (DESCRIPTIONS[of as Noun] as Readonly<Record<string, string>>)[related ?? relation] as string;
}

/** A field has the same arguments for all of its parents. */
function sharedPlan<N extends Noun>(
  noun: N,
  given: ConnectionArguments,
  context: Context,
  info: GraphQLResolveInfo,
): ListPlan<N> {
  const node = info.fieldNodes[0] as FieldNode;
  let plan = context.plans.get(node) as ListPlan<N> | undefined;
  if (plan === undefined) {
    plan = planOf(noun, given, context, info);
    context.plans.set(node, plan);
  }
  return plan;
}

function planOf<N extends Noun>(
  noun: N,
  given: ConnectionArguments,
  context: Context,
  info: GraphQLResolveInfo,
): ListPlan<N> {
  const orderBy = orderTerms(noun, given.orderBy);
  const order = orderName(noun, orderBy);
  const { after, before } = given;
  const query = {
    ...pageSize(given, context.maxPageSize),
    where: toFilter(noun, given.where),
    orderBy,
    after: after == null ? undefined : decodeCursor(order, 'after', after),
    before: before == null ? undefined : decodeCursor(order, 'before', before),
    ...wantedOf(noun, info),
  };
  return new ListPlan(noun, query, order, context);
}

/** A field named twice counts where it is named first. */
function orderTerms(noun: Noun, given: ConnectionArguments['orderBy']): OrderTerm[] {
  if (!given?.length) return nounInfo(noun).defaultOrder.map((field) => ({ field, descending: false }));
  return given
    .filter(({ field }, i) => given.findIndex((term) => term.field === field) === i)
    .map(({ field, direction }) => ({ field, descending: direction === 'DESC' }));
}

/** @throws InvalidInputError for what is no page size: nothing is clamped. */
function pageSize({ first, last }: ConnectionArguments, max: number): { first: number } | { last: number } {
  if (first != null && last != null)
    throw new InvalidInputError('Give `first` or `last`, not both.', { field: 'last' });
  const field = last == null ? 'first' : 'last';
  const size = last ?? first ?? Math.min(DEFAULT_PAGE_SIZE, max);
  if (size < 0 || size > max) {
    throw new InvalidInputError(
      `${field}: ${size} is not between 0 and ${max}. Page through longer lists with cursors.`,
      {
        field,
        max,
      },
    );
  }
  return last == null ? { first: size } : { last: size };
}
