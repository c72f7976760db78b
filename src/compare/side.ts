import type { Axis } from '../domain/axis.ts';
import { binningOf } from '../domain/binning.ts';
import { encodeBins } from '../domain/codec.ts';
import { InvalidInputError } from '../domain/errors.ts';
import { bothOf, equals, type Filter } from '../domain/filter.ts';
import { cellCount, shapeOf } from '../domain/shape.ts';
import { walkHistograms } from '../export/histogram-walk.ts';
import type { Store } from '../store/store.ts';

/** One of the sides that are compared: histograms of a run in a dataset. */
export interface SideScope {
  readonly run: number;
  readonly datasetId: number;
  /**
   * On histograms of lumisections: sums of those are compared. Without it the histograms of the whole run, and of monitor
   * elements that have none the sums of all lumisections.
   */
  readonly lumisections: Filter | undefined;
}

export interface SideHistogram {
  readonly axes: readonly Axis[];
  /** See domain/codec.ts. */
  readonly blob: Uint8Array;
}

/** Why there is none although there are histograms: a sentence. */
export interface RefusedHistogram {
  readonly refused: string;
}

/** Bins of monitor elements are booked alike in all of a dataset: so their axes are kept for all sides of a comparison. */
export class KnownAxes {
  readonly #store: Store;
  readonly #known = new Map<number, { readonly axes: readonly Axis[]; readonly cells: number }>();

  constructor(store: Store) {
    this.#store = store;
  }

  async load(ids: Iterable<number>): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.#known.has(id));
    if (missing.length === 0) return;
    const rows = await this.#store.reads.binnings(missing);
    for (const [i, row] of rows.entries()) {
      if (!row) throw new Error(`there is no binning ${missing[i]}`);
      const { axes } = binningOf(row);
      this.#known.set(row.id, { axes, cells: cellCount(shapeOf({ axes }), true) });
    }
  }

  /** Of a binning that was loaded. */
  of(id: number): readonly Axis[] {
    return this.#known.get(id)?.axes as readonly Axis[];
  }

  /** With flow bins, of a binning that was loaded. */
  cellsOf(id: number): number {
    return this.#known.get(id)?.cells as number;
  }
}

const PAGE_ROWS = 5_000;

export class Side {
  readonly scope: SideScope;
  readonly #store: Store;
  readonly #axes: KnownAxes;
  /** Binnings of histograms of the run, by monitor element. */
  readonly #ofRun: ReadonlyMap<number, number>;
  /** Monitor elements of which histograms of lumisections are added up. */
  readonly #summed: ReadonlySet<number>;

  private constructor(
    store: Store,
    scope: SideScope,
    axes: KnownAxes,
    elements: { readonly ofRun: ReadonlyMap<number, number>; readonly summed: ReadonlySet<number> },
  ) {
    this.#store = store;
    this.scope = scope;
    this.#axes = axes;
    this.#ofRun = elements.ofRun;
    this.#summed = elements.summed;
  }

  /** @param elements on monitor elements; undefined: all. */
  static async open(store: Store, scope: SideScope, elements: Filter | undefined, axes: KnownAxes): Promise<Side> {
    const { run, datasetId, lumisections } = scope;
    const where = bothOf(
      equals('runNumber', run),
      equals('datasetId', datasetId),
      elements && { kind: 'related', field: 'monitorElement', of: elements },
    );
    const ofRun = new Map<number, number>();
    if (lumisections === undefined) {
      const walk = { where: bothOf(where, equals('hasBins', true)), fields: ['binningId'], pageRows: PAGE_ROWS };
      for await (const page of walkHistograms(store, { ...walk, noun: 'runHistogram' })) {
        const binningIds = page.column('binningId');
        for (let at = 0; at < page.length; at++) {
          ofRun.set(page.monitorElementIds[at] as number, binningIds[at] as number);
        }
      }
      await axes.load(ofRun.values());
    }
    const { monitorElements } = await store.reads.histogramDimensions('lumisectionHistogram', where);
    const summed = new Set(monitorElements.filter((id) => !ofRun.has(id)));
    return new Side(store, scope, axes, { ofRun, summed });
  }

  /** Monitor elements that may have a histogram, in no order: of a selection of lumisections it may turn out that none is in it. */
  get elementIds(): number[] {
    return [...this.#ofRun.keys(), ...this.#summed];
  }

  has(id: number): boolean {
    return this.#ofRun.has(id) || this.#summed.has(id);
  }

  /** With flow bins; undefined where that is not known before it is read. */
  cellsOf(id: number): number | undefined {
    const binningId = this.#ofRun.get(id);
    return binningId === undefined ? undefined : this.#axes.cellsOf(binningId);
  }

  /** Aligned with the ids; null where there is none. */
  async read(ids: readonly number[]): Promise<(SideHistogram | RefusedHistogram | null)[]> {
    const { run, datasetId } = this.scope;
    const ofRun = ids.filter((id) => this.#ofRun.has(id));
    const blobs = await this.#store.reads.runBins(
      ofRun.map((monitorElementId) => ({ runNumber: run, monitorElementId, datasetId })),
    );
    const found = new Map<number, SideHistogram | RefusedHistogram | null>();
    for (const [i, id] of ofRun.entries()) {
      const blob = blobs[i];
      found.set(id, blob ? { axes: this.#axes.of(this.#ofRun.get(id) as number), blob } : null);
    }
    for (const id of ids) if (this.#summed.has(id)) found.set(id, await this.#sum(id));
    return ids.map((id) => found.get(id) ?? null);
  }

  async #sum(monitorElementId: number): Promise<SideHistogram | RefusedHistogram | null> {
    const { run, datasetId, lumisections } = this.scope;
    const where = bothOf(equals('runNumber', run), lumisections);
    const scope = { noun: 'lumisectionHistogram', monitorElementId, datasetId, where } as const;
    try {
      const sum = await this.#store.sums.of(scope);
      return sum && { axes: sum.binning.axes, blob: encodeBins(sum.bins) };
    } catch (error) {
      // histograms of other axes than those before them, efficiencies: told beside the others
      if (error instanceof InvalidInputError && error.details.field !== 'mask') return { refused: error.message };
      throw error;
    }
  }
}
