import { InvalidInputError } from '../domain/errors.ts';
import { bothOf, equals } from '../domain/filter.ts';
import { chunksOfRuns } from '../store/histogram-runs.ts';
import type { Store } from '../store/store.ts';
import type { TrendKey, TrendPoint, TrendQuery } from '../store/trends.ts';
import type { ExportWriter } from './export-format.ts';
import { masksMeant, sourcesMeant } from './export-mask.ts';
import { EXPORT_VERSION } from './export-request.ts';
import { type Chunks, type Export, type ExportOptions, streamed } from './export-stream.ts';
import { inRuns } from './histogram-walk.ts';
import { type TrendRow, trendCsvWriter, trendNdjsonWriter } from './trend-writers.ts';

export const TREND_FORMATS = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
  arrow: 'application/vnd.apache.arrow.file',
} as const;
export type TrendFormat = keyof typeof TREND_FORMATS;

/** What is to be exported. */
export interface TrendExportRequest {
  readonly trend: TrendQuery;
  /** Only what follows this key. */
  readonly after: TrendKey | undefined;
  /** Most rows. */
  readonly limit: number;
  /** The request as it was made, for the provenance. */
  readonly asked: Readonly<Record<string, string>>;
}

/** Rows of a chunk: with a window their bins are read and let go in smaller pages. */
const CHUNK_ROWS = 5_000;

/** Where an export ended: the key of its last row, as a text that stands in a URL as it is. */
const trendCursor = (key: TrendKey): string => `T${key.join('-')}`;

/** @throws InvalidInputError for what trendCursor never gave. */
export function keyOfTrendCursor(cursor: string): TrendKey {
  const key = cursor.slice(1).split('-').map(Number);
  const isKey = key.length === 3 && key.every((value) => Number.isInteger(value) && value <= 0x7fff_ffff);
  if (isKey && trendCursor(key as never) === cursor) return key as never;
  throw new InvalidInputError(`after: '${cursor.slice(0, 100)}' is no cursor of an export of trends`, {
    field: 'after',
  });
}

/**
 * The points of a trend as a file, made while they are read, in the order of their keys: run, lumisection, dataset as the
 * database numbers it. Nothing is held but one chunk.
 * @throws InvalidInputError, NotFoundError (of masks, sets, sources)
 */
export async function openTrendExport(
  store: Store,
  format: TrendFormat,
  request: TrendExportRequest,
  { cut, onEnd }: ExportOptions = {},
): Promise<Export> {
  const { trend, asked } = request;
  const provenance = JSON.stringify({
    lumigraphExport: EXPORT_VERSION,
    level: trend.noun === 'runHistogram' ? 'RUN' : 'LUMISECTION',
    query: asked,
    masks: await masksMeant(store, trend.where),
    sets: await store.elementSets.meant(trend.where),
    ...(trend.flagSource && { flags: await sourcesMeant(store, trend.flagSource) }),
  });
  return streamed(await writerOf(store, format, trend), provenance, chunksOf(store, request, cut), onEnd);
}

/** On the noun of the trend. */
const whereOf = ({ monitorElementId, where }: TrendQuery) =>
  bothOf(where, equals('monitorElementId', monitorElementId));

async function writerOf(store: Store, format: TrendFormat, trend: TrendQuery): Promise<ExportWriter<TrendRow>> {
  if (format === 'csv') return trendCsvWriter();
  if (format === 'ndjson') return trendNdjsonWriter();
  const { datasets } = await store.reads.histogramDimensions(trend.noun, whereOf(trend));
  const names = await store.reads.datasets(datasets);
  const { trendArrowWriter } = await import('./trend-arrow-writer.ts');
  return trendArrowWriter(names.flatMap((row) => (row ? [row.name] : [])));
}

async function* chunksOf(
  store: Store,
  { trend, after, limit }: TrendExportRequest,
  isCut: ExportOptions['cut'] = () => null,
): Chunks<TrendRow> {
  const runs = await store.reads.histogramRuns(trend.noun, whereOf(trend), after?.[0] ?? 0);
  let rows = 0;
  let start = after;
  for (const chunk of chunksOfRuns(runs)) {
    const ofChunk = { ...trend, where: bothOf(trend.where, inRuns(chunk)) };
    for (let hasMore = true; hasMore; ) {
      // one is looked for behind the limit, so that only what is cut says so
      const cut = rows === limit ? null : isCut();
      if (cut !== null) return cut;
      const page = await store.trends.pointsAfter(ofChunk, start, Math.min(CHUNK_ROWS, Math.max(1, limit - rows)));
      if (page.points.length > 0 && rows === limit) return 'LIMIT';
      hasMore = page.hasMore;
      const last = page.points.at(-1);
      if (last === undefined) break;
      start = [last.run, last.lumisection ?? 0, last.datasetId];
      rows += page.points.length;
      yield { rows: await named(store, page.points), cursor: trendCursor(start) };
    }
    start = undefined;
  }
  return null;
}

async function named({ reads }: Store, points: readonly TrendPoint[]): Promise<TrendRow[]> {
  const ids = [...new Set(points.map(({ datasetId }) => datasetId))];
  const names = new Map((await reads.datasets(ids)).map((row) => [row?.id, row?.name as string]));
  return points.map(({ datasetId, ...point }) => ({ ...point, dataset: names.get(datasetId) as string }));
}
