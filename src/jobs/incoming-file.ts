import type { ReceivedFile } from './upload-folder.ts';

/**
 * A file that a request brings, as the value of a variable of type `File`. Nothing of it is read before somebody wants
 * it: whoever may not upload does not make the server write anything.
 */
export abstract class IncomingFile {
  /**
   * Receives the file, once; from then on it is the caller's to remove.
   * @throws what a body that breaks off, is malformed or too large is refused with.
   */
  abstract receive(): Promise<ReceivedFile>;
}
