import type { Database } from './database.ts';
import type { Reads } from './store.ts';

export function createReads(_database: Database): Reads {
  return {} as Reads;
}
