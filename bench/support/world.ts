import { HistogramColumnsBuilder } from '../../ingest/formats/histogram-columns.ts';
import type { Axis } from '../../src/domain/axis.ts';
import { computeMoments } from '../../src/domain/moments.ts';
import type { MonitorElementRecord } from '../../src/domain/record.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { generator } from './random.ts';

/**
 * The data of the reading benchmarks, every histogram computable from its key, so that answers are known without asking
 * a database: `runs` runs of `lumisections` LS with 20 elements of 100 bins, one of four in `PixelPhase1/Tracks`; and
 * a run of 300 x 200 maps.
 */
export interface World {
  readonly runs: number;
  readonly lumisections: number;
  readonly maps: number;
}

export const FIRST_RUN = 315_000;
export const MAP_RUN = 400_000;
export const DATASET = '/ZeroBias/Run2018A-PromptReco-v1/DQMIO';
export const MAP_PATH = 'PixelPhase1/Phase1_MechanicalView/occupancy_map';

const FOLDERS = ['CSC/Digis', 'PixelPhase1/Tracks', 'SiStrip/Tracks', 'Tracking/Vertices'];
export const PATHS: readonly string[] = Array.from(
  { length: 20 },
  (_, i) => `${FOLDERS[i % 4]}/charge_Layer_${1 + Math.floor(i / 4)}`,
);

const axis = (bins: number, max: number): Axis => ({ bins, min: 0, max, title: '' });
export const LINE = [axis(100, 100)];
const MAP = [axis(300, 30), axis(200, 20)];

/** A peak over noise that moves with the lumisection, under- and overflow included. */
export function lineContents(run: number, lumisection: number, element: number): Uint16Array {
  const random = generator((run * 4099 + lumisection) * 64 + element);
  const center = 30 + 2 * element + (lumisection % 7);
  return Uint16Array.from({ length: 102 }, (_, bin) => {
    const distance = (bin - center) / 12;
    return Math.floor(1500 * Math.exp(-distance * distance) * random() + 20 * random());
  });
}

/** Occupancies with a dead region, flow bins included, y outer. */
export function mapContents(lumisection: number): Uint8Array {
  const random = generator(lumisection);
  return Uint8Array.from({ length: 302 * 202 }, (_, cell) => {
    const x = cell % 302;
    const y = Math.floor(cell / 302);
    return x > 120 && x < 150 && y > 60 && y < 90 ? 0 : Math.floor(random() * 12);
  });
}

export function entriesOf(contents: Uint8Array | Uint16Array): number {
  let sum = 0;
  for (const bin of contents) sum += bin;
  return sum;
}

export const inRange = (contents: Uint16Array): number[] => [...contents.subarray(1, -1)];

export function inRangeOfMap(contents: Uint8Array): number[] {
  return Array.from({ length: 200 }, (_, y) => [...contents.subarray((y + 1) * 302 + 1, (y + 1) * 302 + 301)]).flat();
}

const BATCH_ROWS = 5_000;
const element = (path: string, dimension: 1 | 2): MonitorElementRecord => ({
  path,
  dimension,
  kind: dimension === 1 ? 'TH1' : 'TH2',
});

/** Fills an empty database through the store's own bulk path. */
export async function fill(url: string, world: World): Promise<void> {
  const store = await openStore(url);
  try {
    const { file } = await store.ledger.begin(
      { sha256: `benchmark of ${world.runs} runs`, dataset: DATASET, source: '', format: 'benchmark', meMap: '' },
      { path: 'generated', size: 0 },
      { force: false },
    );
    await fillLines(store, file.id, world);
    if (world.maps > 0) await fillMaps(store, file.id, world.maps);
    await store.ledger.finish(file.id, { status: 'DONE' });
  } finally {
    await store.close();
  }
}

async function fillLines(store: Store, fileId: number, { runs, lumisections }: World): Promise<void> {
  const rows = new HistogramColumnsBuilder(DATASET, BATCH_ROWS);
  const elements = PATHS.map((path) => element(path, 1));
  let written = 0;
  for (let run = FIRST_RUN; run < FIRST_RUN + runs; run++) {
    for (let lumisection = 1; lumisection <= lumisections; lumisection++) {
      for (let e = 0; e < PATHS.length; e++) {
        const contents = lineContents(run, lumisection, e);
        rows.encoder.append(contents, true);
        rows.add(
          { line: 0, run, lumisection, monitorElement: e, binning: 0, entries: entriesOf(contents) },
          computeMoments({ flow: true, contents }, LINE),
        );
      }
      if (rows.count < BATCH_ROWS && (run < FIRST_RUN + runs - 1 || lumisection < lumisections)) continue;
      written += rows.count;
      await write(store, fileId, rows.take(elements, [{ title: '', axes: LINE }]), written);
    }
  }
}

async function fillMaps(store: Store, fileId: number, maps: number): Promise<void> {
  const rows = new HistogramColumnsBuilder(DATASET, maps);
  for (let lumisection = 1; lumisection <= maps; lumisection++) {
    const contents = mapContents(lumisection);
    rows.encoder.append(contents, true);
    rows.add(
      { line: 0, run: MAP_RUN, lumisection, monitorElement: 0, binning: 0, entries: entriesOf(contents) },
      computeMoments({ flow: true, contents }, MAP),
    );
  }
  await write(store, fileId, rows.take([element(MAP_PATH, 2)], [{ title: '', axes: MAP }]), Number.MAX_SAFE_INTEGER);
}

type Columns = ReturnType<HistogramColumnsBuilder['take']>;

async function write(store: Store, fileId: number, columns: Columns, byte: number): Promise<void> {
  const batch = { kind: 'lumisectionHistograms', ...columns } as const;
  const { counts } = await store.ledger.write(
    fileId,
    batch,
    [],
    { byte, line: byte },
    { onConflict: 'fail', source: '' },
  );
  if (counts.inserted !== columns.count) throw new Error(`wrote ${counts.inserted} of ${columns.count} histograms`);
}
