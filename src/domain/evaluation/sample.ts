import { InvalidInputError } from '../errors.ts';

/** Truth of a lumisection. Bad is the positive class: what a strategy is to find. */
export const BAD = 1;
export const GOOD = 0;
/** Neither bad nor good: left out of every number, and counted. */
export const UNKNOWN = -1;

/** What a strategy said of lumisections, in any order. Arrays of one length, an element for each lumisection. */
export interface ScoredLumisections {
  readonly run: Int32Array;
  /** Number of the lumisection within its run; of the first one where a score is of several. */
  readonly lumisection: Int32Array;
  /** BAD, GOOD or UNKNOWN. */
  readonly truth: Int8Array;
  /** Higher is more anomalous. Whatever is not finite counts as missing. */
  readonly score: Float64Array;
  /** LHC fill; 0 and less: unknown. */
  readonly fill?: Int32Array;
  /** Finite and above 0; 1 each unless given. */
  readonly weight?: Float64Array;
  /** Further numbers of each lumisection by name (`entries`, `pileup`, `luminosity` in 1/pb); NaN where unknown. */
  readonly quantities?: Readonly<Record<string, Float64Array>>;
}

/** Lumisections with truth, in the order of run and lumisection, so that no sum depends on how they came. */
export interface Sample extends ScoredLumisections {
  readonly weight: Float64Array;
  readonly quantities: Readonly<Record<string, Float64Array>>;
  /** 1 where the run has no good lumisection in the whole sample, whatever part of it this is. */
  readonly inWhollyBadRun: Uint8Array;
}

/** How many lumisections a prediction was asked for, and what it gave. */
export interface Coverage {
  /** Lumisections with truth: `scored` and `missing` together. */
  readonly expected: number;
  readonly scored: number;
  readonly missing: number;
  readonly missingBad: number;
  readonly missingGood: number;
  /** Those that are neither bad nor good, scored or not; part of nothing else here. */
  readonly withoutTruth: number;
}

/**
 * Sorts lumisections by run and number and leaves out those without truth.
 * @throws InvalidInputError for arrays of unequal length, a lumisection that occurs twice, other truths, weights that
 * are not finite or not above 0.
 */
export function sampleOf(scored: ScoredLumisections): Sample {
  check(scored);
  const { run, lumisection, truth } = scored;
  const order = new Uint32Array(run.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  const compare = (a: number, b: number) =>
    (run[a] as number) - (run[b] as number) || (lumisection[a] as number) - (lumisection[b] as number);
  order.sort(compare);
  for (let i = 1; i < order.length; i++) {
    const [before, at] = [order[i - 1] as number, order[i] as number];
    if (compare(before, at) === 0) {
      throw new InvalidInputError(`run ${run[at]}, lumisection ${lumisection[at]}: two scores, expected one`);
    }
  }
  const withGood = new Set<number>();
  for (let i = 0; i < run.length; i++) if (truth[i] === GOOD) withGood.add(run[i] as number);
  return pick(
    {
      ...scored,
      weight: scored.weight ?? new Float64Array(run.length).fill(1),
      quantities: scored.quantities ?? {},
      inWhollyBadRun: Uint8Array.from(run, (number) => (withGood.has(number) ? 0 : 1)),
    },
    order.filter((i) => truth[i] !== UNKNOWN),
  );
}

export function coverageOf(scored: ScoredLumisections): Coverage {
  let [missingBad, missingGood, withoutTruth] = [0, 0, 0];
  for (let i = 0; i < scored.truth.length; i++) {
    if (scored.truth[i] === UNKNOWN) withoutTruth++;
    else if (!Number.isFinite(scored.score[i])) scored.truth[i] === BAD ? missingBad++ : missingGood++;
  }
  const expected = scored.truth.length - withoutTruth;
  const missing = missingBad + missingGood;
  return { expected, scored: expected - missing, missing, missingBad, missingGood, withoutTruth };
}

/** The lumisections of a sample that satisfy a condition on their place in it. */
export function keep(sample: Sample, isKept: (i: number) => boolean): Sample {
  const places: number[] = [];
  for (let i = 0; i < sample.run.length; i++) if (isKept(i)) places.push(i);
  return places.length === sample.run.length ? sample : pick(sample, Uint32Array.from(places));
}

/** Those that have a score. */
export function covered(sample: Sample): Sample {
  return keep(sample, (i) => Number.isFinite(sample.score[i]));
}

function pick(sample: Sample, places: Uint32Array): Sample {
  const of = <Numbers extends Int32Array | Int8Array | Uint8Array | Float64Array>(values: Numbers): Numbers => {
    const picked = values.slice(0, places.length) as Numbers;
    for (let i = 0; i < places.length; i++) picked[i] = values[places[i] as number] as number;
    return picked;
  };
  const { run, lumisection, truth, score, fill, weight, quantities, inWhollyBadRun } = sample;
  return {
    run: of(run),
    lumisection: of(lumisection),
    truth: of(truth),
    score: of(score),
    ...(fill === undefined ? {} : { fill: of(fill) }),
    weight: of(weight),
    quantities: Object.fromEntries(Object.entries(quantities).map(([name, values]) => [name, of(values)])),
    inWhollyBadRun: of(inWhollyBadRun),
  };
}

function check({ run, quantities = {}, ...others }: ScoredLumisections): void {
  for (const [name, values] of Object.entries({ ...others, ...quantities })) {
    if (values !== undefined && values.length !== run.length) {
      throw new InvalidInputError(`${name}: expected ${run.length} values, one for each run, not ${values.length}`);
    }
  }
  const strange = others.truth.findIndex((truth) => truth !== BAD && truth !== GOOD && truth !== UNKNOWN);
  if (strange >= 0) throw new InvalidInputError(`truth: expected 1, 0 or -1, not ${others.truth[strange]}`);
  const unfit = others.weight?.findIndex((weight) => !(weight > 0 && weight < Number.POSITIVE_INFINITY)) ?? -1;
  if (unfit >= 0) throw new InvalidInputError(`weight: expected more than 0, not ${others.weight?.[unfit]}`);
}
