import type { Noun } from './store.ts';

/**
 * What a field holds. `time` is a Date in rows and filters, epoch milliseconds in cursors; `bigint` a bigint in rows,
 * a safe integer in filters and cursors; `flags` a set of names of `values`, stored as the bits of their positions.
 */
export type FieldType = 'int' | 'bigint' | 'float' | 'text' | 'time' | 'boolean' | 'flags';

export interface Field {
  readonly type: FieldType;
  readonly nullable: boolean;
  /** The closed list of values (of a text stored as such, or of a set of flags). */
  readonly values?: readonly string[];
  /** A key that users reach through a related object instead: no field of a where-input. */
  readonly internal?: boolean;
}

export interface ComputedField extends Field {
  readonly sql: string;
  readonly selected: boolean;
}

/** How related rows are found: theirs where `on` holds, as their field -> ours; or through a table of pairs. */
export interface Relation {
  readonly noun: Noun;
  /** At most one related row; else the filter asks for at least one that satisfies it. */
  readonly one: boolean;
  /** There may be none: ours is null then. */
  readonly optional?: boolean;
  readonly on: Readonly<Record<string, string>>;
  /** Numbers that fields of theirs hold besides. */
  readonly where?: Readonly<Record<string, number>>;
  /** With `on` empty: the linking table, with its columns that equal ours and theirs (field -> field of the link). */
  readonly through?: Link;
}

export interface Link {
  readonly table: 'run_monitor_element';
  readonly ours: Readonly<Record<string, string>>;
  readonly theirs: Readonly<Record<string, string>>;
}

/** One noun with a connection. Fields are named as in the Prisma model; their columns are the same in snake case. */
export interface NounInfo {
  /** What FROM holds, under the alias `t`. */
  readonly table: string;
  /** Fields of the primary key: what makes an order total. */
  readonly key: readonly string[];
  /** Every column of a row, in the order of the select list. Never `bins`. */
  readonly fields: Readonly<Record<string, Field>>;
  /** What is no column (SQL over the alias `t`): filters may test it, and rows have it where `selected`. */
  readonly computed?: Readonly<Record<string, ComputedField>>;
  readonly relations: Readonly<Record<string, Relation>>;
  /** Order terms users may give: name of the enum value -> field, or `relation.field` of a related row. */
  readonly order: Readonly<Record<string, string>>;
  readonly defaultOrder: readonly string[];
  /** Fields whose value makes a run and a lumisection, for `mask`; a run alone where `lumisection` is absent. */
  readonly mask?: { readonly run: string; readonly lumisection?: string };
  /** Whether saved sets select rows, for `set`. */
  readonly hasSets?: true;
  /** Parents that are no column of this noun: parent field -> where it is paired with ours. */
  readonly parents?: Readonly<Record<string, Link>>;
  /** Parents that a range of ours holds: parent field -> our fields with its bounds, open where absent. */
  readonly ranges?: Readonly<Record<string, { readonly first: string; readonly last: string }>>;
}
