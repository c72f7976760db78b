import type { Axis } from './axis.ts';
import { BinsSum } from './bins-sum.ts';
import type { Binning, Bins, ErrorOption, NumberArray } from './histogram.ts';

/**
 * Adds partial histograms of one booking (see BinsSum); the sum does not depend on their order.
 * @param parts at least one; nothing in `whyNotAdded` may speak against any pair.
 */
export function addBins(parts: readonly Bins[]): Bins {
  const [first, ...others] = parts;
  if (first === undefined) throw new RangeError('there is nothing to add');
  if (others.length === 0) return first;
  const sum = new BinsSum(first);
  for (const part of others) sum.add(part);
  return sum.bins();
}

/**
 * The sum of two histograms of whole numbers, or null where that needs more than the two: numbers that are not whole or
 * not exact, or squared weights in one of them alone. What it gives is what addBins gives of all parts of `sum`, if all
 * those were whole.
 */
export function addWhole(sum: Bins, part: Bins): Bins | null {
  if (SECTIONS.some((name) => (sum[name] === undefined) !== (part[name] === undefined))) return null;
  const result: { -readonly [Name in keyof Bins]: Bins[Name] } = {
    flow: sum.flow,
    contents: sum.contents,
    ...(sum.errorOption && { errorOption: sum.errorOption }),
  };
  for (const name of SECTIONS) {
    const [a, b] = [sum[name], part[name]];
    if (a === undefined || b === undefined) continue;
    const added = new Float64Array(a.length);
    for (let i = 0; i < added.length; i++) {
      const [one, other] = [a[i] as number, b[i] as number];
      added[i] = one + other;
      if (!(Number.isSafeInteger(one) && Number.isSafeInteger(other) && Number.isSafeInteger(added[i]))) return null;
    }
    result[name] = added;
  }
  return result;
}

/** Whether all its numbers are whole and exact. */
export const isWhole = (bins: Bins): boolean => SECTIONS.every((name) => bins[name] === undefined || whole(bins[name]));

const SECTIONS = ['contents', 'sumw2', 'binEntries', 'binSumw2'] as const;

function whole(numbers: NumberArray): boolean {
  if (!(numbers instanceof Float64Array || numbers instanceof Float32Array)) return true;
  for (let i = 0; i < numbers.length; i++) if (!Number.isSafeInteger(numbers[i])) return false;
  return true;
}

/**
 * Why two histograms cannot be added, as the end of a sentence ("has ..., not ..."), or null where they can. Titles may
 * differ: they say nothing about the bins.
 */
export function whyNotAdded(
  one: { readonly binning: Pick<Binning, 'axes'>; readonly bins: Bins },
  other: { readonly binning: Pick<Binning, 'axes'>; readonly bins: Bins },
): string | null {
  const axes = differingAxes(one.binning, other.binning);
  if (axes !== null) return axes;
  if (one.bins.flow !== other.bins.flow) {
    return one.bins.flow ? 'has under- and overflow bins, and the other has none' : 'has no under- and overflow bins';
  }
  const [profile, otherProfile] = [one, other].map(({ bins }) => bins.binEntries !== undefined);
  if (profile !== otherProfile) return profile ? 'is a profile, and the other is not' : 'is no profile';
  const [option, otherOption] = [one, other].map(({ bins }) => bins.errorOption);
  if (option !== otherOption) {
    return `is a profile with ${optionText(option)}, and the other has ${optionText(otherOption)}`;
  }
  return null;
}

const optionText = (option: ErrorOption | undefined) =>
  option === undefined ? 'errors of the mean' : `the option of errors ${option}`;

/** In what the axes of two histograms differ, as the end of a sentence, or null where they are those of one booking. */
export function differingAxes(one: Pick<Binning, 'axes'>, other: Pick<Binning, 'axes'>): string | null {
  const difference = axesDifference(one, other);
  return difference && `has ${difference}`;
}

/** The same as what the one has, not the other: "an x axis of ..., not ...". */
export function axesDifference(one: Pick<Binning, 'axes'>, other: Pick<Binning, 'axes'>): string | null {
  if (one.axes.length !== other.axes.length) return `${one.axes.length} axes, not ${other.axes.length}`;
  for (const [i, axis] of one.axes.entries()) {
    const difference = differenceOf(axis, other.axes[i] as Axis);
    if (difference !== null) return `${i === 0 ? 'an x' : 'a y'} axis of ${difference}`;
  }
  return null;
}

function differenceOf(a: Axis, b: Axis): string | null {
  if (a.bins !== b.bins || a.min !== b.min || a.max !== b.max) {
    return `${a.bins} bins from ${a.min} to ${a.max}, not ${b.bins} from ${b.min} to ${b.max}`;
  }
  if (a.edges !== undefined || b.edges !== undefined) {
    if (a.edges === undefined || b.edges === undefined) {
      return `${a.edges === undefined ? 'equal' : 'unequal'} bins, not ${b.edges === undefined ? 'equal' : 'unequal'} ones`;
    }
    const edge = a.edges.findIndex((value, i) => value !== b.edges?.[i]);
    if (edge >= 0) return `other edges: edge ${edge} is ${a.edges[edge]}, not ${b.edges[edge]}`;
  }
  for (let bin = 0; bin < a.bins; bin++) {
    const [label, otherLabel] = [a.labels?.[bin] ?? null, b.labels?.[bin] ?? null];
    if (label !== otherLabel) {
      return `other labels: bin ${bin + 1} is ${JSON.stringify(label)}, not ${JSON.stringify(otherLabel)}`;
    }
  }
  return null;
}
