import { setTimeout as pause } from 'node:timers/promises';
import { BACK_OFF } from '../../src/store/patience.ts';
import { type IngestTools, ingestFile } from './pipeline.ts';
import type { FileReport, IngestHooks, IngestSettings } from './report.ts';

/** Failures of the database, not of the file: the same reading may succeed later, and goes on from its checkpoint. */
const TRANSIENT = new Set(['DATABASE_LOST', 'UNAVAILABLE']);

export interface RetryHooks extends IngestHooks {
  /** An attempt failed, and another follows after `waitMs`. */
  readonly onRetry?: (report: FileReport, waitMs: number) => void;
}

/**
 * ingestFile, again after failures that pass (the database restarts, or is too busy). What is wrong with the file is
 * not tried again. An attempt that got further starts the waits anew.
 */
export async function ingestPatiently(
  tools: IngestTools,
  path: string,
  settings: IngestSettings = {},
  hooks: RetryHooks = {},
  backOff: readonly number[] = BACK_OFF,
): Promise<FileReport> {
  let rowsRead = 0;
  let seconds = 0;
  // A forced reading that failed is resumed, not begun anew: what it has written stays counted once.
  let { force } = settings;
  for (let attempt = 0; ; attempt++) {
    const report = await ingestFile(tools, path, { ...settings, force }, hooks);
    if (report.rowsRead > 0) attempt = 0;
    rowsRead += report.rowsRead;
    seconds += report.seconds;
    const waitMs = backOff[attempt];
    const transient = report.outcome === 'failed' && TRANSIENT.has(report.error?.code ?? '');
    if (!transient || waitMs === undefined || hooks.signal?.aborted) return { ...report, rowsRead, seconds };
    if (report.rowsRead > 0) force = false;
    hooks.onRetry?.(report, waitMs);
    seconds += waitMs / 1000;
    await pause(waitMs, undefined, { signal: hooks.signal }).catch(() => {});
  }
}
