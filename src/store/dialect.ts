import type { Kysely } from 'kysely';
import type { Parameter } from './database.ts';
import type { FieldType } from './noun-info.ts';
import type { Tables } from './tables.ts';

/** A column of a table of keys (see Dialect.keyTable). */
export interface KeyColumn {
  readonly name: string;
  readonly type: 'integer' | 'text';
}

/**
 * All that differs between the two databases, for whoever composes SQL. Outside sqlite*.ts and postgres*.ts nobody asks
 * which database it is. What is absent on one of them is used on neither: regular expressions and globs (evaluated over
 * the small dimension tables), LATERAL (row_number() instead), MERGE, ILIKE, arrays, skip scans over several runs.
 *
 * The same on both: `$1` placeholders, `ON CONFLICT ... DO ...`, `RETURNING`, window functions, `NULLS FIRST`,
 * `lower()` (of ASCII letters alone on SQLite), row values `(a, b) > ($1, $2)`, `&` and `|` on integers.
 */
export interface Dialect {
  readonly name: 'sqlite' | 'postgresql';
  /** Builds typed SQL and compiles it (`.compile()` gives sql and parameters); it is connected to nothing. */
  readonly builder: Kysely<Tables>;
  /**
   * A FROM item of keys that travel in parameters: columns as named, and `position` (from 0). Join further tables to it
   * with `CROSS JOIN ... WHERE`, never with `JOIN ... ON`: only so does SQLite start from the keys and not from the table.
   * Takes `keyParameterCount` parameters, numbered from `firstParameter`.
   * @example keyTable('k', [{ name: 'run_number', type: 'integer' }], 1)
   */
  keyTable(alias: string, columns: readonly KeyColumn[], firstParameter: number): string;
  /** The parameters of keyTable for these keys (one array of column values a key). */
  keyParameters(columns: readonly KeyColumn[], keys: readonly (readonly (string | number)[])[]): Parameter[];
  /** A table under a name that a WITH of the statement cannot take. */
  tableName(table: string): string;
  /** How many parameters keyParameters returns. */
  keyParameterCount(columns: readonly KeyColumn[]): number;
  /** Orders and compares text by its bytes, the same on both whatever the locale; put behind the text expression. */
  readonly binaryCollation: string;
  /** Name of the function (haystack, needle) that returns the 1-based place of a text in a text, 0 where it is not. */
  readonly positionFunction: string;
  /** Most parameters one statement may have. */
  readonly maxParameters: number;
  /**
   * `column IN (list)` with the list in one parameter (see listParameter), however long: what stands between the column
   * and the parameter, and behind it.
   */
  readonly oneOf: Readonly<Record<'int' | 'bigint' | 'text', readonly [before: string, behind: string]>>;
  listParameter(values: readonly (string | number)[]): Parameter;
  /** The SQL type to cast a parameter to where the database cannot know it from its place; '' where it need not. */
  readonly castTypes: {
    readonly integer: string;
    readonly float: string;
    readonly text: string;
    readonly time: string;
  };
  /**
   * Null where rows cost no more than columns. All values of a column as one value: the SQL that makes it (of a column of a statement in FROM, in its order), and what
   * it holds: values as drivers give them one by one, save that times may be ISO texts and booleans 0 and 1.
   */
  readonly packing: {
    pack(type: FieldType, column: string): string;
    unpack(type: FieldType, packed: unknown): unknown[];
    /** The bytes of a column one after another, NULLs left out; NULL where there is nothing else. */
    packBytes(column: string): string;
  } | null;
  /** The time so many seconds from now by the clock of the database, as times are stored. */
  timeFromNow(seconds: number): string;
  /** Put behind a SELECT in a transaction, so that no other one changes the rows until it ends. */
  readonly lockRows: string;
  /** The same, leaving out rows that another transaction has locked (those of a queue that another worker is taking). */
  readonly lockFreeRows: string;
  /**
   * Lets one transaction at a time insert into the table, so that ids ascend in the order of the commits; null where
   * transactions write one at a time anyway.
   */
  lockInserts(table: string): string | null;
  /** Whether a statement failed because a row refers to one that is not there (any more). */
  isMissingReference(error: unknown): boolean;
}
