/** What histograms are held against. */
export const REFERENCE_POLICIES = ['NONE', 'TRAINING', 'FIXED_RUN', 'RANKED', 'SEVERAL', 'ROLLING'] as const;
export type ReferencePolicyKind = (typeof REFERENCE_POLICIES)[number];

export interface ReferencePolicy {
  readonly kind: ReferencePolicyKind;
  /** Number of the run of FIXED_RUN. */
  readonly run: number | null;
  /** How many references, of RANKED, SEVERAL and ROLLING. */
  readonly count: number | null;
}

/** What else a version of a strategy states of itself. Two versions of the same definition are the same. */
export interface StrategyDefinition {
  readonly description: string | null;
  /** Link to the source of this version. */
  readonly sourceUrl: string | null;
  /** Any JSON object; keys in the order of code points, so that the same parameters are the same text. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What is done to bins before they are looked at (`normalisation`, `flow`, `rebin`, ...), in the same way. */
  readonly preparation: Readonly<Record<string, unknown>>;
  /** Paths of the monitor elements that it reads; null: those of the task. */
  readonly monitorElements: readonly string[] | null;
  /** First and last run (inclusive) that it is meant for; null: open. */
  readonly validFrom: number | null;
  readonly validTo: number | null;
  readonly reference: ReferencePolicy | null;
  /** Of its random numbers. */
  readonly seed: number | null;
}

export const NOTHING_STATED: StrategyDefinition = {
  description: null,
  sourceUrl: null,
  parameters: {},
  preparation: {},
  monitorElements: null,
  validFrom: null,
  validTo: null,
  reference: null,
  seed: null,
};

/** Whether a version is meant for all of these runs. */
export const isMeantFor = (
  { validFrom, validTo }: Pick<StrategyDefinition, 'validFrom' | 'validTo'>,
  runs: readonly number[],
): boolean => runs.every((run) => run >= (validFrom ?? run) && run <= (validTo ?? run));

/** As it is stored: keys of all objects in the order of code points. */
export const definitionText = (definition: StrategyDefinition): string => JSON.stringify(sorted(definition));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
