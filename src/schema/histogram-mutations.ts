import { histogramRows } from '../../ingest/pipeline/call/histograms.ts';
import type { ErrorOption } from '../domain/histogram.ts';
import { BinsInput } from './bins-input.ts';
import { bring } from './bring.ts';
import { builder } from './builder.ts';
import type { Fields } from './input-fields.ts';
import { LumisectionHistogram, RunHistogram } from './refs.ts';
import { choicesOf, payloadOf } from './upsert-payload.ts';
import { keysOfWritten, type WrittenPlace } from './written-keys.ts';

const AxisInput = builder.inputType('AxisInput', {
  description: 'An axis: `bins`, `min` and `max`, or `edges`.',
  fields: (t) => ({
    bins: t.int({ description: 'Number of in-range bins, at least 1.' }),
    min: t.float({ description: 'Lower edge of the first bin.' }),
    max: t.float({ description: 'Upper edge of the last bin, above `min`.' }),
    edges: t.field({ type: BinsInput, description: 'The bins + 1 edges, increasing, where they are not equidistant.' }),
    labels: t.stringList({
      required: { list: false, items: false },
      description: 'One label a bin, null where a bin has none.',
    }),
    title: t.string({ description: 'Title of the axis.' }),
  }),
});

const ProfileErrors = builder.enumType('ProfileErrors', {
  description: 'What the errors of a profile are, where they are not those of the mean of y.',
  values: {
    S: { description: 'The spread of y.' },
    I: { description: 'The error of the mean of y that was rounded to integers.' },
    G: { description: 'The error of the mean of y whose weights are 1 / sigma^2.' },
  } as const satisfies Record<ErrorOption, { description: string }>,
});

const HistogramKind = builder.enumType('HistogramKind', {
  description: 'What kind of histogram it is.',
  values: {
    TH1: { description: 'Counts over one axis.' },
    TH2: { description: 'Counts over two axes.' },
    PROFILE: { description: 'Sums of a quantity in bins of one axis, with `binEntries`.' },
    PROFILE2D: { description: 'Sums of a quantity in bins of two axes, with `binEntries`.' },
  } as const,
});

const keyFields = (t: Fields) => ({
  run: t.int({ required: true, description: 'Run number, at least 1; the run is made where it is missing.' }),
  dataset: t.string({ required: true, description: 'Name of the dataset, `/PrimaryDataset/Era-Processing-vN/TIER`.' }),
  monitorElement: t.string({ required: true, description: 'Path of the monitor element.' }),
});

const contentFields = (t: Fields) => ({
  kind: t.field({ type: HistogramKind, description: 'TH1 or TH2 by the number of axes unless told.' }),
  efficiency: t.boolean({ description: 'Contents are ratios, not counts: they are never added.' }),
  title: t.string({ description: 'Title of the histogram.' }),
  flow: t.boolean({
    required: true,
    defaultValue: false,
    description: 'Whether the bins have under- and overflow bins: nx + 2 a row, and with two axes ny + 2 rows.',
  }),
  sumw2: t.field({
    type: BinsInput,
    description: 'Sum of squared weights a cell, laid out as the bins; for profiles those of y.',
  }),
  errors: t.field({ type: BinsInput, description: 'In place of `sumw2`: its roots. Those of profiles are computed.' }),
  binEntries: t.field({ type: BinsInput, description: 'Of a profile, whose bins are sums: sum of weights a cell.' }),
  binSumw2: t.field({ type: BinsInput, description: 'Of a weighted profile: sum of squared weights a cell.' }),
  errorOption: t.field({
    type: ProfileErrors,
    description: 'Of a profile: as the option of ROOT; the error of the mean unless told.',
  }),
  entries: t.float({ description: 'Number of entries, at least 0; absent where it is not known.' }),
});

const LumisectionHistogramInput = builder.inputType('LumisectionHistogramInput', {
  description: 'A histogram of a lumisection. Its moments are computed from its bins.',
  fields: (t) => ({
    ...keyFields(t as Fields),
    lumisection: t.int({ required: true, description: 'Lumisection number, at least 1.' }),
    axes: t.field({ type: [AxisInput], required: true, description: 'The x axis, and with two axes y.' }),
    bins: t.field({ type: BinsInput, required: true, description: 'Contents, row-major with y outer.' }),
    ...contentFields(t as Fields),
  }),
});

const RunHistogramInput = builder.inputType('RunHistogramInput', {
  description:
    'A histogram of a run: with axes and bins, from which its moments are computed, or its statistics alone, without either.',
  fields: (t) => ({
    ...keyFields(t as Fields),
    axes: t.field({ type: [AxisInput], description: 'The x axis, and with two axes y.' }),
    bins: t.field({ type: BinsInput, description: 'Contents, row-major with y outer.' }),
    ...contentFields(t as Fields),
    meanX: t.float({ description: 'Mean of x, where there are no bins.' }),
    rmsX: t.float({ description: 'Standard deviation of x, where there are no bins.' }),
    skewness: t.float({ description: 'Skewness of x, where there are no bins.' }),
    kurtosis: t.float({ description: 'Excess kurtosis of x, where there are no bins.' }),
  }),
});

const UpsertLumisectionHistogramsInput = builder.inputType('UpsertLumisectionHistogramsInput', {
  description: 'Histograms of lumisections to write.',
  fields: (t) => ({
    histograms: t.field({
      type: [LumisectionHistogramInput],
      required: true,
      description: 'The histograms, at most `LUMIGRAPH_MAX_INPUT_ROWS`.',
    }),
    ...choicesOf(t),
  }),
});

const UpsertRunHistogramsInput = builder.inputType('UpsertRunHistogramsInput', {
  description: 'Run-level histograms to write.',
  fields: (t) => ({
    histograms: t.field({
      type: [RunHistogramInput],
      required: true,
      description: 'The histograms, at most `LUMIGRAPH_MAX_INPUT_ROWS`.',
    }),
    ...choicesOf(t),
  }),
});

interface Written {
  readonly histograms: readonly WrittenPlace[];
}

const AS_LISTED = 'The histograms as they are stored now, as the input lists them; null where there is none.';

const UpsertLumisectionHistogramsPayload = payloadOf<Written>('UpsertLumisectionHistogramsPayload', (t) => ({
  histograms: t.field({
    type: [LumisectionHistogram],
    nullable: { list: false, items: true },
    description: AS_LISTED,
    resolve: async ({ histograms }, _args, context) => {
      const keys = await keysOfWritten(histograms, context);
      return Promise.all(keys.map((key) => key && context.loaders.lumisectionHistogram.load(key)));
    },
  }),
}));

const UpsertRunHistogramsPayload = payloadOf<Written>('UpsertRunHistogramsPayload', (t) => ({
  histograms: t.field({
    type: [RunHistogram],
    nullable: { list: false, items: true },
    description: AS_LISTED,
    resolve: async ({ histograms }, _args, context) => {
      const keys = await keysOfWritten(histograms, context);
      return Promise.all(keys.map((key) => key && context.loaders.runHistogram.load(key)));
    },
  }),
}));

builder.mutationFields((t) => ({
  upsertLumisectionHistograms: t.field({
    scope: 'ingest',
    type: UpsertLumisectionHistogramsPayload,
    description: 'Writes histograms of lumisections; their runs, lumisections, datasets and monitor elements are made.',
    args: { input: t.arg({ type: UpsertLumisectionHistogramsInput, required: true, description: 'What to write.' }) },
    resolve: async (_root, { input: { histograms, ...choices } }, context) => ({
      ...(await bring(context, { name: 'upsertLumisectionHistograms', lists: { histograms }, choices }, () =>
        histogramRows('lumisections', histograms),
      )),
      histograms,
    }),
  }),
  upsertRunHistograms: t.field({
    scope: 'ingest',
    type: UpsertRunHistogramsPayload,
    description: 'Writes run-level histograms; their runs, datasets and monitor elements are made.',
    args: { input: t.arg({ type: UpsertRunHistogramsInput, required: true, description: 'What to write.' }) },
    resolve: async (_root, { input: { histograms, ...choices } }, context) => ({
      ...(await bring(context, { name: 'upsertRunHistograms', lists: { histograms }, choices }, () =>
        histogramRows('runs', histograms),
      )),
      histograms,
    }),
  }),
}));
