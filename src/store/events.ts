/** What the store tells of, after it was committed, whichever process on the database did it. */
export type StoreEvent =
  /** The entry of a file in the ledger is another one: its status, its progress, its counts. */
  | { readonly kind: 'dataFile'; readonly id: number }
  /** Which tasks hide their truth is another thing. */
  | { readonly kind: 'tasks' }
  /** Runs that were not stored before. */
  | { readonly kind: 'runs'; readonly numbers: readonly number[] }
  /** What a source says in its current version (null: it has none any more) is another thing. */
  | ({ readonly kind: 'certification' } & CertificationChange)
  /** There is something to do for built-in strategies: a run waits, or a watch has begun. */
  | { readonly kind: 'strategyRun'; readonly predictionId: number }
  /** The watch of a prediction has scored these lumisections, or scored them anew. */
  | {
      readonly kind: 'scored';
      readonly predictionId: number;
      readonly run: number;
      readonly lumisections: readonly number[];
    };

export interface CertificationChange {
  readonly source: string;
  readonly dataset: string;
  readonly subsystem: string;
  readonly version: number | null;
}

/** Events may have been missed (the connection that brings them broke): look at the state instead. */
export interface MissedEvents {
  readonly kind: 'missed';
}

/** What one listens to: `dataFiles` to all files, of which those that other processes read on SQLite are told as missed. */
export type Topic =
  | 'runs'
  | 'certifications'
  | 'tasks'
  | 'dataFiles'
  | 'strategyRuns'
  | `dataFile ${number}`
  | `scored ${number}`;

/** Called at once and in the order of the commits; it must neither throw nor take long. */
export type Listener = (event: StoreEvent | MissedEvents) => void;

/** Changes of the database as they are committed, by this process and by others. */
export interface Events {
  /**
   * From when the promise resolves, `listener` is told of every event of the topic until the function that it gave is
   * called. Of changes by other processes it hears at once (PostgreSQL) or within half a second (SQLite).
   * @throws UnavailableError where the database cannot be listened to (PostgreSQL).
   */
  subscribe(topic: Topic, listener: Listener): Promise<() => void>;
  /** Tells of what was committed by other means than a transaction of the store (inside one: Transaction.publish). */
  publish(event: StoreEvent): Promise<void>;
}

export const topicOf = (event: StoreEvent): Topic => {
  switch (event.kind) {
    case 'dataFile':
      return `dataFile ${event.id}`;
    case 'runs':
      return 'runs';
    case 'tasks':
      return 'tasks';
    case 'certification':
      return 'certifications';
    case 'strategyRun':
      return 'strategyRuns';
    case 'scored':
      return `scored ${event.predictionId}`;
  }
};

/** Who listens to what in this process. */
export class Listeners {
  readonly #byTopic = new Map<Topic, Set<Listener>>();

  /** @returns a function that takes it off again. */
  add(topic: Topic, listener: Listener): () => void {
    // one of its own, so that a function given twice is two listeners
    const own: Listener = (event) => listener(event);
    let listeners = this.#byTopic.get(topic);
    if (!listeners) {
      listeners = new Set();
      this.#byTopic.set(topic, listeners);
    }
    listeners.add(own);
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#byTopic.get(topic) === listeners) this.#byTopic.delete(topic);
    };
  }

  get topics(): readonly Topic[] {
    return [...this.#byTopic.keys()];
  }

  tell(event: StoreEvent): void {
    for (const listener of this.#byTopic.get(topicOf(event)) ?? []) listener(event);
    if (event.kind === 'dataFile') for (const listener of this.#byTopic.get('dataFiles') ?? []) listener(event);
  }

  /** To those of a topic, all unless told. */
  tellMissed(topic?: Topic): void {
    const told = topic === undefined ? [...this.#byTopic.values()] : [this.#byTopic.get(topic) ?? []];
    for (const listeners of told) for (const listener of listeners) listener({ kind: 'missed' });
  }
}
