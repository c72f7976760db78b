/** Why a run may be a good reference for another, in the order in which reasons are told. */
export const REFERENCE_REASONS = [
  'GOOD_FRACTION',
  'LUMINOSITY',
  'PILEUP',
  'TIME',
  'LUMISECTIONS',
  'SAME_ERA',
  'SAME_FIELD',
  'SAME_PROCESSING',
] as const;
export type ReferenceReason = (typeof REFERENCE_REASONS)[number];

/** What is known of a run in a dataset; null: nothing. */
export interface RunFacts {
  readonly run: number;
  readonly dataset: string;
  /** Share of the stored lumisections that a certification source calls GOOD. */
  readonly goodFraction: number | null;
  /** In 1/pb. */
  readonly recordedLumi: number | null;
  /** Mean over the lumisections of which it is known. */
  readonly pileup: number | null;
  readonly startedAt: Date | null;
  readonly lumisectionCount: number | null;
  readonly era: string | null;
  /** In tesla. */
  readonly magneticField: number | null;
  readonly processing: string | null;
}

export interface RankedReason {
  readonly reason: ReferenceReason;
  /** Of the candidate; of PILEUP and TIME (days) its difference from the run, of SAME_* 1 or 0. Null where it is not known. */
  readonly value: number | null;
  /** From 0 to 1, 0 where the value is not known; null where the reason does not count. */
  readonly closeness: number | null;
  readonly weight: number;
  /** What it adds to the score. */
  readonly part: number;
}

export interface RankedCandidate {
  readonly facts: RunFacts;
  /** From 0 to 1: the sum of the parts. */
  readonly score: number;
  readonly reasons: readonly RankedReason[];
}

export type ReferenceWeights = Readonly<Record<ReferenceReason, number>>;

/** A convention, not a measurement: what was certified counts most, then what shapes histograms. */
export const REFERENCE_WEIGHTS: ReferenceWeights = {
  GOOD_FRACTION: 3,
  LUMINOSITY: 2,
  PILEUP: 2,
  TIME: 2,
  LUMISECTIONS: 1,
  SAME_ERA: 1,
  SAME_FIELD: 1,
  SAME_PROCESSING: 1,
};

/** AutoDQM takes a reference whose mean luminosity differs by less than 15 %: there closeness is a half. */
export const HALF_PILEUP = 0.15;
/** AutoDQM takes a reference that is less than ten days away: there closeness is a half. */
export const HALF_DAYS = 10;
/** ReferenceRunRank asks for 600 lumisections: those are as good as more. */
export const ENOUGH_LUMISECTIONS = 600;
/** Fields that differ by less than this, in tesla, are the same. */
const SAME_FIELD_TESLA = 0.1;
const DAY = 86_400_000;

/** 1 at 0, a half at `half` (which may be 0, as a part of the smallest numbers is), towards 0 far away. */
const lorentzian = (distance: number, half: number) => (distance === 0 ? 1 : 1 / (1 + (distance / half) ** 2));

interface Measure {
  readonly value: number | null;
  readonly closeness: number;
}
const UNKNOWN: Measure = { value: null, closeness: 0 };
const sameOrNot = (isSame: boolean): Measure => ({ value: Number(isSame), closeness: Number(isSame) });

/** Null where nothing is known of the run that the candidate could be measured with: then the reason counts for nobody. */
type Measurer = (target: RunFacts) => ((candidate: RunFacts) => Measure) | null;

const MEASURES: Readonly<Record<ReferenceReason, Measurer>> = {
  GOOD_FRACTION: () => shareOf(({ goodFraction }) => goodFraction, 1),
  LUMINOSITY: ({ recordedLumi }) =>
    recordedLumi === null || recordedLumi <= 0 ? null : shareOf((candidate) => candidate.recordedLumi, recordedLumi),
  PILEUP: ({ pileup: target }) =>
    target === null || target <= 0
      ? null
      : ({ pileup }) =>
          pileup === null
            ? UNKNOWN
            : { value: pileup - target, closeness: lorentzian(pileup - target, HALF_PILEUP * target) },
  TIME: ({ startedAt: target }) =>
    target === null
      ? null
      : ({ startedAt }) => {
          if (startedAt === null) return UNKNOWN;
          const days = (startedAt.getTime() - target.getTime()) / DAY;
          return { value: days, closeness: lorentzian(days, HALF_DAYS) };
        },
  LUMISECTIONS: () => shareOf(({ lumisectionCount }) => lumisectionCount, ENOUGH_LUMISECTIONS),
  SAME_ERA: ({ era: target }) =>
    target === null ? null : ({ era }) => (era === null ? UNKNOWN : sameOrNot(era === target)),
  SAME_FIELD: ({ magneticField: target }) =>
    target === null
      ? null
      : ({ magneticField: field }) =>
          field === null ? UNKNOWN : sameOrNot(Math.abs(field - target) < SAME_FIELD_TESLA),
  SAME_PROCESSING: ({ processing: target }) =>
    target === null ? null : ({ processing }) => (processing === null ? UNKNOWN : sameOrNot(processing === target)),
};

/** As much of `enough` as there is, at most all of it. */
const shareOf =
  (of: (candidate: RunFacts) => number | null, enough: number) =>
  (candidate: RunFacts): Measure => {
    const value = of(candidate);
    return value === null ? UNKNOWN : { value, closeness: Math.max(0, Math.min(1, value / enough)) };
  };

/**
 * Candidates, the best first: the score is the mean of the closenesses, weighted. A reason counts where it has a weight and
 * the run has what candidates are measured with; what is not known of a candidate counts as 0, so that nobody rises by what is
 * missing. Equal scores go by distance in run number, then the run's own dataset, then run number and name.
 */
export function rankReferences(
  target: RunFacts,
  candidates: readonly RunFacts[],
  weights: ReferenceWeights = REFERENCE_WEIGHTS,
): RankedCandidate[] {
  const measures = REFERENCE_REASONS.map((reason) => {
    const measure = MEASURES[reason](target);
    return { reason, measure, weight: measure === null ? 0 : weights[reason] };
  });
  const whole = measures.reduce((sum, { weight }) => sum + weight, 0);
  const ranked = candidates.map((facts): RankedCandidate => {
    const reasons = measures.map(({ reason, measure, weight }): RankedReason => {
      const { value, closeness } = measure?.(facts) ?? UNKNOWN;
      if (weight === 0) return { reason, value, closeness: null, weight, part: 0 };
      return { reason, value, closeness, weight, part: (weight * closeness) / whole };
    });
    return { facts, reasons, score: reasons.reduce((sum, { part }) => sum + part, 0) };
  });
  const distance = ({ facts }: RankedCandidate) => Math.abs(facts.run - target.run);
  const isOther = ({ facts }: RankedCandidate) => Number(facts.dataset !== target.dataset);
  return ranked.sort(
    (a, b) =>
      b.score - a.score ||
      distance(a) - distance(b) ||
      isOther(a) - isOther(b) ||
      a.facts.run - b.facts.run ||
      (a.facts.dataset < b.facts.dataset ? -1 : 1),
  );
}
