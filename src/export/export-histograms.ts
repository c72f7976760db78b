import { binningOf, type StoredBinning } from '../domain/binning.ts';
import { InvalidInputError, UnavailableError } from '../domain/errors.ts';
import { bothOf, equals } from '../domain/filter.ts';
import { holdsCells } from '../domain/matrix-cells.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import type { Store } from '../store/store.ts';
import { csvWriter } from './csv-writer.ts';
import type { Booking, ExportRow } from './export-format.ts';
import { masksMeant } from './export-mask.ts';
import { EXPORT_VERSION, type ExportRequest, exportCursor } from './export-request.ts';
import { type ExportColumns, ExportRows, type HistogramWriter, STATISTICS, type Statistic } from './export-rows.ts';
import { type Chunks, type CutReason, type Export, type ExportOptions, streamed } from './export-stream.ts';
import { Axes } from './histogram-matrix.ts';
import { type HistogramPage, walkHistograms } from './histogram-walk.ts';
import { ndjsonWriter } from './ndjson-writer.ts';
import { npyWriter } from './npy-writer.ts';
import { readAhead } from './read-ahead.ts';

export const EXPORT_FORMATS = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
  npy: 'application/octet-stream',
  arrow: 'application/vnd.apache.arrow.file',
  parquet: 'application/vnd.apache.parquet',
} as const;
export type ExportFormat = keyof typeof EXPORT_FORMATS;

const FIELDS = [...STATISTICS, 'binningId', 'bins'] as const;
/** Rows that are read at once: each page begins with a search for its place. */
const PAGE_ROWS = 4_000;
/**
 * A chunk has so many rows at most, and so many bins unless one row alone has more: as numbers it lies in memory until V8 collects it (with
 * 250,000 bins a server took 13 MB more, and no less time).
 */
const CHUNK_ROWS = 2_000;
const CHUNK_CELLS = 100_000;

/**
 * The histograms of a request as a file, made while it is read: nothing is held but one chunk. What cannot work is refused
 * before the first byte. Where it is cut, its summary says so, and its cursor where to go on.
 * @throws InvalidInputError, NotFoundError (of masks)
 */
export async function openExport(
  store: Store,
  format: ExportFormat,
  request: ExportRequest,
  options: ExportOptions = {},
): Promise<Export> {
  const matrix = format === 'npy' ? await measure(store, request) : null;
  const provenance = JSON.stringify({
    lumigraphExport: EXPORT_VERSION,
    level: request.noun === 'runHistogram' ? 'RUN' : 'LUMISECTION',
    query: request.asked,
    masks: await masksMeant(store, request.where),
    sets: await store.elementSets.meant(request.where),
    ...(matrix && { rows: matrix.rows, axes: matrix.axes, ...matrix.end }),
  });
  const whole = matrix ? { ...request, where: matrix.where, limit: matrix.rows } : request;
  const writer = matrix
    ? npyWriter({ ...request, rows: matrix.rows, shape: matrix.shape })
    : await writerOf(store, format, request);
  return streamed(
    writer,
    provenance,
    chunksOf(store, whole, matrix && { rows: matrix.rows, cursor: matrix.end.cursor }, options.cut),
    options.onEnd,
  );
}

async function writerOf(store: Store, format: ExportFormat, request: ExportRequest): Promise<HistogramWriter> {
  if (format === 'csv') return csvWriter(request.flow);
  if (format === 'ndjson') return ndjsonWriter(request.flow);
  // libraries of some size, which most servers are never asked for
  if (format === 'parquet') return (await import('./parquet-writer.ts')).parquetWriter(request);
  const { reads } = store;
  const { monitorElements, datasets } = await reads.histogramDimensions(request.noun, request.where);
  const elements = await reads.monitorElements(monitorElements);
  const names = await reads.datasets(datasets);
  const { arrowWriter } = await import('./arrow-writer.ts');
  return arrowWriter({
    ...request,
    monitorElements: elements.flatMap((row) => (row ? [row.path] : [])),
    datasets: names.flatMap((row) => (row ? [row.name] : [])),
  });
}

async function* chunksOf(
  store: Store,
  { noun, where, after, limit }: ExportRequest,
  expected: { readonly rows: number; readonly cursor: string | null } | null,
  isCut: ExportOptions['cut'] = () => null,
): Chunks<ExportRow, ExportRows> {
  let rows = 0;
  let cursor: string | null = null;
  for await (const { page, named } of readAhead(namedPages(store, noun, where, after))) {
    for (let from = 0; from < page.length; ) {
      if (rows === limit) {
        if (expected !== null && cursor !== expected.cursor) throw changed();
        return 'LIMIT';
      }
      // nothing can be cut off a file that says at its beginning how long it is
      const cut = expected === null ? isCut() : null;
      if (cut !== null) return cut;
      const end = endOfChunk(named.bookings, from, Math.min(from + CHUNK_ROWS, from + limit - rows, page.length));
      const blobs = await page.blobs(placesOf(from, end));
      rows += end - from;
      cursor = exportCursor(noun, page.key(end - 1));
      yield { rows: rowsOf(page, named, from, blobs), cursor };
      from = end;
    }
  }
  if (expected !== null && (rows < expected.rows || cursor !== expected.cursor)) throw changed();
  return null;
}

const changed = () => new UnavailableError('Histograms came or went while they were exported: ask again');

/** Names are read with a page, before whoever takes it may let them wait: what is withdrawn takes names along. */
async function* namedPages(
  store: Store,
  ...[noun, where, after]: [ExportRequest['noun'], ExportRequest['where'], ExportRequest['after']]
) {
  const names = new Names(store);
  for await (const page of walkHistograms(store, { noun, where, after, fields: FIELDS, pageRows: PAGE_ROWS })) {
    yield { page, named: await names.of(page) };
  }
}

const placesOf = (from: number, end: number) => Array.from({ length: end - from }, (_, i) => from + i);

/** How far from `begin` on, and not beyond `most`, rows make one chunk. */
function endOfChunk(bookings: readonly (Booking | null)[], begin: number, most: number): number {
  let cells = 0;
  let end = begin;
  for (; end < most; end++) {
    cells += cellCount(bookings[end]?.shape ?? [], true);
    if (cells > CHUNK_CELLS && end > begin) break;
  }
  return end;
}

type NamedColumns = Pick<ExportColumns, 'datasets' | 'monitorElements' | 'bookings'>;

/** As many rows from `from` on as there are blobs. */
function rowsOf(
  page: HistogramPage,
  { datasets, monitorElements, bookings }: NamedColumns,
  from: number,
  blobs: readonly (Uint8Array | null)[],
): ExportRows {
  const some = <Value>(column: readonly Value[]) => column.slice(from, from + blobs.length);
  const statistic = (name: Statistic) => some(page.column<number | null>(name));
  return new ExportRows({
    runs: some(page.runs),
    lumisections: some(page.lumisections),
    datasets: some(datasets),
    monitorElements: some(monitorElements),
    statistics: {
      entries: statistic('entries'),
      integral: statistic('integral'),
      meanX: statistic('meanX'),
      rmsX: statistic('rmsX'),
      meanY: statistic('meanY'),
      rmsY: statistic('rmsY'),
    },
    blobs,
    bookings: some(bookings),
  });
}

/** Names of what histograms have the ids of. */
class Names {
  readonly #store: Store;
  readonly #bookings = new Map<number, Booking>();
  readonly #elements = new Map<number, string>();
  readonly #datasets = new Map<number, string>();

  constructor(store: Store) {
    this.#store = store;
  }

  async of(page: HistogramPage): Promise<NamedColumns> {
    const { reads } = this.#store;
    const binningIds = page.column<number | null>('binningId');
    const elements = missing(this.#elements, page.monitorElementIds);
    const datasets = missing(this.#datasets, page.datasetIds);
    const binnings = missing(this.#bookings, binningIds);
    for (const row of await reads.monitorElements(elements)) if (row) this.#elements.set(row.id, row.path);
    for (const row of await reads.datasets(datasets)) if (row) this.#datasets.set(row.id, row.name);
    for (const row of await reads.binnings(binnings)) if (row) this.#bookings.set(row.id, bookingOf(row));
    return {
      monitorElements: byNeighbour(page.monitorElementIds, (id) => named(this.#elements, id)),
      datasets: byNeighbour(page.datasetIds, (id) => named(this.#datasets, id)),
      bookings: byNeighbour(binningIds, (id) => (id === null ? null : named(this.#bookings, id))),
    };
  }
}

function named<Name>(names: ReadonlyMap<number, Name>, id: number): Name {
  const name = names.get(id);
  if (name === undefined) throw changed();
  return name;
}

function missing(known: ReadonlyMap<number, unknown>, ids: readonly (number | null)[]): number[] {
  const found = new Set<number>();
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number | null;
    // neighbours are mostly the same
    if (id !== null && (i === 0 || id !== ids[i - 1]) && !known.has(id)) found.add(id);
  }
  return [...found];
}

/** What is found of each. */
function byNeighbour<Id, Found>(ids: readonly Id[], find: (id: Id) => Found): Found[] {
  const all = new Array<Found>(ids.length);
  for (let i = 0; i < ids.length; i++) {
    all[i] = i > 0 && ids[i] === ids[i - 1] ? (all[i - 1] as Found) : find(ids[i] as Id);
  }
  return all;
}

function bookingOf(stored: Pick<StoredBinning, 'title' | 'axes'>): Booking {
  const binning = binningOf(stored);
  return { binning, shape: shapeOf(binning), axes: stored.axes };
}

/** A first walk, without bins: how many rows a matrix has, and that all of them have the same axes. */
async function measure(store: Store, { noun, where, after, limit, flow }: ExportRequest) {
  const withBins = noun === 'runHistogram' ? bothOf(where, equals('hasBins', true)) : where;
  const axes = new Axes(store, flow);
  let rows = 0;
  let last: HistogramPage | undefined;
  let lastAt = 0;
  let cut: CutReason | null = null;
  const walk = { noun, where: withBins, after, fields: ['binningId'], pageRows: 10_000 };
  walking: for await (const page of walkHistograms(store, walk)) {
    const binningIds = page.column<number | null>('binningId');
    for (let at = 0; at < page.length; at++) {
      if (rows === limit) {
        cut = 'LIMIT';
        break walking;
      }
      const binningId = binningIds[at] ?? null;
      if (!axes.knows({ binningId })) {
        await axes.check({ binningId }, page.runs[at] as number, page.lumisections[at] as number);
      }
      if (last && !isOfSame(last, lastAt, page, at)) {
        throw new InvalidInputError('npy: a matrix is of one monitor element and one dataset: name both', {
          field: 'monitorElement',
        });
      }
      last = page;
      lastAt = at;
      rows++;
    }
  }
  if (flow && last) {
    const [blob] = await last.blobs([lastAt]);
    if (blob && !holdsCells(blob, true)) throw new InvalidInputError('flow: there are no flow bins', { field: 'flow' });
  }
  if (axes.binning === null) throw new InvalidInputError('npy: nothing is selected, so the matrix has no shape', {});
  const cursor = last ? exportCursor(noun, last.key(lastAt)) : null;
  return { rows, shape: axes.shape, axes: axes.binning.axes, where: withBins, end: { cut, cursor } };
}

const isOfSame = (a: HistogramPage, i: number, b: HistogramPage, j: number) =>
  a.monitorElementIds[i] === b.monitorElementIds[j] && a.datasetIds[i] === b.datasetIds[j];
