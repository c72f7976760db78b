import type { JsonBytes } from '../domain/json-bytes.ts';
import { RawJson } from '../domain/raw-json.ts';

/** Pulls on their way into a response: made text only when that is written. Those that are not finite are null. */
export class PullsValue extends RawJson {
  readonly #pulls: Float64Array;

  constructor(pulls: Float64Array) {
    super();
    this.#pulls = pulls;
  }

  write(text: JsonBytes): undefined {
    text.raw(JSON.stringify(this.plain()));
  }

  plain(): number[] {
    return Array.from(this.#pulls);
  }
}
