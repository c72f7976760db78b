import { type Token, TokenKind } from 'graphql';

/**
 * Counts aliases, and fields that are asked for again in one selection, from the tokens of a document: before it is
 * parsed, and so without an object for each of thousands of fields.
 */
export class FieldNames {
  /** Aliases and repeated fields so far. */
  count = 0;
  /** Names that the selections around this place have, innermost last. */
  readonly #selections: Set<string>[] = [];
  /** Round brackets hold arguments and variables, whatever their braces and colons. */
  #round = 0;
  /** What a name is: of a field, unless what stands before it makes it another one. */
  #next: 'field' | 'spread' | 'other' = 'field';
  #lastWasRepeated = false;

  take({ kind, value }: Token): void {
    if (kind === TokenKind.PAREN_L) this.#round++;
    else if (kind === TokenKind.PAREN_R) this.#round--;
    if (this.#round > 0) return;
    switch (kind) {
      case TokenKind.BRACE_L:
        this.#selections.push(new Set());
        break;
      case TokenKind.BRACE_R:
        this.#selections.pop();
        break;
      case TokenKind.SPREAD:
        this.#next = 'spread';
        return;
      case TokenKind.AT:
        this.#next = 'other';
        return;
      case TokenKind.COLON:
        // what stood before was an alias, which counts whether it is repeated or not; the name of its field does not
        if (!this.#lastWasRepeated) this.count++;
        this.#next = 'other';
        return;
      case TokenKind.NAME:
        if (this.#next === 'spread' && value === 'on') {
          this.#next = 'other';
          return;
        }
        if (this.#next === 'field') this.#field(value);
        break;
    }
    this.#next = 'field';
  }

  #field(name: string): void {
    const names = this.#selections.at(-1);
    if (names === undefined) return;
    this.#lastWasRepeated = names.has(name);
    if (this.#lastWasRepeated) this.count++;
    else names.add(name);
  }
}
