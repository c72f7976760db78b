import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** What the numbers were measured on, without saying whose machine it is. */
export function describeMachine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(2);
  return [
    `${processors.length} cores (${processors[0]?.model.trim() ?? 'unknown'}), ${memory} GB, ${process.platform} ${process.arch}`,
    `Node ${process.version}, load average at the start ${load}`,
  ].join('\n');
}

/** Peak resident memory of a process so far, in MB; 0 where the system does not tell (Linux does). */
export function peakMemory(pid: number): number {
  return statusOf(pid, 'VmHWM');
}

/** Resident memory of a process now, in MB. */
export function residentMemory(pid: number): number {
  return statusOf(pid, 'VmRSS');
}

/** Seconds of processor time that a process has taken so far, all its threads together. */
export function processorSeconds(pid: number): number {
  // the second field is a name in brackets, which may hold anything
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function statusOf(pid: number, field: string): number {
  try {
    const line = readFileSync(`/proc/${pid}/status`, 'latin1').match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'));
    return line ? Number(line[1]) / 1024 : 0;
  } catch {
    return 0;
  }
}

/** Processes started by a process (by any of its threads), and by those. */
export function descendants(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}
