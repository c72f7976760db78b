import type { Context } from '../context.ts';
import { Cancellation } from '../domain/cancellation.ts';
import { EventQueue, type Queued, turned } from '../domain/event-queue.ts';
import type { MissedEvents, StoreEvent, Topic } from '../store/events.ts';
import type { Reads } from '../store/store.ts';
import { readAnew } from './bring.ts';

interface Source<Item, Value> {
  readonly topic: Topic;
  /** Most items that wait for a slow client: with 1 it sees the latest state alone. */
  readonly most: number;
  /** What an event brings; nothing where it is not about what is asked for. */
  items(event: StoreEvent | MissedEvents): readonly Item[];
  /** What the client is told of an item; undefined: nothing. */
  turn(queued: Queued<Item>): Promise<Value | undefined>;
}

export interface EventStream<Item, Value> {
  readonly values: AsyncIterableIterator<Value>;
  readonly queue: EventQueue<Item>;
  /** Listens to a further topic as well. */
  follow(topic: Topic): Promise<void>;
}

/** What a subscription gives, from now on until its client leaves. */
export async function eventStream<Item, Value>(
  { store }: Pick<Context, 'store'>,
  { topic, most, items, turn }: Source<Item, Value>,
): Promise<EventStream<Item, Value>> {
  const unsubscribe: (() => void)[] = [];
  const queue = new EventQueue<Item>(most, () => {
    for (const one of unsubscribe.splice(0)) one();
  });
  const follow = async (one: Topic) => {
    const stop = await store.events.subscribe(one, (event) => {
      for (const item of items(event)) queue.push(item);
    });
    // left while it was being subscribed
    if (queue.isEnded) stop();
    else unsubscribe.push(stop);
  };
  await follow(topic);
  return { queue, values: turned(queue, turn), follow };
}

const readings = new WeakMap<object, Promise<unknown>>();
const NEVER_CANCELLED = new Cancellation();

/** Reads for `onceFor`: that one client leaves must not cancel them for the others, and none sees what another may not. */
export const sharedReads = ({ store }: Pick<Context, 'store'>): Reads => store.forOperation(NEVER_CANCELLED).reads;

/** What is read because of an event is read once, however many clients it is told to. */
export function onceFor<Result>(event: object, read: () => Promise<Result>): Promise<Result> {
  let reading = readings.get(event) as Promise<Result> | undefined;
  if (!reading) {
    reading = read();
    readings.set(event, reading);
  }
  return reading;
}

/** Loaders keep what they read, and plans the loaders; a subscription outlives that. Its resolver begins with this. */
export function atEvent<Value>(value: Value, context: Context): Value {
  readAnew(context);
  context.plans.clear();
  context.cost.restart();
  context.beginEvent();
  return value;
}

/** Says how many events a client lost because it read too slowly; the total, so that each loss is told. */
export function lossTeller(context: Context, what: string) {
  let total = 0;
  return {
    dropped(count: number): void {
      if (count === 0) return;
      total += count;
      context.warn({
        code: 'EVENTS_DROPPED',
        message: `${total} ${what} so far were not told of, as this client reads too slowly: ask for what is stored`,
      });
    },
    /** The connection to the database broke: nobody knows how many. */
    missed(): void {
      context.warn({
        code: 'EVENTS_MISSED',
        message: `${what} of the time before ${new Date().toISOString()} may not have been told of: ask for what is stored`,
      });
    },
  };
}
