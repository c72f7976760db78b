import type { BinsView } from '../domain/bins-view.ts';
import type { Binning } from '../domain/histogram.ts';
import { type Projection, planAxes, type Stretch } from '../domain/rebin.ts';
import { builder } from './builder.ts';

const BinsLayout = builder.enumType('BinsLayout', {
  description: 'How bins stand in an answer.',
  values: {
    FLAT: { description: 'One list, row-major with y outer.' },
    NESTED: { description: 'One list a row of y; with one axis the same as FLAT.' },
  } as const,
});

const BinsScale = builder.enumType('BinsScale', {
  description: 'What bins are divided by.',
  values: {
    INTEGRAL: { description: 'The sum of the in-range bins, which then add up to 1.' },
    MAX: { description: 'The largest in-range bin, which then is 1.' },
  } as const,
});

const AxisCrop = builder.inputRef<Stretch>('AxisCrop').implement({
  description: 'A stretch of an axis, in its units. Every bin that overlaps it is kept whole.',
  fields: (t) => ({
    min: t.float({ description: 'Lower bound (inclusive); the lower end of the axis unless told.' }),
    max: t.float({ description: 'Upper bound (exclusive); the upper end of the axis unless told.' }),
  }),
});

const BinsCrop = builder.inputRef<{ readonly x?: Stretch | null; readonly y?: Stretch | null }>('BinsCrop').implement({
  description: 'The part of a histogram to keep.',
  fields: (t) => ({
    x: t.field({ type: AxisCrop, description: 'Of the x axis; all of it unless told.' }),
    y: t.field({ type: AxisCrop, description: 'Of the y axis; all of it unless told. An error with one axis.' }),
  }),
});

const ProjectionAxis = builder.enumType('ProjectionAxis', {
  description: 'The axis that a projection leaves.',
  values: {
    X: { description: 'The x axis: what lies along y is added up.' },
    Y: { description: 'The y axis: what lies along x is added up.' },
  } as const,
});

const BinsProjection = builder.inputRef<Projection>('BinsProjection').implement({
  description: 'The projection of a histogram with two axes onto one of them. Of a profile its sums are added up.',
  fields: (t) => ({
    onto: t.field({ type: ProjectionAxis, required: true, description: 'The axis that stays.' }),
    flow: t.boolean({
      required: true,
      defaultValue: false,
      description:
        "Whether what lies outside of the other axis is added as well: its under- and overflow bins, and what `crop` cuts off it. ROOT's `ProjectionX()` does so unless it is given a range. Null and a warning where the source had none.",
    }),
  }),
});

/** Arguments of every field that gives bins. Cropping comes first, then projecting, then rebinning, then scaling. */
export const viewArguments = builder.args((t) => ({
  flow: t.boolean({
    required: true,
    defaultValue: false,
    description: 'With under- and overflow bins; null and a warning where the source had none.',
  }),
  rebin: t.intList({
    description:
      'How many neighbours are added up to one bin, by axis, x first: `[4, 4]`; after a projection one factor. A factor that does not divide the bins of its axis is an error. Integers stay exact; errors are those of the sums.',
  }),
  crop: t.field({
    type: BinsCrop,
    description:
      'Only the bins that overlap these stretches, before all else: with `project`, a slice. What lies outside is added to the under- and overflow bins where there are any.',
  }),
  project: t.field({
    type: BinsProjection,
    description:
      'Adds up along one of two axes, after cropping and before rebinning. Integers stay exact. An error with one axis.',
  }),
  normalize: t.field({
    type: BinsScale,
    description: 'Divides bins and errors alike, after rebinning. Null where there is nothing to divide by.',
  }),
}));

export const layoutArgument = builder.args((t) => ({
  layout: t.field({
    type: BinsLayout,
    required: true,
    defaultValue: 'FLAT',
    description: 'One list, or one a row of y.',
  }),
}));

export interface ViewGiven {
  readonly flow: boolean;
  readonly rebin?: readonly number[] | null;
  readonly crop?: { readonly x?: Stretch | null; readonly y?: Stretch | null } | null;
  readonly project?: Projection | null;
  readonly normalize?: 'INTEGRAL' | 'MAX' | null;
}

/** What the arguments ask of a histogram. @throws InvalidInputError for what its axes do not allow. */
export function viewOf(
  { flow, rebin, crop, project, normalize }: ViewGiven,
  { axes }: Binning,
  quantity: BinsView['quantity'],
): BinsView {
  const plans = rebin || crop || project ? planAxes(axes, rebin, [crop?.x, crop?.y], project) : null;
  return { quantity, flow, plans, normalize: normalize ?? null };
}

/** Whether bins are asked for just as they are stored. */
export const isPlain = ({ rebin, crop, project, normalize }: ViewGiven): boolean =>
  !rebin && !crop && !project && !normalize;

/** Whether the under- and overflow bins are needed. */
export const needsFlow = ({ flow, project }: ViewGiven): boolean => flow || (project?.flow ?? false);
