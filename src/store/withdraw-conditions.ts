import { CLAIM_KEY, type Claimed, type ClaimKey, claimsUnder, kept, noClaim } from './condition-claims.ts';
import { columnOf, fieldsIn, LUMISECTION_FIELDS, RUN_FIELDS } from './condition-fields.ts';
import type { Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import type { Touched } from './prune.ts';
import type { WithdrawalCounts } from './withdrawal.ts';

/** Keys looked at together. */
const PAGE = 10_000;

const CLAIM = [...CLAIM_KEY, { name: 'file_id', type: 'integer' }] as const;

/** Takes back what a file alone states of runs and lumisections: those fields and flags are unknown again. */
export async function withdrawConditions(
  transaction: Transaction,
  dialect: Dialect,
  fileId: number,
  touched: Touched,
  counts: WithdrawalCounts,
): Promise<void> {
  for (;;) {
    const claims = await transaction.arrays<[number, number, number, number]>(
      `SELECT run_number, lumisection_number, fields, flags FROM condition_contribution WHERE file_id = $1
       ORDER BY run_number, lumisection_number LIMIT ${PAGE}`,
      [fileId],
    );
    if (claims.length === 0) return;
    const keys = claims.map(([run, lumisection]): ClaimKey => [run, lumisection]);
    const others = await claimsUnder(transaction, dialect, keys, fileId);
    const forgotten = new Map<string, Forgotten>();
    for (const [run, lumisection, fields, flags] of claims) {
      const theirs = others.get(`${run}/${lumisection}`) ?? noClaim();
      const lost = { fields: fields & ~theirs.fields, flags: BigInt(flags) & ~theirs.flags };
      const gone = bitsOf(BigInt(lost.fields)) + bitsOf(lost.flags);
      counts.gone.conditions += gone;
      counts.stays.conditions += bitsOf(BigInt(fields)) + bitsOf(BigInt(flags)) - gone;
      touched.runs.add(run);
      if (lumisection > 0) touched.lumisections.push([run, lumisection]);
      if (gone === 0) continue;
      // rows of one file mostly lose the same: a statement for each kind of loss
      const name = `${lumisection > 0} ${lost.fields} ${lost.flags}`;
      const alike = forgotten.get(name) ?? { lost, keys: [] };
      alike.keys.push([run, lumisection]);
      forgotten.set(name, alike);
    }
    for (const { lost, keys } of forgotten.values()) await forget(transaction, dialect, lost, keys);
    await transaction.deleteKeys(
      'condition_contribution',
      CLAIM,
      keys.map((key) => [...key, fileId]),
    );
  }
}

interface Forgotten {
  readonly lost: Claimed;
  readonly keys: ClaimKey[];
}

/** Makes the same fields and flags of several runs, or of several lumisections, unknown. */
async function forget(
  transaction: Transaction,
  dialect: Dialect,
  { fields, flags }: Claimed,
  keys: readonly ClaimKey[],
): Promise<void> {
  const ofRuns = keys[0]?.[1] === 0;
  const table = ofRuns ? 'run' : 'lumisection';
  const names = fieldsIn(ofRuns ? RUN_FIELDS : LUMISECTION_FIELDS, fields).map(columnOf);
  const next = `$${dialect.keyParameterCount(CLAIM_KEY) + 1}`;
  const changes = [
    ...names.map((name) => `${name} = NULL`),
    ...(flags === 0n ? [] : ['flags_on', 'flags_off'].map((name) => `${name} = ${table}.${name} & ${next}`)),
  ];
  const same = ofRuns
    ? 'run.number = k.run_number'
    : 'lumisection.run_number = k.run_number AND lumisection.number = k.lumisection_number';
  await transaction.all(
    `UPDATE ${table} SET ${changes.join(', ')} FROM ${dialect.keyTable('k', CLAIM_KEY, 1)} WHERE ${same}`,
    [
      ...dialect.keyParameters(
        CLAIM_KEY,
        keys.map((key) => [...key]),
      ),
      ...(flags === 0n ? [] : [kept(flags)]),
    ],
  );
}

function bitsOf(bits: bigint): number {
  let count = 0;
  for (let rest = bits; rest > 0n; rest >>= 1n) count += Number(rest & 1n);
  return count;
}
