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

/** Where a page stands; its cursors are made only when asked for. */
class PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly #length: number;
  readonly #cursor: (i: number) => string;

  constructor(page: Page<unknown>, cursor: (i: number) => string) {
    this.hasNextPage = page.hasNextPage;
    this.hasPreviousPage = page.hasPreviousPage;
    this.#length = page.rows.length;
    this.#cursor = cursor;
  }

  get startCursor(): string | null {
    return this.#length === 0 ? null : this.#cursor(0);
  }

  get endCursor(): string | null {
    return this.#length === 0 ? null : this.#cursor(this.#length - 1);
  }
}

/** What the lists of one field of an operation share, however many parents it has. */
export class ListPlan<N extends Noun> {
  readonly #noun: N;
  readonly #query: ListQuery;
  readonly #order: string;
  readonly #context: Context;
  #pages: ReturnType<Context['loaders']['pages']> | undefined;
  #counts: ReturnType<Context['loaders']['counts']> | undefined;

  /** `order` names the order of the query in cursors. */
  constructor(noun: N, query: ListQuery, order: string, context: Context) {
    this.#noun = noun;
    this.#query = query;
    this.#order = order;
    this.#context = context;
  }

  page(parent: ParentKey | undefined): Promise<Page<Rows[N]>> {
    const { loaders, store } = this.#context;
    if (parent === undefined) return store.lists.page(this.#noun, this.#query);
    this.#pages ??= loaders.pages(this.#noun, this.#query) as ReturnType<typeof loaders.pages>;
    return this.#pages.load(parent) as Promise<Page<Rows[N]>>;
  }

  /** Rows of one page that the answer shows. @throws as Cost.addNodes does. */
  show(rows: readonly unknown[]): void {
    this.#context.cost.addNodes(rows.length);
  }

  count(parent: ParentKey | undefined): Promise<number> {
    const { loaders, store } = this.#context;
    if (parent === undefined) return store.lists.count(this.#noun, this.#query.where);
    this.#counts ??= loaders.counts(this.#noun, this.#query.where);
    return this.#counts.load(parent);
  }

  cursor(page: Page<Rows[N]>, i: number): string {
    return encodeCursor(this.#order, page.cursor(i));
  }
}

/**
 * What a connection field resolves to: nothing is read before a field of it asks. The page is read once whatever asks
 * for it, for all parents of a level together; so is the count.
 */
export class List<N extends Noun> {
  readonly #plan: ListPlan<N>;
  readonly #parent: ParentKey | undefined;
  #page: Promise<Page<Rows[N]>> | undefined;

  constructor(plan: ListPlan<N>, parent: ParentKey | undefined) {
    this.#plan = plan;
    this.#parent = parent;
  }

  async rows(): Promise<readonly Rows[N][]> {
    const { rows } = await this.#read();
    this.#plan.show(rows);
    return rows;
  }

  async edges(): Promise<Edge<Rows[N]>[]> {
    const page = await this.#read();
    this.#plan.show(page.rows);
    return page.rows.map((row, i) => new Edge(row, () => this.#plan.cursor(page, i)));
  }

  async pageInfo() {
    const page = await this.#read();
    return new PageInfo(page, (i) => this.#plan.cursor(page, i));
  }

  totalCount(): Promise<number> {
    return this.#plan.count(this.#parent);
  }

  #read(): Promise<Page<Rows[N]>> {
    this.#page ??= this.#plan.page(this.#parent);
    return this.#page as Promise<Page<Rows[N]>>;
  }
}
