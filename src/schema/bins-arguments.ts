import type { BinsView } from '../domain/bins-view.ts';
import type { Binning } from '../domain/histogram.ts';
import { planAxes, type Stretch } from '../domain/rebin.ts';
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

/** Arguments of every field that gives bins. Cropping comes first, then rebinning, then scaling. */
export const viewArguments = builder.args((t) => ({
  flow: t.boolean({
    required: true,
    defaultValue: false,
    description: 'With under- and overflow bins; null and a warning where the source had none.',
  }),
  rebin: t.intList({
    description:
      'How many neighbours are added up to one bin, by axis, x first: `[4, 4]`. A factor that does not divide the bins of its axis is an error. Integers stay exact; errors are those of the sums.',
  }),
  crop: t.field({
    type: BinsCrop,
    description:
      'Only the bins that overlap these stretches, before rebinning. What lies outside is added to the under- and overflow bins where there are any.',
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
  readonly normalize?: 'INTEGRAL' | 'MAX' | null;
}

/** What the arguments ask of a histogram. @throws InvalidInputError for what its axes do not allow. */
export function viewOf(
  { flow, rebin, crop, normalize }: ViewGiven,
  { axes }: Binning,
  quantity: BinsView['quantity'],
): BinsView {
  const plans = rebin || crop ? planAxes(axes, rebin, [crop?.x, crop?.y]) : null;
  return { quantity, flow, plans, normalize: normalize ?? null };
}

/** Whether bins are asked for just as they are stored. */
export const isPlain = ({ rebin, crop, normalize }: ViewGiven): boolean => !rebin && !crop && !normalize;
