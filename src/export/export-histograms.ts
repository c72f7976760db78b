import { binningOf, type StoredBinning } from '../domain/binning.ts';
import { InvalidInputError, UnavailableError } from '../domain/errors.ts';
import { bothOf, equals } from '../domain/filter.ts';
import { holdsCells } from '../domain/matrix-cells.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import type { Store } from '../store/store.ts';
import { csvWriter } from './csv-writer.ts';
import type { Booking, ExportRow, ExportWriter } from './export-format.ts';
import { masksMeant } from './export-mask.ts';
import { EXPORT_VERSION, type ExportRequest, exportCursor } from './export-request.ts';
import { type Chunks, type CutReason, type Export, type ExportOptions, streamed } from './export-stream.ts';
import { Axes } from './histogram-matrix.ts';
import { blobsOf, keyOf, type WalkedRow, walkHistograms } from './histogram-walk.ts';
import { ndjsonWriter } from './ndjson-writer.ts';
import { npyWriter } from './npy-writer.ts';

export const EXPORT_FORMATS = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
  npy: 'application/octet-stream',
  arrow: 'application/vnd.apache.arrow.file',
  parquet: 'application/vnd.apache.parquet',
} as const;
export type ExportFormat = keyof typeof EXPORT_FORMATS;

const FIELDS = ['entries', 'integral', 'meanX', 'rmsX', 'meanY', 'rmsY', 'binningId', 'bins'] as const;
/** Rows that are read at once: each page begins with a search for its place. */
const PAGE_ROWS = 4_000;
/** A chunk has so many rows at most, and so many bins unless one row alone has more. */
const CHUNK_ROWS = 2_000;
const CHUNK_CELLS = 250_000;
/** Bins that a page does not bring are read so many at once. */
const BLOBS_AT_ONCE = 100;

type Noun = ExportRequest['noun'];
type Row = WalkedRow<'lumisectionHistogram'> | WalkedRow<'runHistogram'>;

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
  return streamed(writer, provenance, chunksOf(store, whole, matrix?.rows ?? null, options.cut), options.onEnd);
}

async function writerOf(store: Store, format: ExportFormat, request: ExportRequest): Promise<ExportWriter> {
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
  expected: number | null,
  isCut: ExportOptions['cut'] = () => null,
): Chunks<ExportRow> {
  const names = new Names(store);
  let rows = 0;
  for await (const page of walkHistograms(store, {
    noun,
    where,
    after,
    fields: FIELDS,
    pageRows: PAGE_ROWS,
  })) {
    for (let from = 0; from < page.length; ) {
      if (rows === limit) return 'LIMIT';
      // nothing can be cut off a file that says at its beginning how long it is
      const cut = expected === null ? isCut() : null;
      if (cut !== null) return cut;
      const large = page[from]?.bins === undefined;
      const some = page.slice(
        from,
        Math.min(from + (large ? BLOBS_AT_ONCE : CHUNK_ROWS), from + limit - rows),
      ) as Row[];
      const blobs = await blobsOf(store, noun, some as readonly WalkedRow<Noun>[]);
      const told = await names.rowsOf(some, blobs);
      for (let begin = 0; begin < told.length; ) {
        const end = endOfChunk(told, begin);
        const last = some[end - 1] as Row;
        rows += end - begin;
        yield { rows: told.slice(begin, end), cursor: exportCursor(noun, keyOf(noun, last as WalkedRow<Noun>)) };
        begin = end;
      }
      from += some.length;
    }
  }
  if (expected !== null && rows < expected) {
    throw new UnavailableError('Histograms were taken away while they were exported: ask again');
  }
  return null;
}

/** How far from `begin` on rows make one chunk. */
function endOfChunk(rows: readonly ExportRow[], begin: number): number {
  let cells = 0;
  let end = begin;
  for (; end < rows.length; end++) {
    cells += cellCount(rows[end]?.bins?.booking.shape ?? [], true);
    if (cells > CHUNK_CELLS && end > begin) break;
  }
  return end;
}

/** Names of what rows have the ids of. */
class Names {
  readonly #store: Store;
  readonly #bookings = new Map<number, Booking>();
  readonly #elements = new Map<number, string>();
  readonly #datasets = new Map<number, string>();

  constructor(store: Store) {
    this.#store = store;
  }

  async rowsOf(rows: readonly Row[], blobs: readonly (Uint8Array | null)[]): Promise<ExportRow[]> {
    const { reads } = this.#store;
    const missing = (known: ReadonlyMap<number, unknown>, ids: readonly (number | null)[]) => [
      ...new Set(ids.filter((id): id is number => id !== null && !known.has(id))),
    ];
    const elements = missing(
      this.#elements,
      rows.map(({ monitorElementId }) => monitorElementId),
    );
    if (elements.length > 0) {
      for (const row of await reads.monitorElements(elements)) if (row) this.#elements.set(row.id, row.path);
    }
    const datasets = missing(
      this.#datasets,
      rows.map(({ datasetId }) => datasetId),
    );
    if (datasets.length > 0)
      for (const row of await reads.datasets(datasets)) if (row) this.#datasets.set(row.id, row.name);
    const binnings = missing(
      this.#bookings,
      rows.map(({ binningId }) => binningId),
    );
    if (binnings.length > 0) {
      for (const row of await reads.binnings(binnings)) if (row) this.#bookings.set(row.id, bookingOf(row));
    }
    return rows.map((row, i) => {
      const blob = blobs[i] ?? null;
      return {
        run: row.runNumber,
        lumisection: 'lumisectionNumber' in row ? row.lumisectionNumber : 0,
        dataset: this.#datasets.get(row.datasetId) as string,
        monitorElement: this.#elements.get(row.monitorElementId) as string,
        entries: row.entries,
        integral: row.integral,
        meanX: row.meanX,
        rmsX: row.rmsX,
        meanY: row.meanY,
        rmsY: row.rmsY,
        bins:
          blob === null || row.binningId === null
            ? null
            : { blob, booking: this.#bookings.get(row.binningId) as Booking },
      };
    });
  }
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
  let last: Row | undefined;
  let cut: CutReason | null = null;
  const walk = { noun, where: withBins, after, fields: ['binningId'], pageRows: 10_000 };
  walking: for await (const page of walkHistograms(store, walk)) {
    for (const row of page as readonly Row[]) {
      if (rows === limit) {
        cut = 'LIMIT';
        break walking;
      }
      const lumisection = 'lumisectionNumber' in row ? row.lumisectionNumber : 0;
      if (!axes.knows(row)) await axes.check(row, row.runNumber, lumisection);
      if (last && (last.monitorElementId !== row.monitorElementId || last.datasetId !== row.datasetId)) {
        throw new InvalidInputError('npy: a matrix is of one monitor element and one dataset: name both', {
          field: 'monitorElement',
        });
      }
      last = row;
      rows++;
    }
  }
  if (flow && last) {
    const [blob] = await blobsOf(store, noun, [last as WalkedRow<Noun>]);
    if (blob && !holdsCells(blob, true)) throw new InvalidInputError('flow: there are no flow bins', { field: 'flow' });
  }
  if (axes.binning === null) throw new InvalidInputError('npy: nothing is selected, so the matrix has no shape', {});
  const cursor = last ? exportCursor(noun, keyOf(noun, last as WalkedRow<Noun>)) : null;
  return { rows, shape: axes.shape, axes: axes.binning.axes, where: withBins, end: { cut, cursor } };
}
