/** A thread that hashes what lies in shared memory, for StreamHash. Plain JavaScript: a thread starts it as it is. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

/** Of each stream that is under way. */
const hashes = new Map();

parentPort.on('message', ({ id, bytes, isLast, isLeft }) => {
  if (isLeft) return hashes.delete(id);
  const hash = hashes.get(id) ?? createHash('sha256');
  hash.update(bytes);
  if (isLast) hashes.delete(id);
  else hashes.set(id, hash);
  parentPort.postMessage({ id, sha256: isLast ? hash.digest('hex') : null });
});
