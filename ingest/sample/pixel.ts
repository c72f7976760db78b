import { strength } from './anomalies.ts';
import { bell, exp, landau } from './arithmetic.ts';
import { SAMPLE_MONITOR_ELEMENTS as ME } from './names.ts';
import type { Conditions } from './runs.ts';
import { axis, map, type SampleHistogram, spectrum } from './shapes.ts';

/** Hits of a tracker grow with the pileup; with the high voltage off a few noisy channels remain. */
export const trackerRate =
  (fills: number) =>
  ({ pileup, trackerOn }: Conditions): number =>
    trackerOn ? (fills * pileup) / 50 + fills * 0.0005 : fills * 0.0005;

const deadSector = (c: Conditions) => strength('dead pixel sector', c.run, c.lumisection);

/** Cluster charge on track: a Landau peak, a shoulder of broken clusters, and less gain at high pileup near the beam. */
function charge(layer: 1 | 2 | 3 | 4): SampleHistogram {
  const peak = [20_600, 22_900, 23_400, 23_900][layer - 1] as number;
  const width = [2900, 2500, 2350, 2300][layer - 1] as number;
  const fills = [78_000, 61_000, 47_000, 39_000][layer - 1] as number;
  const rate = trackerRate(fills);
  const dropped = (c: Conditions) => (layer === 3 ? 0.24 * strength('pixel charge drop', c.run, c.lumisection) : 0);
  return spectrum(
    ME[`chargeLayer${layer}`],
    `Corrected Cluster Charge (OnTrack) PXLayer ${layer}`,
    axis(100, 0, 80_000, 'Charge (electrons)'),
    (x, c) => {
      const gain = (c.reprocessed ? 1.035 : 1) * (1 - (0.0009 * c.pileup) / layer) * (1 - dropped(c));
      const spread = width * gain * (c.reprocessed ? 0.94 : 1);
      return landau(x, peak * gain, spread) + 0.06 * bell(x, 0.42 * peak * gain, 4500);
    },
    (c) => rate(c) * (layer === 1 ? 1 - 0.063 * deadSector(c) : 1),
    0,
  );
}

const size: SampleHistogram = spectrum(
  ME.pixelSize,
  'Total Cluster Size (OnTrack) PXLayer 1',
  axis(30, 0, 30, 'Cluster size (pixels)'),
  (x, c) => landau(x, c.reprocessed ? 4.3 : 4.1, 1.15) + 0.12 * exp(-x / 6),
  (c) => trackerRate(78_000)(c) * (1 - 0.063 * deadSector(c)),
  0,
);

/** Eight modules a ladder, twelve ladders, with the gaps between them; two modules have been dead for years. */
function barrelDensity(z: number, phi: number): number {
  const inModule = fraction((z + 26.8) / 6.7);
  const inLadder = fraction((phi + Math.PI) / (Math.PI / 6));
  const module = Math.floor((z + 26.8) / 6.7);
  const ladder = Math.floor((phi + Math.PI) / (Math.PI / 6));
  if ((module === 1 && ladder === 9) || (module === 6 && ladder === 2)) return 0.01;
  const gap = inModule < 0.03 || inModule > 0.97 ? 0.25 : 1;
  const overlap = inLadder < 0.08 ? 1.6 : 1;
  // shorter tracks cross the middle; ladders alternate between two radii
  return gap * overlap * (1 + 0.25 * bell(z, 0, 15)) * (ladder % 2 === 0 ? 1.08 : 0.94);
}

const barrelMap: SampleHistogram = map(
  ME.pixelBarrelMap,
  'Cluster Position (OnTrack) PXLayer 1',
  axis(100, -30, 30, 'Global z (cm)'),
  axis(80, -Math.PI, Math.PI, 'Global phi'),
  (z, phi) => (z > -26.8 && z < 26.8 ? barrelDensity(z, phi) : 0),
  trackerRate(42_000),
  (c) =>
    deadSector(c) > 0
      ? (mean, z, phi) => (z > 6.7 && z < 26.8 && phi > Math.PI / 6 && phi < Math.PI / 2 ? mean * 0.01 : mean)
      : null,
);

/** Two rings of overlapping blades around the beam pipe. */
function diskDensity(x: number, y: number): number {
  const r = Math.sqrt(x * x + y * y);
  const inner = r > 4.6 && r < 10.4 ? (1 - 0.06 * blade(x, y, 22)) * (40 / (r * r)) : 0;
  const outer = r > 9.6 && r < 16.1 ? (1 - 0.06 * blade(x, y, 34)) * (48 / (r * r)) : 0;
  return inner + outer;
}

/** 1 near the border of one of `count` blades, 0 inside. */
function blade(x: number, y: number, count: number): number {
  return fraction(turnOf(x, y) * count) < 0.18 ? 9 : 0;
}

/** Angle in turns, monotonic in phi, by the diamond angle: no inverse functions needed. */
function turnOf(x: number, y: number): number {
  const length = Math.abs(x) + Math.abs(y);
  if (length === 0) return 0;
  const t = y / length;
  return x >= 0 ? (y >= 0 ? t / 4 : 1 + t / 4) : 0.5 - t / 4;
}

const diskMap: SampleHistogram = map(
  ME.pixelDiskMap,
  'Cluster Position (OnTrack) PXDisk +1',
  axis(100, -20, 20, 'Global x (cm)'),
  axis(100, -20, 20, 'Global y (cm)'),
  diskDensity,
  trackerRate(36_000),
);

const fraction = (x: number) => x - Math.floor(x);

export const PIXEL: readonly SampleHistogram[] = [charge(1), charge(2), charge(3), charge(4), size, barrelMap, diskMap];
