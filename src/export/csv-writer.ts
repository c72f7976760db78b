import type { Axis } from '../domain/axis.ts';
import type { HistogramWriter } from './export-rows.ts';
import { textOfBins } from './ndjson-writer.ts';

const COLUMNS = [
  'run',
  'lumisection',
  'dataset',
  'monitorElement',
  'entries',
  'integral',
  'meanX',
  'rmsX',
  'meanY',
  'rmsY',
  'xBins',
  'xMin',
  'xMax',
  'xEdges',
  'yBins',
  'yMin',
  'yMax',
  'yEdges',
  'bins',
];

const QUOTE = Buffer.from('"');
const END = Buffer.from('"\r\n');

/**
 * CSV (RFC 4180) with comment lines: `# ` and JSON, as the lines of NDJSON have it (provenance, cursors, summary):
 * `pandas.read_csv(file, comment="#")`. Lists are JSON arrays. What is absent is empty.
 */
export function csvWriter(flow: boolean): HistogramWriter {
  return {
    begin: (provenance) => [Buffer.from(`# {"provenance":${provenance}}\r\n${COLUMNS.join(',')}\r\n`)],
    rows(rows, cursor) {
      const pieces: Uint8Array[] = [];
      for (const row of rows) {
        const [x, y] = row.bins?.booking.binning.axes ?? [];
        const { run, lumisection, dataset, monitorElement, entries, integral, meanX, rmsX, meanY, rmsY } = row;
        const numbers = [entries, integral, meanX, rmsX, meanY, rmsY].map(number).join(',');
        const key = `${run},${lumisection || ''},${quoted(dataset)},${quoted(monitorElement)}`;
        pieces.push(Buffer.from(`${key},${numbers},${axis(x)},${axis(y)},`));
        if (row.bins === null) pieces.push(EMPTY);
        else pieces.push(QUOTE, textOfBins(row, flow), END);
      }
      pieces.push(Buffer.from(`# ${JSON.stringify({ cursor })}\r\n`));
      return [Buffer.concat(pieces)];
    },
    end: (summary) => [Buffer.from(`# {"summary":${summary}}\r\n`)],
  };
}

const EMPTY = Buffer.from('\r\n');

const number = (value: number | null) => (value === null || !Number.isFinite(value) ? '' : String(value));

/** Always in quotes: a path may hold whatever begins a comment, a formula or a new column. */
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

function axis(of: Axis | undefined): string {
  if (of === undefined) return ',,,';
  return `${of.bins},${of.min},${of.max},${of.edges ? quoted(JSON.stringify(of.edges)) : ''}`;
}
