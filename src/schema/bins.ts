import { binsNumbers, numbersOfCells, writeBins } from '../domain/bins-text.ts';
import { type BinsView, viewedCells } from '../domain/bins-view.ts';
import type { JsonBytes } from '../domain/json-bytes.ts';
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

  write(text: JsonBytes): undefined {
    writeBins(text, this.#blob, this.#shape, this.#flow);
  }

  plain(): unknown {
    return binsNumbers(this.#blob, this.#shape, this.#flow);
  }
}

/** The same of bins that are not shown as they are stored: errors, rebinned, cropped, scaled, in rows. */
export class BinsViewValue extends RawJson {
  readonly #blob: Uint8Array;
  readonly #shape: Shape;
  readonly #view: BinsView;
  readonly #nested: boolean;

  constructor(blob: Uint8Array, shape: Shape, view: BinsView, nested: boolean) {
    super();
    this.#blob = blob;
    this.#shape = shape;
    this.#view = view;
    this.#nested = nested;
  }

  write(text: JsonBytes): undefined {
    text.raw(JSON.stringify(this.plain()));
  }

  plain(): unknown {
    const viewed = viewedCells(this.#blob, this.#shape, this.#view);
    if (viewed === null) return null;
    const numbers = numbersOfCells(viewed.cells);
    if (!this.#nested || viewed.dimension === 1) return numbers;
    const rows: number[][] = [];
    for (let from = 0; from < numbers.length; from += viewed.width) rows.push(numbers.slice(from, from + viewed.width));
    return rows;
  }
}
