import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Axis } from '../../src/domain/axis.ts';
import { goldenJson } from '../../src/domain/golden-json.ts';
import { LuminosityMask } from '../../src/domain/lumi-mask.ts';
import { isGolden, rangesByRun } from './anomalies.ts';
import { SAMPLE_HISTOGRAMS } from './elements.ts';
import { fill } from './generate.ts';
import { SAMPLE_MONITOR_ELEMENTS as ME, SAMPLE_SEED, type SampleRun } from './names.ts';

/** The run, lumisections and elements of the small CSV: around the drop of the strip signal. */
const CSV_RUN: SampleRun = 398014;
const CSV_LUMISECTIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const CSV_ELEMENTS: readonly string[] = [ME.chargeLayer1, ME.stripSignalTib, ME.cscOccupancy];

/** Small files in the formats of the field, by name, so that `npm run ingest` can be tried without data at hand. */
export function sampleFiles(seed: number = SAMPLE_SEED): ReadonlyMap<string, string> {
  return new Map([
    ['per-ls-398014.csv', perLumisectionCsv(seed)],
    ['golden-2026Z.json', golden()],
  ]);
}

/** Writes sampleFiles into a folder, which is made where missing. */
export async function writeSampleFiles(folder: string, seed?: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const [name, content] of sampleFiles(seed)) {
    const path = join(folder, name);
    await writeFile(path, content);
    paths.push(path);
  }
  return paths;
}

const HEADER = 'fromrun,fromlumi,hname,metype,histo,entries,Xmax,Xmin,Xbins,Ymax,Ymin,Ybins';

/** As the offline monitoring writes them: leaf names, all cells with flow bins, y outer. */
function perLumisectionCsv(seed: number): string {
  const lines = [HEADER];
  for (const lumisection of CSV_LUMISECTIONS) {
    for (const histogram of SAMPLE_HISTOGRAMS.filter(({ path }) => CSV_ELEMENTS.includes(path))) {
      const contents = [...fill(histogram, CSV_RUN, lumisection, false, seed)];
      const name = histogram.path.slice(histogram.path.lastIndexOf('/') + 1);
      const entries = contents.reduce((sum, content) => sum + content, 0);
      const [x, y] = histogram.axes as [Axis, Axis | undefined];
      const axes = [x.max, x.min, x.bins, y?.max ?? 1, y?.min ?? 0, y?.bins ?? 1];
      const type = y ? 6 : 3;
      lines.push([CSV_RUN, lumisection, name, type, `"[${contents.join(', ')}]"`, entries, ...axes].join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}

function golden(): string {
  const ranges = rangesByRun((run, ls) => (isGolden(run, ls) ? 'GOOD' : null));
  return `${goldenJson(LuminosityMask.fromRanges(ranges))}\n`;
}
