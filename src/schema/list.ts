import type { Context } from '../context.ts';
import type { ListQuery, Page } from '../domain/filter.ts';
import type { Noun, ParentKey, Rows } from '../store/store.ts';
import { encodeCursor } from './cursor.ts';

/** A row and its place; the cursor is made only when asked for. */
export class Edge<Row> {
  readonly node: Row;
  readonly #cursor: () => string;

  constructor(node: Row, cursor: () => string) {
    this.node = node;
    this.#cursor = cursor;
  }

  get cursor(): string {
    return this.#cursor();
  }
}

/**
 * What a connection field resolves to: nothing is read before a field of it asks. The page is read once whatever asks
 * for it, for all parents of a level together; so is the count.
 */
export class List<N extends Noun> {
  readonly #noun: N;
  readonly #query: ListQuery;
  readonly #order: string;
  readonly #context: Context;
  readonly #parent: ParentKey | undefined;
  #page: Promise<Page<Rows[N]>> | undefined;

  /** `order` names the order of the query in cursors. */
  constructor(noun: N, query: ListQuery, order: string, context: Context, parent: ParentKey | undefined) {
    this.#noun = noun;
    this.#query = query;
    this.#order = order;
    this.#context = context;
    this.#parent = parent;
  }

  async rows(): Promise<readonly Rows[N][]> {
    return (await this.#read()).rows;
  }

  async edges(): Promise<Edge<Rows[N]>[]> {
    const page = await this.#read();
    return page.rows.map((row, i) => new Edge(row, () => this.#cursor(page, i)));
  }

  async pageInfo() {
    const page = await this.#read();
    const last = page.rows.length - 1;
    return {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: last < 0 ? null : this.#cursor(page, 0),
      endCursor: last < 0 ? null : this.#cursor(page, last),
    };
  }

  totalCount(): Promise<number> {
    const { where } = this.#query;
    return this.#parent === undefined
      ? this.#context.store.lists.count(this.#noun, where)
      : this.#context.loaders.counts(this.#noun, where).load(this.#parent);
  }

  #cursor(page: Page<Rows[N]>, i: number): string {
    return encodeCursor(this.#order, page.cursor(i));
  }

  #read(): Promise<Page<Rows[N]>> {
    const { loaders, store } = this.#context;
    const page =
      this.#page ??
      (this.#parent === undefined
        ? store.lists.page(this.#noun, this.#query)
        : loaders.pages(this.#noun, this.#query).load(this.#parent));
    this.#page = page;
    return page;
  }
}
