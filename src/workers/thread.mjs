/**
 * A thread that works off tasks, one after another. Plain JavaScript: on Node 20 a thread starts without a TypeScript
 * loader, so that it brings its own where the tasks are TypeScript.
 */
import { parentPort, workerData } from 'node:worker_threads';

const { entry } = workerData;
if (entry.endsWith('.ts')) (await import('tsx/esm/api')).register();
const { work } = await import(entry);

parentPort.on('message', ({ task, input }) => {
  try {
    const { output, transfer } = work(task, input);
    parentPort.postMessage({ output }, transfer);
  } catch (error) {
    const { name, message, stack, details } = error instanceof Error ? error : new Error(String(error));
    parentPort.postMessage({ error: { name, message, stack, details } });
  }
});
