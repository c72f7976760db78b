import type { Reads } from '../src/store/store.ts';
import { byKey } from './by-key.ts';

export const elementSetLoader = (reads: Reads) =>
  byKey(
    (keys: readonly { name: string; version: number }[]) => reads.elementSets(keys),
    ({ name, version }) => JSON.stringify([name, version]),
  );
