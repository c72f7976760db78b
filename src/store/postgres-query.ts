import pg from 'pg';
import type { BinaryRows } from './postgres-client.ts';
import { type Decoder, decoderOf } from './postgres-types.ts';

/** The parts of node-pg that its types do not show. */
interface Described {
  readonly fields: readonly { readonly dataTypeID: number }[];
}
interface Answered {
  handleRowDescription(message: Described): void;
  handleDataRow(message: BinaryRows): void;
  /** Told when the server has said all that it had to. */
  _canceledDueToError: unknown;
  readonly _result: { readonly rows: unknown[][] };
}
interface Sender {
  query(query: BinaryQuery, values: undefined, answered: (error: Error | null, answer: Answer) => void): void;
}
const Query = pg.Query as unknown as new (statement: object) => Answered;

/** Code and length of the message, and the number of values. */
const BEFORE_VALUES = 7;

/** What a query of node-pg answers. */
export interface Answer {
  readonly fields: readonly { readonly name: string }[];
  readonly rows: unknown[][];
}

export interface BinaryStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Of a prepared statement. */
  readonly name: string | undefined;
}

/**
 * Answers rows as arrays, with what the values are in PostgreSQL's binary format (postgres-types.ts). They are read out of the
 * bytes of a row where those stand: a row of 12 values takes 0.5 us, and 2.7 when each value is cut out first.
 */
export class BinaryQuery extends Query {
  #decoders: readonly Decoder[] = [];

  constructor(statement: BinaryStatement) {
    // extended: without parameters and name it would be sent the simple way, which answers in text
    super({ ...statement, rowMode: 'array', binary: true, queryMode: 'extended' });
  }

  override handleRowDescription(message: Described): void {
    super.handleRowDescription(message);
    try {
      this.#decoders = message.fields.map(({ dataTypeID }) => decoderOf(dataTypeID));
    } catch (error) {
      this._canceledDueToError = error;
    }
  }

  override handleDataRow({ bytes, from, end }: BinaryRows): void {
    if (this._canceledDueToError) return;
    const decoders = this.#decoders;
    const { rows } = this._result;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = from; at < end; ) {
      at += BEFORE_VALUES;
      const row = new Array<unknown>(decoders.length);
      for (let i = 0; i < decoders.length; i++) {
        const size = view.getInt32(at);
        at += 4;
        if (size < 0) {
          row[i] = null;
          continue;
        }
        row[i] = (decoders[i] as Decoder)(view, at, at + size, bytes);
        at += size;
      }
      rows.push(row);
    }
  }

  /** Sends it over a connection, or one of a pool. */
  send(sender: pg.Pool | pg.PoolClient, answered: (error: Error | null, answer: Answer) => void): void {
    (sender as unknown as Sender).query(this, undefined, answered);
  }
}
