import type { PoolClient } from 'pg';
import type { HistogramWriter } from './histogram-writer.ts';

export class PostgresHistogramWriter implements HistogramWriter {
  readonly #connection: PoolClient;
  constructor(connection: PoolClient) {
    this.#connection = connection;
  }
  lumisections(): never {
    throw new Error(`unfinished ${this.#connection}`);
  }
  runs(): never {
    throw new Error('unfinished');
  }
}
