import type { Database } from './database.ts';
import type { Lists } from './store.ts';

export function createLists(_database: Database): Lists {
  return {} as Lists;
}
