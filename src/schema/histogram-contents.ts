import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import type { Context } from '../context.ts';
import { binValues } from '../domain/bin-values.ts';
import { binsBase64, packBase64 } from '../domain/bins-text.ts';
import { type BinsView, viewedCells } from '../domain/bins-view.ts';
import { decodeBins, hasFlowBins, hasSections } from '../domain/codec.ts';
import { InvalidInputError, LimitExceededError } from '../domain/errors.ts';
import { finite } from '../domain/finite.ts';
import type { Binning } from '../domain/histogram.ts';
import { flowOf } from '../domain/moments.ts';
import { addsBins } from '../domain/rebin.ts';
import { cellCount, type Shape, shapeOf } from '../domain/shape.ts';
import { Axis } from './axis.ts';
import { BinsValue, BinsViewValue } from './bins.ts';
import { isPlain, layoutArgument, needsFlow, viewArguments, viewOf } from './bins-arguments.ts';
import { builder } from './builder.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { type ContentsRow, loadBinning, loadBlob } from './histogram-row.ts';
import { Dataset, HistogramContents, MonitorElement } from './refs.ts';

const about = DESCRIPTIONS.runHistogram;

export const PackedType = builder.enumType('PackedType', {
  description: 'Number types of packed bins, all little-endian.',
  values: {
    FLOAT32: { description: '32-bit floating point; integers above 2^24 are rounded.' },
    FLOAT64: { description: '64-bit floating point: every stored value exactly.' },
    INT32: { description: '32-bit signed integers; an error where the contents are not exactly that.' },
  } as const,
});

HistogramContents.implement({
  description:
    'What a histogram of one monitor element from one dataset holds, over one axis or two: of a stored one, or of the sum of several.',
  fields: (t) => ({
    dataset: t.field({
      type: Dataset,
      description: about.dataset,
      resolve: ({ datasetId }, _args, { loaders }) => loaders.dataset.load(datasetId) as Promise<never>,
    }),
    monitorElement: t.field({
      type: MonitorElement,
      description: about.monitorElement,
      resolve: ({ monitorElementId }, _args, { loaders }) =>
        loaders.monitorElement.load(monitorElementId) as Promise<never>,
    }),
    title: t.string({
      nullable: true,
      description: about.title,
      resolve: async (row, _args, context) =>
        ('title' in row ? row.title : null) || (await loadBinning(row, context))?.title || null,
    }),
    entries: t.float({ nullable: true, description: about.entries, resolve: ({ entries }) => finite(entries) }),
    integral: t.float({ nullable: true, description: about.integral, resolve: ({ integral }) => finite(integral) }),
    underflow: t.float({
      nullable: true,
      description:
        'Content below the axis; null with two axes (ask `bins(flow: true)`), where the source had no flow bins, and without bins.',
      resolve: async (row, _args, context) => finite((await loadFlow(row, context))?.underflow),
    }),
    overflow: t.float({
      nullable: true,
      description:
        'Content above the axis; null with two axes (ask `bins(flow: true)`), where the source had no flow bins, and without bins.',
      resolve: async (row, _args, context) => finite((await loadFlow(row, context))?.overflow),
    }),
    meanX: t.float({ nullable: true, description: about.meanX, resolve: ({ meanX }) => finite(meanX) }),
    rmsX: t.float({ nullable: true, description: about.rmsX, resolve: ({ rmsX }) => finite(rmsX) }),
    meanY: t.float({ nullable: true, description: about.meanY, resolve: ({ meanY }) => finite(meanY) }),
    rmsY: t.float({ nullable: true, description: about.rmsY, resolve: ({ rmsY }) => finite(rmsY) }),
    skewness: t.float({ nullable: true, description: about.skewness, resolve: ({ skewness }) => finite(skewness) }),
    kurtosis: t.float({ nullable: true, description: about.kurtosis, resolve: ({ kurtosis }) => finite(kurtosis) }),
    shape: t.intList({
      nullable: true,
      description: 'Number of in-range bins by axis: `[nx]`, or `[ny, nx]` (y, then x); null without bins.',
      resolve: async (row, _args, context) => {
        const binning = await loadBinning(row, context);
        return binning && shapeOf(binning);
      },
    }),
    axes: t.field({
      type: [Axis],
      nullable: true,
      description: 'The axes, x first; null for summaries, which have no bins.',
      resolve: async (row, _args, context) => (await loadBinning(row, context))?.axes ?? null,
    }),
    bins: t.field({
      type: 'Bins',
      nullable: true,
      description:
        'Bin contents, row-major with y outer; of profiles the means (0 in bins without entries); null for summaries, which have none.',
      args: { ...viewArguments, ...layoutArgument },
      resolve: (row, given, context, info) =>
        withBins(row, context, ({ blob, binning }) => {
          if (needsFlow(given) && !checkFlow(blob, context, info)) return null;
          const shape = shapeOf(binning);
          const nested = given.layout === 'NESTED';
          if (nested || !isPlain(given)) {
            const view = viewOf(given, binning, 'values');
            return unlessOfRatios(row, view, context, () => viewValue(blob, shape, view, nested, context));
          }
          context.cost.addBins(blob, cellCount(shape, given.flow));
          return new BinsValue(blob, shape, given.flow);
        }),
    }),
    errors: t.field({
      type: 'Bins',
      nullable: true,
      description:
        'One standard deviation of each bin, laid out as `bins`, as ROOT gives it: from the stored sums of squared weights, else the root of the content; of profiles the error of the mean. Null for summaries, and where the source did not keep what they are made of (efficiencies are no counts).',
      args: { ...viewArguments, ...layoutArgument },
      resolve: (row, given, context, info) => {
        // an efficiency without stored squares has no errors: its contents are no counts
        const efficiency = context.loaders.efficiency.load(row.monitorElementId);
        return withBins(row, context, async ({ blob, binning }) => {
          if (needsFlow(given) && !checkFlow(blob, context, info)) return null;
          const view = viewOf(given, binning, 'errors');
          if (await efficiency) {
            if (view.plans && addsBins(view.plans)) throw ratiosAdded();
            if (!hasSections(blob)) return null;
          }
          return viewValue(blob, shapeOf(binning), view, given.layout === 'NESTED', context);
        });
      },
    }),
    binsBase64: t.string({
      nullable: true,
      description: 'The same as `bins`, as base64 of little-endian numbers of one type; null for summaries.',
      args: {
        type: t.arg({ type: PackedType, required: true, defaultValue: 'FLOAT64', description: 'The number type.' }),
        ...viewArguments,
      },
      resolve: (row, { type, ...given }, context, info) =>
        withBins(row, context, ({ blob, binning }) => {
          if (needsFlow(given) && !checkFlow(blob, context, info)) return null;
          const shape = shapeOf(binning);
          if (isPlain(given)) return withinAnswer(() => binsBase64(blob, shape, type, given.flow), context);
          const view = viewOf(given, binning, 'values');
          return unlessOfRatios(row, view, context, () =>
            withinAnswer(() => {
              const viewed = viewedCells(blob, shape, view);
              return viewed && packBase64(viewed.cells, type);
            }, context),
          );
        }),
    }),
  }),
});

/** An answer is one text, which JavaScript bounds at 512 MB: long before, the server would serve nobody else. */
const MOST_BASE64_CHARACTERS = 100_000_000;

function withinAnswer(encode: () => string | null, { cost }: Context): string | null {
  if (cost.base64Characters <= MOST_BASE64_CHARACTERS) {
    const text = encode();
    const length = text?.length ?? 0;
    cost.base64Characters += length;
    cost.addBytes(length, length);
    return text;
  }
  throw new LimitExceededError(
    `binsBase64: one answer holds about ${MOST_BASE64_CHARACTERS} characters of it at most. Ask for smaller pages (\`first\`).`,
    { limit: MOST_BASE64_CHARACTERS },
  );
}

interface StoredBins {
  readonly blob: Uint8Array;
  readonly binning: Binning;
}

/** Calls `use` with the bins; null for summaries. Mostly at once: this runs for every histogram of every response. */
function withBins<Result>(
  row: ContentsRow,
  context: Context,
  use: (bins: StoredBins) => Result | null | Promise<Result | null>,
): Promise<Result | null> | Result | null {
  // asked for together, so that both are one statement a level
  const blob = loadBlob(row, context);
  const binning = loadBinning(row, context);
  if (blob === null || binning === null) return null;
  if (blob instanceof Promise || binning instanceof Promise) {
    return Promise.all([blob, binning]).then(([blob, binning]) => blob && use({ blob, binning }));
  }
  return use({ blob, binning });
}

const ratiosAdded = () =>
  new InvalidInputError('rebin, project: the monitor element is an efficiency, and ratios are never added.', {
    field: 'rebin',
  });

/** @throws InvalidInputError where bins of an efficiency would be added up. */
function unlessOfRatios<Result>(
  { monitorElementId }: ContentsRow,
  { plans }: BinsView,
  { loaders }: Context,
  use: () => Result,
): Result | Promise<Result> {
  if (plans === null || !addsBins(plans)) return use();
  return Promise.resolve(loaders.efficiency.load(monitorElementId)).then((isEfficiency) => {
    if (isEfficiency) throw ratiosAdded();
    return use();
  });
}

function viewValue(blob: Uint8Array, shape: Shape, view: BinsView, nested: boolean, { cost }: Context): BinsViewValue {
  // rebinned or cropped they are fewer
  const cells = cellCount(shape, view.flow);
  cost.addNumbers(view.plans === null ? cells : 0, cells);
  return new BinsViewValue(blob, shape, view, nested);
}

const loadFlow = (row: ContentsRow, context: Context) =>
  withBins(row, context, ({ blob, binning }) => {
    const bins = decodeBins(blob, shapeOf(binning));
    return flowOf({ flow: bins.flow, contents: binValues(bins) }, binning.axes);
  });

function checkFlow(blob: Uint8Array, context: Context, info: GraphQLResolveInfo): boolean {
  if (hasFlowBins(blob)) return true;
  context.warn({
    code: 'NO_FLOW_BINS',
    message: 'The source had no under- and overflow bins: what needs them (`flow: true`) is null.',
    path: responsePathAsArray(info.path),
  });
  return false;
}
