import type { ChoiceKey } from '../src/store/reference-choices.ts';
import type { Reads } from '../src/store/store.ts';
import { byKey } from './by-key.ts';

export const referenceChoiceLoader = (reads: Reads) =>
  byKey(
    (keys: readonly ChoiceKey[]) => reads.referenceChoices(keys),
    ({ runNumber, dataset, version }) => JSON.stringify([runNumber, dataset, version]),
  );
