import type { Reads } from '../src/store/store.ts';
import { byKey } from './by-key.ts';

export interface LumisectionKey {
  readonly runNumber: number;
  readonly number: number;
}

export const lumisectionKeyName = ({ runNumber, number }: LumisectionKey) => `${runNumber}:${number}`;

export const lumisectionLoader = (reads: Reads) =>
  byKey((keys: readonly LumisectionKey[]) => reads.lumisections(keys), lumisectionKeyName);
