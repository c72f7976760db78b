/**
 * The one where-tree: schema/filters.ts maps GraphQL inputs to it, store/ compiles it to SQL.
 * Two-valued logic: a test of an absent value is false, so NOT of it is true (`ne` and `notIn` hold for absent values).
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  | FieldTest
  /** The related object (run, lumisection, monitorElement, dataset ...) satisfies its own filter. */
  | { readonly kind: 'related'; readonly field: string; readonly of: Filter }
  /** The (run, LS) of the row lies in the set that the text says (see domain/mask-expression-parser.ts). */
  | { readonly kind: 'mask'; readonly mask: string }
  /** The monitor element is in the saved set of this name, or of this version of it (see domain/element-set.ts). */
  | { readonly kind: 'set'; readonly set: string };

export interface FieldTest {
  readonly kind: 'test';
  readonly field: string;
  readonly op: Operator;
  /** A scalar; an array for in and notIn; a boolean for isNull. */
  readonly value: unknown;
  /** Text operators compare without regard to case. */
  readonly insensitive?: boolean;
}

export type Operator =
  | 'eq'
  | 'ne'
  | 'in'
  | 'notIn'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'contains'
  | 'startsWith'
  | 'endsWith'
  | 'glob'
  | 'regex'
  | 'isNull'
  /** Sets of flags: every one of the values is in the set; at least one is. */
  | 'hasAll'
  | 'hasAny';

export interface OrderTerm {
  readonly field: string;
  readonly descending: boolean;
}

/** Exactly one of first and last is given. Cursors are the values of the order terms, then of the key. */
export interface PageRequest {
  readonly first?: number;
  readonly last?: number;
  readonly after?: CursorValues;
  readonly before?: CursorValues;
}

export type CursorValues = readonly (string | number | null)[];

export interface ListQuery extends PageRequest {
  readonly where?: Filter;
  readonly orderBy: readonly OrderTerm[];
  /** Fields that are read beside the key (default all): the others are missing from the rows. */
  readonly fields?: readonly string[];
  /** Whether cursors of the page will be asked for (default true). */
  readonly cursors?: boolean;
  /** Whether bins come along however large they are (default: small ones, where `fields` has `bins`). */
  readonly largeBins?: boolean;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /**
   * Cursor of the row at this index (from 0): the values of the order terms, then of the key.
   * @throws Error where the query said that none would be asked for.
   */
  cursor(index: number): CursorValues;
}

export const equals = (field: string, value: string | number | boolean): Filter => ({
  kind: 'test',
  field,
  op: 'eq',
  value,
});

/** All of the filters that are given. */
export function bothOf(...filters: readonly (Filter | undefined)[]): Filter {
  const of = filters.flatMap((filter) => (filter === undefined ? [] : filter.kind === 'and' ? filter.of : [filter]));
  return of.length === 1 ? (of[0] as Filter) : { kind: 'and', of };
}
