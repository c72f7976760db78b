import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileError } from '../../../../ingest/file-error.ts';
import type { Format } from '../../../../ingest/formats/format.ts';
import { perLsParquet } from '../../../../ingest/formats/per-ls-parquet/per-ls-parquet.ts';
import { plainRoot } from '../../../../ingest/formats/plain-root/plain-root.ts';
import { RootFile } from '../../../../ingest/formats/root/file.ts';
import { histogramOf } from '../../../../ingest/formats/root/histogram.ts';
import { Tree } from '../../../../ingest/formats/root/tree.ts';
import { openSource } from '../../../../ingest/source.ts';
import type { Binning } from '../../../../src/domain/histogram.ts';
import type { RecordBatch } from '../../../../src/domain/record.ts';
import { type PlainRow, readAll } from '../plain-rows.ts';
import { scratchFiles } from '../scratch-file.ts';

const folder = resolve(import.meta.dirname, '../../../../../shared/data');
const present = existsSync(folder);
if (!present) console.log(`real ROOT files are not there (${folder}): their tests are not collected`);
const scratch = scratchFiles();

async function opened<T>(path: string, use: (file: RootFile) => Promise<T>): Promise<T> {
  const source = await openSource(path);
  try {
    return await use(await RootFile.open(source));
  } finally {
    await source.close();
  }
}

async function readPlain(path: string, options = {}) {
  const source = await openSource(path);
  try {
    const steps = [];
    for await (const step of plainRoot.read(source, { dataset: '/ZeroBias/x/DQMIO', ...options })) steps.push(step);
    return steps;
  } finally {
    await source.close();
  }
}

async function rowsOf(format: Format, path: string) {
  const source = await openSource(path);
  try {
    const { rows, error } = await readAll(format, source, { dataset: '/ZeroBias/x/DQMIO' });
    expect(error).toBeNull();
    return rows;
  } finally {
    await source.close();
  }
}

/** The bins of a row with flow bins without these. */
function inRange(row: PlainRow): number[] {
  const [x, y] = (row.binning as Binning).axes;
  const width = (x?.bins ?? 0) + 2;
  const rows = y ? y.bins + 2 : 1;
  return (row.contents as number[]).filter((_, i) => {
    const [ix, iy] = [i % width, Math.floor(i / width)];
    return ix > 0 && ix < width - 1 && (rows === 1 || (iy > 0 && iy < rows - 1));
  });
}

const lumisections = (batch: RecordBatch | null) => {
  if (batch?.kind !== 'lumisectionHistograms') throw new Error('no histograms');
  return batch;
};

const histogram = (name: string, key: string) =>
  opened(join(folder, name), async (file) => {
    const found = file.keys.find((one) => one.name === key);
    if (!found) throw new Error(`no ${key}`);
    return histogramOf(await file.object(found));
  });

describe.runIf(present)('real ROOT files', () => {
  const map = present ? (readdirSync(folder).find((name) => /PXDisk.*\.root$/.test(name)) ?? '') : '';
  const empty = present ? (readdirSync(folder).find((name) => /PXLayer_1\.root$/.test(name)) ?? '') : '';

  it('give the maps of five lumisections with their sums', async () => {
    const [step] = await readPlain(join(folder, map));
    const batch = lumisections(step?.batch ?? null);
    expect([...batch.lumisection]).toEqual([1, 2, 3, 4, 5]);
    expect([...batch.integral]).toEqual([140623, 148519, 149460, 39958, 9602]);
    expect(batch.monitorElements).toEqual([
      { path: 'PixelPhase1_Tracks_PXForward_clusterposition_xy_ontrack_PXDisk_+1', dimension: 2, kind: 'TH2' },
    ]);
    expect(batch.binnings).toHaveLength(1);
    expect(batch.binnings[0]?.axes[0]).toMatchObject({ bins: 200, title: 'Global X' });
    expect(step?.issues).toEqual([]);
  });

  it('agree with the Parquet files of the same histograms, bin by bin', async () => {
    for (const name of [map, empty]) {
      const [root, parquet] = await Promise.all([
        rowsOf(plainRoot, join(folder, name)),
        rowsOf(perLsParquet, join(folder, name.replace(/root$/, 'parquet'))),
      ]);
      expect(root.length).toBe(parquet.length);
      for (const row of root) {
        const other = parquet.find(({ lumisection }) => lumisection === row.lumisection);
        expect(other?.flow).toBe(false);
        expect(other?.contents).toEqual(inRange(row));
      }
    }
  });

  it('give empty histograms, which are data', async () => {
    const [step] = await readPlain(join(folder, empty));
    const batch = lumisections(step?.batch ?? null);
    expect(batch.count).toBe(45);
    expect(new Set(batch.entries)).toEqual(new Set([0]));
  });

  it('go on from every checkpoint', async () => {
    const steps = await readPlain(join(folder, map), { batchRows: 1 });
    expect(steps.filter(({ batch }) => batch)).toHaveLength(5);
    for (const [i, { position }] of steps.entries()) {
      const rest = await readPlain(join(folder, map), { batchRows: 1, resume: position });
      expect(rest.flatMap(({ batch }) => (batch ? [...lumisections(batch).lumisection] : []))).toEqual(
        steps.slice(i + 1).flatMap(({ batch }) => (batch ? [...lumisections(batch).lumisection] : [])),
      );
    }
  });

  it('state their dataset in their names', () => {
    expect(plainRoot.statedDataset(new Uint8Array(), map)).toBe('/ZeroBias/Run2023C-PromptReco-v1/DQMIO');
    expect(plainRoot.statedDataset(new Uint8Array(), 'other.root')).toBeNull();
  });

  it('keep variable edges', async () => {
    const { axes } = await histogram('uproot-issue-222.root', 'hist');
    expect(axes[0]?.bins).toBe(2);
    expect(axes[0]?.edges).toHaveLength(3);
  });

  it('keep edges, labels and errors together', async () => {
    const { axes, bins, entries } = await histogram('uproot-issue-722.root', 'hist');
    expect(axes[0]?.edges).toHaveLength(28);
    expect(axes[0]?.labels?.slice(0, 2)).toEqual(['yvar :0.0-0.7; zvar :0.0-0.7', '550.0-800.0']);
    expect(bins.sumw2).toHaveLength(29);
    expect(entries).toBe(4310029);
  });

  it('keep labels', async () => {
    const { axes } = await histogram('uproot-issue33.root', 'cutflow');
    expect(axes[0]?.labels?.[0]).toBe('Dijet');
    expect(axes[0]?.labels).toHaveLength(7);
  });

  it('keep sums, squares and entries of profiles', async () => {
    const { kind, bins, axes } = await histogram('uproot-issue-227a.root', 'hprof2d');
    expect(kind).toBe('PROFILE2D');
    expect(axes[0]?.bins).toBe(2);
    for (const cells of [bins.contents, bins.sumw2, bins.binEntries]) expect(cells).toHaveLength(20);
    expect([...(bins.binEntries ?? [])].reduce((a, b) => a + b, 0)).toBe(12);
  });

  it('hold profiles in folders', async () => {
    await opened(join(folder, 'uproot-issue-513.root'), async (file) => {
      const top = file.keys.find(({ name }) => name === 'TrkAnaNeg');
      if (!top) throw new Error('no folder');
      const profile = (await file.directory(top)).find(({ name }) => name === 'tht');
      if (!profile) throw new Error('no profile');
      const { kind, axes, entries } = histogramOf(await file.object(profile));
      expect([kind, axes[0]?.bins, entries]).toEqual(['PROFILE', 70, 7000]);
    });
  });

  it('hold trees of whole histograms', async () => {
    await opened(join(folder, 'uproot-issue-tbranch-of-th2.root'), async (file) => {
      const [top] = file.keys;
      if (!top) throw new Error('no folder');
      const key = (await file.directory(top)).find(({ className }) => className === 'TTree');
      if (!key) throw new Error('no tree');
      const tree = await Tree.open(file, key);
      expect(tree.entries).toBe(1);
      const { kind, entries, bins } = histogramOf(await tree.branch('histogram').object(0));
      expect([kind, entries, bins.contents.length]).toEqual(['TH2', 180896, 102 * 102]);
    });
  });

  it('give whole histograms or named faults, however damaged', async () => {
    const content = readFileSync(join(folder, 'uproot-issue-722.root'));
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let i = 0; i < 200; i++) {
      const cut = i < 64 ? content.subarray(0, 1 + Math.floor((i * content.length) / 64)) : Buffer.from(content);
      if (i >= 64)
        for (let flips = 0; flips < 3; flips++) {
          const at = random(cut.length);
          cut[at] = (cut[at] ?? 0) ^ (1 << random(8));
        }
      const path = scratch(cut, 'damaged.root');
      writeFileSync(path, cut);
      const steps = await readPlain(path).catch((error: unknown) => error);
      if (steps instanceof Error) expect(steps).toBeInstanceOf(FileError);
      else
        for (const step of steps as Awaited<ReturnType<typeof readPlain>>)
          expect(step.issues.length).toBeLessThan(2000);
    }
  });
});
