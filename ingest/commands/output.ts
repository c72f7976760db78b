import { fstatSync, writeFileSync } from 'node:fs';
import { UnavailableError } from '../../src/domain/errors.ts';

const STDOUT = 1;

/** The reader has gone; it is said by the first write, the others find the stream closed. */
const GONE = new Set<unknown>(['EPIPE', 'ERR_STREAM_DESTROYED']);

/** Where results go. Messages on the way to them go to standard error. */
export const output = {
  /**
   * Writes to standard output, all of it.
   * @returns false where nobody reads it any more, which is no failure: who has seen enough closes a pipe.
   * @throws UnavailableError where it cannot be written: a full disk.
   */
  async print(text: string): Promise<boolean> {
    try {
      // a stream of Node.js takes the part that a disk had room for to be all of it
      if (fstatSync(STDOUT).isFile()) writeFileSync(STDOUT, text);
      else await written(text);
      return true;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (GONE.has(code)) return false;
      throw new UnavailableError(`standard output cannot be written: ${message}`, {}, { cause: error });
    }
  },
};

function written(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** What standard output refuses, its writer hears; of messages that nobody reads nobody needs to know: the work goes on. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
