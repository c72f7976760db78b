import type { Flag } from '../../src/domain/record.ts';
import { SAMPLE_MONITOR_ELEMENTS as ME, SAMPLE_RUN_NUMBERS, SAMPLE_RUNS, type SampleRun } from './names.ts';
import { conditionsOf } from './runs.ts';

export type Subsystem = 'pixel' | 'strip' | 'ecal' | 'csc';
export const SUBSYSTEMS: readonly Subsystem[] = ['pixel', 'strip', 'ecal', 'csc'];

/** One injected fault: it changes its monitor elements in `first` to `last` (inclusive) of one run, in every dataset. */
export interface Anomaly {
  readonly name: string;
  readonly kind: 'DEAD_REGION' | 'SHIFT' | 'HOT_CHANNEL' | 'LOW_STATISTICS';
  readonly subsystem: Subsystem;
  readonly run: SampleRun;
  readonly first: number;
  readonly last: number;
  readonly monitorElements: readonly string[];
  /** Left standing in the golden JSON: the shift crew did not see it. */
  readonly overlooked?: boolean;
}

export const ANOMALIES = [
  {
    name: 'dead pixel sector',
    kind: 'DEAD_REGION',
    subsystem: 'pixel',
    run: 398010,
    first: 70,
    last: 95,
    monitorElements: [ME.pixelBarrelMap, ME.chargeLayer1, ME.pixelSize],
  },
  {
    name: 'pixel charge drop',
    kind: 'SHIFT',
    subsystem: 'pixel',
    run: 398011,
    first: 41,
    last: 64,
    monitorElements: [ME.chargeLayer3],
  },
  {
    name: 'strip signal drop',
    kind: 'SHIFT',
    subsystem: 'strip',
    run: 398014,
    first: 6,
    last: 14,
    monitorElements: [ME.stripSignalTib],
  },
  {
    name: 'noisy chamber',
    kind: 'HOT_CHANNEL',
    subsystem: 'csc',
    run: 398027,
    first: 60,
    last: 88,
    monitorElements: [ME.cscOccupancy, ME.cscGlobal, ME.cscRecHits],
  },
  {
    name: 'hot trigger tower',
    kind: 'HOT_CHANNEL',
    subsystem: 'ecal',
    run: 398028,
    first: 20,
    last: 27,
    monitorElements: [ME.ecalOccupancy, ME.ecalEta],
    overlooked: true,
  },
  {
    name: 'late calorimeter clock',
    kind: 'SHIFT',
    subsystem: 'ecal',
    run: 398028,
    first: 92,
    last: 130,
    monitorElements: [ME.ecalTiming, ME.ecalTimingAmplitude],
  },
  {
    name: 'strip read-out dead time',
    kind: 'LOW_STATISTICS',
    subsystem: 'strip',
    run: 398033,
    first: 31,
    last: 44,
    monitorElements: [
      ME.stripSignalTib,
      ME.stripSignalTob,
      ME.residualsPlus,
      ME.residualsMinus,
      ME.stripClusters,
      ME.stripMap,
    ],
  },
] as const satisfies readonly Anomaly[];
export type AnomalyName = (typeof ANOMALIES)[number]['name'];

/** A job that was lost: these lumisections have conditions but no histograms. */
const LOST = { run: 398028, first: 61, last: 63 } as const;
export const isLost = (run: number, ls: number) => run === LOST.run && ls >= LOST.first && ls <= LOST.last;

/** How far the fault is developed, 0 (absent) to 1; shifts of the clock grow over ten lumisections. */
export function strength(name: AnomalyName, run: number, lumisection: number): number {
  const anomaly = ANOMALIES.find((candidate) => candidate.name === name) as Anomaly;
  if (run !== anomaly.run || lumisection < anomaly.first || lumisection > anomaly.last) return 0;
  return name === 'late calorimeter clock' ? Math.min(1, (lumisection - anomaly.first + 3) / 10) : 1;
}

/** What was done to one lumisection: BAD where a fault was injected, STANDBY where beam or high voltage was off. */
export function truthOf(run: SampleRun, lumisection: number, subsystem: Subsystem): Flag | null {
  if (isLost(run, lumisection)) return null;
  const { pileup, trackerOn } = conditionsOf(run, lumisection);
  const needsVoltage = subsystem === 'pixel' || subsystem === 'strip';
  if (pileup === 0 || (needsVoltage && !trackerOn)) return 'STANDBY';
  return injected(run, lumisection, subsystem).length > 0 ? 'BAD' : 'GOOD';
}

const injected = (run: SampleRun, lumisection: number, subsystem?: Subsystem): Anomaly[] =>
  ANOMALIES.filter(
    (anomaly) =>
      anomaly.run === run &&
      anomaly.first <= lumisection &&
      lumisection <= anomaly.last &&
      (subsystem === undefined || anomaly.subsystem === subsystem),
  );

/** The shift crew's verdict: good unless something was off, lost, or seen to be wrong. */
export function isGolden(run: SampleRun, lumisection: number): boolean {
  return isOn(run, lumisection) && !isLost(run, lumisection) && injected(run, lumisection).every((a) => a.overlooked);
}

/** Stable beams, and every detector on. */
export function isOn(run: SampleRun, lumisection: number): boolean {
  const { pileup, trackerOn } = conditionsOf(run, lumisection);
  return pileup > 0 && trackerOn;
}

export interface FlagRange {
  readonly first: number;
  readonly last: number;
  readonly flag: Flag;
}

/** Joins equal verdicts of neighbouring lumisections to ranges; null is no verdict. */
function ranges(run: SampleRun, flagOf: (lumisection: number) => Flag | null): FlagRange[] {
  const found: FlagRange[] = [];
  for (let ls = 1; ls <= SAMPLE_RUNS[run]; ls++) {
    const flag = flagOf(ls);
    const open = found.at(-1);
    if (flag === null) continue;
    if (open && open.last === ls - 1 && open.flag === flag) found[found.length - 1] = { ...open, last: ls };
    else found.push({ first: ls, last: ls, flag });
  }
  return found;
}

/** Ranges of every run that has any. */
export function rangesByRun(flagOf: (run: SampleRun, lumisection: number) => Flag | null) {
  return SAMPLE_RUN_NUMBERS.map((run) => ({ run, line: 0, ranges: ranges(run, (ls) => flagOf(run, ls)) })).filter(
    (entry) => entry.ranges.length > 0,
  );
}
