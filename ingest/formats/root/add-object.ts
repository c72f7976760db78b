import type { IssueRecord } from '../../../src/domain/record.ts';
import { FileError } from '../../file-error.ts';
import { shortened } from '../shortened.ts';
import { RootFault } from './fault.ts';
import type { RootFile } from './file.ts';
import { histogramOf, type RootHistogram } from './histogram.ts';
import type { Key } from './key.ts';

/** Refuses an object as one row; `at` is the byte of the fault, the object's record unless told. */
export type Refuse = (code: string, reason: string, at?: number) => IssueRecord;

/** `name` is what the issue shows of the object, `line` its place among the records. */
export function refuseAs(key: Key, name: string, line: number): Refuse {
  return (code, reason, at = key.seek) => {
    return { severity: 'REJECTED', code, line, byte: at, field: 'key', value: shortened(name), reason };
  };
}

/**
 * Reads the histogram of a key and gives it to `take`; returns why there is none.
 * @throws FileError for a fault of the file as a whole.
 */
export async function addObject(
  file: RootFile,
  key: Key,
  refuse: Refuse,
  take: (histogram: RootHistogram) => void,
): Promise<IssueRecord | null> {
  try {
    take(histogramOf(await file.object(key)));
    return null;
  } catch (error) {
    if (error instanceof FileError) throw error;
    if (error instanceof RootFault) return refuse(error.code, error.message, error.byte);
    // whatever a damaged description of a class made of the object
    return refuse('BROKEN_RECORD', error instanceof Error ? error.message : String(error));
  }
}
