import { type Axis, axisProblem } from '../../../src/domain/axis.ts';
import { ERROR_OPTIONS } from '../../../src/domain/bin-layout.ts';
import type { NumberArray } from '../../../src/domain/histogram.ts';
import type { MonitorElementKind } from '../../../src/domain/record.ts';
import { type CheckedHistogram, checkedHistogram, type SourceNames } from '../checked-histogram.ts';
import { RootFault, storable } from './fault.ts';
import type { RootObject } from './objects.ts';

/** A histogram of a ROOT file as it is stored: every bin with flow bins, every error, nothing rounded. */
export type RootHistogram = CheckedHistogram;

const NAMES: SourceNames = {
  contents: 'contents',
  sumw2: 'fSumw2',
  binEntries: 'fBinEntries',
  binSumw2: 'fBinSumw2',
  entries: 'fEntries',
};

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
  const { fEntries: entries } = object;
  if (typeof entries !== 'number' || !Number.isFinite(entries)) {
    throw new RootFault('NOT_FINITE', `fEntries is ${String(entries)}`);
  }
  const efficiency = (Number(object.fBits ?? 0) & IS_AVERAGE) !== 0;
  const title = storable(String(object.fTitle ?? ''), 'its title');
  const checked = checkedHistogram(
    {
      kind,
      title,
      axes,
      entries,
      efficiency,
      flow: true,
      contents: numbers(object.fArray),
      sumw2: numbers(object.fSumw2),
      binEntries: numbers(object.fBinEntries),
      binSumw2: numbers(object.fBinSumw2),
      errorOption: ERROR_OPTIONS[Number(object.fErrorMode ?? 0)],
    },
    NAMES,
  );
  if ('code' in checked) throw new RootFault(checked.code, checked.reason);
  refuseBuffered(object);
  return checked;
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

function numbers(value: unknown): NumberArray | undefined {
  const array = value as NumberArray | undefined;
  return ArrayBuffer.isView(array) && array.length > 0 ? array : undefined;
}

/** Fills that wait to be binned would be lost. */
function refuseBuffered({ fBufferSize, fBuffer }: RootObject): void {
  if (!fBufferSize || fBuffer === undefined) return;
  const waiting = (fBuffer as NumberArray)[0] ?? 0;
  if (waiting > 0) throw new RootFault('UNFLUSHED_BUFFER', `${waiting} fills stand in its buffer and in no bin yet`);
}
