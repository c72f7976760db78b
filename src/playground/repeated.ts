/** Work that is done once more where somebody asked for it meanwhile, and never twice at a time. */
export class Repeated {
  readonly #work: () => Promise<void>;
  #working: Promise<void> | null = null;
  #again = false;

  /** @param work must not reject */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Asks for it. */
  wake(): void {
    this.#again = true;
    this.#working ??= this.#repeat().finally(() => {
      this.#working = null;
      // asked for after the last look at that
      if (this.#again) this.wake();
    });
  }

  /** Waits until all that was asked for is done. */
  async drained(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  async #repeat(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#work();
    }
  }
}
