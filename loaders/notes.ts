import type { Note } from '../src/generated/sqlite/client.ts';
import type { Reads } from '../src/store/store.ts';
import { byKey } from './by-key.ts';

type NoteKey = Pick<Note, 'runNumber' | 'id'>;

export const noteLoader = (reads: Reads) =>
  byKey(
    (keys: readonly NoteKey[]) => reads.notes(keys),
    ({ runNumber, id }) => `${runNumber}:${id}`,
  );
