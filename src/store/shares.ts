import { addBins, isWhole } from '../domain/add-bins.ts';
import { binningOf } from '../domain/binning.ts';
import { decodeBins } from '../domain/codec.ts';
import { exactSum } from '../domain/exact-sum.ts';
import type { Binning, Bins } from '../domain/histogram.ts';
import { shapeOf } from '../domain/shape.ts';
import type { Column, Queries, Transaction } from './database.ts';
import type { Dialect, KeyColumn } from './dialect.ts';

/**
 * Shares of histograms that are the sum of several rows (`--on-conflict add`): rows of `contribution` with bins. Where
 * only one row was ever brought under a key, the histogram is its own share and has none; where there are several, each
 * has one and the histogram itself belongs to no file. Rows without bins are marks: a file that has the (first) share
 * of `like_file_id` alike, and that nothing was added for.
 */

/** Columns that name a histogram in `contribution`; lumisection 0 stands for a run-level one. */
export const SHARE_KEY: readonly (Column & KeyColumn)[] = [
  'run_number',
  'monitor_element_id',
  'lumisection_number',
  'dataset_id',
].map((name) => ({ name, type: 'integer' }));

/** Values of SHARE_KEY. */
export type ShareKey = readonly [run: number, monitorElement: number, lumisection: number, dataset: number];

export interface Share {
  readonly fileId: number;
  /** Numbers the rows of one file under one key, from 0. */
  readonly part: number;
  readonly binningId: number;
  /** Of run-level rows. */
  readonly title: string | null;
  readonly entries: number | null;
  /** A blob of domain/codec.ts. */
  readonly bins: Uint8Array;
}

const COLUMNS: readonly Column[] = [
  ...SHARE_KEY,
  { name: 'file_id', type: 'integer' },
  { name: 'part', type: 'integer' },
  { name: 'binning_id', type: 'integer' },
  { name: 'fractional', type: 'integer' },
  { name: 'entries', type: 'float' },
  { name: 'title', type: 'text' },
  { name: 'bins', type: 'bytes' },
];

/** `fractional`: see isWholeShare. */
export async function insertShares(
  transaction: Transaction,
  shares: readonly (readonly [key: ShareKey, share: Share, fractional: boolean])[],
): Promise<void> {
  const rows = shares.map(([key, { fileId, part, binningId, entries, title, bins }, fractional]) => [
    ...key,
    fileId,
    part,
    binningId,
    Number(fractional),
    entries,
    title,
    bins,
  ]);
  if (rows.length > 0) await transaction.insert('contribution', COLUMNS, rows);
}

const MARK: readonly Column[] = [
  ...SHARE_KEY,
  { name: 'file_id', type: 'integer' },
  { name: 'like_file_id', type: 'integer' },
];

/** Notes that files have what another file brought: it passes to them when that one is withdrawn. Known marks stay. */
export async function insertMarks(
  transaction: Transaction,
  marks: readonly (readonly [key: ShareKey, fileId: number, like: number])[],
): Promise<void> {
  const rows = marks.map(([key, fileId, like]) => [...key, fileId, like]);
  if (rows.length > 0) await transaction.insert('contribution', MARK, rows, 'ON CONFLICT DO NOTHING');
}

/** Whether a sum with it is exact one step at a time, so that nobody needs to look at the other shares. */
export const isWholeShare = (bins: Bins, entries: number | null): boolean =>
  isWhole(bins) && (entries === null || Number.isSafeInteger(entries));

/** The FROM and WHERE of the contributions under keys (`keyParameters` from parameter 1 on): `c` and `k.position`. */
export const contributionsOf = (dialect: Dialect): string =>
  `FROM ${dialect.keyTable('k', SHARE_KEY, 1)} CROSS JOIN contribution c
   WHERE ${SHARE_KEY.map(({ name }) => `c.${name} = k.${name}`).join(' AND ')}`;

export const shareKeyParameters = (dialect: Dialect, keys: readonly ShareKey[]) =>
  dialect.keyParameters(
    SHARE_KEY,
    keys.map((key) => [...key]),
  );

/** Bytes of blobs held at a time: a run-level map that a thousand files add to has that many shares. */
const CHUNK_BYTES = 32 * 1024 * 1024;

/** Cuts a list where its items together pass the limit; an item that does so alone stands alone. */
export function* chunksBySize<Item extends { readonly bytes: number }>(items: readonly Item[]): Iterable<Item[]> {
  let chunk: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    if (chunk.length > 0 && bytes + item.bytes > CHUNK_BYTES) {
      yield chunk;
      [chunk, bytes] = [[], 0];
    }
    chunk.push(item);
    bytes += item.bytes;
  }
  if (chunk.length > 0) yield chunk;
}

/** All shares under each key, by file and part. */
export async function sharesOf(
  queries: Pick<Queries, 'arrays'>,
  dialect: Dialect,
  keys: readonly ShareKey[],
): Promise<Share[][]> {
  const rows = await queries.arrays<[number, number, number, number, string | null, number | null, Uint8Array]>(
    `SELECT k.position, c.file_id, c.part, c.binning_id, c.title, c.entries, c.bins ${contributionsOf(dialect)}
     AND c.bins IS NOT NULL ORDER BY k.position, c.file_id, c.part`,
    shareKeyParameters(dialect, keys),
  );
  const found: Share[][] = keys.map(() => []);
  for (const [position, fileId, part, binningId, title, entries, bins] of rows) {
    found[position]?.push({ fileId, part, binningId, title, entries, bins });
  }
  return found;
}

/** A binning with its row in the database. */
export interface KnownBinning extends Binning {
  readonly hash: string;
}

export async function binningsById(
  queries: Pick<Queries, 'arrays'>,
  dialect: Dialect,
  ids: Iterable<number>,
): Promise<Map<number, KnownBinning>> {
  const distinct = [...new Set(ids)];
  if (distinct.length === 0) return new Map();
  const [before, behind] = dialect.oneOf.int;
  const rows = await queries.arrays<[number, string, string, string]>(
    `SELECT id, hash, title, axes FROM binning WHERE id ${before}$1${behind}`,
    [dialect.listParameter(distinct)],
  );
  return new Map(rows.map(([id, hash, title, axes]) => [id, { hash, ...binningOf({ title, axes }) }]));
}

/** What several shares are together. Of binnings, which may differ in their titles, the one of the smallest hash stays. */
export interface Sum {
  readonly binningId: number;
  readonly title: string | null;
  readonly entries: number | null;
  readonly bins: Bins;
}

/** Adds shares of one key. The same whatever their order, and whichever files brought them. */
export function sumOfShares(shares: readonly Share[], binnings: ReadonlyMap<number, KnownBinning>): Sum {
  const decoded = shares.map(({ bins, binningId }) => decodeBins(bins, shapeOf(known(binnings, binningId))));
  return {
    binningId: shares.map(({ binningId }) => binningId).reduce((one, other) => smallerHash(binnings, one, other)),
    title: shares.map(({ title }) => title).reduce(smallerText),
    entries: sumOfEntries(shares.map(({ entries }) => entries)),
    bins: addBins(decoded),
  };
}

export function known(binnings: ReadonlyMap<number, KnownBinning>, id: number): KnownBinning {
  const binning = binnings.get(id);
  if (binning === undefined) throw new Error(`there is no binning ${id}`);
  return binning;
}

export const smallerHash = (binnings: ReadonlyMap<number, KnownBinning>, one: number, other: number): number =>
  one === other || known(binnings, one).hash <= known(binnings, other).hash ? one : other;

export function smallerText(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one <= other ? one : other;
}

/** Unknown where one of them is. */
export const sumOfEntries = (entries: readonly (number | null)[]): number | null =>
  entries.includes(null) ? null : exactSum(entries as readonly number[]);
