import { Worker } from 'node:worker_threads';

/** Begins the line that the watchdog leaves on standard error before it ends the process. */
export const MEMORY_LIMIT_MARK = 'lumigraph: memory limit passed:';

/**
 * Ends this process as soon as its resident memory passes `limitBytes`, or its parent is gone. A thread of its own, because nothing else
 * holds: limits of V8 do not count typed arrays, and the main thread may be deep in a loop. Plain JavaScript in a
 * string, so that the thread starts without a TypeScript loader.
 */
export function watchMemory(limitBytes: number): void {
  const thread = new Worker(
    `const { writeSync } = require('node:fs');
     const { workerData } = require('node:worker_threads');
     const parent = process.ppid;
     setInterval(() => {
       if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
       const used = process.memoryUsage.rss();
       if (used <= workerData.limitBytes) return;
       writeSync(2, workerData.mark + ' ' + used + ' of ' + workerData.limitBytes + ' bytes\\n');
       process.kill(process.pid, 'SIGKILL');
     }, 20);`,
    { eval: true, execArgv: [], workerData: { limitBytes, mark: MEMORY_LIMIT_MARK } },
  );
  thread.unref();
}
