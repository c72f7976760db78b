import { sql } from 'kysely';
import { InvalidInputError } from '../domain/errors.ts';
import type { CursorValues, OrderTerm } from '../domain/filter.ts';
import type { Dialect } from './dialect.ts';
import { columnOf, fieldOf, fromOf } from './filter-sql.ts';
import type { Sql } from './mask-sql.ts';
import type { Field } from './noun-info.ts';
import { nounInfo } from './nouns.ts';
import { cursorParameter } from './operands.ts';
import type { Noun } from './store.ts';

/** One term of a total order. */
export interface Term {
  readonly field: Field;
  readonly descending: boolean;
  /** The value as it is selected for cursors. */
  readonly value: Sql;
  /** Our own field; undefined where it belongs to a related row. */
  readonly own: string | undefined;
}

export interface Order {
  /** Of the terms: fields, or `relation.field`. */
  readonly names: readonly string[];
  readonly terms: readonly Term[];
  /** Related rows that the order looks at, as items of FROM, with the conditions that join them. */
  readonly from: readonly Sql[];
  readonly joins: readonly Sql[];
}

/**
 * Completes the terms by the key, in the direction of the last term, so that the order is total. An absent value
 * counts as greater than every other: last when ascending, first when descending. Text is ordered by code point.
 * @throws InvalidInputError for what is no field to order by.
 */
export function totalOrder(noun: Noun, alias: string, orderBy: readonly OrderTerm[]): Order {
  const info = nounInfo(noun);
  const given = orderBy.length > 0 ? orderBy : info.defaultOrder.map((field) => ({ field, descending: false }));
  const names: string[] = [];
  const terms: Term[] = [];
  const from: Sql[] = [];
  const joins: Sql[] = [];
  const ordered = new Set<string>();
  const orderable = new Set([...Object.values(info.order), ...info.defaultOrder, ...info.key]);
  const add = (name: string, descending: boolean) => {
    if (ordered.has(name)) return;
    ordered.add(name);
    names.push(name);
    const [relationName, related] = name.split('.') as [string, string | undefined];
    const relation = related === undefined ? undefined : info.relations[relationName];
    if (!relation || related === undefined) {
      terms.push({ field: fieldOf(noun, name), descending, value: columnOf(noun, alias, name), own: name });
      return;
    }
    const joined = `${alias}_${relation.noun}`;
    if (from.length === 0 || !ordered.has(relationName)) {
      ordered.add(relationName);
      from.push(fromOf(relation.noun, joined));
      for (const [theirs, ours] of Object.entries(relation.on)) {
        joins.push(sql`${columnOf(relation.noun, joined, theirs)} = ${columnOf(noun, alias, ours)}`);
      }
    }
    terms.push({
      field: fieldOf(relation.noun, related),
      descending,
      value: columnOf(relation.noun, joined, related),
      own: undefined,
    });
    // its text is unique: what it stands for is ordered by now
    if (nounInfo(relation.noun).defaultOrder[0] === related)
      for (const ours of Object.values(relation.on)) ordered.add(ours);
  };
  for (const { field, descending } of given) {
    if (!orderable.has(field)) {
      throw new InvalidInputError(`${noun} cannot be ordered by ${field}: it can by ${[...orderable].join(', ')}`, {
        field: 'orderBy',
      });
    }
    add(field, descending);
  }
  const direction = given.at(-1)?.descending ?? false;
  for (const field of info.key) add(field, direction);
  return { names, terms, from, joins };
}

const comparable = (dialect: Dialect, { value, field }: Term): Sql =>
  field.type === 'text' ? sql`${value} ${sql.raw(dialect.binaryCollation)}` : value;

/** What stands behind ORDER BY; `backwards` turns the whole order round. */
export function orderSql(dialect: Dialect, { terms }: Order, backwards: boolean): Sql {
  return sql.join(
    terms.map((term) => {
      const descending = term.descending !== backwards;
      const nulls = term.field.nullable ? (descending ? ' NULLS FIRST' : ' NULLS LAST') : '';
      return sql`${comparable(dialect, term)}${sql.raw((descending ? ' DESC' : '') + nulls)}`;
    }),
  );
}

/**
 * The condition that a row stands behind a cursor (or before it), in the order.
 * @throws InvalidInputError for a cursor of another order.
 */
export function beyond(dialect: Dialect, { terms }: Order, cursor: CursorValues, side: 'after' | 'before'): Sql {
  if (cursor.length !== terms.length) {
    throw new InvalidInputError('The cursor does not belong to this list and order: take one from the same list', {
      field: side,
    });
  }
  const parameters = terms.map(({ field }, i) => cursorParameter(field, cursor[i] as string | number | null));
  const first = terms[0] as Term;
  // a comparison of row values is what indexes can follow
  if (terms.every(({ field, descending }) => isPlain(field) && descending === first.descending)) {
    const direction = sql.raw((side === 'after') !== first.descending ? '>' : '<');
    return sql`(${sql.join(terms.map(({ value }) => value))}) ${direction} (${sql.join(parameters)})`;
  }
  // from the last term to the first: beyond in this term, or equal in it and beyond in the rest
  let condition: Sql | undefined;
  for (let i = terms.length - 1; i >= 0; i--) {
    const term = terms[i] as Term;
    const rest = condition;
    const further = beyondInTerm(dialect, term, parameters[i], (side === 'after') !== term.descending);
    if (rest === undefined) {
      condition = further;
      continue;
    }
    const equal = parameters[i] === null ? sql`${term.value} IS NULL` : sql`${term.value} = ${parameters[i]}`;
    condition = sql`(${further} OR (${equal} AND ${rest}))`;
  }
  return condition ?? sql`1 = 1`;
}

const isPlain = (field: Field) => !field.nullable && field.type !== 'text';

/** Greater or less in one term, where NULL is greater than every value. */
function beyondInTerm(dialect: Dialect, term: Term, parameter: unknown, greater: boolean): Sql {
  if (parameter === null) return greater ? sql`1 = 0` : sql`${term.value} IS NOT NULL`;
  if (!greater) return sql`${comparable(dialect, term)} < ${parameter}`;
  const further = sql`${comparable(dialect, term)} > ${parameter}`;
  return term.field.nullable ? sql`(${further} OR ${term.value} IS NULL)` : further;
}
