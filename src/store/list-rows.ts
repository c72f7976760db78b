import { sql } from 'kysely';
import type { CursorValues, ListQuery } from '../domain/filter.ts';
import type { Columns } from './column-packing.ts';
import { columnText } from './filter-sql.ts';
import type { Sql } from './mask-sql.ts';
import type { FieldType } from './noun-info.ts';
import { nounInfo } from './nouns.ts';
import type { Order, Term } from './order-sql.ts';
import type { Noun, Rows } from './store.ts';

const whole = new Map<Noun, Sql>();

/** All columns of a row of a noun, under the alias t, in the order of its fields. */
export function wholeRow(noun: Noun): Sql {
  let columns = whole.get(noun);
  if (columns === undefined) {
    columns = sql.raw(
      rowFields(noun)
        .map(({ name }) => columnText(noun, 't', name))
        .join(', '),
    );
    whole.set(noun, columns);
  }
  return columns;
}

export interface RowField {
  readonly name: string;
  readonly type: FieldType;
}

/** The fields a list reads: those it names, and those that its order and its key are made of. */
export function listFields(noun: Noun, { fields }: ListQuery, { terms }: Order): readonly RowField[] {
  if (fields === undefined) return rowFields(noun);
  const read = new Set([...nounInfo(noun).key, ...fields, ...terms.flatMap(({ own }) => own ?? [])]);
  return rowFields(noun).filter(({ name }) => read.has(name));
}

const rowFieldsOf = new Map<Noun, readonly RowField[]>();

function rowFields(noun: Noun): readonly RowField[] {
  const known = rowFieldsOf.get(noun);
  if (known) return known;
  const { fields, computed = {} } = nounInfo(noun);
  const selected = Object.entries(computed).filter(([, { selected }]) => selected);
  const list = [...Object.entries(fields), ...selected].map(([name, { type }]) => ({ name, type }));
  rowFieldsOf.set(noun, list);
  return list;
}

/** Objects from columns that begin with what `wholeRow` selected. */
export function toRows<N extends Noun>(noun: N, { count, columns }: Columns, fields = rowFields(noun)): Rows[N][] {
  const read = modelColumns(columns, fields);
  return Array.from({ length: count }, (_, place) => rowAt<N>(read, place));
}

export interface ModelColumn {
  readonly name: string;
  readonly values: readonly unknown[];
}

/** The columns of fields, with values as the model has them. */
export function modelColumns(columns: Columns['columns'], fields: readonly RowField[]): ModelColumn[] {
  return fields.map(({ name, type }, i) => {
    const values = columns[i] ?? []; // without rows there are no columns
    const convert = CONVERSIONS[type];
    return { name, values: convert ? values.map((value) => (value === null ? null : convert(value))) : values };
  });
}

export function rowAt<N extends Noun>(columns: readonly ModelColumn[], place: number): Rows[N] {
  const row: Record<string, unknown> = {};
  for (const { name, values } of columns) row[name] = values[place];
  return row as unknown as Rows[N];
}

/** What differs between the values of the driver and those of the model. */
const CONVERSIONS: Partial<Record<FieldType, (value: unknown) => unknown>> = {
  bigint: (value) => BigInt(value as number),
  flags: (value) => BigInt(value as number),
  boolean: Boolean,
  time: (value) => (value instanceof Date ? value : new Date(value as string)),
};

/** The terms that cursors need beside the row: `cursorOf` takes their values. */
export const cursorTerms = ({ terms }: Order): Term[] => terms.filter(({ own }) => own === undefined);

export function cursorOf({ terms }: Order, row: Record<string, unknown>, related: readonly unknown[]): CursorValues {
  let next = 0;
  return terms.map(({ own }) => cursorValue(own === undefined ? related[next++] : row[own]));
}

function cursorValue(value: unknown): string | number | null {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'bigint' ? Number(value) : (value as string | number | null);
}

/** Names the columns of a select list one after another (c0, c1 ...), so that it can stand in FROM. */
export const numbered = (columns: readonly Sql[]): Sql =>
  sql.join(columns.map((column, i) => sql`${column} AS ${sql.raw(`c${i}`)}`));
