import type { PoolClient } from 'pg';
import type { Parameter } from './database.ts';

/** What the bulk path needs of a transaction: the connection for COPY, and prepared statements. */
export interface PostgresSender {
  readonly client: PoolClient;
  send(sql: string, parameters?: readonly Parameter[]): Promise<unknown[][]>;
}
