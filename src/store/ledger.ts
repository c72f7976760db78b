import type { Database } from './database.ts';
import type { Ledger } from './store.ts';

export function createLedger(_database: Database): Ledger {
  return {} as Ledger;
}
