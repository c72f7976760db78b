import { binsJson } from '../domain/bins-text.ts';
import type { ExportRow } from './export-format.ts';
import type { HistogramWriter } from './export-rows.ts';

const NEWLINE = Buffer.from('}\n');

/**
 * A JSON object a line: `{"provenance": ...}` first, then a line a histogram, `{"cursor": ...}` after each chunk of them, and
 * `{"summary": ...}` last: without it the export is not whole.
 */
export function ndjsonWriter(flow: boolean): HistogramWriter {
  return {
    begin: (provenance) => [Buffer.from(`{"provenance":${provenance}}\n`)],
    rows(rows, cursor) {
      const pieces: Uint8Array[] = [];
      for (const row of rows) {
        pieces.push(Buffer.from(`${statisticsOf(row)},"axes":${row.bins?.booking.axes ?? 'null'},"bins":`));
        pieces.push(textOfBins(row, flow), NEWLINE);
      }
      pieces.push(Buffer.from(`${JSON.stringify({ cursor })}\n`));
      return [Buffer.concat(pieces)];
    },
    end: (summary) => [Buffer.from(`{"summary":${summary}}\n`)],
  };
}

/** An object without its end. Numbers that are not finite are null. */
function statisticsOf({ bins: _bins, lumisection, ...row }: ExportRow): string {
  const { run, ...rest } = row;
  return JSON.stringify({ run, lumisection: lumisection || null, ...rest }).slice(0, -1);
}

/** `null` for summaries, and where flow bins are asked for that are not there. */
export function textOfBins({ bins }: ExportRow, flow: boolean): Uint8Array {
  return (bins && binsJson(bins.blob, bins.booking.shape, flow)) ?? Buffer.from('null');
}
