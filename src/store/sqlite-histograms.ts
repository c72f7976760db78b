import type { HistogramWriter } from './histogram-writer.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

export class SqliteHistogramWriter implements HistogramWriter {
  readonly #connection: SqliteConnection;
  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }
  lumisections(): never {
    throw new Error(`unfinished ${this.#connection}`);
  }
  runs(): never {
    throw new Error('unfinished');
  }
}
