import type { ListQuery } from '../src/domain/filter.ts';
import { REPORTED_ISSUES } from '../src/domain/record.ts';
import type { Lists, Reads } from '../src/store/store.ts';
import { byKey } from './by-key.ts';

export const dataFileLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.dataFiles(ids));

export const jobLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.jobs(ids));

export const ingestIssueLoader = (reads: Reads) =>
  byKey(
    (keys: readonly { fileId: number; number: number }[]) => reads.ingestIssues(keys),
    ({ fileId, number }) => `${fileId}:${number}`,
  );

/** The issues of a file that its report repeats: one statement for all files of a level. */
export const firstIssuesLoader = (lists: Lists) =>
  byKey(async (fileIds: readonly number[]) => {
    const pages = await lists.pages(
      'ingestIssue',
      fileIds.map((fileId) => ({ fileId })),
      { first: REPORTED_ISSUES, orderBy: [{ field: 'number', descending: false }] } as ListQuery,
    );
    return pages.map(({ rows }) => rows);
  });
