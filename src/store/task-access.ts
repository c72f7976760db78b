import { END_OF_RUN, LuminosityMask } from '../domain/lumi-mask.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { Task } from '../generated/sqlite/client.ts';
import type { Queries } from './database.ts';

/** Whether the viewer may see the truth of the test part: the author may, and the scope `admin`. */
export const seesTruth = (
  { isTruthHidden, author }: Pick<Task, 'isTruthHidden' | 'author'>,
  viewer: Pick<Viewer, 'name' | 'scopes' | 'authenticated'>,
): boolean => !isTruthHidden || viewer.scopes.includes('admin') || (viewer.authenticated && viewer.name === author);

/**
 * The lumisections of which nothing may be told to the viewer that gives their truth away: those of the test parts of
 * frozen tasks whose truth is hidden from it; whole runs where members are runs. The one place that says so.
 */
export async function closedLumisections(
  queries: Queries,
  viewer: Pick<Viewer, 'name' | 'scopes' | 'authenticated'>,
): Promise<LuminosityMask> {
  const tasks = await queries.all<Pick<Task, 'id' | 'author' | 'isTruthHidden'>>(
    `SELECT id, author, is_truth_hidden FROM task WHERE is_truth_hidden AND state = 'FROZEN'`,
  );
  const masks: LuminosityMask[] = [];
  for (const task of tasks) {
    if (seesTruth({ ...task, isTruthHidden: true }, viewer)) continue;
    const rows = await queries.arrays<[number, number, number]>(
      `SELECT run_number, lumisection_first, lumisection_last FROM task_member WHERE task_id = $1 AND part = 'TEST'`,
      [task.id],
    );
    masks.push(
      LuminosityMask.fromRanges(
        rows.map(([run, first, last]) => ({
          run,
          ranges: [first === 0 ? { first: 1, last: END_OF_RUN } : { first, last }],
        })),
      ),
    );
  }
  return LuminosityMask.unionOf(masks);
}
