import { strength } from './anomalies.ts';
import { bell, exp } from './arithmetic.ts';
import { SAMPLE_MONITOR_ELEMENTS as ME } from './names.ts';
import type { Conditions } from './runs.ts';
import { axis, map, type Rate, type SampleHistogram, spectrum } from './shapes.ts';

const calorimeterRate =
  (fills: number): Rate =>
  ({ pileup }) =>
    (fills * pileup) / 50 + fills * 0.004;

const hotTower = (c: Conditions) => strength('hot trigger tower', c.run, c.lumisection);
/** In ns. */
const delay = (c: Conditions) => 2.8 * strength('late calorimeter clock', c.run, c.lumisection);

/** Occupancy against eta: more towards the end caps, less at the cracks between modules. */
const alongEta = (eta: number) => {
  const distance = Math.abs(eta);
  const crack = Math.min(...[0, 25, 45, 65].map((at) => Math.abs(distance - at)));
  return (1 + 0.00011 * eta * eta) * (crack < 2 ? 0.88 : 1);
};

/** Towers masked since long, by (phi, eta) in crystals. */
const MASKED: readonly (readonly [number, number])[] = [
  [42.5, -37.5],
  [187.5, 62.5],
  [312.5, 12.5],
];
const HOT = [202.5, 27.5] as const;
const sameTower = (phi: number, eta: number, [p, e]: readonly [number, number]) => phi === p && eta === e;

const occupancy: SampleHistogram = map(
  ME.ecalOccupancy,
  'EBOT rec hit occupancy',
  axis(72, 0, 360, 'iphi'),
  axis(34, -85, 85, 'ieta'),
  (phi, eta) => (MASKED.some((tower) => sameTower(phi, eta, tower)) ? 0 : alongEta(eta)),
  calorimeterRate(48_000),
  (c) => (hotTower(c) > 0 ? (mean, phi, eta) => (sameTower(phi, eta, HOT) ? 60 * mean + 900 : mean) : null),
);

const eta: SampleHistogram = spectrum(
  ME.ecalEta,
  'EBOT digi occupancy projection eta',
  axis(34, -85, 85, 'ieta'),
  (x, c) => (Math.abs(x) > 85 ? 0 : alongEta(x) * (x === HOT[1] ? 1 + 0.9 * hotTower(c) : 1)),
  calorimeterRate(96_000),
);

/** Ten bins a decade from 100 MeV to 316 GeV, edges rounded to four digits. */
const ENERGY_EDGES = Array.from({ length: 36 }, (_, i) => Number(exp(((i - 10) / 10) * Math.LN10).toPrecision(4)));

const energy: SampleHistogram = spectrum(
  ME.ecalEnergy,
  'EBET rec hit energy',
  axis(35, ENERGY_EDGES[0] as number, ENERGY_EDGES[35] as number, 'Energy (GeV)', { edges: ENERGY_EDGES }),
  (x, c) => {
    const scaled = c.reprocessed ? x / 1.012 : x;
    return (1 - exp(-((scaled / 0.45) * (scaled / 0.45)))) / (scaled * scaled * Math.sqrt(scaled) + 0.02);
  },
  calorimeterRate(130_000),
  0,
);

const timing: SampleHistogram = spectrum(
  ME.ecalTiming,
  'EBTMT timing',
  axis(100, -25, 25, 'Time (ns)'),
  (x, c) => bell(x - delay(c), 0.15, c.reprocessed ? 1.05 : 1.3) + 0.02 * bell(x, 1, 7) + 0.0008,
  calorimeterRate(31_000),
);

/** The resolution improves with the amplitude. */
const timeAt = (amplitude: number, time: number) =>
  (bell(time, 0.15, 0.55 + 5 / (amplitude + 1)) + 0.0006) / (amplitude + 4);

const timingAmplitude: SampleHistogram = map(
  ME.ecalTimingAmplitude,
  'EBTMT timing vs amplitude',
  axis(50, 0, 50, 'Amplitude (GeV)'),
  axis(56, -7, 7, 'Time (ns)'),
  timeAt,
  calorimeterRate(31_000),
  (c) => {
    const shift = delay(c);
    return shift > 0 ? (mean, x, y) => (mean * timeAt(x, y - shift)) / timeAt(x, y) : null;
  },
);

const SUPERMODULES = Array.from({ length: 36 }, (_, i) => {
  const number = i < 18 ? 18 - i : i - 17;
  return `EB${i < 18 ? '-' : '+'}${String(number).padStart(2, '0')}`;
});

/** A few errors everywhere, many in two supermodules known for them. */
const integrity: SampleHistogram = spectrum(
  ME.ecalIntegrity,
  'EBIT integrity errors by supermodule',
  axis(36, 0.5, 36.5, 'Supermodule', { labels: SUPERMODULES }),
  (x) => (x < 1 || x > 36 ? 1e-9 : x === 12 ? 9 : x === 25 ? 14 : 0.4),
  ({ pileup }) => 12 + 0.5 * pileup,
);

export const ECAL: readonly SampleHistogram[] = [occupancy, eta, energy, timing, timingAmplitude, integrity];
