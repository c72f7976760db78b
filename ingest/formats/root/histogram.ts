import { type Axis, axisProblem } from '../../../src/domain/axis.ts';
import type { Bins, Moments, NumberArray } from '../../../src/domain/histogram.ts';
import { computeMoments } from '../../../src/domain/moments.ts';
import type { MonitorElementKind } from '../../../src/domain/record.ts';
import { RootFault, storable } from './fault.ts';
import type { RootObject } from './objects.ts';

/** A histogram of a ROOT file as it is stored: every bin with flow bins, every error, nothing rounded. */
export interface RootHistogram {
  readonly kind: MonitorElementKind;
  readonly title: string;
  readonly axes: readonly Axis[];
  readonly bins: Bins;
  readonly entries: number;
  readonly moments: Moments;
  /** ROOT's mark of contents that are averages: not to be added. */
  readonly efficiency: boolean;
}

interface ClassFacts {
  readonly kind: MonitorElementKind;
  readonly dimension: 1 | 2;
}

const CLASSES = new Map<string, ClassFacts>([
  ...'CSIFDL'.split('').flatMap((type): [string, ClassFacts][] => [
    [`TH1${type}`, { kind: 'TH1', dimension: 1 }],
    [`TH2${type}`, { kind: 'TH2', dimension: 2 }],
  ]),
  ['TProfile', { kind: 'PROFILE', dimension: 1 }],
  ['TProfile2D', { kind: 'PROFILE2D', dimension: 2 }],
]);

/** TH1::kIsAverage. */
const IS_AVERAGE = 1 << 18;

/**
 * Checks everything a histogram must be, whatever the file said: known class, finite increasing axes, as many cells as
 * the axes need in every array, finite contents.
 * @throws RootFault UNSUPPORTED_CLASS, AXIS_RANGE, BIN_COUNT, NOT_FINITE, NEGATIVE_ENTRIES, UNFLUSHED_BUFFER.
 */
export function histogramOf(object: RootObject): RootHistogram {
  const facts = CLASSES.get(object.className);
  if (!facts) throw new RootFault('UNSUPPORTED_CLASS', `${object.className} is not read`);
  const { kind, dimension } = facts;
  const axes = [axisOf(object.fXaxis, 'x')];
  if (dimension === 2) axes.push(axisOf(object.fYaxis, 'y'));
  const cells = axes.reduce((product, { bins }) => product * (bins + 2), 1);
  const isProfile = kind === 'PROFILE' || kind === 'PROFILE2D';
  const contents = numbers(object.fArray, 'contents', cells);
  if (!contents) throw new RootFault('BIN_COUNT', `no contents where the axes need ${cells}`);
  const sumw2 = numbers(object.fSumw2, 'fSumw2', cells);
  const binEntries = isProfile ? numbers(object.fBinEntries, 'fBinEntries', cells) : undefined;
  const binSumw2 = isProfile ? numbers(object.fBinSumw2, 'fBinSumw2', cells) : undefined;
  if (isProfile && !binEntries) throw new RootFault('BIN_COUNT', 'a profile without entries per bin');
  const { fEntries: entries } = object;
  if (typeof entries !== 'number' || !Number.isFinite(entries)) {
    throw new RootFault('NOT_FINITE', `fEntries is ${String(entries)}`);
  }
  if (entries < 0) throw new RootFault('NEGATIVE_ENTRIES', `fEntries is ${entries}`);
  refuseBuffered(object);
  // errors of plain counts are said by the counts themselves
  const plain = !isProfile && sumw2 !== undefined && equal(sumw2, contents);
  const bins: Bins = {
    flow: true,
    contents,
    ...(sumw2 && !plain && { sumw2 }),
    ...(binEntries && { binEntries }),
    ...(binSumw2 && { binSumw2 }),
  };
  // a profile's place and width are those of its entries: its contents are sums of y
  const moments = computeMoments({ flow: true, contents: binEntries ?? contents }, axes);
  if (!Number.isFinite(moments.integral)) {
    throw new RootFault('NOT_FINITE', 'the contents add up to more than a float64 holds');
  }
  const efficiency = (Number(object.fBits ?? 0) & IS_AVERAGE) !== 0;
  const title = storable(String(object.fTitle ?? ''), 'its title');
  return { kind, title, axes, bins, entries, moments, efficiency };
}

function axisOf(value: unknown, name: string): Axis {
  const axis = value as RootObject | undefined;
  const bins = axis?.fNbins;
  const [min, max] = [axis?.fXmin, axis?.fXmax];
  if (typeof bins !== 'number' || typeof min !== 'number' || typeof max !== 'number') {
    throw new RootFault('AXIS_RANGE', `there is no ${name} axis`);
  }
  const stored = axis?.fXbins as NumberArray | undefined;
  const edges = stored && stored.length > 0 ? [...stored] : undefined;
  const title = String(axis?.fTitle ?? '');
  // before labels, of which there is one a bin
  const problem = axisProblem({ bins, min, max, edges, title });
  if (problem) throw new RootFault('AXIS_RANGE', `the ${name} axis ${problem}`);
  const labels = labelsOf(axis?.fLabels, bins, name);
  return { bins, min, max, ...(edges && { edges }), ...(labels && { labels }), title };
}

/** Labels stand in a list; the number of its bin is the unique id of each. */
function labelsOf(value: unknown, bins: number, axis: string): (string | null)[] | undefined {
  const items = (value as { items?: (RootObject | null)[] } | null | undefined)?.items ?? [];
  if (items.length === 0) return undefined;
  if (bins > MAX_LABELLED_BINS) throw new RootFault('AXIS_RANGE', `the ${axis} axis has labels for ${bins} bins`);
  const labels = new Array<string | null>(bins).fill(null);
  for (const item of items) {
    const bin = Number(item?.fUniqueID);
    if (!(bin >= 1 && bin <= bins)) continue;
    labels[bin - 1] = String(item?.fString ?? '');
  }
  return labels;
}

const MAX_LABELLED_BINS = 1_000_000;

function numbers(value: unknown, name: string, cells: number): NumberArray | undefined {
  const array = value as NumberArray | undefined;
  if (!ArrayBuffer.isView(array) || array.length === 0) return undefined;
  if (array.length !== cells)
    throw new RootFault('BIN_COUNT', `${name}: ${array.length} cells where the axes need ${cells}`);
  if (array instanceof Float32Array || array instanceof Float64Array) {
    for (let i = 0; i < cells; i++) {
      if (!Number.isFinite(array[i])) throw new RootFault('NOT_FINITE', `${name}: cell ${i} is ${array[i]}`);
    }
  }
  return array;
}

/** Fills that wait to be binned would be lost. */
function refuseBuffered({ fBufferSize, fBuffer }: RootObject): void {
  if (!fBufferSize || fBuffer === undefined) return;
  const waiting = (fBuffer as NumberArray)[0] ?? 0;
  if (waiting > 0) throw new RootFault('UNFLUSHED_BUFFER', `${waiting} fills stand in its buffer and in no bin yet`);
}

function equal(a: NumberArray, b: NumberArray): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
