/** Work that threads are at while the next is read, and no more at a time than makes sense to bring (WorkerPool.width). */
export class SideBySide {
  readonly #width: number;
  readonly #underWay = new Set<Promise<void>>();
  #failed: { readonly error: unknown } | undefined;

  constructor(width: number) {
    this.#width = width;
  }

  /** Waits until there is room for more. @returns false once something has failed: bring no more. */
  async add(work: Promise<void>): Promise<boolean> {
    const task: Promise<void> = work
      .catch((error: unknown) => {
        this.#failed ??= { error };
      })
      .finally(() => this.#underWay.delete(task));
    this.#underWay.add(task);
    if (this.#underWay.size >= this.#width) await Promise.race(this.#underWay);
    return this.#failed === undefined;
  }

  /** Waits for all of it. @throws what failed first */
  async done(): Promise<void> {
    await Promise.all(this.#underWay);
    if (this.#failed) throw this.#failed.error;
  }
}
