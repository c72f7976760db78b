import type { NoteKey } from '../src/store/notes.ts';
import type { Reads } from '../src/store/store.ts';
import { byKey } from './by-key.ts';

export const noteLoader = (reads: Reads) =>
  byKey(
    (keys: readonly NoteKey[]) => reads.notes(keys),
    ({ runNumber, id }) => `${runNumber}:${id}`,
  );
