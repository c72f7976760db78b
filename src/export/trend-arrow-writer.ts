import { type Data, Field, Float64, Int32, makeData, RecordBatch, Schema, Struct } from 'apache-arrow';
import { Names, nullable, plain, Sink } from './arrow-columns.ts';
import type { ExportWriter } from './export-format.ts';
import type { TrendRow } from './trend-writers.ts';

const FLAGS = ['GOOD', 'BAD', 'NOT_EVALUATED'];
/** Where no source was named. */
const NO_FLAG = '';

/**
 * As arrowWriter of histograms: a record batch a chunk with its cursor (`lumigraph.cursor`), the provenance with the schema, the
 * summary with the last batch, which has no rows. Names and flags are dictionaries; without a source flags are empty.
 */
export function trendArrowWriter(datasetNames: readonly string[]): ExportWriter<TrendRow> {
  const sink = new Sink();
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
  let schema = new Schema(fields);

  const batchOf = (rows: readonly TrendRow[], metadata: Map<string, string>) => {
    const children: Data[] = [
      plain(
        new Int32(),
        Int32Array.from(rows, ({ run }) => run),
      ),
      nullable(new Int32(), new Int32Array(rows.length), rows, ({ lumisection }) => lumisection),
      datasets.column(rows, ({ dataset }) => dataset),
      nullable(new Float64(), new Float64Array(rows.length), rows, ({ value }) => value),
      nullable(new Float64(), new Float64Array(rows.length), rows, ({ entries }) => entries),
      flags.column(rows, ({ flag }) => flag ?? NO_FLAG),
    ];
    const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children });
    return new RecordBatch(schema, data as Data<Struct>, metadata);
  };

  return {
    begin(provenance) {
      schema = new Schema(fields, new Map([['lumigraph.provenance', provenance]]));
      sink.reset(undefined, schema);
      return sink.take();
    },
    rows(rows, cursor) {
      sink.write(batchOf(rows, new Map([['lumigraph.cursor', cursor]])));
      return sink.take();
    },
    end(summary) {
      sink.write(batchOf([], new Map([['lumigraph.summary', summary]])));
      sink.finish();
      return sink.take();
    },
  };
}
