import { seededRank } from './seeded-rank.ts';
import type { TaskMember } from './task.ts';

/**
 * What can be done to a good histogram, by a strength in (0, 1]. DEAD_REGION: bins that lie together, that share of all
 * of them, are emptied, around one that was drawn by its content. HOT_CHANNEL: one bin gets that share of the sum of all
 * of them on top. SHIFT: contents move along x by that share of the axis. GAIN: x is multiplied by, or divided by, 1 + strength.
 */
export const INJECTION_KINDS = ['DEAD_REGION', 'HOT_CHANNEL', 'SHIFT', 'GAIN'] as const;
export type InjectionKind = (typeof INJECTION_KINDS)[number];

/** Anomalies to be made in good members of validation and test. */
export interface InjectionDefinition {
  /** Distinct, in the order of INJECTION_KINDS; one is drawn for each member. */
  readonly kinds: readonly InjectionKind[];
  /** Distinct, ascending, in (0, 1]; one is drawn for each member. */
  readonly strengths: readonly number[];
  /** Of the good members of these parts, in (0, 1): each is drawn by itself. */
  readonly share: number;
  readonly seed: number;
}

/** What is done to the histograms of one member. */
export interface Injection {
  readonly kind: InjectionKind;
  readonly strength: number;
  /** Of its place and its direction. */
  readonly seed: number;
}

const RANKS = 2 ** 32;

/** What is done to a member; null: nothing. Of the seed and the member alone, so that no other member changes it. */
export function injectionOf(
  { kinds, strengths, share, seed }: InjectionDefinition,
  { part, run, first, truth }: Pick<TaskMember, 'part' | 'run' | 'first' | 'truth'>,
): Injection | null {
  if (part === 'TRAIN' || truth === 'POSITIVE') return null;
  if (seededRank(seed, run, first, 0) >= share * RANKS) return null;
  const kind = kinds[seededRank(seed, run, first, 1) % kinds.length] as InjectionKind;
  const strength = strengths[seededRank(seed, run, first, 2) % strengths.length] as number;
  return { kind, strength, seed: seededRank(seed, run, first, 3) };
}

/** Numbers in [0, 1), one after the other, for what is done to the histogram of a monitor element. */
export function injectionRandom({ seed }: Pick<Injection, 'seed'>, monitorElement: string): () => number {
  const own = seededRank(seed, ...Buffer.from(monitorElement));
  let drawn = 0;
  return () => seededRank(own, drawn++) / RANKS;
}

/** As it is stored with a member, and part of the hash of a task. */
export const injectionText = ({ kind, strength, seed }: Injection): string => `${kind} ${strength} ${seed}`;

export function injectionFrom(text: string): Injection {
  const [kind, strength, seed] = text.split(' ');
  return { kind: kind as InjectionKind, strength: Number(strength), seed: Number(seed) };
}
