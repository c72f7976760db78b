import type { Reads } from '../src/store/store.ts';
import { sharedByKey } from './by-key.ts';

/** Runs by number. */
export const runLoader = (reads: Reads) => sharedByKey((numbers: readonly number[]) => reads.runs(numbers));
