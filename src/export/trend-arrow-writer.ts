import { Field } from 'apache-arrow';
import { FLOAT64, INT32, integers, Names, nullable } from './arrow-columns.ts';
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
    new Field('run', INT32, false),
    new Field('lumisection', INT32, true),
    new Field('dataset', datasets.type, false),
    new Field('value', FLOAT64, true),
    new Field('entries', FLOAT64, true),
    new Field('flag', flags.type, false),
  ];
  return arrowFile(fields, (rows) => [
    integers(Int32Array.from(rows, ({ run }) => run)),
    nullable(INT32, rows, ({ lumisection }) => lumisection),
    datasets.column(rows, ({ dataset }) => dataset),
    nullable(FLOAT64, rows, ({ value }) => value),
    nullable(FLOAT64, rows, ({ entries }) => entries),
    flags.column(rows, ({ flag }) => flag ?? NO_FLAG),
  ]);
}
