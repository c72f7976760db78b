import type { Ledger } from '../../src/store/store.ts';
import type { SkippedElement } from './elements.ts';
import type { FileReport } from './report.ts';

/** Code of the note in the ledger that says how many rows of a monitor element were left out. */
export const ELEMENT_SKIPPED = 'ELEMENT_SKIPPED';

const PAGE = 10_000;

/** Counts the rows of a file that were left out, to be noted in the ledger when it has been read. */
export class SkippedRows {
  readonly #rows = new Map<string, number>();

  add(skipped: readonly SkippedElement[] = []): void {
    for (const { path, rows } of skipped) this.#rows.set(path, (this.#rows.get(path) ?? 0) + rows);
  }

  /** Once: a process that was killed after this is not to note it all again. */
  async note(ledger: Ledger, fileId: number, lease?: string): Promise<void> {
    if (this.#rows.size === 0 || (await ledger.issues(fileId, ELEMENT_SKIPPED, 0, 1)).length > 0) return;
    const sorted = [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1));
    await ledger.addIssues(
      fileId,
      sorted.map(([path, rows]) => ({
        severity: 'NOTE',
        code: ELEMENT_SKIPPED,
        field: 'monitorElement',
        value: path,
        reason: `not chosen: ${rows} rows of ${path} were left out`,
      })),
      lease,
    );
  }
}

/** What the ledger says was left out of a file. */
export async function skippedOf(ledger: Ledger, fileId: number): Promise<FileReport['skipped']> {
  const elements: SkippedElement[] = [];
  for (let after = 0; ; ) {
    const notes = await ledger.issues(fileId, ELEMENT_SKIPPED, after, PAGE);
    for (const { reason } of notes) {
      const parts = /^not chosen: (\d+) rows of (.*) were left out$/s.exec(reason);
      if (parts) elements.push({ path: parts[2] as string, rows: Number(parts[1]) });
    }
    if (notes.length < PAGE) break;
    after = notes.at(-1)?.number ?? Number.POSITIVE_INFINITY;
  }
  return { rows: elements.reduce((sum, { rows }) => sum + rows, 0), elements };
}
