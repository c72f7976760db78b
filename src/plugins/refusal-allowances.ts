/** Whose requests were refused. */
export interface RefusedClient {
  readonly name: string;
  /** It has a token that was found good. */
  readonly authenticated: boolean;
}

/** What a client may waste at once before it is slowed down: somebody who writes a query gets dozens of them wrong. */
const FREE_MS = 250;
/** With a token: scores and files that are wrong are dearer than queries that are, and it is known whose they are. */
const FREE_WITH_TOKEN_MS = 1_000;
/** Beyond so much others notice: what takes longer counts as much more as it is longer. */
const CHEAP_MS = 2;
const DEAREST_MS = 15;
const LONGEST_PAUSE_MS = 10_000;
/** With a token, for each answer that is held back at the same time: who waits for each is not kept from working. */
const PAUSE_WITH_TOKEN_MS = 1_000;
/** Of more clients than these, those that wasted nothing lately are forgotten. */
const CLIENTS = 10_000;

interface Debt {
  /** What refused requests took beyond the share. */
  milliseconds: number;
  /** When that was so. */
  at: number;
}

/**
 * What refused requests may take of the server's time, for each client: at once so much, and for ever `percent` of it.
 * All moments are milliseconds of one clock, which the caller reads.
 */
export class RefusalAllowances {
  readonly #share: number;
  readonly #debts = new Map<string, Debt>();
  /** When answers to clients with tokens will have been held back for long enough. */
  #ends: number[] = [];

  constructor(percent: number) {
    this.#share = percent / 100;
  }

  /** Milliseconds that the answer to a request is to be held back for that was refused just now, and took so long. */
  pause(client: RefusedClient, tookMs: number, now: number): number {
    let debt = this.#debts.get(client.name);
    if (debt === undefined) {
      if (this.#debts.size >= CLIENTS) this.#forgetIdle(now);
      debt = { milliseconds: 0, at: now };
      this.#debts.set(client.name, debt);
    }
    const took = Math.min(tookMs, DEAREST_MS);
    const most = freeOf(client) + LONGEST_PAUSE_MS * this.#share;
    debt.milliseconds = Math.min(this.#left(debt, now) + took * Math.max(1, took / CHEAP_MS), most);
    debt.at = now;
    const owed = this.owed(client, now);
    if (owed === 0 || !client.authenticated) return owed;
    // of all tokens together: as many as one client may have made are let have no more than it
    this.#ends = this.#ends.filter((end) => end > now);
    const pause = Math.min(owed, (this.#ends.length + 1) * PAUSE_WITH_TOKEN_MS);
    this.#ends.push(now + pause);
    return pause;
  }

  /** Milliseconds until the client has wasted no more than it may; 0 where that is less than one. */
  owed(client: RefusedClient, now: number): number {
    const debt = this.#debts.get(client.name);
    const owed = debt === undefined ? 0 : (this.#left(debt, now) - freeOf(client)) / this.#share;
    return owed < 1 ? 0 : owed;
  }

  #left({ milliseconds, at }: Debt, now: number): number {
    return Math.max(0, milliseconds - (now - at) * this.#share);
  }

  #forgetIdle(now: number): void {
    for (const [name, debt] of this.#debts) if (this.#left(debt, now) === 0) this.#debts.delete(name);
    // a flood from more addresses than these: no address is worth remembering
    if (this.#debts.size >= CLIENTS) this.#debts.clear();
  }
}

const freeOf = ({ authenticated }: RefusedClient) => (authenticated ? FREE_WITH_TOKEN_MS : FREE_MS);
