import type { Axis } from '../../../src/domain/axis.ts';
import { encodeBins } from '../../../src/domain/codec.ts';
import type { Bins } from '../../../src/domain/histogram.ts';
import { computeMoments } from '../../../src/domain/moments.ts';
import type { LumisectionHistogramBatch, RunHistogramBatch } from '../../../src/domain/record.ts';
import { PROMPT } from './batches.ts';

/** A partial histogram as a format reads it: three bins with under- and overflow unless told otherwise. */
export interface Part {
  readonly run: number;
  /** 0 for run level. */
  readonly ls: number;
  readonly me: string;
  readonly bins: Bins;
  readonly entries: number | null;
  readonly title?: string;
  readonly axes?: readonly Axis[];
  readonly efficiency?: boolean;
  readonly dataset?: string;
}

export const AXIS: Axis = { bins: 3, min: 0, max: 3, title: '' };
export const counts = (...contents: number[]): Bins => ({ flow: true, contents: Float64Array.from(contents) });
export const axesOf = (part: Part): readonly Axis[] => part.axes ?? [AXIS];
export const momentsOf = ({ bins }: Pick<Part, 'bins'>, axes: readonly Axis[]) =>
  computeMoments({ flow: bins.flow, contents: bins.binEntries ?? bins.contents }, axes);

/** Batches of these parts in their order: one of lumisections, one of runs, those that are not empty. */
export function batchesOf(parts: readonly Part[]): (LumisectionHistogramBatch | RunHistogramBatch)[] {
  const perLumisection = parts.filter(({ ls }) => ls > 0);
  const perRun = parts.filter(({ ls }) => ls === 0);
  return [
    ...(perLumisection.length > 0
      ? [
          {
            kind: 'lumisectionHistograms' as const,
            ...columns(perLumisection),
            lumisection: Int32Array.from(perLumisection, ({ ls }) => ls),
          },
        ]
      : []),
    ...(perRun.length > 0
      ? [{ kind: 'runHistograms' as const, ...columns(perRun), title: perRun.map(({ title }) => title ?? null) }]
      : []),
  ];
}

function columns(parts: readonly Part[]) {
  const blobs = parts.map(({ bins }) => encodeBins(bins));
  const moments = parts.map((part) => momentsOf(part, axesOf(part)));
  const floats = (name: keyof (typeof moments)[number]) => Float64Array.from(moments, (moment) => moment[name]);
  const datasets = [...new Set(parts.map(({ dataset = PROMPT }) => dataset))];
  let end = 0;
  return {
    count: parts.length,
    line: Float64Array.from(parts, (_, i) => i + 1),
    run: Int32Array.from(parts, ({ run }) => run),
    monitorElement: Int32Array.from(parts.keys()),
    dataset: Int32Array.from(parts, ({ dataset = PROMPT }) => datasets.indexOf(dataset)),
    binning: Int32Array.from(parts.keys()),
    entries: Float64Array.from(parts, ({ entries }) => entries ?? Number.NaN),
    integral: floats('integral'),
    meanX: floats('meanX'),
    rmsX: floats('rmsX'),
    meanY: floats('meanY'),
    rmsY: floats('rmsY'),
    skewness: floats('skewness'),
    kurtosis: floats('kurtosis'),
    blobs: Buffer.concat(blobs),
    blobEnds: Uint32Array.from(blobs, ({ length }) => (end += length)),
    monitorElements: parts.map((part) => ({
      path: part.me,
      dimension: axesOf(part).length as 1 | 2,
      kind: part.bins.binEntries ? ('PROFILE' as const) : ('TH1' as const),
      ...(part.efficiency === undefined ? {} : { efficiency: part.efficiency }),
    })),
    datasets,
    binnings: parts.map((part) => ({ title: part.title ?? '', axes: axesOf(part) })),
  };
}
