import { Field, Float64, Int32 } from 'apache-arrow';
import { Names, nullable, plain } from './arrow-columns.ts';
import { arrowFile } from './arrow-file.ts';
import type { ExportWriter } from './export-format.ts';
import type { TrendRow } from './trend-writers.ts';

const FLAGS = ['GOOD', 'BAD', 'NOT_EVALUATED'];
/** Where no source was named. */
const NO_FLAG = '';

/** See arrowFile. Names and flags are dictionaries; without a source flags are empty. */
export function trendArrowWriter(datasetNames: readonly string[]): ExportWriter<TrendRow> {
  const datasets = new Names(0, datasetNames);
  const flags = new Names(1, [...FLAGS, NO_FLAG]);
  const fields = [
    new Field('run', new Int32(), false),
    new Field('lumisection', new Int32(), true),
    new Field('dataset', datasets.type, false),
    new Field('value', new Float64(), true),
    new Field('entries', new Float64(), true),
    new Field('flag', flags.type, false),
  ];
  return arrowFile(fields, (rows) => [
    plain(
      new Int32(),
      Int32Array.from(rows, ({ run }) => run),
    ),
    nullable(new Int32(), new Int32Array(rows.length), rows, ({ lumisection }) => lumisection),
    datasets.column(rows, ({ dataset }) => dataset),
    nullable(new Float64(), new Float64Array(rows.length), rows, ({ value }) => value),
    nullable(new Float64(), new Float64Array(rows.length), rows, ({ entries }) => entries),
    flags.column(rows, ({ flag }) => flag ?? NO_FLAG),
  ]);
}
