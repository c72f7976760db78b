import { sql } from 'kysely';
import type { ListQuery } from '../domain/filter.ts';
import { type Columns, packed, unpacked } from './column-packing.ts';
import type { Dialect } from './dialect.ts';
import { columnOf } from './filter-sql.ts';
import type { Parents } from './list-parents.ts';
import {
  cursorTerms,
  listFields,
  type ModelColumn,
  modelColumns,
  numbered,
  type RowField,
  rowAt,
} from './list-rows.ts';
import type { Sql } from './mask-sql.ts';
import type { FieldType } from './noun-info.ts';
import type { Order } from './order-sql.ts';
import type { Noun, Rows } from './store.ts';

/** Larger bins come along where a list says so; else they are read when they are asked for, by the key of the row. */
export const SMALL_BINS_BYTES = 4_096;

/** What a list selects, and what it makes of the answer. */
export class ListReading<N extends Noun> {
  /** Places of the columns that tell the parents apart. */
  readonly groups: readonly number[];
  readonly #dialect: Dialect;
  readonly #fields: readonly RowField[];
  readonly #selected: readonly Sql[];
  readonly #types: readonly FieldType[];
  readonly #bins: boolean;
  readonly #mostBytes: number;

  /**
   * `related`: select the values of related rows that cursors need. `bins`: read small bins at once, where the list is
   * asked for bins.
   */
  constructor(
    dialect: Dialect,
    noun: N,
    list: ListQuery,
    order: Order,
    parents: Parents,
    { related, bins }: { related: boolean; bins: boolean },
  ) {
    this.#dialect = dialect;
    this.#fields = listFields(noun, list, order);
    this.#bins = bins && list.fields?.includes('bins') === true;
    this.#mostBytes = list.largeBins === true ? Number.POSITIVE_INFINITY : SMALL_BINS_BYTES;
    const terms = related && list.cursors !== false ? cursorTerms(order) : [];
    const own = parents.groups.filter(({ field }) => field === undefined);
    let next = this.#fields.length + terms.length;
    this.groups = parents.groups.map(({ field }) =>
      field === undefined ? next++ : this.#fields.findIndex(({ name }) => name === field),
    );
    this.#selected = [
      ...this.#fields.map(({ name }) => columnOf(noun, 't', name)),
      ...terms.map(({ value }) => value),
      ...own.map(({ value }) => value),
    ];
    this.#types = [
      ...this.#fields.map(({ type }) => type),
      ...terms.map(({ field }) => field.type),
      ...own.map((): FieldType => 'int'),
    ];
  }

  get columns(): Sql {
    if (!this.#bins) return numbered(this.#selected);
    const bins = this.#dialect.packing
      ? 'coalesce(length(t.bins), 0) AS size, t.bins'
      : this.#wanted('length(t.bins)', 't.bins');
    return sql`${numbered(this.#selected)}, ${sql.raw(bins)} AS bins`;
  }

  /** The statement around the one that selects `columns`. */
  packed(inner: Sql): Sql {
    const { packing } = this.#dialect;
    if (!this.#bins || packing === null) return packed(this.#dialect, inner, this.#types);
    const bins = [packing.pack('int', 'size'), packing.packBytes(this.#wanted('size', 'bins'))];
    return packed(this.#dialect, inner, this.#types, bins);
  }

  found(rows: readonly (readonly unknown[])[]): FoundRows<N> {
    const columns = unpacked(this.#dialect, rows, this.#types);
    return new FoundRows(columns, this.#fields, this.#bins ? this.#binsOf(rows) : []);
  }

  #wanted(size: string, bins: string): string {
    return Number.isFinite(this.#mostBytes) ? `CASE WHEN ${size} <= ${this.#mostBytes} THEN ${bins} END` : bins;
  }

  /** By row; undefined where there are none, or they are too large to come along. */
  #binsOf(rows: readonly (readonly unknown[])[]): (Uint8Array | undefined)[] {
    const { packing } = this.#dialect;
    const next = this.#types.length;
    if (packing === null) return rows.map((row) => (row[next] as Uint8Array | null) ?? undefined);
    const [row = []] = rows;
    const bytes = row[next + 2] as Uint8Array | null;
    let end = 0;
    return (packing.unpack('int', row[next + 1]) as number[]).map((size) => {
      if (size === 0 || size > this.#mostBytes) return undefined;
      end += size;
      return bytes?.subarray(end - size, end);
    });
  }
}

export class FoundRows<N extends Noun> {
  readonly columns: Columns['columns'];
  readonly count: number;
  readonly #fields: readonly RowField[];
  readonly #model: readonly ModelColumn[];

  constructor({ count, columns }: Columns, fields: readonly RowField[], bins: readonly (Uint8Array | undefined)[]) {
    this.count = count;
    this.columns = columns;
    this.#fields = fields;
    const model = modelColumns(columns, fields);
    this.#model = bins.length > 0 ? [...model, { name: 'bins', values: bins }] : model;
  }

  /** Of all rows, in the order in which they came. */
  get places(): number[] {
    return Array.from({ length: this.count }, (_, place) => place);
  }

  /** The values of a field of the key, which is always read. */
  valuesOf(field: string): readonly number[] {
    return this.columns[this.#fields.findIndex(({ name }) => name === field)] as number[];
  }

  /** Of a field as rows have it; undefined where it was not read. */
  column(name: string): readonly unknown[] | undefined {
    return this.#model.find((one) => one.name === name)?.values;
  }

  row(place: number): Rows[N] {
    return rowAt<N>(this.#model, place);
  }

  /** What was selected beside the fields of a row. */
  related(place: number): unknown[] {
    return this.columns.slice(this.#fields.length).map((values) => values[place]);
  }
}
