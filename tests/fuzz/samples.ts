import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { perLsParquet } from '../ingest/formats/per-ls-parquet-files.ts';
import { csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { zlibBlock } from '../support/root-writer/compress.ts';
import { dqmioFile } from '../support/root-writer/dqmio.ts';
import { elementsOfEveryType } from '../support/root-writer/elements.ts';
import { rootFile, type WrittenHistogram } from '../support/root-writer/writer.ts';

/** A good file that is damaged again and again. */
export interface Sample {
  /** The format, and what is special about the file where there are several. */
  readonly id: string;
  readonly name: string;
  readonly bytes: Buffer;
}

const vector = (file: string) => readFileSync(new URL(`../vectors/${file}`, import.meta.url));

const twoAxes = csvRow({
  ls: 9,
  name: 'map',
  metype: 6,
  bins: Array.from({ length: 20 }, (_, i) => i),
  xbins: 3,
}).replace(/1,0,1$/, '1,0,2');
const perLs = lumisectionCsv({ run: 315257, lumisections: 4, elements: 3 }) + twoAxes;

const parquetRows = Array.from({ length: 12 }, (_, i) => ({
  fromrun: 315257,
  fromlumi: i + 1,
  hname: i % 3 === 0 ? 'map' : 'charge',
  metype: i % 3 === 0 ? 6 : 3,
  histo: Array.from({ length: i % 3 === 0 ? 20 : 5 }, (_, bin) => (bin * i) / 2),
  entries: 6,
  Xmin: 0,
  Xmax: 3,
  Xbins: 3,
  Ymin: 0,
  Ymax: 1,
  Ybins: i % 3 === 0 ? 2 : 1,
}));
/** As dqmiotools writes them: no flow bins, x outer. */
const xOuterRows = parquetRows.map((row) => ({
  ...row,
  histo: row.histo.slice(0, row.Ybins === 2 ? 6 : 3).map(Math.floor),
  Ybins: row.Ybins === 2 ? 2 : 0,
}));

const axis = { fNbins: 3, fXmin: 0, fXmax: 7, fXbins: [0, 1, 3, 7], fTitle: 'charge', fLabels: ['a', null, 'c'] };
const side = { fNbins: 2, fXmin: -1, fXmax: 1, fTitle: 'side' };
const cells = Array.from({ length: 20 }, (_, i) => i);
const profile = { fXaxis: side, fEntries: 3, fArray: [0, 4, 6, 0], fSumw2: [0, 16, 18, 0], fBinEntries: [0, 1, 2, 0] };
const histograms: WrittenHistogram[] = [1, 2].flatMap((ls): WrittenHistogram[] => [
  {
    key: `run315257_ls${ls}_one`,
    className: 'TH1F',
    members: {
      fTitle: 'One',
      fNcells: 5,
      fXaxis: axis,
      fEntries: 9,
      fArray: [1, 2.5, 3, 0, 4],
      fSumw2: [1, 5, 3, 0, 4],
    },
  },
  {
    key: `run315257_ls${ls}_two`,
    className: 'TH2F',
    members: { fXaxis: axis, fYaxis: side, fEntries: 20, fArray: cells },
  },
  { key: `run315257_ls${ls}_profile`, className: 'TProfile', members: profile },
]);

const lumisections = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ run: 315257, lumi: i, elements: elementsOfEveryType(i + 1) }));

const sample = (id: string, name: string, bytes: Buffer | string): Sample => ({ id, name, bytes: Buffer.from(bytes) });

/** A file of each format, and of each thing that its reader does differently. */
export const samples: readonly Sample[] = [
  sample('per-ls-csv', 'a.csv', perLs),
  sample('per-ls-csv, old header', 'b.csv', vector('per-ls-csv/old-header.csv')),
  sample('per-ls-csv, gzip', 'c.csv.gz', gzipSync(perLs)),
  sample('per-run-csv', 'ZeroBias_315257_UL2018.csv', vector('per-run-csv/titles-in-quotes.csv')),
  sample('lumi-json', 'golden.json', vector('lumi-json/indented.txt')),
  sample('per-ls-parquet', 'd.parquet', perLsParquet(parquetRows, { codec: 'UNCOMPRESSED', rowGroupSize: 5 })),
  sample('per-ls-parquet, snappy', 'e.parquet', perLsParquet(parquetRows, { pageSize: 64, histo: 'FLOAT' })),
  sample('per-ls-parquet, x outer', 'f.parquet', perLsParquet(xOuterRows, { codec: 'UNCOMPRESSED', histo: 'INT32' })),
  sample('plain-root', 'g.root', rootFile(histograms)),
  sample('plain-root, zlib', 'h.root', rootFile(histograms, zlibBlock)),
  sample('harvested-root', 'i.root', vector('harvested-root/folders-and-marks.root')),
  sample('harvested-root, texts', 't.root', vector('harvested-root/scalars-and-quality-tests.root')),
  sample('dqmio', 'r.root', dqmioFile(lumisections(2), { basketEntries: 2 })),
  sample('dqmio, zlib', 's.root', dqmioFile(lumisections(6), { basketEntries: 4, compress: zlibBlock })),
  sample('oms-rates, CSV', 'j.csv', vector('oms-rates/csv.csv')),
  sample('oms-rates, JSON', 'k.json', vector('oms-rates/json-of-columns.txt')),
  sample('oms-rates, Parquet', 'l.parquet', vector('oms-rates/parquet.parquet')),
  sample('oms-runs, JSON:API', 'm.json', vector('oms-runs/answer-with-units.txt')),
  sample('oms-lumisections, JSON:API', 'n.json', vector('oms-lumisections/two-pages.txt')),
  sample('run-registry-runs, CSV', 'o.csv', vector('run-registry-runs/csv.csv')),
  sample('run-registry-lumisections, JSON', 'p.json', vector('run-registry-lumisections/json-of-objects.txt')),
  sample('run-registry-lumisections, Parquet', 'q.parquet', vector('run-registry-lumisections/parquet.parquet')),
];

const scored = Array.from({ length: 40 }, (_, i) => ({
  run: 315257 + Math.floor(i / 10),
  lumisection: (i % 10) + 1,
  score: i % 7 === 0 ? null : i / 8,
  monitorElement: i % 2 === 0 ? 'charge' : 'size',
  reason: i % 7 === 0 ? 'EMPTY' : null,
}));
const scoreColumns = ['run', 'lumisection', 'score', 'monitorElement', 'reason'] as const;
const scoresCsv = [scoreColumns, ...scored.map((row) => scoreColumns.map((name) => row[name] ?? ''))]
  .map((cells) => `${cells.join(',')}\n`)
  .join('');
const scoreTable = tableFromArrays({
  run: Int32Array.from(scored, ({ run }) => run),
  lumisection: Int32Array.from(scored, ({ lumisection }) => lumisection),
  score: Float64Array.from(scored, ({ score }) => score ?? Number.NaN),
  monitorElement: scored.map(({ monitorElement }) => monitorElement),
});

/** Files of scores, as they are sent along with a prediction. */
export const scoreSamples: readonly Sample[] = [
  sample('scores, CSV', 'scores.csv', scoresCsv),
  sample('scores, CSV, gzip', 'scores.csv.gz', gzipSync(scoresCsv)),
  sample('scores, JSON', 'scores.json', JSON.stringify(scored)),
  sample('scores, Parquet', 'scores.parquet', scoresParquet()),
  sample('scores, Arrow file', 'scores.arrow', Buffer.from(tableToIPC(scoreTable, 'file'))),
  sample('scores, Arrow stream', 'scores.arrows', Buffer.from(tableToIPC(scoreTable, 'stream'))),
];

function scoresParquet(): Buffer {
  const of = (name: (typeof scoreColumns)[number]) => scored.map((row) => row[name]);
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: 'run', data: of('run'), type: 'INT32' },
      { name: 'lumisection', data: of('lumisection'), type: 'INT32' },
      { name: 'score', data: of('score'), type: 'DOUBLE', nullable: true },
      { name: 'monitorElement', data: of('monitorElement'), type: 'STRING' },
      { name: 'reason', data: of('reason'), type: 'STRING', nullable: true },
    ],
    rowGroupSize: 15,
  });
  return Buffer.from(bytes);
}
