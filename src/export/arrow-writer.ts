import { type Data, type DataType, Field, Float32, List, makeData } from 'apache-arrow';
import type { Axis } from '../domain/axis.ts';
import type { PackedType } from '../domain/bins-text.ts';
import { FLOAT64, INT32, integers, Names, Nulls, nullable, type Props } from './arrow-columns.ts';
import { arrowFile } from './arrow-file.ts';
import type { Booking } from './export-format.ts';
import { ExportRows, type HistogramWriter, STATISTICS } from './export-rows.ts';
import {
  type BinsColumns,
  binsColumns,
  type PackedLists,
  packedBins,
  packedEdges,
  type RowWithBins,
} from './packed-lists.ts';

export interface ArrowOptions {
  readonly type: PackedType;
  readonly flow: boolean;
  /** Names that rows will have; others may come. */
  readonly datasets: readonly string[];
  readonly monitorElements: readonly string[];
}

const listOf = <T extends DataType>(type: T) => new List(new Field('item', type, true));
const EDGES = listOf(FLOAT64);
const BINS = { FLOAT32: listOf(new Float32()), FLOAT64: listOf(FLOAT64), INT32: listOf(INT32) } as const;

/** See arrowFile. Names are dictionaries; bins and edges are lists. */
export function arrowWriter(options: ArrowOptions): HistogramWriter {
  const { type, flow } = options;
  const datasets = new Names(0, options.datasets);
  const elements = new Names(1, options.monitorElements);
  const fields = [
    new Field('run', INT32, false),
    new Field('lumisection', INT32, true),
    new Field('dataset', datasets.type, false),
    new Field('monitorElement', elements.type, false),
    ...STATISTICS.map((name) => new Field(name, FLOAT64, true)),
    ...binFields(type),
  ];
  return arrowFile(
    fields,
    ({ columns }: ExportRows) => [
      integers(Int32Array.from(columns.runs)),
      nullable(INT32, columns.lumisections, (lumisection) => lumisection || null),
      datasets.column(columns.datasets, (name) => name),
      elements.column(columns.monitorElements, (name) => name),
      ...STATISTICS.map((name) => nullable(FLOAT64, columns.statistics[name], (value) => value)),
      ...binData(columns, type, flow),
    ],
    ExportRows.none,
  );
}

/** Axes and bins of rows, whichever else they have. */
export const binFields = (type: PackedType): Field[] => [
  ...['x', 'y'].flatMap((axis) => [
    new Field(`${axis}Bins`, INT32, true),
    new Field(`${axis}Min`, FLOAT64, true),
    new Field(`${axis}Max`, FLOAT64, true),
    new Field(`${axis}Edges`, EDGES, true),
  ]),
  new Field('bins', BINS[type], true),
];

/** Aligned with binFields. */
export const binColumns = (rows: readonly RowWithBins[], type: PackedType, flow: boolean): Data[] =>
  binData(binsColumns(rows), type, flow);

const binData = (columns: BinsColumns, type: PackedType, flow: boolean): Data[] => [
  ...axisData(columns, 0),
  ...axisData(columns, 1),
  listData(BINS[type], packedBins(columns, type, flow)),
];

function axisData({ bookings }: BinsColumns, which: 0 | 1): Data[] {
  const axisOf = (booking: Booking | null): Axis | undefined => booking?.binning.axes[which];
  return [
    nullable(INT32, bookings, (booking) => axisOf(booking)?.bins),
    nullable(FLOAT64, bookings, (booking) => axisOf(booking)?.min),
    nullable(FLOAT64, bookings, (booking) => axisOf(booking)?.max),
    listData(EDGES, packedEdges({ bookings }, which)),
  ];
}

function listData(type: List, { numbers, offsets, absent }: PackedLists): Data {
  const length = offsets.length - 1;
  const nulls = new Nulls(length);
  for (const i of absent) nulls.add(i);
  const child = makeData({
    type: type.children[0]?.type,
    length: numbers.length,
    nullCount: 0,
    data: numbers,
  } as unknown as Props);
  const list = { type, length, valueOffsets: offsets, child, ...nulls.known };
  return makeData(list as unknown as Props) as Data;
}
