import type { DataFile } from '../generated/sqlite/client.ts';
import type { Queries, Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import { appendIssues } from './ledger-issues.ts';
import type { FileFacts, FileIdentity } from './store.ts';
import { withdrawFile } from './withdraw.ts';

/** Code of the note on a file that took the place of what its path held before. */
const EARLIER_CONTENT = 'EARLIER_CONTENT';

/** What was read from a path with other content and the same settings, and of which something is still stored. */
const EARLIER = `SELECT id FROM data_file WHERE path IN ($1, $7) AND sha256 <> $2 AND dataset = $3 AND source = $4 AND format = $5
  AND me_map = $6 AND inserted + identical + replaced + added > 0 ORDER BY id`;

const parameters = ({ path, alias }: FileFacts, { sha256, dataset, source, format, meMap }: FileIdentity) => [
  path,
  sha256,
  dataset,
  source,
  format,
  meMap,
  alias ?? path,
];

export async function hasEarlierContent(
  queries: Pick<Queries, 'all'>,
  identity: FileIdentity,
  facts: FileFacts,
): Promise<boolean> {
  return (await queries.all(EARLIER, parameters(facts, identity))).length > 0;
}

/**
 * Takes back what earlier contents of the paths of a file brought, and with `itself` what the file did, so that neither
 * counts twice. The caller lets no other transaction write meanwhile.
 */
export async function withdrawEarlier(
  transaction: Transaction,
  dialect: Dialect,
  file: DataFile,
  facts: FileFacts,
  itself: boolean,
): Promise<void> {
  const { id, path } = file;
  if (itself) await withdrawFile(transaction, dialect, id);
  for (const earlier of await transaction.all<{ id: number }>(EARLIER, parameters(facts, file))) {
    await withdrawFile(transaction, dialect, earlier.id);
    await transaction.all(
      `UPDATE data_file SET status = 'CANCELLED', error_code = 'SUPERSEDED', error_message = $1, lease_owner = NULL,
         lease_expires_at = NULL WHERE id = $2`,
      [
        `its path holds another content now, which was read as data file ${id}: what this one brought was taken back`,
        earlier.id,
      ],
    );
    await appendIssues(transaction, id, [
      {
        severity: 'NOTE',
        code: EARLIER_CONTENT,
        field: 'path',
        value: path,
        reason: `took the place of data file ${earlier.id}, which was read from this path before: what that one brought was taken back`,
      },
    ]);
  }
}
