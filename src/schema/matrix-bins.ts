import { binsJson, binsNumbers } from '../domain/bins-text.ts';
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

  text(): Uint8Array {
    const zeros = Buffer.from(JSON.stringify(this.#zeros()));
    const pieces: Uint8Array[] = [OPEN];
    for (const [i, blob] of this.#blobs.entries()) {
      if (i > 0) pieces.push(COMMA);
      const text = blob === null ? zeros : binsJson(blob, this.#shape, this.#flow);
      pieces.push(typeof text === 'string' ? Buffer.from(text) : (text as Uint8Array));
    }
    pieces.push(CLOSE);
    return Buffer.concat(pieces);
  }

  plain(): unknown {
    return this.#blobs.map((blob) => (blob === null ? this.#zeros() : binsNumbers(blob, this.#shape, this.#flow)));
  }

  #zeros(): number[] {
    return new Array<number>(cellCount(this.#shape, this.#flow)).fill(0);
  }
}

const [OPEN, COMMA, CLOSE] = ['[', ',', ']'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
