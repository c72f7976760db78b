import { limitError } from './limit-error.ts';

interface Bound {
  /** Name of the setting. */
  readonly setting: string;
  readonly limit: number;
  readonly remedy: string;
}

export interface ClientPlacesOptions {
  /** What takes a place, in the plural. */
  readonly what: string;
  readonly ofOne: Bound;
  readonly ofAll: Bound;
  /** Seconds after which the same may do. */
  readonly retryAfter?: number;
}

/** Bounds how much runs at the same time, of one client and of all. */
export class ClientPlaces {
  readonly #options: ClientPlacesOptions;
  readonly #byClient = new Map<string, number>();
  #taken = 0;

  constructor(options: ClientPlacesOptions) {
    this.#options = options;
  }

  /**
   * Takes a place; what is returned gives it back, once, however often it is called.
   * @throws GraphQLError TOO_MANY_REQUESTS (429) where the client has too many, UNAVAILABLE (503) where all together have.
   */
  take(client: string): () => void {
    const { ofOne, ofAll } = this.#options;
    const ofClient = (this.#byClient.get(client) ?? 0) + 1;
    if (ofClient > ofOne.limit) throw this.#refusal('TOO_MANY_REQUESTS', 429, 'This client', ofClient, ofOne);
    if (this.#taken >= ofAll.limit) throw this.#refusal('UNAVAILABLE', 503, 'The server', this.#taken + 1, ofAll);
    this.#taken++;
    this.#byClient.set(client, ofClient);
    let isTaken = true;
    return () => {
      if (isTaken) this.#giveBack(client);
      isTaken = false;
    };
  }

  #giveBack(client: string): void {
    this.#taken--;
    const left = (this.#byClient.get(client) ?? 0) - 1;
    if (left > 0) this.#byClient.set(client, left);
    else this.#byClient.delete(client);
  }

  #refusal(code: 'TOO_MANY_REQUESTS' | 'UNAVAILABLE', status: number, who: string, actual: number, bound: Bound) {
    const { what, retryAfter } = this.#options;
    return limitError({
      ...bound,
      code,
      status,
      actual,
      what: `${who} would have ${actual} ${what} at the same time`,
      ...(retryAfter !== undefined && { retryAfter }),
    });
  }
}
