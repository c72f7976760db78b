import { InvalidInputError } from '../../../src/domain/errors.ts';
import { type Counts, type IssueRecord, REPORTED_ISSUES, type RecordBatch } from '../../../src/domain/record.ts';
import type { Viewer } from '../../../src/domain/viewer.ts';
import type { OnConflict, Rows, Store } from '../../../src/store/store.ts';
import { conflictIssue } from '../conflicts.ts';
import { contentIdentity } from './content-identity.ts';

/** Format of what clients bring by calls, in the ledger. */
export const CALL_FORMAT = 'graphql';

/** What clients may choose of every call that brings data. */
export interface CallChoices {
  readonly onConflict?: OnConflict | null;
  readonly strict?: boolean | null;
}

export interface Call {
  readonly viewer: Pick<Viewer, 'name' | 'scopes' | 'authenticated'>;
  /** Name of the mutation. */
  readonly name: string;
  /** What identifies the content: the same again is the same data file. */
  readonly content: unknown;
  readonly choices: CallChoices;
  /** Certification source, '' for anything else. */
  readonly source?: string;
}

/** What became of the input: the records of what is right, the issues (with line = index + 1) of what is not. */
export interface CallRows {
  readonly rows: number;
  readonly batches: readonly RecordBatch[];
  readonly issues: readonly IssueRecord[];
}

export interface CallIssue {
  /** In the list of the input, from 0. */
  readonly index: number | null;
  /** Of a file: line of a CSV, number of the row from 1. */
  readonly line?: number | null;
  readonly severity: IssueRecord['severity'];
  readonly code: string;
  readonly field: string | null;
  readonly value: string | null;
  readonly reason: string;
}

export interface CallReport extends Counts {
  readonly issues: readonly CallIssue[];
}

export interface CallResult {
  readonly report: CallReport;
  /** Null where nothing was changed. */
  readonly dataFile: Rows['dataFile'] | null;
}

/**
 * Writes what a client brings by one call, with the checks and the ledger of a file, in one transaction.
 * @throws InvalidInputError where `strict` or onConflict `fail` refuse the whole; its details list the issues.
 */
export async function bringCall(store: Store, call: Call, { rows, batches, issues }: CallRows): Promise<CallResult> {
  const { viewer, name, choices, source = '' } = call;
  const { sha256, size } = contentIdentity([viewer.name, name, source, call.content]);
  const outcome = await store.ledger.bring({
    identity: { sha256, dataset: '', source, format: CALL_FORMAT, meMap: '' },
    path: `${CALL_FORMAT}:${viewer.name}/${name}/${sha256.slice(0, 16)}`,
    size,
    rows,
    batches,
    issues,
    options: { onConflict: choices.onConflict ?? 'keep', source, bringer: viewer },
    strict: choices.strict ?? false,
    conflictIssue,
  });
  const told = outcome.issues.map(callIssue).sort((a, b) => (a.index ?? -1) - (b.index ?? -1));
  if (outcome.refused !== null) throw refusal(outcome.refused, told);
  return { report: { ...outcome.counts, issues: told }, dataFile: outcome.file };
}

function callIssue({ line, severity, code, field, value, reason }: IssueRecord): CallIssue {
  return {
    index: line === undefined || line < 1 ? null : line - 1,
    severity,
    code,
    field: field ?? null,
    value: value ?? null,
    reason: reason.replaceAll('of this file', 'of this call'),
  };
}

function refusal(refused: 'CONFLICT' | 'STRICT', issues: readonly CallIssue[]): InvalidInputError {
  const told = issues.filter(({ severity }) =>
    refused === 'CONFLICT' ? severity === 'CONFLICTING' : severity !== 'NOTE',
  );
  const [first] = told;
  const why = refused === 'CONFLICT' ? 'onConflict is FAIL and a row is in conflict' : 'strict is on and a row is bad';
  const where = first?.index == null ? '' : ` at index ${first.index}`;
  return new InvalidInputError(`Nothing was stored: ${why}${where}: ${first?.reason ?? ''}`, {
    reason: refused,
    issues: told.slice(0, REPORTED_ISSUES),
    issueCount: told.length,
  });
}
