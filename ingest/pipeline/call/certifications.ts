import { InvalidInputError } from '../../../src/domain/errors.ts';
import { parseGoldenJson } from '../../../src/domain/golden-json.ts';
import { END_OF_RUN, mergeRanges } from '../../../src/domain/lumi-mask.ts';
import type {
  CertificationRecord,
  CertificationRun,
  Flag,
  FractionBatch,
  IssueRecord,
  RecordBatch,
} from '../../../src/domain/record.ts';
import { sourceNameProblem } from '../../../src/domain/source-name.ts';
import { type RowFault, rejectedRow } from '../../formats/csv/fault.ts';
import { shortened } from '../../formats/shortened.ts';
import { counted, finiteOrBlank, isFault } from '../../formats/table/cell-checks.ts';
import type { CallRows } from './bring.ts';
import { datasetFault, firstFault, textFault } from './checks.ts';
import { checked } from './conditions.ts';

export interface CertificationInput {
  readonly dataset?: string | null;
  readonly subsystem?: string | null;
  readonly cause?: string | null;
  readonly comment?: string | null;
  /** Text of a golden JSON. */
  readonly golden?: string | null;
  readonly runs?: readonly CertifiedRunInput[] | null;
}

export interface CertifiedRunInput {
  readonly run: number;
  readonly ranges: readonly { readonly first: number; readonly last?: number | null; readonly flag: Flag }[];
}

export interface FractionInput {
  readonly run: number;
  readonly subsystem?: string | null;
  readonly fraction: number;
}

/**
 * Turns certifications (each becomes one version, whole) and fractions into records. The rows are the runs judged and the
 * fractions; an issue names the certification that it is about, and the run in its field.
 * @throws InvalidInputError where the source has no name.
 */
export function certificationRows(
  source: string,
  certifications: readonly CertificationInput[],
  fractions: readonly FractionInput[],
  author: string,
): CallRows {
  const problem = sourceNameProblem(source);
  if (problem !== null)
    throw new InvalidInputError(`source: no source can be called so: ${problem}`, { field: 'source' });
  const batches: RecordBatch[] = [];
  const issues: IssueRecord[] = [];
  const seen = new Set<string>();
  let rows = fractions.length;
  for (const [i, input] of certifications.entries()) {
    const key = JSON.stringify([input.dataset ?? '', input.subsystem ?? '']);
    const fault = seen.has(key) ? twice() : formFault(input);
    seen.add(key);
    const found = fault ? { runs: [], issues: [rejectedRow(fault, i + 1)] } : runsOf(input, i + 1);
    rows += found.runs.length + found.issues.length;
    issues.push(...found.issues);
    // a version of which every run was refused would only hide the version before it
    if (found.runs.length > 0 || found.issues.length === 0) batches.push(recordOf(input, found.runs, author));
  }
  const shares = checked(fractions, fractionOf);
  if (shares.records.length > 0) batches.push({ kind: 'fractions', fractions: shares.records });
  issues.push(...shares.issues.map((issue) => ({ ...issue, field: `fractions.${issue.field}` })));
  return { rows, batches, issues };
}

const recordOf = (
  { dataset, subsystem, cause, comment }: CertificationInput,
  runs: CertificationRun[],
  author: string,
): CertificationRecord => ({
  kind: 'certification',
  dataset: dataset ?? '',
  subsystem: subsystem ?? '',
  runs,
  author,
  cause: cause || null,
  comment: comment || null,
});

const twice = (): RowFault => ({
  code: 'DUPLICATE_KEY',
  reason: 'an earlier one of this call has the same dataset and subsystem: each makes one version, whole',
  field: 'subsystem',
});

function formFault({ dataset, subsystem, golden, runs, cause, comment }: CertificationInput): RowFault | null {
  if ((golden == null) === (runs == null)) {
    return { code: 'MISSING_VALUE', reason: 'give the runs, or a golden JSON, and not both', field: 'golden' };
  }
  return firstFault(
    dataset ? datasetFault('dataset', dataset) : null,
    textFault('subsystem', subsystem, 100),
    textFault('cause', cause, 200),
    textFault('comment', comment, 2_000),
  );
}

function runsOf(input: CertificationInput, line: number): { runs: CertificationRun[]; issues: IssueRecord[] } {
  if (input.golden != null) return goldenRuns(input.golden, line);
  const runs: CertificationRun[] = [];
  const issues: IssueRecord[] = [];
  const given = input.runs ?? [];
  const times = new Map<number, number>();
  for (const { run } of given) times.set(run, (times.get(run) ?? 0) + 1);
  for (const [i, stated] of given.entries()) {
    const made = (times.get(stated.run) ?? 0) > 1 ? repeated(stated.run, i) : rangesOf(stated, i, line);
    if (isFault(made)) issues.push(rejectedRow(made, line));
    else runs.push(made as CertificationRun);
  }
  return { runs, issues };
}

function repeated(run: number, i: number): RowFault {
  const reason = 'the run stands there twice; neither is taken';
  return { code: 'DUPLICATE_KEY', reason, field: `runs.${i}.run`, value: String(run) };
}

function rangesOf({ run, ranges }: CertifiedRunInput, i: number, line: number): CertificationRun | RowFault {
  const number = counted(run, `runs.${i}.run`);
  if (isFault(number)) return number;
  const byFlag = new Map<Flag, { first: number; last: number }[]>();
  for (const [j, { first, last, flag }] of ranges.entries()) {
    const end = last ?? END_OF_RUN;
    if (first < 1 || end < first || end > END_OF_RUN) {
      const value = `${first} to ${last ?? 'the end'}`;
      return { code: 'BAD_RANGE', reason: 'no range of lumisections', field: `runs.${i}.ranges.${j}`, value };
    }
    byFlag.set(flag, [...(byFlag.get(flag) ?? []), { first, last: end }]);
  }
  const merged = [...byFlag].flatMap(([flag, parts]) => mergeRanges(parts).ranges.map((range) => ({ ...range, flag })));
  merged.sort((a, b) => a.first - b.first);
  for (const [j, range] of merged.entries()) {
    const next = merged[j + 1];
    if (!next || next.first > range.last) continue;
    const value = `${range.flag} and ${next.flag} at ${next.first}`;
    return { code: 'BAD_RANGE', reason: 'a lumisection has two flags', field: `runs.${i}.ranges`, value };
  }
  return { run, line, ranges: merged };
}

function goldenRuns(text: string, line: number): { runs: CertificationRun[]; issues: IssueRecord[] } {
  try {
    const { runs, problems } = parseGoldenJson(text);
    return {
      runs: runs.map(({ run, ranges }) => ({ run, line, ranges: ranges.map((range) => ({ ...range, flag: 'GOOD' })) })),
      issues: problems.map(({ code, field, value, reason }) => ({
        ...{ severity: 'REJECTED' as const, code, line, reason },
        ...{ field: shortened(`golden.${field}`), value: shortened(value) },
      })),
    };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const reason = shortened(error.message, 400);
    return { runs: [], issues: [{ severity: 'REJECTED', code: 'MALFORMED_JSON', line, field: 'golden', reason }] };
  }
}

type FractionRecord = FractionBatch['fractions'][number];

function fractionOf({ run, subsystem, fraction }: FractionInput, line: number): FractionRecord | RowFault {
  const fault = firstFault(
    counted(run, 'run'),
    textFault('subsystem', subsystem, 100),
    finiteOrBlank(fraction, 'fraction'),
  );
  if (fault) return fault;
  if (fraction >= 0 && fraction <= 1) return { run, subsystem: subsystem ?? '', fraction, line };
  return { code: 'OUT_OF_RANGE', reason: 'a share is from 0 to 1', field: 'fraction', value: String(fraction) };
}
