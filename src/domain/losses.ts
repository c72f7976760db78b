import type { LuminosityMask } from './lumi-mask.ts';

/** Most rules that may be told apart at once: sets of them are bits of a small integer. */
export const MAX_LOSS_RULES = 16;

/** Lumisections of a run, first to last (inclusive), that exactly these rules lose (a bit for each rule; 0: kept). */
export interface LossSegment {
  readonly run: number;
  readonly first: number;
  readonly last: number;
  readonly rules: number;
}

/** Splits the universe by which of the rules lose its lumisections. What rules lose outside of it does not count. */
export function lossSegments(universe: LuminosityMask, lost: readonly LuminosityMask[]): LossSegment[] {
  const segments: LossSegment[] = [];
  for (const { run, ranges } of universe) {
    // the universe is one more set, whose bit is taken off at the end
    const sets = [...lost.map((mask) => mask.rangesOf(run)), ranges];
    const edges = sets
      .flatMap((of, set) => of.flatMap(({ first, last }) => [first, last + 1].map((at) => ({ at, bit: 1 << set }))))
      .sort((a, b) => a.at - b.at);
    const inside = 1 << lost.length;
    let bits = 0;
    let from = 0;
    for (const { at, bit } of edges) {
      if (at > from && (bits & inside) !== 0) segments.push({ run, first: from, last: at - 1, rules: bits & ~inside });
      bits ^= bit;
      from = at;
    }
  }
  return segments;
}

/** Amounts by set of rules: what exactly these lose, and what they all lose (others perhaps besides). */
export interface LossOfRules<Amount> {
  /** Bits, as in LossSegment. */
  readonly rules: number;
  readonly exclusive: Amount;
  readonly inclusive: Amount;
}

/**
 * From what each set of rules loses by itself: the losses of the single rules, in their order, and of the combinations of
 * two and more that lose anything by themselves.
 */
export function lossesByRules<Amount>(
  ruleCount: number,
  exclusive: ReadonlyMap<number, Amount>,
  sum: (amounts: readonly Amount[]) => Amount,
): { readonly rules: LossOfRules<Amount>[]; readonly combinations: LossOfRules<Amount>[] } {
  const of = (rules: number): LossOfRules<Amount> => ({
    rules,
    exclusive: exclusive.get(rules) ?? sum([]),
    inclusive: sum([...exclusive].filter(([others]) => (others & rules) === rules).map(([, amount]) => amount)),
  });
  const single = Array.from({ length: ruleCount }, (_, rule) => 1 << rule);
  const several = [...exclusive.keys()].filter((rules) => rules !== 0 && !single.includes(rules)).sort((a, b) => a - b);
  return { rules: single.map(of), combinations: several.map(of) };
}
