import { type Data, type DataType, Field, Float32, Float64, Int32, List, makeData } from 'apache-arrow';
import type { Axis } from '../domain/axis.ts';
import type { PackedType } from '../domain/bins-text.ts';
import { Names, Nulls, nullable, type Props, plain } from './arrow-columns.ts';
import { arrowFile } from './arrow-file.ts';
import type { ExportRow, ExportWriter } from './export-format.ts';
import { type PackedLists, packedBins, packedEdges } from './packed-lists.ts';

export interface ArrowOptions {
  readonly type: PackedType;
  readonly flow: boolean;
  /** Names that rows will have; others may come. */
  readonly datasets: readonly string[];
  readonly monitorElements: readonly string[];
}

const NUMBERS = { FLOAT32: Float32, FLOAT64: Float64, INT32: Int32 } as const;
const STATISTICS = ['entries', 'integral', 'meanX', 'rmsX', 'meanY', 'rmsY'] as const;

/** See arrowFile. Names are dictionaries; bins and edges are lists. */
export function arrowWriter(options: ArrowOptions): ExportWriter {
  const { type, flow } = options;
  const datasets = new Names(0, options.datasets);
  const elements = new Names(1, options.monitorElements);
  const fields = [
    new Field('run', new Int32(), false),
    new Field('lumisection', new Int32(), true),
    new Field('dataset', datasets.type, false),
    new Field('monitorElement', elements.type, false),
    ...STATISTICS.map((name) => new Field(name, new Float64(), true)),
    ...binFields(type),
  ];
  return arrowFile(fields, (rows: readonly ExportRow[]) => [
    plain(
      new Int32(),
      Int32Array.from(rows, ({ run }) => run),
    ),
    nullable(new Int32(), new Int32Array(rows.length), rows, ({ lumisection }) => lumisection || null),
    datasets.column(rows, ({ dataset }) => dataset),
    elements.column(rows, ({ monitorElement }) => monitorElement),
    ...STATISTICS.map((name) => nullable(new Float64(), new Float64Array(rows.length), rows, (row) => row[name])),
    ...binColumns(rows, type, flow),
  ]);
}

type WithBins = Pick<ExportRow, 'bins'>;

/** Axes and bins of rows, whichever else they have. */
export const binFields = (type: PackedType): Field[] => [
  ...['x', 'y'].flatMap((axis) => [
    new Field(`${axis}Bins`, new Int32(), true),
    new Field(`${axis}Min`, new Float64(), true),
    new Field(`${axis}Max`, new Float64(), true),
    new Field(`${axis}Edges`, listOf(new Float64()), true),
  ]),
  new Field('bins', listOf(new NUMBERS[type]()), true),
];

/** Aligned with binFields. */
export const binColumns = (rows: readonly WithBins[], type: PackedType, flow: boolean): Data[] => [
  ...axisColumns(rows, 0),
  ...axisColumns(rows, 1),
  listData(new NUMBERS[type](), packedBins(rows, type, flow)),
];

const listOf = <T extends DataType>(type: T) => new List(new Field('item', type, true));

function axisColumns(rows: readonly WithBins[], which: 0 | 1): Data[] {
  const axisOf = ({ bins }: WithBins): Axis | undefined => bins?.booking.binning.axes[which];
  return [
    nullable(new Int32(), new Int32Array(rows.length), rows, (row) => axisOf(row)?.bins),
    nullable(new Float64(), new Float64Array(rows.length), rows, (row) => axisOf(row)?.min),
    nullable(new Float64(), new Float64Array(rows.length), rows, (row) => axisOf(row)?.max),
    listData(new Float64(), packedEdges(rows, which)),
  ];
}

function listData(of: DataType, { numbers, offsets, isThere }: PackedLists): Data {
  const nulls = new Nulls(isThere.length);
  for (const [i, there] of isThere.entries()) if (!there) nulls.add(i);
  const child = makeData({ type: of, length: numbers.length, nullCount: 0, data: numbers } as unknown as Props);
  const list = { type: listOf(of), length: isThere.length, valueOffsets: offsets, child, ...nulls.known };
  return makeData(list as unknown as Props) as Data;
}
