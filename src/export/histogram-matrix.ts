import { setImmediate as nextTurn } from 'node:timers/promises';
import { binningOf, type StoredBinning } from '../domain/binning.ts';
import { InvalidInputError } from '../domain/errors.ts';
import type { Filter } from '../domain/filter.ts';
import type { Binning } from '../domain/histogram.ts';
import { holdsCells } from '../domain/matrix-cells.ts';
import { cellCount, type Shape, shapeOf } from '../domain/shape.ts';
import type { Store } from '../store/store.ts';
import { walkWithGaps } from './gaps.ts';
import { blobsOf, type WalkedRow, walkHistograms } from './histogram-walk.ts';
import type { MatrixSelection } from './matrix-selection.ts';

export const MATRIX_FIELDS = ['entries', 'binningId', 'bins'] as const;

/** Where a page of a matrix ended. `binningId` keeps the pages of one matrix alike; lumisection 0: of a run. */
export interface MatrixCursor {
  readonly binningId: number;
  readonly run: number;
  readonly lumisection: number;
}

export interface MatrixRequest {
  readonly selection: MatrixSelection;
  /** What the client asked for, beside monitor element and dataset. */
  readonly where: Filter | undefined;
  readonly first: number;
  /** The page ends before its numbers would take more than this as float64. */
  readonly maxBytes: number;
  readonly after: MatrixCursor | undefined;
  readonly flow: boolean;
  readonly gaps: boolean;
}

/** A page of a matrix: a row a histogram, in the order of run and lumisection. */
export interface HistogramMatrix {
  /** Null while no row has bins. */
  readonly binning: Binning | null;
  readonly runs: readonly number[];
  /** 0 where rows are whole runs. */
  readonly lumisections: readonly number[];
  /** Null for a gap. */
  readonly blobs: readonly (Uint8Array | null)[];
  readonly entries: readonly (number | null)[];
  readonly flow: boolean;
  readonly hasNextPage: boolean;
  readonly end: MatrixCursor | null;
}

const BYTES_OF_CELL = 8;
const PAGE_ROWS = 5_000;
/** Bins that lists do not bring are read so many at once. */
const BLOBS_AT_ONCE = 200;

type Row = WalkedRow<'lumisectionHistogram'> | WalkedRow<'runHistogram'>;
type Booked = Pick<Row, 'binningId'>;
interface Place {
  readonly run: number;
  readonly lumisection: number;
  readonly row: Row | null;
}

/**
 * @throws InvalidInputError for histograms that are booked with other axes than the first one of the matrix, named by the
 * first such: they are never put into one matrix; where flow bins are asked for that a histogram does not have.
 */
export async function readMatrix(store: Store, request: MatrixRequest): Promise<HistogramMatrix> {
  const { first, maxBytes, flow, after } = request;
  const runs: number[] = [];
  const lumisections: number[] = [];
  const rows: (Row | null)[] = [];
  const axes = new Axes(store, flow);
  if (after !== undefined) await axes.begin(after.binningId);
  let most = axes.rowsWithin(maxBytes, first);
  let hasNextPage = false;
  reading: for await (const places of placesOf(store, request)) {
    for (const { run, lumisection, row } of places) {
      if (row !== null && !axes.knows(row)) {
        await axes.check(row, run, lumisection);
        most = axes.rowsWithin(maxBytes, first);
      }
      if (rows.length >= most) {
        hasNextPage = true;
        break reading;
      }
      runs.push(run);
      lumisections.push(lumisection);
      rows.push(row);
    }
    await nextTurn();
  }
  const blobs = await readBlobs(store, request.selection, rows);
  if (flow) assertFlow(blobs, runs, lumisections);
  const last = rows.length - 1;
  return {
    binning: axes.binning,
    runs,
    lumisections,
    blobs,
    entries: rows.map((row) => row?.entries ?? null),
    flow,
    hasNextPage,
    end: last < 0 ? null : { binningId: axes.id, run: runs[last] as number, lumisection: lumisections[last] as number },
  };
}

async function* placesOf(
  store: Store,
  { selection, where, after, gaps, first }: MatrixRequest,
): AsyncGenerator<readonly Place[], void, undefined> {
  const { noun, monitorElementId, datasetId } = selection;
  const fields = MATRIX_FIELDS;
  const pageRows = Math.min(PAGE_ROWS, first + 1);
  if (gaps) {
    const start = after && ([after.run, after.lumisection] as const);
    yield* walkWithGaps(store, selection, where, { after: start, fields, pageRows });
    return;
  }
  const walk = { where: selection.where, fields, pageRows };
  if (noun === 'runHistogram') {
    const start = after && [after.run, datasetId, monitorElementId];
    for await (const rows of walkHistograms(store, { ...walk, noun, after: start })) {
      yield rows.map((row) => ({ run: row.runNumber, lumisection: 0, row }));
    }
    return;
  }
  const start = after && [after.run, monitorElementId, after.lumisection, datasetId];
  for await (const rows of walkHistograms(store, { ...walk, noun, after: start })) {
    yield rows.map((row) => ({ run: row.runNumber, lumisection: row.lumisectionNumber, row }));
  }
}

/** The axes that all rows of a matrix have. */
export class Axes {
  binning: Binning | null = null;
  shape: Shape = [];
  /** Of the first histogram; 0 before there is one. */
  id = 0;
  readonly #store: Store;
  readonly #flow: boolean;
  #axes = '';
  #rowBytes = 0;
  /** Of binnings that are known to have these axes (their titles may differ). */
  readonly #alike = new Set<number>();

  constructor(store: Store, flow: boolean) {
    this.#store = store;
    this.#flow = flow;
  }

  /** @throws InvalidInputError for the binning of no cursor. */
  async begin(id: number): Promise<void> {
    if (id === 0) return;
    const [stored] = await this.#store.reads.binnings([id]);
    if (!stored)
      throw new InvalidInputError('after: the cursor belongs to no matrix of this server', { field: 'after' });
    this.#learn(stored);
  }

  knows({ binningId }: Booked): boolean {
    return binningId !== null && this.#alike.has(binningId);
  }

  async check({ binningId: id }: Booked, run: number, lumisection: number): Promise<void> {
    if (id === null || this.#alike.has(id)) return;
    const stored = (this.#store.reads.binnings.known(id) ?? (await this.#store.reads.binnings([id]))[0]) as
      | ({ id: number } & StoredBinning)
      | null;
    if (stored === null) throw new Error(`there is no binning ${id}`);
    if (this.binning === null) this.#learn(stored);
    else if (stored.axes !== this.#axes) {
      const place = lumisection === 0 ? `run ${run}` : `run ${run}, lumisection ${lumisection}`;
      throw new InvalidInputError(
        `The histogram of ${place} has other axes (${described(binningOf(stored))}) than those before it (${described(this.binning)}): such are never put into one matrix. Select one kind with \`where\`.`,
        { field: 'where', run, ...(lumisection > 0 && { lumisection }) },
      );
    } else this.#alike.add(id);
  }

  /** How many rows fit into so many bytes, at least one, at most `first`. */
  rowsWithin(maxBytes: number, first: number): number {
    if (this.#rowBytes === 0 || first === 0) return first;
    return Math.min(first, Math.max(1, Math.floor(maxBytes / this.#rowBytes)));
  }

  #learn(stored: { id: number } & Pick<StoredBinning, 'title' | 'axes'>): void {
    this.id = stored.id;
    this.binning = binningOf(stored);
    this.shape = shapeOf(this.binning);
    this.#axes = stored.axes;
    this.#rowBytes = cellCount(this.shape, this.#flow) * BYTES_OF_CELL;
    this.#alike.add(stored.id);
  }
}

const described = ({ axes }: Binning) =>
  axes
    .map(({ bins, min, max, edges }) => `${bins} bins from ${min} to ${max}${edges ? ', of variable width' : ''}`)
    .join(' by ');

async function readBlobs(
  store: Store,
  { noun }: MatrixSelection,
  rows: readonly (Row | null)[],
): Promise<(Uint8Array | null)[]> {
  const blobs = rows.map((row) => row?.bins ?? null);
  const missing: number[] = [];
  for (const [i, row] of rows.entries()) if (row !== null && row.bins === undefined) missing.push(i);
  for (let from = 0; from < missing.length; from += BLOBS_AT_ONCE) {
    const some = missing.slice(from, from + BLOBS_AT_ONCE);
    const read = await blobsOf(store, noun, some.map((i) => rows[i]) as readonly WalkedRow<typeof noun>[]);
    for (const [place, i] of some.entries()) blobs[i] = read[place] ?? null;
  }
  return blobs;
}

function assertFlow(
  blobs: readonly (Uint8Array | null)[],
  runs: readonly number[],
  lumisections: readonly number[],
): void {
  const lacking = blobs.findIndex((blob) => blob !== null && !holdsCells(blob, true));
  if (lacking < 0) return;
  throw noFlow(runs[lacking] as number, lumisections[lacking] as number);
}

/** @param lumisection 0: of a whole run. */
export const noFlow = (run: number, lumisection: number): InvalidInputError =>
  new InvalidInputError(
    `flow: the histogram of run ${run}${lumisection ? `, lumisection ${lumisection}` : ''} has no under- and overflow bins`,
    { field: 'flow', run },
  );
