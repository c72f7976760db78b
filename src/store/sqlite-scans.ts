import { type ChildProcess, fork } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Cancellation } from '../domain/cancellation.ts';
import { UnavailableError } from '../domain/errors.ts';
import { ownFile } from '../own-program.ts';
import type { Parameter } from './database.ts';
import { bound, READER, type SqliteConnection, withSqliteParameters } from './sqlite-connection.ts';

/** A whole scan of a smaller file is done before a process would have begun it. */
const FROM_BYTES = 64_000_000;
const LOOK_EVERY_MS = 10_000;
/** Statements that took longer are sent elsewhere the next time. */
const SLOW_MS = 200;
const PROCESSES = 2;
const JUDGEMENTS_KEPT = 2_000;

const PROGRAM = ownFile('src/store/sqlite-scan-process.mjs');

/** Tables that grow with the data; their rows are keyed by run, or by file. */
const LARGE =
  /\b(lumisection_histogram|run_histogram|lumisection|scalar_value|quality_test|contribution|scalar_contribution|run_monitor_element|ingest_issue)\b(?: AS)? +(\w+)/g;

interface Scan {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  done(rows: unknown[][]): void;
  fail(error: unknown): void;
}

interface Reader {
  readonly child: ChildProcess;
  scan: Scan | undefined;
}

/**
 * Statements that may read a large part of a large table run in processes of their own: SQLite works in the thread that
 * asks, so the server would stand still meanwhile, and only the end of a process ends a statement.
 */
export class SqliteScans {
  readonly #path: string;
  readonly #fromBytes: number;
  readonly #connection: SqliteConnection;
  /** Whether a statement is one, by its text. */
  readonly #judged = new Map<string, boolean>();
  readonly #readers: Reader[] = [];
  readonly #waiting: Scan[] = [];
  #isLarge = false;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(path: string, connection: SqliteConnection, fromBytes = FROM_BYTES) {
    this.#path = path;
    this.#connection = connection;
    this.#fromBytes = fromBytes;
  }

  /** Whether a statement is to be run here. */
  takes(sql: string): boolean {
    const now = Date.now();
    if (now - this.#looked > LOOK_EVERY_MS) {
      this.#looked = now;
      this.#isLarge = statSync(this.#path).size >= this.#fromBytes;
    }
    if (!this.#isLarge) return false;
    let isScan = this.#judged.get(sql);
    if (isScan === undefined) {
      isScan = this.#mayScan(sql);
      this.#judge(sql, isScan);
    }
    return isScan;
  }

  /** Tells how long a statement took that ran in this process. */
  took(sql: string, milliseconds: number): void {
    if (milliseconds > SLOW_MS && this.#isLarge) this.#judge(sql, true);
  }

  /** @throws the reason of the cancellation; UnavailableError where the process dies. */
  run(sql: string, parameters: readonly Parameter[], cancellation: Cancellation): Promise<unknown[][]> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        reject(cancellation.reason);
        this.#abandon(scan);
      };
      const scan: Scan = {
        sql: withSqliteParameters(sql),
        parameters: parameters.map(bound),
        done: (rows) => {
          cancellation.remove(stop);
          resolve(rows);
        },
        fail: (error) => {
          cancellation.remove(stop);
          reject(error);
        },
      };
      cancellation.add(stop);
      this.#waiting.push(scan);
      this.#next();
    });
  }

  close(): void {
    for (const { child } of this.#readers.splice(0)) child.kill('SIGKILL');
    for (const scan of this.#waiting.splice(0)) scan.fail(new UnavailableError('The database is being closed'));
  }

  /**
   * Whether the plan reads rows of a large table without an index of runs, files or monitor elements; or of one that it
   * walks through in each run of a monitor element, as a trend does.
   */
  #mayScan(sql: string): boolean {
    const aliases = new Set(Array.from(sql.matchAll(LARGE), ([, , alias]) => alias));
    if (aliases.size === 0) return false;
    const isBounded = aliases.size > 1 ? /\b(run_number|file_id)=\?/ : /\b(run_number|file_id|monitor_element_id)=\?/;
    return this.#connection.planOf(sql).some((step) => {
      const [, way, alias] = /^(SCAN|SEARCH) (\w+)/.exec(step) ?? [];
      return aliases.has(alias) && (way === 'SCAN' || !isBounded.test(step));
    });
  }

  #judge(sql: string, isScan: boolean): void {
    this.#judged.set(sql, isScan);
    if (this.#judged.size > JUDGEMENTS_KEPT) this.#judged.delete(this.#judged.keys().next().value as string);
  }

  #next(): void {
    if (this.#waiting.length === 0) return;
    let reader = this.#readers.find(({ scan }) => scan === undefined);
    if (reader === undefined && this.#readers.length < PROCESSES) reader = this.#start();
    if (reader === undefined) return;
    const scan = this.#waiting.shift() as Scan;
    reader.scan = scan;
    reader.child.channel?.ref();
    reader.child.send({ sql: scan.sql, parameters: scan.parameters });
  }

  #start(): Reader {
    const child = fork(PROGRAM, [this.#path, READER], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    // nothing that idles keeps the server from ending
    child.unref();
    child.channel?.unref();
    const reader: Reader = { child, scan: undefined };
    this.#readers.push(reader);
    child.on('message', ({ rows, failure }: { rows?: unknown[][]; failure?: string }) => {
      const { scan } = reader;
      reader.scan = undefined;
      child.channel?.unref();
      if (rows !== undefined) scan?.done(rows);
      else scan?.fail(new Error(failure));
      this.#next();
    });
    child.on('error', () => this.#lose(reader)); // it never ran
    child.on('exit', () => this.#lose(reader));
    return reader;
  }

  #abandon(scan: Scan): void {
    const place = this.#waiting.indexOf(scan);
    if (place >= 0) this.#waiting.splice(place, 1);
    const reader = this.#readers.find((one) => one.scan === scan);
    if (reader === undefined) return;
    reader.scan = undefined;
    reader.child.kill('SIGKILL');
    this.#lose(reader);
  }

  #lose(reader: Reader): void {
    const place = this.#readers.indexOf(reader);
    if (place < 0) return;
    this.#readers.splice(place, 1);
    reader.scan?.fail(new UnavailableError('The process that read for this query has died: the same query may work'));
    this.#next();
  }
}
