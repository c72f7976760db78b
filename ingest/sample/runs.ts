import { LUMISECTION_FLAGS, type LumisectionFlag } from '../../src/domain/lumisection-flags.ts';
import type { LumisectionRecord, RunRecord } from '../../src/domain/record.ts';
import { exp } from './arithmetic.ts';
import { SAMPLE_ERA, SAMPLE_RUN_NUMBERS, SAMPLE_RUNS, type SampleRun } from './names.ts';
import { randomOf } from './random.ts';

/** What the beam and the detector did in one lumisection, as far as histograms depend on it. */
export interface Conditions {
  readonly run: SampleRun;
  readonly lumisection: number;
  /** Mean interactions in a bunch crossing, 0 without collisions. */
  readonly pileup: number;
  /** High voltage of the trackers is on. */
  readonly trackerOn: boolean;
  readonly reprocessed: boolean;
}

interface Fill {
  readonly number: number;
  readonly start: string;
  readonly peakPileup: number;
  readonly bunches: number;
  /** Seconds in which the luminosity falls by a factor e. */
  readonly lifetime: number;
}

const FILL_A: Fill = { number: 10801, start: '2026-05-04T18:12:05Z', peakPileup: 61, bunches: 2352, lifetime: 21_000 };
const FILL_B: Fill = { number: 10804, start: '2026-05-06T03:40:31Z', peakPileup: 57, bunches: 2352, lifetime: 24_000 };
/** Few bunches after a technical stop. */
const FILL_C: Fill = { number: 10807, start: '2026-05-09T11:05:48Z', peakPileup: 24, bunches: 590, lifetime: 30_000 };

/** Where a run lies in its fill: its first lumisection, and within the run the spans that were off. */
const PLAN: Record<SampleRun, { fill: Fill; offset: number; stable: [number, number]; trackerOn: [number, number] }> = {
  398010: { fill: FILL_A, offset: 0, stable: [9, 140], trackerOn: [13, 140] },
  398011: { fill: FILL_A, offset: 143, stable: [1, 110], trackerOn: [1, 110] },
  398014: { fill: FILL_A, offset: 262, stable: [1, 33], trackerOn: [1, 32] },
  398027: { fill: FILL_B, offset: 0, stable: [7, 120], trackerOn: [10, 120] },
  398028: { fill: FILL_B, offset: 122, stable: [1, 130], trackerOn: [1, 130] },
  398033: { fill: FILL_C, offset: 4, stable: [3, 60], trackerOn: [6, 60] },
};

/** 2^18 orbits of the LHC. */
const LUMISECTION_SECONDS = 23.31;
const REVOLUTION_HZ = 11_245;
/** Inelastic cross-section, 80 mb in cm2. */
const CROSS_SECTION = 8e-26;

const TRACKER: readonly LumisectionFlag[] = [
  'bpix_ready',
  'fpix_ready',
  'tibtid_ready',
  'tob_ready',
  'tecp_ready',
  'tecm_ready',
];
const STABLE: readonly LumisectionFlag[] = ['beam1_stable', 'beam2_stable', 'physics_flag'];
/** Not installed any more, or never in these runs. */
const NEVER: readonly LumisectionFlag[] = ['castor_ready', 'zdc_ready'];

const within = (ls: number, [first, last]: readonly [number, number]) => ls >= first && ls <= last;
const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

export function conditionsOf(run: SampleRun, lumisection: number, reprocessed = false): Conditions {
  const { fill, offset, stable, trackerOn } = PLAN[run];
  const seconds = (offset + lumisection - 1) * LUMISECTION_SECONDS;
  const jitter = 1 + 0.004 * randomOf(`pileup/${run}/${lumisection}`).normal();
  const pileup = within(lumisection, stable) ? fill.peakPileup * exp(-seconds / fill.lifetime) * jitter : 0;
  return { run, lumisection, pileup, trackerOn: within(lumisection, trackerOn), reprocessed };
}

/** In 10^34 / cm2 / s. */
function instantaneousLumi(pileup: number, fill: Fill): number {
  return (pileup * fill.bunches * REVOLUTION_HZ) / CROSS_SECTION / 1e34;
}

function lumisectionRecord(run: SampleRun, number: number): LumisectionRecord {
  const { fill, offset } = PLAN[run];
  const { pileup, trackerOn } = conditionsOf(run, number);
  const start = Date.parse(fill.start) + Math.round((offset + number - 1) * LUMISECTION_SECONDS * 1000);
  const delivered = (instantaneousLumi(pileup, fill) * 1e34 * LUMISECTION_SECONDS) / 1e36;
  const random = randomOf(`lumisection/${run}/${number}`);
  const deadTime = 0.025 + 0.02 * random.uniform();
  const off = new Set<LumisectionFlag>(NEVER);
  if (!trackerOn) for (const flag of TRACKER) off.add(flag);
  if (pileup === 0) for (const flag of STABLE) off.add(flag);
  if (dumped(run, number)) for (const flag of ['beam1_present', 'beam2_present'] as const) off.add(flag);
  return {
    run,
    number,
    startedAt: new Date(start),
    endedAt: new Date(start + Math.round(LUMISECTION_SECONDS * 1000)),
    zeroBiasRate: rounded((fill.bunches / 2352) * 1430 * (pileup > 0 ? 1 + 0.002 * random.normal() : 0.01), 2),
    deliveredLumi: rounded(delivered, 6),
    recordedLumi: rounded(delivered * (1 - deadTime), 6),
    pileup: rounded(pileup, 3),
    flagsOn: LUMISECTION_FLAGS.filter((flag) => !off.has(flag)),
    flagsOff: [...off],
  };
}

/** The beams are gone: after the last stable lumisection of a run that ends later. */
const dumped = (run: SampleRun, ls: number) => ls > PLAN[run].stable[1];

export function lumisectionRecords(run: SampleRun): LumisectionRecord[] {
  return Array.from({ length: SAMPLE_RUNS[run] }, (_, i) => lumisectionRecord(run, i + 1));
}

function runRecord(run: SampleRun): RunRecord {
  const lumisections = lumisectionRecords(run);
  const lumi = (ls: LumisectionRecord | undefined) => rounded(instantaneousLumi(ls?.pileup ?? 0, PLAN[run].fill), 4);
  const total = (of: (ls: LumisectionRecord) => number | null | undefined) =>
    rounded(
      lumisections.reduce((sum, ls) => sum + (of(ls) ?? 0), 0),
      4,
    );
  return {
    number: run,
    year: 2026,
    era: SAMPLE_ERA,
    period: 'Z',
    fill: PLAN[run].fill.number,
    startedAt: lumisections[0]?.startedAt ?? null,
    endedAt: lumisections.at(-1)?.endedAt ?? null,
    initialLumi: lumi(lumisections[0]),
    endLumi: lumi(lumisections.at(-1)),
    lumisectionCount: lumisections.length,
    deliveredLumi: total((ls) => ls.deliveredLumi),
    recordedLumi: total((ls) => ls.recordedLumi),
    energy: 6800,
    magneticField: 3.8,
  };
}

export const runRecords = (): RunRecord[] => SAMPLE_RUN_NUMBERS.map(runRecord);
