import type { Reads } from '../src/store/store.ts';
import { byKey } from './by-key.ts';

/** Runs by number. */
export const runLoader = (reads: Reads) => byKey((numbers: readonly number[]) => reads.runs(numbers));
