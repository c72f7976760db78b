import { descendants, peakMemory, residentMemory } from './machine.ts';

/** Resident memory of a process and all it started, in MB. Shared pages are counted once for each process. */
export interface MemoryUse {
  /** The most that all of them took at one moment. */
  together: number;
  /** The peak of each. */
  readonly each: Map<number, number>;
}

const EVERY_MS = 20;

/** Looks every 20 ms until stopped; peaks of single processes are the system's own and miss nothing but the last 20 ms. */
export function watchMemory(pid: number): { use: MemoryUse; stop(): void } {
  const use: MemoryUse = { together: 0, each: new Map() };
  const timer = setInterval(() => {
    const pids = [pid, ...descendants(pid)];
    let now = 0;
    for (const one of pids) {
      now += residentMemory(one);
      use.each.set(one, Math.max(use.each.get(one) ?? 0, peakMemory(one)));
    }
    use.together = Math.max(use.together, now);
  }, EVERY_MS);
  return { use, stop: () => clearInterval(timer) };
}
