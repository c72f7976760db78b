import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Counts } from '../domain/record.ts';
import type { StatementObserver } from '../store/observed-database.ts';
import { inTime } from './in-time.ts';

/** Answers from memory take tenths of a millisecond, a page of maps a second. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Names of operations come from clients: the first ones have series of their own, all later ones share one. */
const MOST_OPERATIONS = 100;
const LONGEST_NAME = 80;
const OTHER = '(other)';

/** A gauge that asks the database is left out of an answer rather than holding it up. */
const GAUGE_MAY_TAKE_MS = 2_000;

/** What becomes of a row that is brought, as metrics tell it. */
const OUTCOMES = ['inserted', 'identical', 'conflicting', 'replaced', 'added', 'rejected'] as const;

export interface GaugeOptions {
  readonly name: string;
  readonly help: string;
  /** Name of the label, where `read` gives numbers by the values of one. */
  readonly label?: string;
}

/** The counts of one server, in a registry of its own. Everything but `text` is a few hundred nanoseconds at most. */
export interface Metrics {
  readonly contentType: string;
  /** One answered request: its operation (type and name), the code of its first error or OK. */
  answered(operation: string, code: string, seconds: number): void;
  /** A request or a connection that passed a limit; `limit` is the name of its setting. */
  rejected(limit: string): void;
  /** Rows that came in, by the format they came in. */
  brought(format: string, counts: Readonly<Counts>): void;
  /** Told to the store. */
  readonly observeStatement: StatementObserver;
  /** A number, or numbers by label, that is looked up whenever metrics are asked for. */
  gauge(options: GaugeOptions, read: () => Numbers | Promise<Numbers>): void;
  /** Adds what Node tells of the process: lag of the event loop, processor time, memory, garbage collection. Once a process. */
  watchProcess(): void;
  /** All of it in the text format of Prometheus. */
  text(): Promise<string>;
}

export type Numbers = number | Readonly<Record<string, number>>;

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'lumigraph_requests_total',
    help: 'Requests answered, by operation and by the code of their first error (OK: none).',
    labelNames: ['operation', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'lumigraph_request_duration_seconds',
    help: 'Time from a request to its answer, by operation; of streams, to their beginning.',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers,
  });
  const rejections = new Counter({
    name: 'lumigraph_rejections_total',
    help: 'Requests and connections refused because they passed a limit, by the setting that holds it.',
    labelNames: ['limit'],
    registers,
  });
  const rows = new Counter({
    name: 'lumigraph_rows_total',
    help: 'Rows that mutations and jobs of this server brought, by format and by what became of them.',
    labelNames: ['format', 'outcome'],
    registers,
  });
  const statements = sqlCounts(registers);
  const operations = new Set<string>();
  const bounded = (operation: string) => {
    if (operations.has(operation)) return operation;
    if (operations.size >= MOST_OPERATIONS || operation.length > LONGEST_NAME) return OTHER;
    operations.add(operation);
    return operation;
  };
  return {
    contentType: registry.contentType,
    answered(name, code, seconds) {
      const operation = bounded(name);
      requests.inc({ operation, code });
      durations.observe({ operation }, seconds);
    },
    rejected: (limit) => rejections.inc({ limit }),
    brought(format, counts) {
      for (const outcome of OUTCOMES) if (counts[outcome] > 0) rows.inc({ format, outcome }, counts[outcome]);
    },
    observeStatement: statements,
    gauge({ name, help, label }, read) {
      new Gauge({
        name,
        help,
        labelNames: label === undefined ? [] : [label],
        registers,
        async collect() {
          this.reset();
          try {
            const found = await inTime(Promise.resolve(read()), GAUGE_MAY_TAKE_MS);
            if (typeof found === 'number') this.set(found);
            else for (const value in found) this.set({ [label as string]: value }, found[value] as number);
          } catch {
            // whoever asks for metrics wants the others all the same; /ready says what is wrong
          }
        },
      });
    },
    watchProcess: () => collectDefaultMetrics({ register: registry }),
    text: () => registry.metrics(),
  };
}

/** Numbers are added up here and handed over when they are asked for: a statement is too frequent for labels. */
function sqlCounts(registers: Registry[]): StatementObserver {
  const read = { count: 0, failed: 0, milliseconds: 0 };
  const write = { count: 0, failed: 0, milliseconds: 0 };
  const handOver = (value: (sums: typeof read) => number) =>
    function collect(this: Counter<'kind'>) {
      this.reset();
      this.inc({ kind: 'read' }, value(read));
      this.inc({ kind: 'write' }, value(write));
    };
  const counter = (name: string, help: string, value: (sums: typeof read) => number) =>
    new Counter({ name, help, labelNames: ['kind'], registers, collect: handOver(value) });
  counter(
    'lumigraph_sql_statements_total',
    'Statements that read, and transactions that write, sent to the database.',
    ({ count }) => count,
  );
  counter('lumigraph_sql_failures_total', 'Those of them that failed.', ({ failed }) => failed);
  counter(
    'lumigraph_sql_seconds_total',
    'Time they took, that of waiting for a connection or for another writer included.',
    ({ milliseconds }) => milliseconds / 1000,
  );
  return (kind) => {
    const sums = kind === 'read' ? read : write;
    const began = performance.now();
    sums.count++;
    return (error) => {
      sums.milliseconds += performance.now() - began;
      if (error !== undefined) sums.failed++;
    };
  };
}
