import type { TrendPoint } from '../store/trends.ts';
import type { ExportWriter } from './export-format.ts';

/** A point of a trend with the name of its dataset. */
export type TrendRow = Omit<TrendPoint, 'datasetId'> & { readonly dataset: string };

export const TREND_COLUMNS = ['run', 'lumisection', 'dataset', 'value', 'entries', 'flag'] as const;

/** As ndjsonWriter of histograms: an object a line, provenance, cursors and summary between them. */
export const trendNdjsonWriter = (): ExportWriter<TrendRow> => ({
  begin: (provenance) => [Buffer.from(`{"provenance":${provenance}}\n`)],
  rows: (rows, cursor) => [
    Buffer.from(`${rows.map((row) => JSON.stringify(row, TREND_COLUMNS as never)).join('\n')}\n${cursorOf(cursor)}\n`),
  ],
  end: (summary) => [Buffer.from(`{"summary":${summary}}\n`)],
});

/** As csvWriter of histograms: comment lines around the rows; what is absent is empty. */
export const trendCsvWriter = (): ExportWriter<TrendRow> => ({
  begin: (provenance) => [Buffer.from(`# {"provenance":${provenance}}\r\n${TREND_COLUMNS.join(',')}\r\n`)],
  rows: (rows, cursor) => [Buffer.from(`${rows.map(csvOf).join('')}# ${cursorOf(cursor)}\r\n`)],
  end: (summary) => [Buffer.from(`# {"summary":${summary}}\r\n`)],
});

const csvOf = ({ run, lumisection, dataset, value, entries, flag }: TrendRow): string =>
  `${run},${lumisection ?? ''},"${dataset.replaceAll('"', '""')}",${value ?? ''},${entries ?? ''},${flag ?? ''}\r\n`;

const cursorOf = (cursor: string) => JSON.stringify({ cursor });
