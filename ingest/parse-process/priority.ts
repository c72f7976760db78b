import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** A third of the share of others where all want the processor: a bulk load goes on, and a server beside it answers in time. */
const NICENESS = 5;

/**
 * Lets others go first. The niceness of a process counts only within its session where Linux groups processes by sessions
 * (autogroup): one that has a session of its own (`alone`) gives it to the group as well.
 */
export function letOthersGoFirst({ alone }: { readonly alone: boolean }): void {
  try {
    setPriority(NICENESS);
    if (alone) writeFileSync('/proc/self/autogroup', String(NICENESS));
  } catch {
    // no such groups here, or somebody has made it nicer still
  }
}
