import type { FieldNode } from 'graphql';
import { createLoaders, type Loaders } from '../loaders/create-loaders.ts';
import type { Viewer } from './domain/viewer.ts';
import type { Store } from './store/store.ts';

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
  readonly warnings: readonly Warning[];
  /** Adds a warning; one with the same code and message is told once, with the first path. */
  warn(warning: Warning): void;
}

export interface ContextOptions {
  readonly requestId: string;
  readonly maxPageSize: number;
  readonly maxInputRows: number;
  readonly mayWrite: boolean;
  readonly viewer: Viewer;
}

export function createContext(
  store: Store,
  { requestId, maxPageSize, maxInputRows, mayWrite, viewer }: ContextOptions,
): Context {
  const warnings: Warning[] = [];
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
    warnings,
    warn(warning) {
      if (!warnings.some(({ code, message }) => code === warning.code && message === warning.message)) {
        warnings.push(warning);
      }
    },
  };
}
