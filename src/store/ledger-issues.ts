import type { IssueRecord } from '../domain/record.ts';
import type { IngestIssue } from '../generated/sqlite/client.ts';
import type { Column, Parameter, Queries, Transaction } from './database.ts';
import type { Stored } from './tables.ts';

const COLUMNS: readonly Column[] = [
  { name: 'file_id', type: 'integer' },
  { name: 'number', type: 'integer' },
  { name: 'severity', type: 'text' },
  { name: 'code', type: 'text' },
  { name: 'line', type: 'bigint' },
  { name: 'byte', type: 'bigint' },
  { name: 'field', type: 'text' },
  { name: 'value', type: 'text' },
  { name: 'reason', type: 'text' },
];

const VALUE_LENGTH = 200;

/** Appends issues to those of a file, whose ledger row the transaction has locked. */
export async function appendIssues(
  transaction: Transaction,
  fileId: number,
  issues: readonly IssueRecord[],
): Promise<void> {
  if (issues.length === 0) return;
  const [last] = await transaction.all<{ number: number | null }>(
    'SELECT max(number) AS number FROM ingest_issue WHERE file_id = $1',
    [fileId],
  );
  let number = last?.number ?? 0;
  const rows = issues.map((issue): Parameter[] => [
    fileId,
    ++number,
    issue.severity,
    issue.code,
    issue.line ?? null,
    issue.byte ?? null,
    issue.field ?? null,
    issue.value === undefined ? null : storable(issue.value).slice(0, VALUE_LENGTH),
    storable(issue.reason),
  ]);
  await transaction.insert('ingest_issue', COLUMNS, rows);
}

/** PostgreSQL's text cannot hold the character 0, which damaged files do. */
export const storable = (text: string) => text.replaceAll('\0', '\u{FFFD}');

export async function issuesOf(
  queries: Pick<Queries, 'all'>,
  fileId: number,
  code: string | null,
  after: number,
  limit: number,
): Promise<IngestIssue[]> {
  const condition = code === null ? '' : 'AND code = $4';
  const rows = await queries.all<Stored<IngestIssue>>(
    `SELECT file_id, number, severity, code, line, byte, field, value, reason FROM ingest_issue
     WHERE file_id = $1 AND number > $2 ${condition} ORDER BY number LIMIT $3`,
    [fileId, after, limit, ...(code === null ? [] : [code])],
  );
  return rows.map((row) => ({ ...row, line: big(row.line), byte: big(row.byte) }));
}

const big = (value: number | null) => (value === null ? null : BigInt(value));
