import type { Binning } from '../domain/histogram.ts';
import type { Shape } from '../domain/shape.ts';

/** A histogram with its names. */
export interface ExportRow {
  readonly run: number;
  /** 0: of the whole run. */
  readonly lumisection: number;
  readonly dataset: string;
  readonly monitorElement: string;
  readonly entries: number | null;
  readonly integral: number | null;
  readonly meanX: number | null;
  readonly rmsX: number | null;
  readonly meanY: number | null;
  readonly rmsY: number | null;
  /** Null for summaries, which have no bins. */
  readonly bins: ExportBins | null;
}

export interface ExportBins {
  readonly blob: Uint8Array;
  readonly booking: Booking;
}

/** What all histograms of one binning share, made once. */
export interface Booking {
  readonly binning: Binning;
  readonly shape: Shape;
  /** Canonical JSON of the axes, x first. */
  readonly axes: string;
}

/**
 * One way to write rows: bytes in pieces, as they are to be sent. What a piece is made of is not written to again.
 * `Rows` is how rows come that were read together: one by one, or as columns.
 */
export interface ExportWriter<Row = ExportRow, Rows = readonly Row[]> {
  /** `provenance` is JSON. */
  begin(provenance: string): readonly Uint8Array[];
  /** Rows that were read together; `cursor` says where to go on after them. */
  rows(rows: Rows, cursor: string): readonly Uint8Array[];
  /** Rows that were told but are still held, to be written with others. */
  rest?(): readonly Uint8Array[];
  /** `summary` is JSON. */
  end(summary: string): readonly Uint8Array[];
}
