import pg from 'pg';
import { UnavailableError } from '../domain/errors.ts';
import { type Events, type Listener, Listeners, type MissedEvents, type StoreEvent, type Topic } from './events.ts';

/** The channel of the database on which its processes tell one another. */
const CHANNEL = 'lumigraph';

/** PostgreSQL takes payloads of less bytes than this. */
const PAYLOAD_BYTES = 8_000;
const MOST_RUNS = 700;

/** The connection is asked for a sign of life so often, and is given up where none comes until the next time. */
const SIGN_OF_LIFE_MS = 15_000;
const RECONNECT_AFTER_MS = [50, 200, 1_000, 5_000];

/** Payloads that tell of an event: ids alone, so that each fits, or that something was changed where a name is too long. */
function payloadsOf(event: StoreEvent): string[] {
  if (event.kind !== 'runs') {
    const payload = JSON.stringify(event);
    return [Buffer.byteLength(payload) < PAYLOAD_BYTES ? payload : JSON.stringify({ kind: 'missed' })];
  }
  const payloads: string[] = [];
  for (let i = 0; i < event.numbers.length; i += MOST_RUNS) {
    payloads.push(JSON.stringify({ ...event, numbers: event.numbers.slice(i, i + MOST_RUNS) }));
  }
  return payloads;
}

/** SQL that tells of the events when the transaction in which it stands is committed; '' for none. */
export function notifySql(events: readonly StoreEvent[]): string {
  return events
    .flatMap(payloadsOf)
    .map((payload) => `SELECT pg_notify('${CHANNEL}', ${pg.escapeLiteral(payload)});`)
    .join(' ');
}

/**
 * Events of a PostgreSQL database: each is a notification that is sent with the commit of what it tells of, so that none
 * is lost and none comes early. A process that listens has one connection for it, made for its first listener. Where that
 * breaks it is made anew, and listeners are told that they may have missed events.
 */
export class PostgresEvents implements Events {
  readonly #url: string;
  readonly #send: (sql: string) => Promise<unknown>;
  readonly #listeners = new Listeners();
  #connection: Promise<pg.Client> | undefined;
  #signOfLife: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param send sends SQL that nothing is wanted of. */
  constructor(url: string, send: (sql: string) => Promise<unknown>) {
    this.#url = url;
    this.#send = send;
  }

  async subscribe(topic: Topic, listener: Listener): Promise<() => void> {
    this.#connection ??= this.#connect();
    await this.#connection;
    return this.#listeners.add(topic, listener);
  }

  async publish(event: StoreEvent): Promise<void> {
    await this.#send(notifySql([event]));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#signOfLife);
    clearTimeout(this.#retry);
    const client = await this.#connection?.catch(() => undefined);
    await client?.end();
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      keepAlive: true,
      application_name: 'lumigraph events',
    });
    client.on('notification', ({ payload = '' }) => {
      const event = JSON.parse(payload) as StoreEvent | MissedEvents;
      if (event.kind === 'missed') this.#listeners.tellMissed();
      else this.#listeners.tell(event);
    });
    // what breaks ends, and that is where it is made anew
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      this.#connection = undefined;
      client.end().catch(() => {});
      throw new UnavailableError(
        'The database tells of no changes at the moment: try again later',
        {},
        { cause: error },
      );
    }
    client.once('end', () => this.#reconnect(0));
    this.#watch(client);
    return client;
  }

  /** A peer that went without a word leaves a connection that is silent for ever. */
  #watch(client: pg.Client): void {
    let answered = true;
    clearInterval(this.#signOfLife);
    this.#signOfLife = setInterval(() => {
      if (!answered) return client.connection.stream.destroy();
      answered = false;
      client.query('SELECT 1').then(
        () => {
          answered = true;
        },
        () => {},
      );
    }, SIGN_OF_LIFE_MS).unref();
  }

  #reconnect(attempt: number): void {
    if (this.#closed) return;
    this.#connection = undefined;
    clearInterval(this.#signOfLife);
    const pause = RECONNECT_AFTER_MS[Math.min(attempt, RECONNECT_AFTER_MS.length - 1)];
    this.#retry = setTimeout(() => {
      // a new listener may have made it meanwhile
      this.#connection ??= this.#connect();
      this.#connection.then(
        () => this.#listeners.tellMissed(),
        () => this.#reconnect(attempt + 1),
      );
    }, pause).unref();
  }
}
