import { valueDifference } from '../domain/content-difference.ts';
import type {
  MonitorElementRecord,
  QualityTestBatch,
  QualityTestRecord,
  ScalarBatch,
  ScalarRecord,
  ScalarType,
} from '../domain/record.ts';
import { canonicalScalar, scalarNumber } from '../domain/scalar.ts';
import type { Column, Parameter, Transaction } from './database.ts';
import type { Dialect, KeyColumn } from './dialect.ts';
import type { Dictionaries } from './dictionaries.ts';
import { Outcome, type WrittenRows } from './outcome.ts';
import type { DictionaryIds } from './resolved-batch.ts';
import { countValues } from './run-element-counts.ts';
import { datasetsOfRuns, enterLumisections, enterRuns } from './run-rows.ts';
import type { IngestOptions } from './store.ts';

const integer = <const Name extends string>(name: Name) => ({ name, type: 'integer' }) as const;
const text = <const Name extends string>(name: Name) => ({ name, type: 'text' }) as const;

const ELEMENT_KEY = [
  integer('run_number'),
  integer('lumisection_number'),
  integer('dataset_id'),
  integer('monitor_element_id'),
] as const;

/** A table of values of monitor elements: scalars, or results of quality tests. */
export interface ValueTable {
  readonly name: 'scalar_value' | 'quality_test';
  readonly key: readonly KeyColumn[];
  readonly values: readonly Column[];
  /** The last part of the key of `scalar_contribution`, as SQL over a row of the table. */
  readonly qualityTest: string;
}

const SCALARS: ValueTable = {
  name: 'scalar_value',
  key: ELEMENT_KEY,
  values: [text('type'), text('value'), { name: 'number', type: 'float' }],
  qualityTest: "''",
};
const QUALITY_TESTS: ValueTable = {
  name: 'quality_test',
  key: [...ELEMENT_KEY, text('name')],
  values: [integer('status_code'), { name: 'result', type: 'float' }, text('algorithm'), text('message')],
  qualityTest: 'quality_test.name',
};
export const VALUE_TABLES: readonly ValueTable[] = [SCALARS, QUALITY_TESTS];

/** Columns of `scalar_contribution`: the key of a value, '' where it is no quality test, and a further file. */
const VALUE_KEY: readonly KeyColumn[] = [...ELEMENT_KEY, text('quality_test')];
export const VALUE_SHARE: readonly Column[] = [...VALUE_KEY, integer('file_id')];

type Place = [run: number, dataset: number, element: number];
type ValueBatch = ScalarBatch | QualityTestBatch;
type Values = readonly Parameter[];

/** A record on its way into its table. */
interface Row {
  readonly key: readonly (string | number)[];
  readonly values: Values;
  /** Equal for values that count as the same. */
  readonly content: string;
}

const recordsOf = (batch: ValueBatch): readonly (ScalarRecord | QualityTestRecord)[] =>
  batch.kind === 'scalars' ? batch.scalars : batch.qualityTests;

/** What the batch names, for the dictionaries; a quality test says nothing of the kind of its element. */
export function dictionariesOf(batch: ValueBatch): Dictionaries {
  const kind = batch.kind === 'scalars' ? 'SCALAR' : null;
  const paths = new Set(recordsOf(batch).map(({ monitorElement }) => monitorElement));
  return {
    monitorElements: [...paths].map((path): MonitorElementRecord => ({ path, dimension: null, kind })),
    datasets: [...new Set(recordsOf(batch).map(({ dataset }) => dataset))],
    binnings: [],
  };
}

/**
 * Writes the records of a batch, and `scalar_contribution` where another file had brought the same. A scalar is the
 * same where its type and its number (of a text: the text) are. With `fail` conflicts are found as with `keep`: the
 * caller rolls back. Values are never added: `add` means `keep` here. No other transaction writes meanwhile.
 */
export async function writeScalars(
  transaction: Transaction,
  dialect: Dialect,
  batch: ValueBatch,
  dictionaries: { readonly named: Dictionaries; readonly ids: DictionaryIds },
  { fileId, onConflict }: { fileId: number; onConflict: IngestOptions['onConflict'] },
): Promise<WrittenRows> {
  const table = batch.kind === 'scalars' ? SCALARS : QUALITY_TESTS;
  const records = recordsOf(batch);
  await enterRuns(transaction, dialect, datasetsOfRuns(records.map(({ run, dataset }) => [run, dataset] as const)));
  await enterLumisections(transaction, distinctLumisections(records));
  const rows = rowsOf(batch, dictionaries);
  const standing = await findStanding(transaction, dialect, table, rows);
  const outcomes = new Uint8Array(rows.length);
  const sameFile = new Set<number>();
  const earlierFiles = new Map<number, number>();
  const differences = new Map<number, string>();
  const written = new Map<string, Row>();
  const overwritten = new Map<string, Row>();
  const shared = new Map<string, Row>();
  rows.forEach((row, index) => {
    const name = JSON.stringify(row.key);
    const stands = standing.get(name);
    if (stands?.content === row.content) {
      outcomes[index] = Outcome.identical;
      if (stands.fileId !== fileId) shared.set(name, row);
    } else if (stands !== undefined && onConflict !== 'replace') {
      outcomes[index] = Outcome.conflicting;
      if (stands.fileId === fileId) sameFile.add(index);
      else if (stands.fileId !== null) earlierFiles.set(index, stands.fileId);
      differences.set(index, differenceOf(table, row.values, stands.values));
    } else {
      outcomes[index] = stands === undefined ? Outcome.inserted : Outcome.replaced;
      if (stands !== undefined) overwritten.set(name, row);
      standing.set(name, { content: row.content, fileId, values: row.values });
      written.set(name, row);
      shared.delete(name);
    }
  });
  const names = table.key.map(({ name }) => name).join(', ');
  const values = ['file_id', ...table.values.map(({ name }) => name)];
  await transaction.insert(
    table.name,
    [...table.key, integer('file_id'), ...table.values],
    [...written.values()].map((row) => [...row.key, fileId, ...row.values]),
    `ON CONFLICT (${names}) DO UPDATE SET ${values.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  );
  await countValues(
    transaction,
    table === SCALARS ? 'scalar_count' : 'quality_test_count',
    [...written].filter(([name]) => !overwritten.has(name)).map(([, { key }]) => [key[0], key[2], key[3]] as Place),
    1,
  );
  const shareKey = ({ key }: Row) => (table === SCALARS ? [...key, ''] : key);
  // what other files said alike is no longer what stands there
  if (overwritten.size > 0)
    await transaction.deleteKeys('scalar_contribution', VALUE_KEY, [...overwritten.values()].map(shareKey));
  await transaction.insert(
    'scalar_contribution',
    VALUE_SHARE,
    [...shared.values()].map((row) => [...shareKey(row), fileId]),
    'ON CONFLICT DO NOTHING',
  );
  return { outcomes, sameFile, earlierFiles, differences };
}

function rowsOf(
  batch: ValueBatch,
  { named, ids }: { readonly named: Dictionaries; readonly ids: DictionaryIds },
): Row[] {
  const elementIds = new Map(named.monitorElements.map(({ path }, i) => [path, ids.monitorElements[i] as number]));
  const datasetIds = new Map(named.datasets.map((name, i) => [name, ids.datasets[i] as number]));
  const elementKey = ({ run, lumisection, dataset, monitorElement }: ScalarRecord | QualityTestRecord) => [
    run,
    lumisection,
    datasetIds.get(dataset) as number,
    elementIds.get(monitorElement) as number,
  ];
  if (batch.kind === 'scalars') {
    return batch.scalars.map((record) => {
      const { type, value } = record;
      const values = [type, value, scalarNumber(type, value)];
      return { key: elementKey(record), values, content: contentOf(SCALARS, values) };
    });
  }
  return batch.qualityTests.map((record) => {
    const values = [record.statusCode, record.result, record.algorithm, record.message];
    return { key: [...elementKey(record), record.name], values, content: contentOf(QUALITY_TESTS, values) };
  });
}

const contentOf = (table: ValueTable, values: Values): string =>
  table === SCALARS ? canonicalScalar(values[0] as ScalarType, values[1] as string) : JSON.stringify(values);

/** In words; the number of a scalar is its value again. */
const differenceOf = (table: ValueTable, one: Values, other: Values): string =>
  table.values
    .flatMap(({ name }, i) => (name === 'number' ? [] : [valueDifference(name.replace('_code', ''), one[i], other[i])]))
    .filter((part) => part !== null)
    .join('; ');

interface Standing {
  readonly content: string;
  readonly values: Values;
  readonly fileId: number | null;
}

/** What is stored under the keys of the rows, by key. */
async function findStanding(
  transaction: Transaction,
  dialect: Dialect,
  table: ValueTable,
  rows: readonly Row[],
): Promise<Map<string, Standing>> {
  const distinct = [...new Map(rows.map(({ key }) => [JSON.stringify(key), key])).values()];
  if (distinct.length === 0) return new Map();
  const same = table.key.map(({ name }) => `s.${name} = k.${name}`).join(' AND ');
  const columns = [...table.key, { name: 'file_id' }, ...table.values].map(({ name }) => `s.${name}`).join(', ');
  const found = await transaction.arrays<(string | number | null)[]>(
    `SELECT ${columns} FROM ${dialect.keyTable('k', table.key, 1)} CROSS JOIN ${table.name} s WHERE ${same}`,
    dialect.keyParameters(table.key, distinct),
  );
  const width = table.key.length;
  return new Map(
    found.map((row) => [
      JSON.stringify(row.slice(0, width)),
      {
        fileId: row[width] as number | null,
        values: row.slice(width + 1),
        content: contentOf(table, row.slice(width + 1)),
      },
    ]),
  );
}

function distinctLumisections(
  records: readonly (ScalarRecord | QualityTestRecord)[],
): [run: number, lumisection: number][] {
  const found = new Map<string, [number, number]>();
  for (const { run, lumisection } of records) {
    if (lumisection > 0) found.set(`${run}/${lumisection}`, [run, lumisection]);
  }
  return [...found.values()].sort(([a, i], [b, j]) => a - b || i - j);
}
