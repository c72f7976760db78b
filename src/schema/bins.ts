import { binsJson, binsNumbers } from '../domain/bins-text.ts';
import { RawJson } from '../domain/raw-json.ts';
import type { Shape } from '../domain/shape.ts';

/**
 * Bins on their way into a response: decoded only when the response is written, straight to text and one histogram
 * after the other, so that a page of large maps never stands in memory as numbers.
 */
export class BinsValue extends RawJson {
  readonly #blob: Uint8Array;
  readonly #shape: Shape;
  readonly #flow: boolean;

  /** `flow` asks for under- and overflow bins: only for blobs that have them. */
  constructor(blob: Uint8Array, shape: Shape, flow: boolean) {
    super();
    this.#blob = blob;
    this.#shape = shape;
    this.#flow = flow;
  }

  bytes(): Uint8Array {
    return binsJson(this.#blob, this.#shape, this.#flow) as Uint8Array;
  }

  plain(): unknown {
    return binsNumbers(this.#blob, this.#shape, this.#flow);
  }
}
