import { sameBins } from '../domain/codec.ts';
import { shapeOf } from '../domain/shape.ts';
import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import { lockFile } from './ledger-files.ts';
import { appendIssues } from './ledger-issues.ts';
import {
  binningsById,
  contributionsOf,
  insertMarks,
  type KnownBinning,
  known,
  SHARE_KEY,
  type Share,
  type ShareKey,
  shareKeyParameters,
  sharesOf,
} from './shares.ts';
import { addUp } from './withdraw-shares.ts';

/** Keys looked at together: their shares are in memory. */
const PAGE = 200;

const PART = [...SHARE_KEY, ...['file_id', 'part'].map((name) => ({ name, type: 'integer' as const }))];

/**
 * Undoes the sums of monitor elements that turned out to be efficiencies, whose ratios are never added: what the file
 * that was read first brought stays, as if the mark had been known; equal shares of others are alike, the rest goes and is
 * in conflict. The caller lets no other transaction write meanwhile.
 */
export async function undoSums(transaction: Transaction, dialect: Dialect, elements: readonly number[]): Promise<void> {
  const keys = [{ name: 'wanted', type: 'integer' }] as const;
  for (;;) {
    const found = await transaction.arrays<ShareKey & unknown[]>(
      `SELECT DISTINCT ${SHARE_KEY.map(({ name }) => `c.${name}`).join(', ')}
       FROM ${dialect.keyTable('k', keys, 1)} CROSS JOIN run_monitor_element e CROSS JOIN contribution c
       WHERE e.monitor_element_id = k.wanted AND c.run_number = e.run_number
         AND c.monitor_element_id = e.monitor_element_id AND c.bins IS NOT NULL LIMIT ${PAGE}`,
      dialect.keyParameters(
        keys,
        elements.map((id) => [id]),
      ),
    );
    if (found.length === 0) return;
    await undo(transaction, dialect, found);
  }
}

interface Mark {
  readonly fileId: number;
  readonly part: number;
  readonly like: number | null;
}

/** What becomes of the rows of one file under one key that are not the first share. */
interface Fate {
  readonly key: ShareKey;
  readonly fileId: number;
  readonly identical: boolean;
  /** It was a share, not a mark that another file has it alike. */
  readonly added: boolean;
}

async function undo(transaction: Transaction, dialect: Dialect, keys: readonly ShareKey[]): Promise<void> {
  const shares = await sharesOf(transaction, dialect, keys);
  const marks = await marksUnder(transaction, dialect, keys);
  const binnings = await binningsById(
    transaction,
    dialect,
    shares.flat().map(({ binningId }) => binningId),
  );
  const files = await filesById(
    transaction,
    dialect,
    [...shares.flat(), ...marks.flat()].map(({ fileId }) => fileId),
  );
  const rank = ({ fileId }: Share) => files.get(fileId)?.startedAt?.getTime() ?? 0;
  const fates: Fate[] = [];
  const dropped: number[][] = [];
  const alike: (readonly [ShareKey, number, number])[] = [];
  const left: { key: ShareKey; bytes: number }[] = [];
  for (const [i, key] of keys.entries()) {
    const all = (shares[i] as Share[]).toSorted((a, b) => rank(a) - rank(b) || a.fileId - b.fileId || a.part - b.part);
    const [first, ...others] = all as [Share, ...Share[]];
    const equal = new Map(others.map((share) => [share, isSame(first, share, binnings)]));
    const sharers = new Set<number>();
    for (const [{ fileId }, identical] of equal) {
      fates.push({ key, fileId, identical, added: true });
      if (identical && fileId !== first.fileId) sharers.add(fileId);
    }
    for (const { fileId, like } of marks[i] as Mark[]) {
      // a file of the same bytes has all shares of the other one alike, any other file the first
      const theirs = all.filter((share) => share.fileId === like);
      const sameBytes = like !== null && files.get(like)?.sha256 === files.get(fileId)?.sha256;
      const identical = (sameBytes ? theirs : theirs.slice(0, 1)).some(
        (share) => share === first || equal.get(share) === true,
      );
      if (!identical) fates.push({ key, fileId, identical, added: false });
      else if (fileId !== first.fileId) sharers.add(fileId);
    }
    dropped.push(...[...others, ...(marks[i] as Mark[])].map(({ fileId, part }) => [...key, fileId, part]));
    alike.push(...[...sharers].map((fileId) => [key, fileId, first.fileId] as const));
    left.push({ key, bytes: first.bins.length });
  }
  await transaction.deleteKeys('contribution', PART, dropped);
  for (const table of ['lumisection_histogram', 'run_histogram'] as const) {
    const ofTable = left.filter(({ key }) => key[2] > 0 === (table === 'lumisection_histogram'));
    await addUp(transaction, dialect, 0, table, ofTable);
  }
  await insertMarks(transaction, alike);
  await tellFiles(transaction, dialect, fates);
}

async function marksUnder(transaction: Transaction, dialect: Dialect, keys: readonly ShareKey[]): Promise<Mark[][]> {
  const rows = await transaction.arrays<[number, number, number, number | null]>(
    `SELECT k.position, c.file_id, c.part, c.like_file_id ${contributionsOf(dialect)} AND c.bins IS NULL
     ORDER BY k.position, c.file_id`,
    shareKeyParameters(dialect, keys),
  );
  const found: Mark[][] = keys.map(() => []);
  for (const [position, fileId, part, like] of rows) found[Number(position)]?.push({ fileId, part, like });
  return found;
}

interface FileFacts {
  readonly id: number;
  readonly sha256: string;
  /** When its reading began, to tell what was there first. */
  readonly startedAt: Date | null;
}

async function filesById(
  transaction: Transaction,
  dialect: Dialect,
  fileIds: readonly number[],
): Promise<Map<number, FileFacts>> {
  const [before, behind] = dialect.oneOf.int;
  const rows = await transaction.all<FileFacts>(
    `SELECT id, sha256, started_at FROM data_file WHERE id ${before}$1${behind}`,
    [dialect.listParameter([...new Set(fileIds)])],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

const isSame = (one: Share, other: Share, binnings: ReadonlyMap<number, KnownBinning>): boolean =>
  one.binningId === other.binningId &&
  one.title === other.title &&
  one.entries === other.entries &&
  sameBins(one.bins, other.bins, shapeOf(known(binnings, one.binningId)));

/** Counts rows that were added as identical or in conflict, and tells of the latter, as if they came now. */
async function tellFiles(transaction: Transaction, dialect: Dialect, fates: readonly Fate[]): Promise<void> {
  const paths = await pathsOf(
    transaction,
    dialect,
    fates.map(({ key }) => key[1]),
  );
  for (const fileId of [...new Set(fates.map((fate) => fate.fileId))].sort((a, b) => a - b)) {
    const file = await lockFile(transaction, dialect, fileId);
    const ofFile = fates.filter((fate) => fate.fileId === fileId);
    const conflicts = ofFile.filter(({ identical }) => !identical);
    const added = ofFile.filter((fate) => fate.added).length;
    // where its row came first, a file counted it as inserted
    const wasAdded = Math.min(file.added, added);
    const wasInserted = Math.min(file.inserted, added - wasAdded);
    const alike = ofFile.filter((fate) => fate.added && fate.identical).length - (ofFile.length - added);
    await transaction.all(
      `UPDATE data_file SET added = added - $1, inserted = inserted - $2, identical = identical + $3,
         conflicting = conflicting + $4 WHERE id = $5`,
      [wasAdded, wasInserted, alike, conflicts.length, fileId],
    );
    await appendIssues(
      transaction,
      fileId,
      conflicts.map(({ key: [run, element, lumisection] }) => ({
        severity: 'CONFLICTING' as const,
        code: 'NOT_ADDED',
        field: 'key',
        value: [`run ${run}`, ...(lumisection > 0 ? [`LS ${lumisection}`] : []), paths.get(element)].join(', '),
        reason:
          'turned out to be an efficiency: ratios are never added; what was read first under this key stays, and this row does not',
      })),
    );
  }
}

async function pathsOf(
  transaction: Transaction,
  dialect: Dialect,
  ids: readonly number[],
): Promise<Map<number, string>> {
  const [before, behind] = dialect.oneOf.int;
  const rows = await transaction.arrays<[number, string]>(
    `SELECT id, path FROM monitor_element WHERE id ${before}$1${behind}`,
    [dialect.listParameter([...new Set(ids)])],
  );
  return new Map(rows);
}
