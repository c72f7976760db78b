import { setImmediate as nextTurn } from 'node:timers/promises';
import { differingAxes } from '../domain/add-bins.ts';
import { binningOf, type StoredBinning } from '../domain/binning.ts';
import { InvalidInputError } from '../domain/errors.ts';
import type { Filter } from '../domain/filter.ts';
import type { Binning } from '../domain/histogram.ts';
import { histogramPlace } from '../domain/histogram-place.ts';
import { holdsCells } from '../domain/matrix-cells.ts';
import { cellCount, type Shape, shapeOf } from '../domain/shape.ts';
import type { Store } from '../store/store.ts';
import { type Places, walkWithGaps } from './gaps.ts';
import { GAP, walkHistograms } from './histogram-walk.ts';
import type { MatrixSelection } from './matrix-selection.ts';

const FIELDS = ['binningId', 'bins'] as const;

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
  /** Whether entries are read; if not, they are null. */
  readonly entries: boolean;
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

interface Booked {
  readonly binningId: number | null;
}

/**
 * @throws InvalidInputError for histograms that are booked with other axes than the first one of the matrix, named by the
 * first such: they are never put into one matrix; where flow bins are asked for that a histogram does not have.
 */
export async function readMatrix(store: Store, request: MatrixRequest): Promise<HistogramMatrix> {
  const { first, maxBytes, flow, after } = request;
  const runs: number[] = [];
  const lumisections: number[] = [];
  const entries: (number | null)[] = [];
  const blobs: (Uint8Array | null)[] = [];
  const axes = new Axes(store, flow);
  if (after !== undefined) await axes.begin(after.binningId);
  let most = axes.rowsWithin(maxBytes, first);
  let hasNextPage = false;
  for await (const places of placesOf(store, request)) {
    const { page } = places;
    const binningIds = page.column<number | null>('binningId');
    const entriesOf = page.column<number | null>('entries');
    const taken: number[] = [];
    for (let i = 0; i < places.runs.length; i++) {
      const run = places.runs[i] as number;
      const lumisection = places.lumisections[i] as number;
      const at = places.at[i] as number;
      const booked = { binningId: binningIds[at] ?? null };
      if (at !== GAP && !axes.knows(booked)) {
        await axes.check(booked, run, lumisection);
        most = axes.rowsWithin(maxBytes, first);
      }
      if (runs.length >= most) {
        hasNextPage = true;
        break;
      }
      runs.push(run);
      lumisections.push(lumisection);
      entries.push(entriesOf[at] ?? null);
      taken.push(at);
    }
    for (const blob of await page.blobs(taken)) blobs.push(blob);
    if (hasNextPage) break;
    await nextTurn();
  }
  if (flow) assertFlow(blobs, runs, lumisections);
  const last = runs.length - 1;
  return {
    binning: axes.binning,
    runs,
    lumisections,
    blobs,
    entries,
    flow,
    hasNextPage,
    end: last < 0 ? null : { binningId: axes.id, run: runs[last] as number, lumisection: lumisections[last] as number },
  };
}

async function* placesOf(
  store: Store,
  { selection, where, after, gaps, first, entries }: MatrixRequest,
): AsyncGenerator<Places, void, undefined> {
  const fields = entries ? [...FIELDS, 'entries'] : FIELDS;
  const { noun, monitorElementId, datasetId } = selection;
  const pageRows = Math.min(PAGE_ROWS, first + 1);
  if (gaps) {
    const start = after && ([after.run, after.lumisection] as const);
    yield* walkWithGaps(store, selection, where, { after: start, fields, pageRows });
    return;
  }
  const start =
    after &&
    (noun === 'runHistogram'
      ? [after.run, datasetId, monitorElementId]
      : [after.run, monitorElementId, after.lumisection, datasetId]);
  const walk = { noun, where: selection.where, after: start, fields, pageRows };
  for await (const page of walkHistograms(store, walk)) {
    const at = new Array<number>(page.length);
    for (let i = 0; i < at.length; i++) at[i] = i;
    yield { page, runs: page.runs.slice(0, page.length), lumisections: page.lumisections, at };
  }
}

/** The axes that all rows of a matrix have, but for their titles: those say nothing about the bins. */
export class Axes {
  binning: Binning | null = null;
  shape: Shape = [];
  /** Of the first histogram; 0 before there is one. */
  id = 0;
  readonly #store: Store;
  readonly #flow: boolean;
  #rowBytes = 0;
  /** Of binnings that are known to have these axes (titles may differ). */
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
    if (this.binning === null) return this.#learn(stored);
    const difference = differingAxes(binningOf(stored), this.binning);
    if (difference !== null) {
      throw new InvalidInputError(
        `The histogram of ${histogramPlace(run, lumisection)} ${difference}: it cannot stand in one matrix with those before it. Select one kind with \`where\`.`,
        { field: 'where', run, ...(lumisection > 0 && { lumisection }) },
      );
    }
    this.#alike.add(id);
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
    this.#rowBytes = cellCount(this.shape, this.#flow) * BYTES_OF_CELL;
    this.#alike.add(stored.id);
  }
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
