import { describe, expect, it } from 'vitest';
import { plainRoot } from '../../../../ingest/formats/plain-root/plain-root.ts';
import { recognise } from '../../../../ingest/formats/registry.ts';
import { RootFile } from '../../../../ingest/formats/root/file.ts';
import { histogramOf } from '../../../../ingest/formats/root/histogram.ts';
import { openSource } from '../../../../ingest/source.ts';
import type { Binning } from '../../../../src/domain/histogram.ts';
import { zlibBlock } from '../../../support/root-writer/compress.ts';
import { compressions } from '../../../support/root-writer/compressions.ts';
import { rootFile, type WrittenHistogram } from '../../../support/root-writer/writer.ts';
import { readAll } from '../plain-rows.ts';
import { scratchFiles } from '../scratch-file.ts';

const scratch = scratchFiles();
const x = { fNbins: 3, fXmin: 0, fXmax: 7, fXbins: [0, 1, 3, 7], fTitle: 'charge', fLabels: ['a', null, 'c'] };
const y = { fNbins: 2, fXmin: -1, fXmax: 1, fTitle: 'side' };
const histograms: WrittenHistogram[] = [
  {
    key: 'run1_ls2_one',
    className: 'TH1F',
    members: { fTitle: 'One', fNcells: 5, fXaxis: x, fEntries: 9, fArray: [1, 2.5, 3, 0, 4], fSumw2: [1, 5, 3, 0, 4] },
  },
  {
    key: 'run1_ls2_two',
    className: 'TH2F',
    members: { fTitle: 'Two', fXaxis: x, fYaxis: y, fEntries: 20, fArray: Array.from({ length: 20 }, (_, i) => i) },
  },
  {
    key: 'run1_ls2_spread',
    className: 'TProfile',
    members: {
      ...{ fXaxis: y, fEntries: 3, fArray: [0, 4, 6, 0], fSumw2: [0, 16, 20, 0], fBinEntries: [0, 1, 2, 0] },
      fErrorMode: 1,
    },
  },
  {
    key: 'run1_ls2_profile',
    className: 'TProfile',
    members: { fXaxis: y, fEntries: 3, fArray: [0, 4, 6, 0], fSumw2: [0, 16, 18, 0], fBinEntries: [0, 1, 2, 0] },
  },
];

async function read(path: string) {
  const source = await openSource(path);
  try {
    const file = await RootFile.open(source);
    return await Promise.all(file.keys.map(async (key) => histogramOf(await file.object(key))));
  } finally {
    await source.close();
  }
}

describe('ROOT files of the test writer', () => {
  it('are read by an independent reader', async () => {
    const bytes = rootFile(histograms, zlibBlock);
    const { openFile } = (await import('jsroot/io' as string)) as { openFile(b: ArrayBuffer): Promise<JsRootFile> };
    const file = await openFile(Uint8Array.from(bytes).buffer);
    const one = await file.readObject('run1_ls2_one');
    expect(one).toMatchObject({ _typename: 'TH1F', fTitle: 'One', fEntries: 9 });
    expect([...one.fArray]).toEqual([1, 2.5, 3, 0, 4]);
    expect([...one.fXaxis.fXbins]).toEqual([0, 1, 3, 7]);
    expect(one.fXaxis.fLabels.arr.map(({ fString }) => fString)).toEqual(['a', 'c']);
    expect([...(await file.readObject('run1_ls2_two')).fArray]).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect([...(await file.readObject('run1_ls2_profile')).fBinEntries]).toEqual([0, 1, 2, 0]);
    expect((await file.readObject('run1_ls2_spread')).fErrorMode).toBe(1);
  });

  it.each(compressions)('give back everything, compressed by %s', async (_name, compress) => {
    const [one, two, spread, profile] = await read(scratch(rootFile(histograms, compress), 'written.root'));
    expect(one).toMatchObject({ kind: 'TH1', title: 'One', entries: 9, efficiency: false });
    expect(one?.axes).toEqual([
      { bins: 3, min: 0, max: 7, edges: [0, 1, 3, 7], labels: ['a', null, 'c'], title: 'charge' },
    ]);
    expect([...(one?.bins.contents ?? [])]).toEqual([1, 2.5, 3, 0, 4]);
    expect([...(one?.bins.sumw2 ?? [])]).toEqual([1, 5, 3, 0, 4]);
    expect(two?.axes.map(({ bins }) => bins)).toEqual([3, 2]);
    expect(two?.bins.sumw2).toBeUndefined();
    expect(spread?.bins.errorOption).toBe('S');
    expect(profile?.bins.errorOption).toBeUndefined();
    expect(profile?.kind).toBe('PROFILE');
    expect([...(profile?.bins.binEntries ?? [])]).toEqual([0, 1, 2, 0]);
    expect(profile?.moments.integral).toBe(3);
  });

  it.each([
    ['contents that are not finite', 'NOT_FINITE', { fArray: [1, Number.NaN, 0, 0, 0] }],
    ['too few cells', 'BIN_COUNT', { fArray: [1] }],
    ['edges that do not increase', 'AXIS_RANGE', { fXaxis: { ...x, fXbins: [0, 3, 3, 7] } }],
    ['an axis without end', 'AXIS_RANGE', { fXaxis: { fNbins: 3, fXmin: 0, fXmax: Number.POSITIVE_INFINITY } }],
    ['negative entries', 'NEGATIVE_ENTRIES', { fEntries: -1 }],
    ['a title that no database takes', 'BAD_TEXT', { fTitle: 'a\0b' }],
  ])('cost one row where a histogram has %s', async (_what, code, fault) => {
    const good = histograms[0] as WrittenHistogram;
    const bad = { ...good, key: 'run1_ls3_one', members: { ...good.members, ...fault } };
    const source = await openSource(scratch(rootFile([bad, good, { ...good, key: 'other' }]), 'written.root'));
    const steps = [];
    for await (const step of plainRoot.read(source, { dataset: '/a/b/c' })) steps.push(step);
    await source.close();
    expect(steps.map(({ batch }) => (batch?.kind === 'lumisectionHistograms' ? batch.count : 0))).toEqual([1]);
    expect(steps[0]?.issues).toMatchObject([
      { severity: 'REJECTED', code, line: 1, value: 'run1_ls3_one' },
      { severity: 'REJECTED', code: 'BAD_KEY', line: 3, value: 'other' },
    ]);
  });

  it('of plain keys are refused where no run or lumisection has such a number', async () => {
    const good = histograms[0] as WrittenHistogram;
    const keys = ['run1_ls268435455_one', 'run2147483648_ls1_one', 'run1_ls268435454_one'];
    const source = await openSource(scratch(rootFile(keys.map((key) => ({ ...good, key }))), 'written.root'));
    const { rows, issues } = await readAll(plainRoot, source, { dataset: '/a/b/c' });
    await source.close();
    expect(rows.map(({ lumisection }) => lumisection)).toEqual([268_435_454]);
    expect(issues).toMatchObject([
      { code: 'OUT_OF_RANGE', value: keys[0], reason: 'no number of a lumisection (at most 268435454)' },
      { code: 'OUT_OF_RANGE', value: keys[1], reason: 'no number of a run (at most 2147483647)' },
    ]);
  });

  it('of plain keys share a binning where titles only repeat the key, and keep other titles', async () => {
    const titled = (lumisection: number, title?: string): WrittenHistogram => {
      const [{ members, ...one }, key] = [histograms[0] as WrittenHistogram, `run1_ls${lumisection}_one`];
      return { ...one, key, members: { ...members, fTitle: title ?? key } };
    };
    const source = await openSource(
      scratch(rootFile([titled(1), titled(2), titled(3, 'One'), titled(4)]), 'written.root'),
    );
    const { rows } = await readAll(plainRoot, source, { dataset: '/a/b/c' });
    await source.close();
    expect(rows.map(({ binning }) => (binning as Binning).title)).toEqual(['', '', 'One', '']);
  });

  it('are no known format where no key names a run', async () => {
    const other = { ...(histograms[0] as WrittenHistogram), key: 'hist' };
    const source = await openSource(scratch(rootFile([other]), 'written.root'));
    await expect(plainRoot.looksInside?.(source)).resolves.toContain('TH1F hist');
    await expect(recognise(source)).rejects.toMatchObject({ code: 'UNKNOWN_FORMAT' });
    await source.close();
  });
});

interface JsRootFile {
  readObject(name: string): Promise<{
    fArray: Float32Array;
    fBinEntries: Float64Array;
    fErrorMode: number;
    fXaxis: { fXbins: Float64Array; fLabels: { arr: { fString: string }[] } };
  }>;
}
