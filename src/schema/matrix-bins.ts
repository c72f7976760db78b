import { binsNumbers, writeBins } from '../domain/bins-text.ts';
import type { JsonBytes } from '../domain/json-bytes.ts';
import { RawJson } from '../domain/raw-json.ts';
import { cellCount, type Shape } from '../domain/shape.ts';

/** A row of bins for each histogram of a matrix, on its way into a response; zeros where there is none. */
export class MatrixBins extends RawJson {
  readonly #blobs: readonly (Uint8Array | null)[];
  readonly #shape: Shape;
  readonly #flow: boolean;

  constructor(blobs: readonly (Uint8Array | null)[], shape: Shape, flow: boolean) {
    super();
    this.#blobs = blobs;
    this.#shape = shape;
    this.#flow = flow;
  }

  *write(text: JsonBytes): Generator<undefined, void, undefined> {
    const zeros = JSON.stringify(this.#zeros());
    text.raw('[');
    for (const [i, blob] of this.#blobs.entries()) {
      if (i > 0) text.raw(',');
      if (blob === null) text.raw(zeros);
      else writeBins(text, blob, this.#shape, this.#flow);
      yield;
    }
    text.raw(']');
  }

  plain(): unknown {
    return this.#blobs.map((blob) => (blob === null ? this.#zeros() : binsNumbers(blob, this.#shape, this.#flow)));
  }

  #zeros(): number[] {
    return new Array<number>(cellCount(this.#shape, this.#flow)).fill(0);
  }
}
