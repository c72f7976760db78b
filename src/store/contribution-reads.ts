import type { Database } from './database.ts';
import { contributionsOf, type ShareKey, shareKeyParameters } from './shares.ts';
import type { ContributionRow, ScalarValueKey } from './store.ts';

/** What files have of histograms beside the file of the row itself: by file and part. One statement. */
export async function contributionsByKey(
  database: Pick<Database, 'dialect' | 'arrays'>,
  keys: readonly ScalarValueKey[],
): Promise<ContributionRow[][]> {
  const rows = await database.arrays<[number, number, number | null, number | null, number]>(
    `SELECT k.position, c.file_id, c.like_file_id, c.entries, CASE WHEN c.bins IS NULL THEN 0 ELSE 1 END
     ${contributionsOf(database.dialect)} ORDER BY k.position, c.file_id, c.part`,
    shareKeyParameters(
      database.dialect,
      keys.map(
        ({ runNumber, monitorElementId, lumisectionNumber, datasetId }): ShareKey => [
          runNumber,
          monitorElementId,
          lumisectionNumber,
          datasetId,
        ],
      ),
    ),
  );
  const found: ContributionRow[][] = keys.map(() => []);
  for (const [position, fileId, likeFileId, entries, share] of rows) {
    found[Number(position)]?.push({ fileId, likeFileId, entries, isShare: Number(share) === 1 });
  }
  return found;
}
