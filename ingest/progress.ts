import { printable } from '../src/domain/printable.ts';
import type { FileReport, IngestProgress } from './pipeline/report.ts';

/** Shows on standard error how far a command has come. */
export interface ProgressDisplay {
  /** A file is begun. */
  begin(path: string, bytes: number): void;
  update(progress: IngestProgress): void;
  /** A file is settled. */
  done(report: FileReport): void;
  /** Says one line, above the bar where there is one. */
  say(line: string): void;
  /** Takes the bar away. */
  close(): void;
}

interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** How often the bar is drawn, and how often a plain line says that a long file still goes on. */
const BAR_MS = 100;
const LINE_MS = 10_000;
/** From this size on a plain line says that a file was begun. */
const LARGE_BYTES = 10_000_000;

/** One bar over all files on a terminal, plain lines elsewhere. */
export function createProgress(output: Output, totalBytes: number, files: number): ProgressDisplay {
  const started = Date.now();
  const bar = output.isTTY === true;
  let settledBytes = 0;
  let settledFiles = 0;
  let settledRows = 0;
  let shown = bar ? 0 : started;
  /** Files begun and not settled: several, where several are read at a time. */
  const underWay = new Map<string, { bytesDone: number; rows: number }>();
  const clear = () => bar && output.write('\r\x1b[K');

  const describe = (progress: IngestProgress | null): string => {
    const now = [...underWay.values()];
    const bytes = Math.min(totalBytes, settledBytes + now.reduce((sum, { bytesDone }) => sum + bytesDone, 0));
    const seconds = Math.max(0.001, (Date.now() - started) / 1000);
    const share = totalBytes > 0 ? bytes / totalBytes : 1;
    const rows = settledRows + now.reduce((sum, file) => sum + file.rows, 0);
    const left = share > 0.01 ? `, ${duration((seconds * (1 - share)) / share)} left` : '';
    const facts = `${Math.floor(share * 100)} %, ${byteText(bytes)} of ${byteText(totalBytes)}, ${count(rows / seconds)} rows/s${left}`;
    const place = files > 1 ? ` [${Math.min(files, settledFiles + 1)}/${files}]` : '';
    const name = progress ? `${place} ${printable(progress.path)}` : place;
    if (!bar) return `${facts}${name}`;
    const cells = 24;
    const full = Math.round(share * cells);
    const line = `${'█'.repeat(full)}${'░'.repeat(cells - full)} ${facts}${name}`;
    return line.slice(0, Math.max(20, (output.columns || 80) - 1));
  };

  return {
    begin(path, bytes) {
      underWay.set(path, { bytesDone: 0, rows: 0 });
      if (bar) clear();
      if (bar) output.write(describe({ path, bytesDone: 0, bytesTotal: bytes, rows: 0 }));
      else if (bytes >= LARGE_BYTES) output.write(`${printable(path)}: reading ${byteText(bytes)}\n`);
    },
    update(progress) {
      underWay.set(progress.path, progress);
      const now = Date.now();
      if (now - shown < (bar ? BAR_MS : LINE_MS)) return;
      shown = now;
      clear();
      output.write(bar ? describe(progress) : `${describe(progress)}\n`);
    },
    done(report) {
      underWay.delete(report.path);
      settledFiles++;
      settledBytes += report.size ?? 0;
      settledRows += report.rowsRead;
      clear();
      if (bar) output.write(describe(null));
      else output.write(`${printable(report.path)}: ${outcomeText(report)}\n`);
    },
    say(line) {
      clear();
      output.write(`${line}\n`);
    },
    close() {
      clear();
    },
  };
}

/** What became of a file, in a few words. */
export function outcomeText(report: FileReport): string {
  if (report.outcome === 'failed') return report.error?.code ?? 'failed';
  if (report.outcome === 'cancelled') return 'stopped, to be resumed';
  const isKnown = report.outcome === 'known';
  const how = isKnown ? 'known, nothing to do' : 'done';
  if (report.exitStatus !== 2) return how;
  // whatever else is asked for now, its rows stay as they were settled then
  return `${how}, with problems${isKnown ? ' (--force reads it again)' : ''}`;
}

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

function byteText(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}
