import type { Context } from '../context.ts';
import { encodeBins } from '../domain/codec.ts';
import { LuminosityMask } from '../domain/lumi-mask.ts';
import { computeMoments } from '../domain/moments.ts';
import { selectMatrix } from '../export/matrix-selection.ts';
import type { HistogramNoun } from '../store/histogram-runs.ts';
import type { HistogramSum, SumScope } from '../store/histogram-sums.ts';
import { checkFirst, countObjects } from './bounded-list.ts';
import { builder } from './builder.ts';
import type { SumRow } from './histogram-row.ts';
import { HistogramContents } from './refs.ts';
import { toFilter, type WhereValue, whereRef } from './where.ts';

const MOST_RANGES = 10_000;
const DEFAULT_RANGES = 100;

/** A sum with what it was made of; what was missing is read when a field asks for it. */
interface SummedRow extends SumRow {
  readonly sum: HistogramSum | null;
  readonly missing: () => Promise<LuminosityMask>;
}

interface RangeOfRun {
  readonly run: number;
  readonly first: number;
  readonly last: number;
}

const RunLumisections = builder.objectRef<RangeOfRun>('RunLumisections').implement({
  description: 'Lumisections of a run, from first to last, both inclusive.',
  fields: (t) => ({
    run: t.exposeInt('run', { description: 'Run number.' }),
    first: t.exposeInt('first', { description: 'First lumisection (inclusive).' }),
    last: t.exposeInt('last', { description: 'Last lumisection (inclusive).' }),
  }),
});

const firstArgument = builder.args((t) => ({
  first: t.int({
    required: true,
    defaultValue: DEFAULT_RANGES,
    description: `Most of them, from the front; at most ${MOST_RANGES}.`,
  }),
}));

const Summed = builder.objectRef<SummedRow>('HistogramSum').implement({
  description:
    'The sum of histograms of one monitor element from one dataset, bin by bin, flow bins too: every number is the true sum, rounded once. Squared weights and profiles are added as ROOT adds them. `entries` are the sum of theirs; moments are those of the summed bins. Without histograms its contents are null.',
  interfaces: [HistogramContents],
  fields: (t) => ({
    histogramCount: t.int({
      description: 'How many histograms were added: of as many lumisections, or of as many runs.',
      resolve: ({ sum }) => sum?.count ?? 0,
    }),
    runs: t.intList({
      description: 'Runs that have any of them, ascending.',
      args: firstArgument,
      resolve: ({ sum }, { first }, { cost }) => {
        const runs = (sum?.runs ?? []).slice(0, checkFirst(first, MOST_RANGES));
        cost.addListed(runs.length);
        return runs;
      },
    }),
    runCount: t.int({ description: 'How many runs have any of them.', resolve: ({ sum }) => sum?.runs.length ?? 0 }),
    lumisections: t.field({
      type: [RunLumisections],
      description: 'Lumisections whose histograms were added, by run, ascending. Empty for histograms of runs.',
      args: firstArgument,
      resolve: ({ sum }, { first }, context) => rangesOf(sum?.lumisections ?? LuminosityMask.EMPTY, first, context),
    }),
    missing: t.field({
      type: [RunLumisections],
      description:
        'Stored lumisections that `where` selects by run, lumisection and mask, in runs that hold anything of the dataset, but that have no histogram to add; by run, ascending. Empty for histograms of runs.',
      args: firstArgument,
      resolve: async ({ missing }, { first }, context) => rangesOf(await missing(), first, context),
    }),
    missingCount: t.int({
      description: 'Number of lumisections in `missing`.',
      resolve: async ({ missing }) => (await missing()).lumisectionCount as number,
    }),
  }),
});

function rangesOf(mask: LuminosityMask, first: number, context: Context): readonly RangeOfRun[] {
  const most = checkFirst(first, MOST_RANGES);
  const ranges: RangeOfRun[] = [];
  for (const { run, ranges: of } of mask) {
    if (ranges.length >= most) break;
    for (const range of of.slice(0, most - ranges.length)) ranges.push({ run, ...range });
  }
  return countObjects(ranges, context);
}

const sumArguments = (noun: HistogramNoun) =>
  builder.args((t) => ({
    monitorElement: t.string({
      required: true,
      description:
        'Path exactly as stored; a leaf from a CSV is its own path. An unknown one is an error, as is an efficiency: ratios are never added.',
    }),
    dataset: t.string({
      description:
        'Whole name of the dataset; needed where several have the monitor element. An unknown one is an error.',
    }),
    where: t.field({
      type: whereRef(noun),
      description: 'Which histograms are added: by `run`, `lumisection`, `mask`, or anything else; all unless told.',
    }),
  }));

interface SumArguments {
  readonly monitorElement: string;
  readonly dataset?: string | null | undefined;
  readonly where?: WhereValue | null | undefined;
}

async function resolveSum(noun: HistogramNoun, given: SumArguments, { store }: Context): Promise<SummedRow> {
  const where = toFilter(noun, given.where);
  const names = { monitorElement: given.monitorElement, dataset: given.dataset ?? null };
  const { monitorElementId, datasetId } = await selectMatrix(store, noun, names, where);
  const scope: SumScope = { noun, monitorElementId, datasetId, where };
  const sum = await store.sums.of(scope);
  let missing: Promise<LuminosityMask> | undefined;
  return {
    monitorElementId,
    datasetId,
    ...(sum ? contentsOf(sum) : NOTHING),
    sum,
    missing: () => {
      missing ??= store.sums.missing(scope);
      return missing;
    },
  };
}

const NOTHING = {
  binningId: null,
  bins: null,
  entries: null,
  integral: Number.NaN,
  meanX: null,
  rmsX: null,
  meanY: null,
  rmsY: null,
  skewness: null,
  kurtosis: null,
};

function contentsOf({ binningId, binning, bins, entries }: HistogramSum) {
  // of a profile, of the entries along its axes
  const moments = computeMoments({ flow: bins.flow, contents: bins.binEntries ?? bins.contents }, binning.axes);
  return { binningId, bins: encodeBins(bins), entries, ...moments };
}

builder.queryFields((t) => ({
  histogramSum: t.field({
    type: Summed,
    description:
      'The sum of the histograms of one monitor element over lumisections: of a run, a range, a mask. Histograms with other axes than the first one are refused by name, never added.',
    args: sumArguments('lumisectionHistogram'),
    resolve: (_root, given, context) => resolveSum('lumisectionHistogram', given, context),
  }),
  runHistogramSum: t.field({
    type: Summed,
    description:
      'The sum of the histograms of one monitor element over whole runs, as they were stored: they are not made from lumisections. Summaries without bins are left out; histograms with other axes than the first one are refused by name.',
    args: sumArguments('runHistogram'),
    resolve: (_root, given, context) => resolveSum('runHistogram', given, context),
  }),
}));
