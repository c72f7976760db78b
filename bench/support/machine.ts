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
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The same of a process and all that it ever started and has ended or still runs (but for what it left to others). */
export function familySeconds(pid: number): number {
  let seconds = 0;
  for (const one of [pid, ...descendants(pid)]) {
    try {
      const fields = statOf(one);
      for (const field of [11, 12, 13, 14]) seconds += Number(fields[field]) / 100;
    } catch {
      // it ended meanwhile: its parent has the sum
    }
  }
  return seconds;
}

/** Name of the program that a process runs; '' where there is no such process. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim();
  } catch {
    return '';
  }
}

function statOf(pid: number): string[] {
  // the second field is a name in brackets, which may hold anything
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
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
