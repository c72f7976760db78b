/** A thread that hashes open files, so that whoever waits for it can do other things. Plain JavaScript, see relay.mjs. */
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

const buffer = Buffer.allocUnsafe(1024 * 1024);

/** `stop` is shared: a thread that hashes takes no messages. */
parentPort.on('message', ({ id, fd, stop }) => {
  try {
    const hash = createHash('sha256');
    for (let position = 0; ; ) {
      if (Atomics.load(stop, 0) !== 0) throw new Error('stopped');
      const bytes = readSync(fd, buffer, 0, buffer.length, position);
      if (bytes === 0) break;
      hash.update(buffer.subarray(0, bytes));
      position += bytes;
    }
    parentPort.postMessage({ id, sha256: hash.digest('hex') });
  } catch (error) {
    parentPort.postMessage({ id, error });
  }
});
