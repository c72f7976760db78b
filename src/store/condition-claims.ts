import type { Column, Transaction } from './database.ts';
import type { Dialect, KeyColumn } from './dialect.ts';

/**
 * Which file states what of the conditions of runs and lumisections: rows of `condition_contribution`. A file has a row
 * for each run (`lumisection_number` 0) and lumisection of which it states anything that stands, with the fields and the
 * flags that stand as it states them. Several files may state one field alike; a value goes with the last of them. What
 * no row has came from a file that was read before these rows were kept: it stays whatever is withdrawn.
 */

export const CLAIM_KEY: readonly (Column & KeyColumn)[] = ['run_number', 'lumisection_number'].map((name) => ({
  name,
  type: 'integer',
}));

export type ClaimKey = readonly [run: number, lumisection: number];

/** Fields and flags as bit sets. */
export interface Claimed {
  fields: number;
  flags: bigint;
}

export const noClaim = (): Claimed => ({ fields: 0, flags: 0n });

/** What the records of one batch say of one key. */
export interface Statement {
  readonly key: ClaimKey;
  /** Brought by them. */
  readonly brought: Claimed;
  /** Met as they state it. */
  readonly met: Claimed;
  /** Stood otherwise, and was overwritten: nobody else states it any more. */
  readonly overwritten: Claimed;
}

const COLUMNS: readonly Column[] = [
  ...CLAIM_KEY,
  { name: 'file_id', type: 'integer' },
  { name: 'fields', type: 'integer' },
  { name: 'flags', type: 'bigint' },
];

const OR = ['fields', 'flags'].map((name) => `${name} = condition_contribution.${name} | excluded.${name}`).join(', ');

/**
 * Keeps what a file states. Of what it only met it has a part where it is known whose that is.
 * @param always fields that it has a part in whoever they came from
 */
export async function claimConditions(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  statements: readonly Statement[],
  always: number,
): Promise<void> {
  const isEmpty = ({ fields, flags }: Claimed) => fields === 0 && flags === 0n;
  const overwriting = statements.filter(({ overwritten }) => !isEmpty(overwritten));
  for (const { key, overwritten } of overwriting) {
    await transaction.all(
      `UPDATE condition_contribution SET fields = fields & $1, flags = flags & $2
       WHERE run_number = $3 AND lumisection_number = $4`,
      [~overwritten.fields, kept(overwritten.flags), ...key],
    );
  }
  const meeting = statements.filter(({ met }) => (met.fields & ~always) !== 0 || met.flags !== 0n);
  const known = await claimsUnder(
    transaction,
    dialect,
    meeting.map(({ key }) => key),
  );
  const rows = statements.map(({ key, brought, met }) => {
    const { fields, flags } = known.get(key.join('/')) ?? noClaim();
    return [
      ...key,
      fileId,
      brought.fields | (met.fields & (fields | always)),
      Number(brought.flags | (met.flags & flags)),
    ];
  });
  rows.sort((a, b) => (a[0] as number) - (b[0] as number) || (a[1] as number) - (b[1] as number));
  await transaction.insert(
    'condition_contribution',
    COLUMNS,
    rows,
    `ON CONFLICT (run_number, lumisection_number, file_id) DO UPDATE SET ${OR}`,
  );
}

/** What files (other than `except`) state together, by `run/lumisection`. */
export async function claimsUnder(
  transaction: Transaction,
  dialect: Dialect,
  keys: readonly ClaimKey[],
  except: number | null = null,
): Promise<Map<string, Claimed>> {
  const found = new Map<string, Claimed>();
  if (keys.length === 0) return found;
  const rows = await transaction.arrays<[number, number, number, number]>(
    `SELECT c.run_number, c.lumisection_number, c.fields, c.flags
     FROM ${dialect.keyTable('k', CLAIM_KEY, 1)} CROSS JOIN condition_contribution c
     WHERE ${CLAIM_KEY.map(({ name }) => `c.${name} = k.${name}`).join(' AND ')}
     ${except === null ? '' : `AND c.file_id <> $${dialect.keyParameterCount(CLAIM_KEY) + 1}`}`,
    [
      ...dialect.keyParameters(
        CLAIM_KEY,
        keys.map((key) => [...key]),
      ),
      ...(except === null ? [] : [except]),
    ],
  );
  for (const [run, lumisection, fields, flags] of rows) {
    const name = `${run}/${lumisection}`;
    const claimed = found.get(name) ?? noClaim();
    claimed.fields |= fields;
    claimed.flags |= BigInt(flags);
    found.set(name, claimed);
  }
  return found;
}

/** The bits that stay of a column of flags where these go. */
export const kept = (flags: bigint): number => Number(((1n << 53n) - 1n) & ~flags);
