import type { FractionBatch } from '../domain/record.ts';
import type { Column, Transaction } from './database.ts';
import type { Dialect } from './dialect.ts';
import { Outcome, type WrittenRows } from './outcome.ts';
import { enterRuns } from './run-rows.ts';

const COLUMNS: readonly Column[] = [
  { name: 'run_number', type: 'integer' },
  { name: 'source', type: 'text' },
  { name: 'subsystem', type: 'text' },
  { name: 'fraction', type: 'float' },
];

/**
 * Writes the shares of good lumisections that a source states. One that is stored with another value is conflicting and
 * stays, or (`replace`) is overwritten. The caller lets no other transaction write meanwhile.
 */
export async function writeFractions(
  transaction: Transaction,
  dialect: Dialect,
  { fractions }: FractionBatch,
  source: string,
  replace: boolean,
): Promise<WrittenRows> {
  const runs = [...new Set(fractions.map(({ run }) => run))];
  const keys = [{ name: 'wanted', type: 'integer' }] as const;
  const rows = await transaction.arrays<[number, string, number]>(
    `SELECT f.run_number, f.subsystem, f.fraction FROM ${dialect.keyTable('k', keys, 1)}
     CROSS JOIN certification_fraction f WHERE f.run_number = k.wanted AND f.source = $2`,
    [
      ...dialect.keyParameters(
        keys,
        runs.map((run) => [run]),
      ),
      source,
    ],
  );
  const stored = new Map(rows.map(([run, subsystem, fraction]) => [`${run}/${subsystem}`, fraction]));
  const before = new Set(stored.keys());
  const sameFile = new Set<number>();
  const written = new Map<string, (typeof fractions)[number]>();
  const outcomes = Uint8Array.from(fractions, (fraction, row) => {
    const key = `${fraction.run}/${fraction.subsystem}`;
    const known = stored.get(key);
    if (known === fraction.fraction) return Outcome.identical;
    if (known !== undefined && !replace) {
      if (!before.has(key)) sameFile.add(row);
      return Outcome.conflicting;
    }
    stored.set(key, fraction.fraction);
    written.set(key, fraction);
    return known === undefined ? Outcome.inserted : Outcome.replaced;
  });
  await enterRuns(transaction, dialect, new Map([...written.values()].map(({ run }) => [run, ''])));
  for (const [key, { run, subsystem }] of written) {
    if (!before.has(key)) continue;
    await transaction.all(
      'DELETE FROM certification_fraction WHERE run_number = $1 AND source = $2 AND subsystem = $3',
      [run, source, subsystem],
    );
  }
  await transaction.insert(
    'certification_fraction',
    COLUMNS,
    [...written.values()].map(({ run, subsystem, fraction }) => [run, source, subsystem, fraction]),
  );
  return { outcomes, sameFile, earlierFiles: new Map() };
}
