import { writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

const NICENESS = 5;

/**
 * Lets everything else go first: the writer holds up all parse processes, and a server has questions to answer. The
 * niceness of a process counts only within its session where Linux groups processes by sessions (autogroup), and this one
 * has a session of its own: so the group gets it as well.
 */
export function yieldToOthers(): void {
  try {
    setPriority(Math.min(getPriority() + NICENESS, 19));
    writeFileSync('/proc/self/autogroup', String(NICENESS));
  } catch {
    // no such groups here, or somebody has made it nicer still
  }
}
