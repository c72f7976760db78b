import { valueDifference } from '../domain/content-difference.ts';
import type { FractionBatch } from '../domain/record.ts';
import type { Column, Transaction } from './database.ts';
import type { Dialect, KeyColumn } from './dialect.ts';
import { Outcome, type WrittenRows } from './outcome.ts';
import { enterRuns } from './run-rows.ts';

const COLUMNS: readonly Column[] = [
  { name: 'run_number', type: 'integer' },
  { name: 'source', type: 'text' },
  { name: 'subsystem', type: 'text' },
  { name: 'fraction', type: 'float' },
];

/** Of `certification_fraction`. */
export const FRACTION_KEY: readonly (Column & KeyColumn)[] = [
  { name: 'run_number', type: 'integer' },
  { name: 'source', type: 'text' },
  { name: 'subsystem', type: 'text' },
];
const FRACTION_FILE: readonly Column[] = [...FRACTION_KEY, { name: 'file_id', type: 'integer' }];

/**
 * Writes the shares of good lumisections that a source states. One that is stored with another value is conflicting and
 * stays, or (`replace`) is overwritten. `fraction_contribution` names the files that state what is stored; a fraction
 * that none is known of stays whatever is withdrawn. The caller lets no other transaction write meanwhile.
 */
export async function writeFractions(
  transaction: Transaction,
  dialect: Dialect,
  { fractions }: FractionBatch,
  {
    fileId,
    source,
    replace,
    hidden,
  }: {
    readonly fileId: number;
    readonly source: string;
    readonly replace: boolean;
    /** Runs of which nobody is told what the source says: they count as inserted, whatever becomes of them. */
    readonly hidden: ReadonlySet<number>;
  },
): Promise<WrittenRows> {
  const keyOf = ({ run, subsystem }: (typeof fractions)[number]): [number, string, string] => [run, source, subsystem];
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
  const differences = new Map<number, string>();
  const written = new Map<string, (typeof fractions)[number]>();
  const met = new Map<string, (typeof fractions)[number]>();
  const became = fractions.map((fraction, row) => {
    const key = `${fraction.run}/${fraction.subsystem}`;
    const known = stored.get(key);
    if (known === fraction.fraction) {
      met.set(key, fraction);
      return Outcome.identical;
    }
    if (known !== undefined && !replace) {
      if (!before.has(key)) sameFile.add(row);
      differences.set(row, valueDifference('fraction', fraction.fraction, known) ?? '');
      return Outcome.conflicting;
    }
    stored.set(key, fraction.fraction);
    written.set(key, fraction);
    return known === undefined ? Outcome.inserted : Outcome.replaced;
  });
  const outcomes = Uint8Array.from(became, (outcome, row) =>
    hidden.has((fractions[row] as (typeof fractions)[number]).run) ? Outcome.inserted : outcome,
  );
  await enterRuns(transaction, dialect, new Map([...written.values()].map(({ run }) => [run, ''])));
  for (const [key, { run, subsystem }] of written) {
    if (!before.has(key)) continue;
    for (const table of ['certification_fraction', 'fraction_contribution']) {
      await transaction.all(`DELETE FROM ${table} WHERE run_number = $1 AND source = $2 AND subsystem = $3`, [
        run,
        source,
        subsystem,
      ]);
    }
  }
  await transaction.insert(
    'certification_fraction',
    COLUMNS,
    [...written.values()].map(({ run, subsystem, fraction }) => [run, source, subsystem, fraction]),
  );
  const metKeys = [...met].filter(([key]) => !written.has(key)).map(([, fraction]) => keyOf(fraction));
  const shared = await transaction.arrays<[number, string, string]>(
    `SELECT DISTINCT c.run_number, c.source, c.subsystem FROM ${dialect.keyTable('k', FRACTION_KEY, 1)}
     CROSS JOIN fraction_contribution c WHERE ${FRACTION_KEY.map(({ name }) => `c.${name} = k.${name}`).join(' AND ')}`,
    dialect.keyParameters(FRACTION_KEY, metKeys),
  );
  await transaction.insert(
    'fraction_contribution',
    FRACTION_FILE,
    [...[...written.values()].map(keyOf), ...shared].map((key) => [...key, fileId]),
    'ON CONFLICT DO NOTHING',
  );
  return { outcomes, sameFile, earlierFiles: new Map(), differences };
}
