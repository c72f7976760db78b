import type { Flag } from './record.ts';

/** What a certification source says of a lumisection. */
export type Verdict = 'GOOD' | 'BAD' | 'NOT_EVALUATED';

/**
 * The verdict of a source from the flags that cover the lumisection, by subsystem it judges (several flags in one: its
 * datasets differ; null: of a dataset it judges others of the run). GOOD: every subsystem has GOOD and nothing else,
 * exactly what a mask of the source holds. BAD: any has BAD. Everything else, standby and excluded among it, is not
 * evaluated.
 */
export function combineFlags(subsystems: Iterable<ReadonlySet<Flag | null>>): Verdict {
  let good: boolean | undefined;
  for (const flags of subsystems) {
    if (flags.has('BAD')) return 'BAD';
    good = (good ?? true) && flags.size === 1 && flags.has('GOOD');
  }
  return good ? 'GOOD' : 'NOT_EVALUATED';
}

/** The verdict of several sources together: any BAD gives BAD, all GOOD give GOOD, anything else is not evaluated. */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('BAD')) return 'BAD';
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 'GOOD') ? 'GOOD' : 'NOT_EVALUATED';
}
