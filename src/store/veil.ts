import type { Parameter, Queries, Transaction } from './database.ts';

/**
 * What is withheld from somebody: all that is certified of the runs in which the truth of these tasks is hidden. Whole
 * runs, as the lumisections of one resemble one another: what is said of those around a hidden one tells of it.
 */
export interface Withheld {
  /** Ids of tasks, at least one. */
  readonly tasks: readonly number[];
  /** Whose own saved masks are left as they are; null: nobody's. */
  readonly author: string | null;
  /** Called when what is asked for is truth. */
  tell(): void;
}

/** Says what is withheld when a statement is sent; null: nothing. */
export type Veil = () => Withheld | null;

/**
 * Tables that tell of truth, as they look through the veil: in the place of the table (`r`), in every statement that names
 * it. So nothing that reads has to remember it, and what is written one day is closed as well.
 */
const VEILED: Readonly<Record<string, (withheld: Withheld, real: (table: string) => string) => string>> = {
  certification: (withheld, real) => `SELECT r.* FROM ${real('certification')} r WHERE ${isOpen(withheld)}`,
  certification_fraction: (withheld, real) =>
    `SELECT r.* FROM ${real('certification_fraction')} r WHERE ${isOpen(withheld)}`,
  saved_mask_range: (withheld, real) =>
    `SELECT r.* FROM ${real('saved_mask_range')} r WHERE ${isOpen(withheld)} OR EXISTS (SELECT 1
      FROM ${real('saved_mask')} o WHERE o.name = r.name AND o.version = r.version AND ${isOwn(withheld, 'o')})`,
  // what lists runs or lumisections says itself what it holds
  saved_mask: (withheld, real) =>
    `SELECT r.name, r.version, CASE WHEN NOT r.is_listed OR ${isOwn(withheld, 'r')} THEN r.expression END AS expression,
      r.comment, r.author, r.created_at, r.made_of, r.is_listed FROM ${real('saved_mask')} r`,
  task_member: (withheld, real) =>
    `SELECT r.run_number, r.task_id, r.lumisection_first, r.lumisection_last, r.part,
      CASE WHEN ${isOpen(withheld)} THEN r.truth END AS truth, r.digest,
      CASE WHEN ${isOpen(withheld)} THEN r.injection END AS injection FROM ${real('task_member')} r`,
  // a hash of what a source says tells whether a guess is right
  data_file: (_, real) =>
    `SELECT r.id, CASE WHEN r.source <> '' AND r.format = 'graphql' THEN substr(r.path, 1, length(r.path) - 16) ELSE r.path END AS path,
      CASE WHEN r.source = '' THEN r.sha256 END AS sha256, r.size, r.format, r.dataset, r.source, r.me_map, r.status, r.bytes_done,
      r.lines_done, r.inserted, r.identical, r.conflicting, r.replaced, r.added, r.rejected, r.error_code, r.error_message,
      r.created_at, r.started_at, r.finished_at, r.lease_owner, r.lease_expires_at FROM ${real('data_file')} r`,
};

export const VEILED_TABLES: readonly string[] = Object.keys(VEILED);

const isOpen = ({ tasks }: Withheld) =>
  `r.run_number NOT IN (SELECT h.run_number FROM hidden_run h WHERE h.task_id IN (${tasks.join(', ')}))`;

const isOwn = ({ author }: Withheld, alias: string) =>
  author === null ? '1 = 0' : `${alias}.author = '${author.replaceAll("'", "''")}'`;

/** What a name may hold to stand in a statement; whoever has another one has no masks of its own. */
export const SAFE_AUTHOR = /^[^\\\p{Cc}]+$/u;

/** Of which hardly anything is closed. */
const LEDGER = 'data_file';

const READS = /^\s*(?:WITH\b(?!\s+RECURSIVE)|SELECT\b)/i;
const WRITES = /^\s*(?:INSERT|UPDATE|DELETE)\b/i;
const NAMES = new RegExp(`\\b(?:${VEILED_TABLES.join('|')})\\b`, 'g');

/** Reads of one database through a veil. */
export class VeiledQueries implements Queries {
  readonly #queries: Queries;
  readonly #veil: Veil;
  readonly #real: (table: string) => string;

  /** @param real how a statement names a table, and not what it calls by its name itself (Dialect.tableName) */
  constructor(queries: Queries, veil: Veil, real: (table: string) => string) {
    this.#queries = queries;
    this.#veil = veil;
    this.#real = real;
  }

  all<Row>(sql: string, parameters?: readonly Parameter[]): Promise<Row[]> {
    return this.#queries.all<Row>(this.#through(sql), parameters);
  }

  arrays<Row extends unknown[]>(sql: string, parameters?: readonly Parameter[]): Promise<Row[]> {
    return this.#queries.arrays<Row>(this.#through(sql), parameters);
  }

  #through(sql: string): string {
    const names = new Set(sql.match(NAMES));
    if (names.size === 0) return sql;
    const withheld = this.#veil();
    if (withheld === null || WRITES.test(sql)) return sql;
    // what cannot be veiled must not be read
    if (!READS.test(sql)) throw new Error(`a statement on ${[...names].join(', ')} neither reads nor writes`);
    if (names.size > 1 || !names.has(LEDGER)) withheld.tell();
    const tables = [...names].map((name) => `${name} AS NOT MATERIALIZED (${VEILED[name]?.(withheld, this.#real)})`);
    const [own, rest] = /^\s*WITH\b/i.test(sql) ? [', ', sql.replace(/^\s*WITH\b/i, '')] : [' ', sql];
    return `WITH ${tables.join(', ')}${own}${rest}`;
  }
}

/** A transaction whose reads go through a veil. What it writes is written as it is. */
export function veiledTransaction(transaction: Transaction, veil: Veil, real: (table: string) => string): Transaction {
  const queries = new VeiledQueries(transaction, veil, real);
  return {
    ...transaction,
    all: (...query) => queries.all(...query),
    arrays: (...query) => queries.arrays(...query),
  };
}
