import { type IssueRecord, REPEATED_ROW } from '../domain/record.ts';
import { madeStorable } from '../domain/storable-text.ts';
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

/** A file of which every row is bad must not fill the database: its counts tell of all of them. */
export const MOST_ISSUES = 10_000;

/** There may be as many as there are rows. */
const isOfRow = ({ severity, code }: IssueRecord) => severity !== 'NOTE' || code === REPEATED_ROW;

/**
 * Appends issues to those of a file, whose ledger row the transaction has locked. Behind the first MOST_ISSUES only notes
 * on the file are kept, the first of them (ISSUES_NOT_KEPT) saying so.
 */
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
  const room = Math.max(0, MOST_ISSUES - number);
  const kept = issues.filter((issue, i) => !isOfRow(issue) || i < room);
  if (kept.length < issues.length && (await issuesOf(transaction, fileId, NOT_KEPT.code, 0, 1)).length === 0) {
    kept.splice(room, 0, NOT_KEPT);
  }
  const rows = kept.map((issue): Parameter[] => [
    fileId,
    ++number,
    issue.severity,
    issue.code,
    placeOf(issue.line),
    placeOf(issue.byte),
    issue.field === undefined ? null : madeStorable(issue.field),
    issue.value === undefined ? null : madeStorable(issue.value.slice(0, VALUE_LENGTH)),
    madeStorable(issue.reason),
  ]);
  await transaction.insert('ingest_issue', COLUMNS, rows);
}

const NOT_KEPT: IssueRecord = {
  severity: 'NOTE',
  code: 'ISSUES_NOT_KEPT',
  reason: `rejected, conflicting and repeated rows behind the first ${MOST_ISSUES} issues of a file are counted, not listed`,
};

/** What a damaged file says of a place may be no place at all, and then could be stored but never read again. */
const placeOf = (place: number | undefined) =>
  place !== undefined && Number.isSafeInteger(place) && place >= 0 ? place : null;

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
