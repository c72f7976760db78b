import {
  type CertificationChange,
  type Events,
  type Listener,
  Listeners,
  type StoreEvent,
  type Topic,
} from './events.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { WatchedScoresSeen } from './sqlite-watched-scores.ts';

/** How often a process looks whether another one has written, while anybody listens. */
const LOOK_EVERY_MS = 250;

type SourceKey = Omit<CertificationChange, 'version'>;
const keyOf = ({ source, dataset, subsystem }: SourceKey) => JSON.stringify({ source, dataset, subsystem });

/**
 * Events of a SQLite file. This process is told by its own transactions. Nobody tells of those of other processes: while
 * anybody listens the counter that SQLite keeps of commits (`data_version`, some microseconds) is read four times a
 * second, and where it moved, what is listened to is compared with what it was. That costs the writers nothing.
 */
export class SqliteEvents implements Events {
  readonly #connection: SqliteConnection;
  readonly #listeners = new Listeners();
  #timer: NodeJS.Timeout | undefined;
  #version: unknown;
  // what is known of that which is listened to; everything below is synchronous, so that no commit comes in between
  #runs: Set<number> | null = null;
  #certifications: Map<string, number | null> | null = null;
  #hiddenTasks: string | null = null;
  #files = new Map<number, string>();
  readonly #scores = new WatchedScoresSeen((sql, ...parameters) => this.#rows(sql, ...parameters));

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async subscribe(topic: Topic, listener: Listener): Promise<() => void> {
    this.#look();
    const remove = this.#listeners.add(topic, listener);
    this.#learn(topic);
    this.#timer ??= setInterval(() => this.#lookAgain(), LOOK_EVERY_MS).unref();
    return () => {
      remove();
      if (this.#listeners.topics.length === 0) this.close();
    };
  }

  async publish(event: StoreEvent): Promise<void> {
    this.tell([event]);
  }

  /** What this process has committed. */
  tell(events: readonly StoreEvent[]): void {
    for (const event of events) {
      if (event.kind === 'runs') for (const number of event.numbers) this.#runs?.add(number);
      if (event.kind === 'certification') this.#certifications?.set(keyOf(event), event.version);
      if (event.kind === 'scored' && this.#scores.knows(event.predictionId)) this.#scores.learn(event.predictionId);
      this.#listeners.tell(event);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#runs = null;
    this.#certifications = null;
    this.#hiddenTasks = null;
    this.#files.clear();
    this.#scores.clear();
  }

  /** What is listened to for the first time is taken as it is now. */
  #learn(topic: Topic): void {
    if (topic === 'runs') {
      if (this.#runs === null) this.#compareRuns();
    } else if (topic === 'certifications') {
      if (this.#certifications === null) this.#compareCertifications();
    } else if (topic === 'tasks') {
      if (this.#hiddenTasks === null) this.#compareTasks();
    } else if (topic.startsWith(SCORES)) {
      const id = idOf(topic, SCORES);
      if (!this.#scores.knows(id)) this.#scores.learn(id);
    } else if (topic.startsWith(FILE)) {
      const id = idOf(topic, FILE);
      if (this.#files.has(id)) return;
      for (const [file, state] of this.#statesOf([id])) this.#files.set(file, state);
    }
  }

  #rows<Row extends unknown[]>(sql: string, ...parameters: (string | number)[]): Row[] {
    return this.#connection.statement(sql).all(...parameters) as unknown as Row[];
  }

  #lookAgain(): void {
    try {
      this.#look();
    } catch {
      // locked for a moment: what it did not see it sees the next time
    }
  }

  #look(): void {
    if (this.#listeners.topics.length === 0) return;
    const [[version] = []] = this.#rows('PRAGMA data_version');
    if (version !== this.#version) this.#compare();
    this.#version = version;
  }

  #compare(): void {
    const { topics } = this.#listeners;
    if (topics.includes('runs')) this.#compareRuns();
    else this.#runs = null;
    if (topics.includes('certifications')) this.#compareCertifications();
    else this.#certifications = null;
    if (topics.includes('tasks')) this.#compareTasks();
    else this.#hiddenTasks = null;
    const idsOf = (kind: string) => topics.flatMap((topic) => (topic.startsWith(kind) ? [idOf(topic, kind)] : []));
    this.#compareFiles(idsOf(FILE));
    for (const event of this.#scores.compare(idsOf(SCORES))) this.#listeners.tell(event);
    // somebody wrote something: who listens to these looks at the state
    for (const topic of ['dataFiles', 'strategyRuns'] as const) this.#listeners.tellMissed(topic);
  }

  #compareRuns(): void {
    const before = this.#runs;
    const numbers = this.#rows<[number]>('SELECT number FROM run ORDER BY number').map(([number]) => number);
    this.#runs = new Set(numbers);
    const added = before ? numbers.filter((number) => !before.has(number)) : [];
    if (added.length > 0) this.#listeners.tell({ kind: 'runs', numbers: added });
  }

  #compareCertifications(): void {
    const before = this.#certifications;
    const now = new Map(
      this.#rows<[string, string, string, number]>(
        'SELECT source, dataset, subsystem, max(version) FROM certification_version GROUP BY source, dataset, subsystem',
      ).map(([source, dataset, subsystem, version]) => [keyOf({ source, dataset, subsystem }), version] as const),
    );
    this.#certifications = new Map(now);
    if (!before) return;
    for (const key of new Set([...before.keys(), ...now.keys()])) {
      const version = now.get(key) ?? null;
      if ((before.get(key) ?? null) === version) continue;
      this.#listeners.tell({ kind: 'certification', ...(JSON.parse(key) as SourceKey), version });
    }
  }

  #compareTasks(): void {
    const before = this.#hiddenTasks;
    this.#hiddenTasks = this.#rows<[number]>(
      "SELECT id FROM task WHERE is_truth_hidden AND state = 'FROZEN' AND revealed_at IS NULL ORDER BY id",
    ).join();
    if (before !== null && before !== this.#hiddenTasks) this.#listeners.tell({ kind: 'tasks' });
  }

  #compareFiles(ids: readonly number[]): void {
    const before = this.#files;
    this.#files = this.#statesOf(ids);
    // an entry may go: the file was known, and is another one
    for (const id of ids) {
      const state = before.get(id);
      if (state !== undefined && this.#files.get(id) !== state) this.#listeners.tell({ kind: 'dataFile', id });
    }
  }

  #statesOf(ids: readonly number[]): Map<number, string> {
    if (ids.length === 0) return new Map();
    const rows = this.#rows<[number, ...unknown[]]>(
      `SELECT id, status, bytes_done, lines_done, inserted, identical, conflicting, replaced, added, rejected, finished_at
       FROM data_file WHERE id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(ids),
    );
    return new Map(rows.map(([id, ...values]) => [id, values.join(' ')]));
  }
}

const FILE = 'dataFile ';
const SCORES = 'scored ';
const idOf = (topic: Topic, kind: string) => Number(topic.slice(kind.length));
