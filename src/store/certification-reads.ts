import { sql } from 'kysely';
import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import type { Filter } from '../domain/filter.ts';
import { goodOf, type JudgedRange } from '../domain/judged-ranges.ts';
import type { LuminosityMask, LumisectionRange } from '../domain/lumi-mask.ts';
import type { Flag } from '../domain/record.ts';
import { combineFlags, type Verdict } from '../domain/verdict.ts';
import type { CertificationFraction } from '../generated/sqlite/client.ts';
import type { CheckedQuery } from './checked-query.ts';
import { transposed } from './column-packing.ts';
import type { KeyColumn } from './dialect.ts';
import { columnOf, fromOf } from './filter-sql.ts';
import { groupOf, keyTableSql, parentsSql } from './list-parents.ts';
import { toRows, wholeRow } from './list-rows.ts';
import { closed } from './mask-reads.ts';
import { nounInfo } from './nouns.ts';
import { orderSql, totalOrder } from './order-sql.ts';
import { snakeCase } from './rows.ts';
import type { CertificationKey, CertificationRow, SourceScope } from './store.ts';
import { isOneOf } from './test-sql.ts';

const KEY = nounInfo('certification').key;

export async function certificationsOfRuns(
  query: CheckedQuery,
  runNumbers: readonly number[],
): Promise<CertificationRow[][]> {
  if (runNumbers.length === 0) return [];
  const { dialect } = query.database;
  const run = columnOf('certification', 't', 'runNumber');
  const order = orderSql(dialect, totalOrder('certification', 't', []), false);
  const found = await query.send(
    sql`SELECT ${wholeRow('certification')} FROM ${fromOf('certification', 't')}
      WHERE ${isOneOf(dialect, run, 'int', [...new Set(runNumbers)])} AND ${columnOf('certification', 't', 'current')}
      ORDER BY ${order}`,
  );
  const rows = toRows('certification', transposed(found));
  const byRun = new Map<number, CertificationRow[]>();
  for (const row of rows) {
    const known = byRun.get(row.runNumber);
    if (known) known.push(row);
    else byRun.set(row.runNumber, [row]);
  }
  return runNumbers.map((number) => byRun.get(number) ?? []);
}

export async function fractionsOfRuns(
  query: CheckedQuery,
  runNumbers: readonly number[],
): Promise<CertificationFraction[][]> {
  if (runNumbers.length === 0) return [];
  const { dialect } = query.database;
  const rows = (await query.send(
    sql`SELECT f.run_number, f.source, f.subsystem, f.fraction FROM certification_fraction f
      WHERE ${isOneOf(dialect, sql`f.run_number`, 'int', [...new Set(runNumbers)])}
      ORDER BY f.run_number, f.source ${sql.raw(dialect.binaryCollation)}, f.subsystem ${sql.raw(dialect.binaryCollation)}`,
  )) as [number, string, string, number][];
  const byRun = new Map<number, CertificationFraction[]>();
  for (const [runNumber, source, subsystem, fraction] of rows) {
    const known = byRun.get(runNumber) ?? [];
    known.push({ runNumber, source, subsystem, fraction });
    byRun.set(runNumber, known);
  }
  return runNumbers.map((number) => byRun.get(number) ?? []);
}

export async function certificationRanges(
  query: CheckedQuery,
  keys: readonly CertificationKey[],
): Promise<LumisectionRange[][]> {
  if (keys.length === 0) return [];
  const given = keys.map((key) =>
    Object.fromEntries(KEY.map((field) => [field, key[field as keyof CertificationKey]])),
  );
  const { from, conditions, groups, keyOf } = parentsSql(query.database.dialect, 'certification', 't', given);
  const rows = await query.send(
    sql`SELECT t.lumisection_first, t.lumisection_last${groups.length > 0 ? sql`, ${sql.join(groups.map(({ value }) => value))}` : sql``}
      FROM ${sql.join([...from, sql`certification t`], sql` CROSS JOIN `)} WHERE ${sql.join(conditions, sql` AND `)}
      ORDER BY t.run_number, t.lumisection_first`,
  );
  const byKey = new Map<string, LumisectionRange[]>();
  for (const [first, last, ...values] of rows as [number, number, ...unknown[]][]) {
    const known = byKey.get(groupOf(values));
    if (known) known.push({ first, last });
    else byKey.set(groupOf(values), [{ first, last }]);
  }
  return given.map((key) => byKey.get(keyOf(key)) ?? []);
}

const LUMISECTION_KEY: readonly KeyColumn[] = [
  { name: 'run_number', type: 'integer' },
  { name: 'number', type: 'integer' },
];

export async function verdictsOf(
  query: CheckedQuery,
  { source, dataset, subsystem }: SourceScope,
  keys: readonly { runNumber: number; number: number }[],
): Promise<Verdict[]> {
  if (keys.length === 0) return [];
  const table = keyTableSql(
    query.database.dialect,
    'k',
    LUMISECTION_KEY,
    keys.map(({ runNumber, number }) => [runNumber, number]),
  );
  const narrowed = sql`${dataset === null ? sql`` : sql` AND v.dataset = ${dataset}`}${subsystem === null ? sql`` : sql` AND v.subsystem = ${subsystem}`}`;
  // a subsystem comes back even where no range of it covers any of the lumisections; and that a dataset of several judges the run
  const rows = (await query.send(
    sql`SELECT v.subsystem, k.position, c.flag, CASE WHEN c.flag IS NULL AND v.datasets > 1 AND EXISTS (SELECT 1 FROM certification o
          WHERE o.run_number = k.run_number AND o.source = ${source} AND o.dataset = v.dataset
            AND o.subsystem = v.subsystem AND o.version = v.version) THEN 1 ELSE 0 END
      FROM (SELECT v.dataset, v.subsystem, max(v.version) AS version, count(*) OVER (PARTITION BY v.subsystem) AS datasets
        FROM certification_version v WHERE v.source = ${source}${narrowed} GROUP BY v.dataset, v.subsystem) v
      CROSS JOIN ${table}
      LEFT JOIN certification c ON c.run_number = k.run_number AND c.source = ${source} AND c.dataset = v.dataset
        AND c.subsystem = v.subsystem AND c.version = v.version
        AND c.lumisection_first <= k.number AND c.lumisection_last >= k.number`,
  )) as [string, number, Flag | null, 0 | 1][];
  if (rows.length === 0) throw unknownSource(source, dataset ?? '', subsystem ?? '');
  const found = keys.map(() => new Map<string, Set<Flag | null>>());
  for (const [name, position, flag, isLacking] of rows) {
    const bySubsystem = found[position] as Map<string, Set<Flag | null>>;
    const flags = bySubsystem.get(name) ?? new Set<Flag | null>();
    bySubsystem.set(name, flags);
    if (flag !== null || isLacking === 1) flags.add(flag);
  }
  return found.map((bySubsystem) => combineFlags(bySubsystem.values()));
}

/**
 * Good is what every subsystem calls GOOD, for each dataset that it judges the run for. A filter on subsystem or dataset
 * leaves only those of them that it names to be asked. Whole runs end at their last lumisection that is known.
 */
export async function goodLumisections(query: CheckedQuery, source: string, where?: Filter): Promise<LuminosityMask> {
  // without those of another flag, what contradicts a GOOD would go unseen
  if (where && tests(where, new Set(['flag']))) {
    throw new InvalidInputError('flag: a mask holds what all certifications that count call GOOD: leave the flag out', {
      field: 'flag',
    });
  }
  const scopeFields = ['source', 'dataset', 'subsystem', 'version'];
  const same = (a: string, b: string, fields: readonly string[]) =>
    sql.raw(fields.map((field) => `${a}.${field} = ${b}.${field}`).join(' AND '));
  const rows = (await query.rows('certification', where, (filters) => {
    const condition = where ? sql` AND ${filters.compile('certification', 't', where).sql}` : sql``;
    return sql`SELECT q.run_number AS run_number, q.lumisection_first AS first, q.lumisection_last AS last, q.flag AS flag,
        v.subsystem AS subsystem, v.dataset AS dataset
      FROM (SELECT source, dataset, subsystem, max(version) AS version FROM certification_version
        WHERE source = ${source} GROUP BY source, dataset, subsystem) v
      LEFT JOIN (SELECT r.* FROM ${fromOf('certification', 't')} CROSS JOIN certification r
        WHERE ${same('r', 't', KEY.map(snakeCase))} AND t.source = ${source}${condition}) q
      ON ${same('q', 'v', scopeFields)}`;
  })) as unknown as (JudgedRange | readonly [null, null, null, null, string, string])[];
  if (rows.length === 0) throw unknownSource(source);
  const isNarrowed = where !== undefined && tests(where, new Set(['subsystem', 'dataset']));
  const asked = rows.filter(([run]) => !isNarrowed || run !== null);
  const good = goodOf(
    asked.map(([, , , , subsystem]) => subsystem),
    rows.filter((row): row is JudgedRange => row[0] !== null),
  );
  return closed(query, query.database, good);
}

function tests(filter: Filter, fields: ReadonlySet<string>): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of.some((part) => tests(part, fields));
    case 'not':
      return tests(filter.of, fields);
    case 'test':
      return fields.has(filter.field);
    default:
      return false;
  }
}

export function unknownSource(source: string, dataset = '', subsystem = ''): NotFoundError {
  const narrowed = [
    dataset && ` for the dataset ${JSON.stringify(dataset)}`,
    subsystem && ` for the subsystem ${JSON.stringify(subsystem)}`,
  ];
  return new NotFoundError(`No certification source is called ${JSON.stringify(source)}${narrowed.join('')}`, {
    source,
    dataset,
    subsystem,
  });
}
