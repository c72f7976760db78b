import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names of readings, by which other processes can tell whether one has died: `host pid start number`. The host is told
 * apart by its boot and its space of process ids too, where the system has those, so that two containers of one name are
 * never taken for one.
 */
const HOST = [hostname(), fileOrBlank('/proc/sys/kernel/random/boot_id'), linkOrBlank('/proc/self/ns/pid')]
  .map((part) => part.replace(/\s/g, ''))
  .join('/');
const SELF = `${HOST} ${process.pid} ${startOf(process.pid) ?? randomUUID()}`;

/** Readings of this process that go on. */
const living = new Set<string>();

/** A name for a reading that begins. */
export function nameReading(): string {
  const name = `${SELF} ${randomUUID()}`;
  living.add(name);
  return name;
}

export function endReading(name: string): void {
  living.delete(name);
}

/** Whether it is certain that the reading of this name goes on no more. Of other hosts nothing is certain. */
export function hasDied(name: string): boolean {
  if (name.startsWith(`${SELF} `)) return !living.has(name);
  const [host, pid, start] = name.split(' ');
  if (host !== HOST || !/^\d+$/.test(pid ?? '')) return false;
  const now = startOf(Number(pid));
  if (now !== null) return now !== start;
  return !exists(Number(pid));
}

/** When a process started, in ticks since boot; null where it is not there or the system does not tell. */
function startOf(pid: number): string | null {
  const stat = fileOrBlank(`/proc/${pid}/stat`);
  // the name of the program, in brackets, may hold anything
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === undefined || state === '' || state === 'Z' || state === 'X' ? null : (fields[18] ?? null);
}

function exists(pid: number): boolean {
  // one that is dead and only waits for its parent to ask how it ended
  if (/\) [ZX] /.test(fileOrBlank(`/proc/${pid}/stat`))) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code !== 'ESRCH';
  }
}

function fileOrBlank(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function linkOrBlank(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
