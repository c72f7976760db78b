import type { FieldNode } from 'graphql';
import { createLoaders, type Loaders } from '../loaders/create-loaders.ts';
import { Cancellation } from './domain/cancellation.ts';
import { Cost } from './domain/cost.ts';
import type { Viewer } from './domain/viewer.ts';
import type { Intake } from './jobs/intake.ts';
import type { Store } from './store/store.ts';
import type { WorkerPool } from './workers/worker-pool.ts';

/** Something the client should know although its operation succeeded; goes to `extensions.warnings`. */
export interface Warning {
  /** Stable, for programs. */
  readonly code: string;
  readonly message: string;
  /** Response path of the field it is about. */
  readonly path?: readonly (string | number)[];
}

/** Everything a resolver may use; one for each operation. */
export interface Context {
  readonly store: Store;
  readonly loaders: Loaders;
  /** What a field made of its arguments, for all of its parents. */
  readonly plans: Map<FieldNode, unknown>;
  /** Names the request in the log and, where an error was masked, to the client. */
  readonly requestId: string;
  /** Most objects a page may ask for. */
  readonly maxPageSize: number;
  /** Most rows a list of an input may have. */
  readonly maxInputRows: number;
  /** Whether this server takes mutations at all. */
  readonly mayWrite: boolean;
  /** Who asks, and what it may do: fields say which scope they need (`scope`). */
  readonly viewer: Viewer;
  /** Whom limits take for one client, with others of its requests. */
  readonly client: string;
  /** Where files go that clients bring. */
  readonly intake: Intake;
  /** Threads for what takes long to compute. */
  readonly workers: WorkerPool;
  /** The variables of the operation as resolvers see them, once they are coerced; null before. */
  variables: Readonly<Record<string, unknown>> | null;
  /** Ends the operation before its time. */
  readonly cancellation: Cancellation;
  /** What the operation takes, as it is counted. */
  readonly cost: Cost;
  /**
   * An event of a subscription, or what a mutation has done, begins to be answered: from now on its time runs, and names mean what they
   * mean now.
   */
  beginEvent(): void;
  readonly warnings: readonly Warning[];
  /** Adds a warning; one with the same code and message is told once, with the path that sorts first. */
  warn(warning: Warning): void;
}

export interface ContextOptions {
  readonly requestId: string;
  readonly maxPageSize: number;
  readonly maxInputRows: number;
  readonly mayWrite: boolean;
  readonly viewer: Viewer;
  readonly client: string;
  readonly intake: Intake;
  readonly workers: WorkerPool;
  readonly maxResponseBytes: number;
  readonly maxAnswerNodes: number;
}

export function createContext(
  whole: Store,
  {
    requestId,
    maxPageSize,
    maxInputRows,
    mayWrite,
    viewer,
    client,
    intake,
    workers,
    maxResponseBytes,
    maxAnswerNodes,
  }: ContextOptions,
): Context {
  const warnings: Warning[] = [];
  const warn = (warning: Warning) => {
    const { code, message } = warning;
    const told = warnings.findIndex((other) => code === other.code && message === other.message);
    if (told < 0) warnings.push(warning);
    // fields are resolved in an order that compiled and interpreted queries do not share
    else if (comesBefore(warning.path ?? [], warnings[told]?.path ?? [])) warnings[told] = warning;
  };
  const cancellation = new Cancellation();
  const store = whole.forOperation(cancellation, { viewer, onWithheld: (tasks) => warn(truthWithheld(tasks)) });
  // no getters: V8 makes a hidden class for each object that has one of its own, and keeps all they reach for long
  return {
    store,
    loaders: createLoaders(store),
    plans: new Map(),
    requestId,
    maxPageSize,
    maxInputRows,
    mayWrite,
    viewer,
    client,
    intake,
    workers,
    variables: null,
    cancellation,
    cost: new Cost({ maxBytes: maxResponseBytes, maxNodes: maxAnswerNodes }, cancellation),
    beginEvent: () => store.forgetNames(),
    warnings,
    warn,
  };
}

/** Names of tasks that one warning tells. */
const NAMED = 5;

function truthWithheld(tasks: readonly string[]): Warning {
  const named = tasks.slice(0, NAMED).join(', ') + (tasks.length > NAMED ? ` and ${tasks.length - NAMED} more` : '');
  const message = `nothing is told of what certifications, saved masks and other tasks say of the test runs of ${named}: their truth is hidden`;
  return { code: 'TRUTH_HIDDEN', message };
}

/** Places in lists are compared as numbers, names of fields as texts. */
function comesBefore(path: readonly (string | number)[], other: readonly (string | number)[]): boolean {
  for (const [i, step] of path.entries()) {
    const theirs = other[i];
    if (theirs === undefined) return false;
    if (step !== theirs) return step < theirs;
  }
  return path.length < other.length;
}
