/** A parse process that answers the first file by allocating typed arrays in a loop that never returns. */
import { watchMemory } from '../../../ingest/parse-process/watchdog.ts';

watchMemory(Number(process.argv[2]));
const kept: Uint8Array[] = [];
process.on('message', () => {
  while (true) kept.push(new Uint8Array(4 * 1024 * 1024).fill(1));
});
