import type { Booking, ExportRow, ExportWriter } from './export-format.ts';

export const STATISTICS = ['entries', 'integral', 'meanX', 'rmsX', 'meanY', 'rmsY'] as const;
export type Statistic = (typeof STATISTICS)[number];

/** Histograms that are written together, as columns: what is iterated over are rows. */
export interface ExportColumns {
  readonly runs: readonly number[];
  /** 0: of the whole run. */
  readonly lumisections: readonly number[];
  readonly datasets: readonly string[];
  readonly monitorElements: readonly string[];
  readonly statistics: Readonly<Record<Statistic, readonly (number | null)[]>>;
  /** Null for summaries, which have no bins, as are their bookings. */
  readonly blobs: readonly (Uint8Array | null)[];
  readonly bookings: readonly (Booking | null)[];
}

export class ExportRows implements Iterable<ExportRow> {
  readonly columns: ExportColumns;
  static readonly none = new ExportRows({
    ...{ runs: [], lumisections: [], datasets: [], monitorElements: [], blobs: [], bookings: [] },
    statistics: { entries: [], integral: [], meanX: [], rmsX: [], meanY: [], rmsY: [] },
  });

  constructor(columns: ExportColumns) {
    this.columns = columns;
  }

  get length(): number {
    return this.columns.runs.length;
  }

  *[Symbol.iterator](): Generator<ExportRow, void, undefined> {
    const { runs, lumisections, datasets, monitorElements, statistics, blobs, bookings } = this.columns;
    for (let i = 0; i < runs.length; i++) {
      const [blob, booking] = [blobs[i] ?? null, bookings[i] ?? null];
      yield {
        run: runs[i] as number,
        lumisection: lumisections[i] as number,
        dataset: datasets[i] as string,
        monitorElement: monitorElements[i] as string,
        entries: statistics.entries[i] ?? null,
        integral: statistics.integral[i] ?? null,
        meanX: statistics.meanX[i] ?? null,
        rmsX: statistics.rmsX[i] ?? null,
        meanY: statistics.meanY[i] ?? null,
        rmsY: statistics.rmsY[i] ?? null,
        bins: blob === null || booking === null ? null : { blob, booking },
      };
    }
  }
}

export type HistogramWriter = ExportWriter<ExportRow, ExportRows>;
