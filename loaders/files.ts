import type { Reads } from '../src/store/store.ts';
import { byKey } from './by-key.ts';

export const dataFileLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.dataFiles(ids));

export const ingestIssueLoader = (reads: Reads) =>
  byKey(
    (keys: readonly { fileId: number; number: number }[]) => reads.ingestIssues(keys),
    ({ fileId, number }) => `${fileId}:${number}`,
  );
