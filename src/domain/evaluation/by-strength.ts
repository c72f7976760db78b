import { INJECTION_KINDS, type Injection, type InjectionKind } from '../injection.ts';

/** How many of the anomalies that were made, of one kind and strength, a threshold finds. */
export interface StrengthEfficiency {
  readonly kind: InjectionKind;
  readonly strength: number;
  readonly injected: number;
  /** Those that score at least the threshold: what has no score is not found. */
  readonly found: number;
  /** `found / injected` */
  readonly efficiency: number;
}

/** By kind (in the order of INJECTION_KINDS), then strength, ascending. `injections` is aligned with the scores. */
export function efficiencyByStrength(
  injections: readonly (Injection | null)[],
  score: Float64Array,
  threshold: number,
): StrengthEfficiency[] {
  const counts = new Map<string, { kind: InjectionKind; strength: number; injected: number; found: number }>();
  for (const [i, injection] of injections.entries()) {
    if (injection === null) continue;
    const { kind, strength } = injection;
    const name = `${kind} ${strength}`;
    const count = counts.get(name) ?? { kind, strength, injected: 0, found: 0 };
    counts.set(name, count);
    count.injected++;
    if ((score[i] as number) >= threshold) count.found++;
  }
  const place = ({ kind }: { readonly kind: InjectionKind }) => INJECTION_KINDS.indexOf(kind);
  return [...counts.values()]
    .sort((a, b) => place(a) - place(b) || a.strength - b.strength)
    .map((count) => ({ ...count, efficiency: count.found / count.injected }));
}
