import { END_OF_RUN, LuminosityMask } from './lumi-mask.ts';
import type { Flag } from './record.ts';

/** Lumisections of a run that a source judged. Those of one subsystem and dataset are disjoint. */
export type JudgedRange<Rest extends readonly unknown[] = readonly unknown[]> = readonly [
  run: number,
  first: number,
  last: number,
  flag: Flag,
  subsystem: string,
  dataset: string,
  ...rest: Rest,
];

/** Of every lumisection what combineFlags calls GOOD. `subsystems`: all that are judged, those without any range as well. */
export function goodOf(subsystems: Iterable<string>, judged: readonly JudgedRange[]): LuminosityMask {
  const bySubsystem = grouped(judged, ([, , , , subsystem]) => subsystem);
  const good = [...new Set(subsystems)].map((name) => goodOfSubsystem(bySubsystem.get(name) ?? []));
  return good.length === 0 ? LuminosityMask.EMPTY : good.reduce((all, next) => all.intersection(next));
}

function goodOfSubsystem(judged: readonly JudgedRange[]): LuminosityMask {
  const byDataset = [...grouped(judged, ([, , , , , dataset]) => dataset).values()];
  const good = byDataset.map((ranges) => LuminosityMask.fromRows(ranges.filter(([, , , flag]) => flag === 'GOOD')));
  if (good.length <= 1) return good[0] ?? LuminosityMask.EMPTY;
  // of the runs that a dataset is judged for, all that it does not call GOOD
  const lacking = byDataset.map((ranges, i) => wholeRuns(ranges).difference(good[i] as LuminosityMask));
  return LuminosityMask.unionOf(good).difference(LuminosityMask.unionOf(lacking));
}

const wholeRuns = (judged: readonly JudgedRange[]): LuminosityMask =>
  LuminosityMask.fromRows(judged.map(([run]) => [run, 1, END_OF_RUN]));

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known) known.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
