import { isAuthor } from '../domain/viewer.ts';
import type { Database } from './database.ts';
import type { Asker } from './task-access.ts';
import { SAFE_AUTHOR, type Veil } from './veil.ts';

const READ_AGAIN_MS = 1_000;

/** What is read of the tasks whose truth is hidden; a name beside it, for whoever is told that something is withheld. */
interface HiddenTask {
  readonly id: number;
  readonly name: string;
  readonly author: string;
}

/**
 * The frozen tasks whose truth is hidden, in memory: where there are none nothing that is read costs more. Read when the
 * store is opened, after each change by this process, and (once it follows) after each change by others.
 */
export class HiddenTasks {
  readonly #database: Database;
  #tasks: readonly HiddenTask[] = [];
  #reading = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  async read(): Promise<void> {
    const reading = ++this.#reading;
    const tasks = await this.#database.all<HiddenTask>(
      `SELECT id, name, author FROM task WHERE is_truth_hidden AND state = 'FROZEN' AND revealed_at IS NULL ORDER BY id`,
    );
    // one that began later knows better
    if (reading === this.#reading) this.#tasks = tasks;
  }

  /** Reads, and from now on hears of what other processes change. @returns a function that ends that. */
  async follow(): Promise<() => void> {
    let isFollowing = true;
    const stop = await this.#database.events.subscribe('tasks', () => readAgain());
    const readAgain = () => {
      this.read().catch(() => {
        // the database is away for a moment: what was closed stays so
        if (isFollowing) setTimeout(readAgain, READ_AGAIN_MS).unref();
      });
    };
    await this.read();
    return () => {
      isFollowing = false;
      stop();
    };
  }

  /** Those whose truth is not for whoever asks. */
  from(asker: Asker): readonly HiddenTask[] {
    if (this.#tasks.length === 0 || asker.scopes.includes('admin')) return NONE;
    return this.#tasks.filter(({ author }) => !isAuthor(asker, author));
  }
}

const NONE: readonly HiddenTask[] = [];

/** What is withheld from whoever asks, as it is when a statement is sent. @param tell is told the names of the tasks. */
export const veilOf =
  (hidden: HiddenTasks, asker: Asker, tell: (tasks: readonly string[]) => void): Veil =>
  () => {
    const tasks = hidden.from(asker);
    if (tasks.length === 0) return null;
    const { authenticated, name } = asker;
    return {
      tasks: tasks.map(({ id }) => id),
      author: authenticated && SAFE_AUTHOR.test(name) ? name : null,
      tell: () => tell(tasks.map((task) => task.name)),
    };
  };
