/** What a file may bring. */
export const BROUGHT = [
  'lumisectionHistograms',
  'runHistograms',
  'scalarValues',
  'qualityTests',
  'certificationVersions',
  'fractions',
  'conditions',
  'datasetDescriptions',
] as const;

/** What goes with what it belongs to (ranges of lumisections, notes), or with the last that belongs to it. */
export const HOLDERS = ['certificationRanges', 'notes', 'runs', 'lumisections', 'monitorElements', 'datasets'] as const;

export type Brought = (typeof BROUGHT)[number];
export type Holder = (typeof HOLDERS)[number];

/**
 * What became of that which a file had brought. Conditions are counted by value (a field or a flag of a run or a
 * lumisection), certifications by version.
 */
export interface Withdrawal {
  /** What nobody has any more. */
  readonly gone: Readonly<Record<Brought | Holder, number>>;
  /** What stays because other files brought it as well; histograms that were sums stay without the share of the file. */
  readonly stays: Readonly<Record<Brought, number>>;
}

export class WithdrawalCounts implements Withdrawal {
  readonly gone = Object.fromEntries([...BROUGHT, ...HOLDERS].map((noun) => [noun, 0])) as Record<
    Brought | Holder,
    number
  >;
  readonly stays = Object.fromEntries(BROUGHT.map((noun) => [noun, 0])) as Record<Brought, number>;
}
