/** Documents kept, at most. */
const MOST_DOCUMENTS = 500;
/** A parsed document takes about a hundred times its text: however large, all of them stay below a quarter of a gigabyte. */
const MOST_CHARACTERS = 2_000_000;

/**
 * What was made of documents, by their text. The oldest half is forgotten when there are too many, or when their texts are
 * too long together, save what was asked for since: a flood of large ones takes no more memory than a few.
 */
export class DocumentCache<Value> {
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #characters = 0;

  get(document: string): Value | undefined {
    const value = this.#young.get(document);
    if (value !== undefined) return value;
    const older = this.#old.get(document);
    if (older !== undefined) this.set(document, older);
    return older;
  }

  set(document: string, value: Value): void {
    // one that takes the place of all others is not worth it
    if (document.length > MOST_CHARACTERS / 4) return;
    if (!this.#young.has(document)) this.#characters += document.length;
    this.#young.set(document, value);
    if (this.#young.size < MOST_DOCUMENTS / 2 && this.#characters < MOST_CHARACTERS / 2) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#characters = 0;
  }
}
