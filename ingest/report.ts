import { printable } from '../src/domain/printable.ts';
import { type IssueRecord, noCounts } from '../src/domain/record.ts';
import { addCounts, type FileReport, sumOf } from './pipeline/report.ts';
import { count, outcomeText } from './progress.ts';

/** Issues of a file that the text shows; the rest is counted. */
const SHOWN_ISSUES = 5;
/** Monitor elements left out, and files not begun, that the text shows. */
const SHOWN_NAMES = 20;

/** A file met in a folder that is no data: listed, no fault. */
export interface SkippedFile {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface IngestRun {
  readonly files: readonly FileReport[];
  readonly skipped: readonly SkippedFile[];
  /** Left for the next time: the reading was stopped before. */
  readonly notBegun: readonly string[];
  readonly dryRun: boolean;
  readonly seconds: number;
  readonly exitStatus: number;
}

/** The table for people, then what was wrong with which file. */
export function formatRun(run: IngestRun): string {
  const header = [
    'file',
    'inserted',
    'identical',
    'conflicting',
    'replaced',
    'added',
    'rejected',
    'seconds',
    'rows/s',
    'result',
  ];
  const rows = run.files.map((file) => [printable(file.path), ...numbers(file), outcomeText(file)]);
  if (run.files.length > 1) {
    const total = totalOf(run);
    const known = total.known > 0 ? `${count(total.known)} known, not counted` : '';
    rows.push([`total of ${run.files.length} files`, ...numbers(total), known]);
  }
  const parts = run.files.length > 0 ? [table([header, ...rows])] : [];
  parts.push(...run.files.flatMap(problemsOf));
  if (run.skipped.length > 0) parts.push(skippedText(run.skipped));
  if (run.notBegun.length > 0) {
    const what = run.notBegun.length === 1 ? '1 file was' : `${run.notBegun.length} files were`;
    parts.push([`${what} not begun:`, ...someOf(run.notBegun.map(printable))].join('\n'));
  }
  if (run.dryRun) parts.push('dry run: the counts are what would be; the database is unchanged');
  return `${parts.join('\n\n')}\n`;
}

export function skippedText(skipped: readonly SkippedFile[]): string {
  const what = skipped.length === 1 ? '1 file in folders is' : `${skipped.length} files in folders are`;
  const lines = skipped.map(({ path, code }) => `  ${printable(path)} (${code})`);
  return [`${what} no known data and ${skipped.length === 1 ? 'was' : 'were'} left out:`, ...lines].join('\n');
}

/** The same as one JSON document. */
export function runAsJson(run: IngestRun): string {
  const { counts, seconds, rowsRead, known } = totalOf(run);
  return `${JSON.stringify({ ...run, total: { ...counts, seconds, rowsRead, known } }, null, 2)}\n`;
}

type Measured = Pick<FileReport, 'counts' | 'seconds' | 'rowsRead'>;

/** Of what was done: a file that is known has the counts of when it was read, which is another run's. */
function totalOf({ files, seconds }: IngestRun): Measured & { readonly known: number } {
  const read = files.filter(({ outcome }) => outcome !== 'known');
  const counts = noCounts();
  for (const file of read) addCounts(counts, file.counts);
  const rowsRead = files.reduce((sum, file) => sum + file.rowsRead, 0);
  return { counts, rowsRead, seconds, known: files.length - read.length };
}

function numbers({ counts, seconds, rowsRead }: Measured): string[] {
  const { inserted, identical, conflicting, replaced, added, rejected } = counts;
  const rate = rowsRead > 0 ? count(rowsRead / Math.max(seconds, 0.001)) : '-';
  return [...[inserted, identical, conflicting, replaced, added, rejected].map(count), seconds.toFixed(2), rate];
}

function problemsOf(file: FileReport): string[] {
  const path = printable(file.path);
  const lines: string[] = [];
  if (file.error) {
    const { code, message, line, stack } = file.error;
    lines.push(`${path}${line ? `:${line}` : ''}: ${code}: ${printable(message.replace(`${file.path}: `, ''))}`);
    if (stack) lines.push(stack);
  }
  if (file.skipped.rows > 0) {
    const { rows, elements } = file.skipped;
    lines.push(`${path}: ${count(rows)} rows of ${count(elements.length)} monitor elements were not chosen:`);
    lines.push(...someOf(elements.map((element) => `${printable(element.path)} (${count(element.rows)})`)));
  }
  if (file.outcome === 'cancelled') {
    lines.push(`${path}: stopped after ${count(sumOf(file.counts))} rows; the same command goes on from there`);
  }
  const shown = file.issues.filter(({ severity }) => severity !== 'NOTE').slice(0, SHOWN_ISSUES);
  lines.push(...shown.map((issue) => issueLine(path, issue)));
  const more = file.counts.rejected + file.counts.conflicting - shown.length;
  if (more > 0) {
    const where = file.fileId === null ? '' : `; all of them: dataFile ${file.fileId}, field issues`;
    lines.push(`${path}: ${count(more)} more rows were rejected or in conflict${where}`);
  }
  const notes = file.issues.filter(({ severity }) => severity === 'NOTE');
  lines.push(...notes.slice(0, SHOWN_ISSUES).map((issue) => issueLine(path, issue)));
  if (notes.length > SHOWN_ISSUES) lines.push(`${path}: more notes are in the ledger`);
  return lines.length > 0 ? [lines.join('\n')] : [];
}

function someOf(names: readonly string[]): string[] {
  const shown = names.slice(0, SHOWN_NAMES).map((name) => `  ${name}`);
  return names.length > SHOWN_NAMES ? [...shown, `  and ${count(names.length - SHOWN_NAMES)} more (--json)`] : shown;
}

/** `file:line: CODE field=value: reason` */
export function issueLine(path: string, { code, line, byte, field, value, reason, severity }: IssueRecord): string {
  const place = line ? `${path}:${line}` : byte === undefined ? path : `${path} byte ${byte}`;
  const shown = value === undefined ? '' : printable(JSON.stringify(value));
  const what = [field, shown].filter(Boolean).join('=');
  return `${place}: ${severity === 'NOTE' ? 'note ' : ''}${code}${what && ` ${what}`}: ${printable(reason)}`;
}

/** Columns as wide as they need to be; the first and the last to the left, numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column === row.length - 1 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}
