import { EXPORT_FORMATS, type ExportFormat, openExport } from '../export/export-histograms.ts';
import type { Export, ExportOptions } from '../export/export-stream.ts';
import { openTrendExport, TREND_FORMATS, type TrendFormat } from '../export/export-trends.ts';
import type { Store } from '../store/store.ts';
import { EXPORT_PARAMETERS, exportRequest, requireNamed } from './export-parameters.ts';
import { TREND_EXPORT_PARAMETERS, trendExportRequest } from './trend-export-parameters.ts';

/** One kind of rows that can be exported, in any of its formats, whoever asks. */
export interface ExportKind {
  /** Media types by format. */
  readonly formats: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  /** @throws InvalidInputError, LimitExceededError, NotFoundError */
  open(store: Store, format: string, given: Readonly<Record<string, string>>, options: ExportOptions): Promise<Export>;
}

const TEXT_FORMATS: readonly string[] = ['csv', 'ndjson'];

/** By the name that a path and the command line call it. */
export const EXPORTS: Readonly<Record<'histograms' | 'trends', ExportKind>> = {
  histograms: {
    formats: EXPORT_FORMATS,
    parameters: EXPORT_PARAMETERS,
    async open(store, format, given, options) {
      const request = exportRequest(given, TEXT_FORMATS.includes(format));
      await requireNamed(store, given);
      return openExport(store, format as ExportFormat, request, options);
    },
  },
  trends: {
    formats: TREND_FORMATS,
    parameters: TREND_EXPORT_PARAMETERS,
    async open(store, format, given, options) {
      // looks the monitor element up itself
      const request = await trendExportRequest(store, given);
      await requireNamed(store, { dataset: given.dataset });
      return openTrendExport(store, format as TrendFormat, request, options);
    },
  },
};
