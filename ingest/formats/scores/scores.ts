import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import { answerOf, NO_ANSWER, SCORE_REASONS, type ScoreReason } from '../../../src/domain/prediction.ts';
import type { IssueRecord } from '../../../src/domain/record.ts';
import { FileError } from '../../file-error.ts';
import type { ByteSource } from '../../source.ts';
import { type RowFault, rejectedRow } from '../csv/fault.ts';
import { shortened } from '../shortened.ts';
import { arrowTable, isArrow } from '../table/arrow-table.ts';
import { counted, isBlank, isFault } from '../table/cell-checks.ts';
import { openTable, type TableRow } from '../table/table.ts';
import { type ScoreRow, ScoreRows, type ScoreStep } from './score-step.ts';

const REQUIRED = ['run', 'lumisection', 'score'] as const;
const COLUMNS: readonly string[] = [...REQUIRED, 'monitorElement', 'reason'];
const ROWS_AT_ONCE = 10_000;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
const NOT_FINITE = /^([-+]?(inf|infinity)|nan)$/i;

/**
 * Reads a table of scores, in CSV, Parquet, Arrow IPC or JSON: the columns run, lumisection and score, and perhaps
 * monitorElement and reason. Every row ends in exactly one row of a step or one issue. Whether a task has such a member
 * is not known here, nor is a score that is no finite number refused.
 * @throws FileError for what is no such table.
 */
export async function* readScores(source: ByteSource): AsyncGenerator<ScoreStep, void, undefined> {
  const table = isArrow(source.head) ? await arrowTable(source) : await openTable(source, 'table of scores');
  assertColumns(table.columns, source.path);
  const rows = new ScoreRows(ROWS_AT_ONCE);
  for (const note of [...table.notes, ...unknownColumns(table.columns)]) rows.tell(note);
  for await (const row of table.rows()) {
    const found = row.fault ?? scoreOf(row);
    if (isFault(found)) rows.tell(rejectedRow(found, row.line));
    else rows.add(found);
    if (rows.isFull) yield rows.take();
  }
  yield rows.take();
}

function assertColumns(columns: readonly string[], path: string): void {
  const value = shortened(columns.join(', '));
  for (const name of REQUIRED) {
    if (columns.includes(name)) continue;
    throw new FileError('MISSING_COLUMN', `${path}: no column ${name}: there are ${value || 'none'}`, {
      file: path,
      field: name,
      value,
    });
  }
}

/** They are not read; one that is misspelt is not passed over without a word. */
const unknownColumns = (columns: readonly string[]): IssueRecord[] =>
  columns
    .filter((name) => !COLUMNS.includes(name))
    .map((name) => ({
      severity: 'NOTE',
      code: 'UNKNOWN_COLUMN',
      field: shortened(name),
      reason: `not read: columns of scores are ${COLUMNS.join(', ')}`,
    }));

function scoreOf({ line, cells }: TableRow): ScoreRow | RowFault {
  const run = counted(cells.run ?? null, 'run');
  if (isFault(run)) return run;
  const { lumisection: place = null, score: given = null, monitorElement: path = null, reason: why = null } = cells;
  const isOfRun = isBlank(place) || Number(place) === 0;
  const lumisection = isOfRun ? 0 : counted(place, 'lumisection', MAX_LUMISECTION);
  if (isFault(lumisection)) return lumisection;
  const text = typeof given === 'string' ? given.trim() : given;
  const score = text === null || text === '' ? Number.NaN : numberOf(text);
  if (score === null) {
    return { code: 'NOT_A_NUMBER', reason: 'not a number', field: 'score', value: shortened(String(given)) };
  }
  const reason = isBlank(why) ? NO_ANSWER : reasonFrom(String(why));
  if (isFault(reason)) return reason;
  return { line, run, lumisection, score, reason, path: isBlank(path) ? null : String(path) };
}

/** Null where it is none; NaN and infinities are numbers that are refused later. */
function numberOf(cell: string | number | boolean): number | null {
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'boolean') return null;
  if (NUMBER.test(cell)) return Number(cell);
  if (!NOT_FINITE.test(cell)) return null;
  if (/nan/i.test(cell)) return Number.NaN;
  return cell.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function reasonFrom(text: string): number | RowFault {
  const name = text.trim().toUpperCase();
  if (Object.hasOwn(SCORE_REASONS, name)) return answerOf(name as ScoreReason);
  const known = Object.keys(SCORE_REASONS).join(', ');
  return { code: 'UNKNOWN_REASON', reason: `no reason: there are ${known}`, field: 'reason', value: shortened(text) };
}
