import { strength } from './anomalies.ts';
import { bell, cosine, exp } from './arithmetic.ts';
import { SAMPLE_MONITOR_ELEMENTS as ME } from './names.ts';
import type { Conditions } from './runs.ts';
import { axis, map, type Rate, type SampleHistogram, spectrum } from './shapes.ts';

/** Muons follow the luminosity; cosmic and halo muons come without collisions. */
const muonRate =
  (fills: number): Rate =>
  ({ pileup }) =>
    (fills * pileup) / 50 + fills * 0.03;

const noisy = (c: Conditions) => strength('noisy chamber', c.run, c.lumisection);

interface Ring {
  readonly label: string;
  readonly chambers: 18 | 36;
  readonly hits: number;
}
/** From the beam outwards the hits fall off; the rings next to the beam of stations 2 to 4 have 18 chambers. */
const RINGS: readonly Ring[] = [
  { label: '1/1a', chambers: 36, hits: 0.55 },
  { label: '1/1b', chambers: 36, hits: 1 },
  { label: '1/2', chambers: 36, hits: 0.32 },
  { label: '1/3', chambers: 36, hits: 0.09 },
  { label: '2/1', chambers: 18, hits: 1.15 },
  { label: '2/2', chambers: 36, hits: 0.16 },
  { label: '3/1', chambers: 18, hits: 0.85 },
  { label: '3/2', chambers: 36, hits: 0.11 },
  { label: '4/1', chambers: 18, hits: 0.8 },
  { label: '4/2', chambers: 36, hits: 0.13 },
];
/** ME-4/2 at the bottom to ME+4/2 at the top. */
const ROWS = [
  ...[...RINGS].reverse().map((ring) => ({ ...ring, label: `ME-${ring.label}` })),
  ...RINGS.map((ring) => ({ ...ring, label: `ME+${ring.label}` })),
];
const NOISY_CHAMBER = 20;
const NOISY_ROW = ROWS.findIndex((ring) => ring.label === 'ME+1/1b') + 1;
/** Off since years. */
const OFF: readonly (readonly [number, number])[] = [
  [7, 3],
  [31, 12],
];

const occupancy: SampleHistogram = map(
  ME.cscOccupancy,
  'CSC recHit occupancy by chamber',
  axis(36, 0.5, 36.5, 'Chamber'),
  axis(20, 0.5, 20.5, 'Ring', { labels: ROWS.map((ring) => ring.label) }),
  (chamber, row) => {
    const ring = ROWS[row - 1] as (typeof ROWS)[number];
    if (chamber > ring.chambers || OFF.some(([c, r]) => c === chamber && r === row)) return 0;
    return ring.hits * (1 + 0.08 * cosine(chamber / ring.chambers));
  },
  muonRate(22_000),
  (c) =>
    noisy(c) > 0
      ? (mean, chamber, row) => (chamber === NOISY_CHAMBER && row === NOISY_ROW ? 18 * mean + 250 : mean)
      : null,
);

/** Inner and outer radius of the rings of station +1 in cm, with their hits for each unit of area. */
const STATION_1 = [
  { from: 103, to: 272, hits: 1 },
  { from: 282, to: 458, hits: 0.19 },
  { from: 507, to: 698, hits: 0.05 },
] as const;

function stationDensity(x: number, y: number): number {
  const r = Math.sqrt(x * x + y * y);
  const ring = STATION_1.find(({ from, to }) => r >= from && r <= to);
  return ring ? ring.hits * (150 / r) : 0;
}

/** Chamber 20 of ten degrees each: its middle lies at 190 degrees. */
const inNoisyChamber = (x: number, y: number) => {
  const r = Math.sqrt(x * x + y * y);
  const along = x * cosine(190 / 360) + y * cosine(190 / 360 - 0.25);
  return r > 103 && r < 272 && along > 0.9962 * r;
};

const global: SampleHistogram = map(
  ME.cscGlobal,
  'recHit global position, station +1',
  axis(80, -800, 800, 'x (cm)'),
  axis(80, -800, 800, 'y (cm)'),
  stationDensity,
  muonRate(16_000),
  (c) => (noisy(c) > 0 ? (mean, x, y) => (inNoisyChamber(x, y) ? 18 * mean : mean) : null),
);

const recHits: SampleHistogram = spectrum(
  ME.cscRecHits,
  'recHits in an event',
  axis(60, 0, 60, 'recHits'),
  (x, c) => exp(-x / (6 + 0.06 * c.pileup)) + 0.09 * noisy(c) * bell(x, 22, 5),
  muonRate(5200),
  0,
);

const timing: SampleHistogram = spectrum(
  ME.cscTiming,
  'recHit time ME+1/1b',
  axis(80, -200, 200, 'Time (ns)'),
  (x, c) => bell(x, c.reprocessed ? 0.4 : 2.1, 7.5) + 0.012 * bell(x, 25, 60) + 0.02 * bell(x, -25, 9),
  muonRate(9000),
);

const segments: SampleHistogram = spectrum(
  ME.cscSegments,
  'Segments in an event',
  axis(21, -0.5, 20.5, 'Segments'),
  (x, c) => exp(-x / (1.3 + 0.012 * c.pileup)),
  muonRate(5200),
  0,
);

export const CSC: readonly SampleHistogram[] = [occupancy, global, recHits, timing, segments];
