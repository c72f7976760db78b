import { strength } from './anomalies.ts';
import { bell, cosine, landau } from './arithmetic.ts';
import { SAMPLE_MONITOR_ELEMENTS as ME } from './names.ts';
import { trackerRate } from './pixel.ts';
import type { Conditions } from './runs.ts';
import { axis, map, type Rate, type SampleHistogram, spectrum } from './shapes.ts';

/** All of the strip tracker loses its statistics when the read-out is busy. */
const stripRate =
  (fills: number): Rate =>
  (c) =>
    trackerRate(fills)(c) * (1 - 0.97 * strength('strip read-out dead time', c.run, c.lumisection));

/** Signal over noise of clusters on track; high pileup costs a few per cent. */
function signal(path: string, title: string, peak: number, fills: number, drops: boolean): SampleHistogram {
  return spectrum(
    path,
    title,
    axis(100, -0.5, 99.5, 'S/N'),
    (x, c) => {
      const drop = drops ? 0.3 * strength('strip signal drop', c.run, c.lumisection) : 0;
      const at = peak * (1 - 0.0007 * c.pileup) * (1 - drop) * (c.reprocessed ? 1.015 : 1);
      return landau(x, at, 0.15 * at) + 0.012 * bell(x, 0.35 * at, 4);
    },
    stripRate(fills),
  );
}

function residuals(path: string, mean: number, fills: number): SampleHistogram {
  return spectrum(
    path,
    'Normalized Hit Residuals TEC wheel 1',
    axis(100, -5, 5, '(x_pred - x_rec) / sigma'),
    (x, c) => bell(x, c.reprocessed ? mean / 4 : mean, c.reprocessed ? 0.94 : 1.02) + 0.05 * bell(x, 0, 2.6),
    stripRate(fills),
  );
}

/** Of each event, so their number does not follow the pileup, but their mean does. */
const clusters: SampleHistogram = spectrum(
  ME.stripClusters,
  'Number of clusters on track TIB layer 1',
  axis(100, 0, 1000, 'Clusters in an event'),
  (x, c) => (c.pileup > 0 && c.trackerOn ? bell(x, 7.5 * c.pileup, 26 + 1.7 * c.pileup) : bell(x, 0, 12)),
  (c: Conditions) => 4200 * (1 - 0.97 * strength('strip read-out dead time', c.run, c.lumisection)),
  0,
);

/** Six rods of modules along z; two modules are off for good. */
function tobDensity(z: number, phi: number): number {
  const module = Math.floor((z + 110) / 18.333);
  const rod = Math.floor(((phi + Math.PI) / (2 * Math.PI)) * 42);
  if ((module === 3 && rod === 11) || (module === 9 && rod > 29 && rod < 33)) return 0.005;
  return (1 + 0.12 * cosine(phi / (2 * Math.PI))) * (1 + 0.35 * bell(z, 0, 70)) * (rod % 2 === 0 ? 1.05 : 0.95);
}

const tobMap: SampleHistogram = map(
  ME.stripMap,
  'Number of on-track clusters TOB L1',
  axis(60, -110, 110, 'z (cm)'),
  axis(42, -Math.PI, Math.PI, 'phi'),
  tobDensity,
  stripRate(26_000),
);

export const STRIP: readonly SampleHistogram[] = [
  signal(ME.stripSignalTib, 'Cluster S/N on track TIB layer 1', 24.5, 64_000, true),
  signal(ME.stripSignalTob, 'Cluster S/N on track TOB layer 1', 30, 52_000, false),
  residuals(ME.residualsPlus, 0.1, 24_000),
  residuals(ME.residualsMinus, -0.07, 22_500),
  clusters,
  tobMap,
];
