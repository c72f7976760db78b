import { decodeBins, encodeBins, sameBins } from '../domain/codec.ts';
import { shapeOf } from '../domain/shape.ts';
import type { Queries } from './database.ts';
import type { Dialect } from './dialect.ts';
import {
  binningsById,
  chunksBySize,
  known,
  SHARE_KEY,
  type Share,
  type ShareKey,
  sharesOf,
  sumOfShares,
} from './shares.ts';

const KEY = SHARE_KEY.map(({ name }) => name).join(', ');
const sameKey = (table: string) =>
  SHARE_KEY.filter(({ name }) => table === 'lumisection_histogram' || name !== 'lumisection_number')
    .map(({ name }) => `h.${name} = c.${name}`)
    .join(' AND ');
const histogramOf = (condition: string) =>
  `(c.lumisection_number > 0 AND EXISTS (SELECT 1 FROM lumisection_histogram h WHERE ${sameKey('lumisection_histogram')} AND ${condition})
    OR c.lumisection_number = 0 AND EXISTS (SELECT 1 FROM run_histogram h WHERE ${sameKey('run_histogram')} AND ${condition}))`;

/** What holds of the rows of `contribution`, whatever their bins. */
export const shareChecks = [
  {
    check: 'share:alone',
    rule: 'a histogram that has shares is the sum of at least two',
    sql: `SELECT ${KEY} FROM contribution WHERE bins IS NOT NULL GROUP BY ${KEY} HAVING count(*) = 1`,
  },
  {
    check: 'share:owner',
    rule: 'the sum of several shares belongs to no single file',
    sql: `SELECT DISTINCT ${KEY} FROM contribution c WHERE c.bins IS NOT NULL AND ${histogramOf('h.file_id IS NOT NULL')}`,
  },
  {
    check: 'share:alike',
    rule: 'whom a file has something alike with has it',
    sql: `SELECT ${KEY}, file_id, like_file_id FROM contribution c WHERE c.bins IS NULL
          AND NOT EXISTS (SELECT 1 FROM contribution o WHERE o.file_id = c.like_file_id AND o.bins IS NOT NULL
            AND ${SHARE_KEY.map(({ name }) => `o.${name} = c.${name}`).join(' AND ')})
          AND NOT ${histogramOf('h.file_id = c.like_file_id')}`,
  },
] as const;

/** Sums looked at, spread over the runs. */
const SAMPLE = 2_000;

/** Histograms that are not the sum of their shares, of a sample. */
export async function wrongSums(queries: Queries, dialect: Dialect): Promise<Record<string, unknown>[]> {
  const runs = await queries.arrays<[number]>(
    'SELECT DISTINCT run_number FROM contribution WHERE bins IS NOT NULL ORDER BY run_number',
  );
  const perRun = Math.max(1, Math.floor(SAMPLE / Math.max(1, runs.length)));
  const step = Math.max(1, Math.floor(runs.length / SAMPLE));
  const wrong: Record<string, unknown>[] = [];
  for (let i = 0; i < runs.length; i += step) {
    const sums = await queries.arrays<[number, number, number, number, number]>(
      `SELECT ${KEY}, sum(length(bins)) FROM contribution WHERE run_number = $1 AND bins IS NOT NULL
       GROUP BY ${KEY} LIMIT $2`,
      [runs[i]?.[0] as number, perRun],
    );
    const items = sums.map(([run, element, lumisection, dataset, bytes]) => ({
      key: [run, element, lumisection, dataset] as ShareKey,
      bytes: Number(bytes),
    }));
    for (const chunk of chunksBySize(items))
      wrong.push(
        ...(await wrongOf(
          queries,
          dialect,
          chunk.map(({ key }) => key),
        )),
      );
  }
  return wrong;
}

async function wrongOf(queries: Queries, dialect: Dialect, keys: readonly ShareKey[]) {
  const shares = await sharesOf(queries, dialect, keys);
  const binnings = await binningsById(
    queries,
    dialect,
    shares.flat().map(({ binningId }) => binningId),
  );
  const wrong: Record<string, unknown>[] = [];
  for (const [i, key] of keys.entries()) {
    const [run, element, lumisection, dataset] = key;
    const problem = await problemOf(queries, key, () => sumOfShares(shares[i] as Share[], binnings), binnings);
    if (problem !== null) wrong.push({ run, element, lumisection, dataset, problem });
  }
  return wrong;
}

async function problemOf(
  queries: Queries,
  [run, element, lumisection, dataset]: ShareKey,
  added: () => ReturnType<typeof sumOfShares>,
  binnings: Parameters<typeof sumOfShares>[1],
): Promise<string | null> {
  const select = 'SELECT binning_id, entries, bins FROM';
  const where = 'WHERE run_number = $1 AND monitor_element_id = $2 AND dataset_id = $3';
  const [stored] =
    lumisection > 0
      ? await queries.arrays<[number, number | null, Uint8Array]>(
          `${select} lumisection_histogram ${where} AND lumisection_number = $4`,
          [run, element, dataset, lumisection],
        )
      : await queries.arrays<[number, number | null, Uint8Array]>(`${select} run_histogram ${where}`, [
          run,
          element,
          dataset,
        ]);
  if (stored === undefined) return 'there is no histogram';
  const [binningId, entries, bins] = stored;
  try {
    const sum = added();
    if (sum.binningId !== binningId) return `binning ${binningId}, not ${sum.binningId}`;
    if (sum.entries !== entries) return `${entries} entries, not ${sum.entries}`;
    const shape = shapeOf(known(binnings, binningId));
    decodeBins(bins, shape);
    return sameBins(bins, encodeBins(sum.bins), shape) ? null : 'other bins';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
