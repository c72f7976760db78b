import type { Task } from '../generated/sqlite/client.ts';
import type { Queries } from './database.ts';
import type { MaskPart } from './mask-reads.ts';

/**
 * Whether no source or saved mask that the truth of a task was made of has a newer version. Looks at versions alone: what
 * they would change is what `taskChanges` compares.
 */
export async function isTruthCurrent(queries: Queries, { madeOf }: Pick<Task, 'madeOf'>): Promise<boolean> {
  for (const { source, mask, dataset, subsystem, version } of JSON.parse(madeOf) as MaskPart[]) {
    const newer =
      mask === null
        ? await queries.arrays(
            `SELECT 1 FROM certification_version
             WHERE source = $1 AND dataset = $2 AND subsystem = $3 AND version > $4 LIMIT 1`,
            [source, dataset ?? '', subsystem ?? '', version],
          )
        : await queries.arrays('SELECT 1 FROM saved_mask WHERE name = $1 AND version > $2 LIMIT 1', [mask, version]);
    if (newer.length > 0) return false;
  }
  return true;
}
