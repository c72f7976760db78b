/** What became of a row. */
export const Outcome = { rejected: 0, inserted: 1, identical: 2, conflicting: 3, replaced: 4, added: 5 } as const;

/** What became of the rows (or records) of a batch. */
export interface WrittenRows {
  /** One value of Outcome a row. */
  readonly outcomes: Uint8Array;
  /** Rows in conflict, or identical, whose earlier row came from the same file (histograms; of anything else those in conflict). */
  readonly sameFile: ReadonlySet<number>;
  /** File of the earlier row of a conflicting row, where it was another file. */
  readonly earlierFiles: ReadonlyMap<number, number>;
  /** Why a conflicting row was not added, as the end of a sentence; of rows that were to be added alone. */
  readonly notAdded?: ReadonlyMap<number, string>;
  /** In what a conflicting row differs from what stays ("entries 12, not 10; ..."), where that can be told. */
  readonly differences?: ReadonlyMap<number, string>;
}
