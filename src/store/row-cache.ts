/** Rows that never change, by id; the ones least recently used go first. */
export class RowCache<Row> {
  readonly #rows = new Map<number, Row>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(id: number): Row | undefined {
    const row = this.#rows.get(id);
    if (row !== undefined) {
      this.#rows.delete(id);
      this.#rows.set(id, row);
    }
    return row;
  }

  set(id: number, row: Row): void {
    this.#rows.delete(id);
    this.#rows.set(id, row);
    if (this.#rows.size > this.#capacity) this.#rows.delete(this.#rows.keys().next().value as number);
  }
}
