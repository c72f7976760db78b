import { describe, expect, it } from 'vitest';
import { dqmio } from '../../../../ingest/formats/dqmio/dqmio.ts';
import type { ReadOptions } from '../../../../ingest/formats/format.ts';
import { formatById, recognise } from '../../../../ingest/formats/registry.ts';
import { type ByteSource, openSource } from '../../../../ingest/source.ts';
import { compressions } from '../../../support/root-writer/compressions.ts';
import { type DqmioOptions, dqmioFile, type WrittenElement } from '../../../support/root-writer/dqmio.ts';
import { elementsOfEveryType } from '../../../support/root-writer/elements.ts';
import { type PlainRow, readAll } from '../plain-rows.ts';
import { scratchFiles } from '../scratch-file.ts';

const scratch = scratchFiles();
const DATASET = '/ZeroBias/Run2023C-PromptReco-v1/DQMIO';
const axis = { fNbins: 2, fXmin: 0, fXmax: 2 };
const histogram = (fullName: string, k = 1, flags = 0): WrittenElement => ({
  tree: 'TH1Fs',
  fullName,
  flags,
  value: { fXaxis: axis, fEntries: k, fArray: [0, k, k, 0] },
});
const lumisections = (count: number, elements: (lumi: number) => readonly WrittenElement[]) =>
  Array.from({ length: count }, (_, i) => ({ run: 1, lumi: i + 1, elements: elements(i + 1) }));

async function withSource<T>(bytes: Buffer, use: (source: ByteSource) => Promise<T>, name = 'a.root'): Promise<T> {
  const source = await openSource(scratch(bytes, name));
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

const read = (bytes: Buffer, options: ReadOptions = {}) =>
  withSource(bytes, (source) => readAll(dqmio, source, { dataset: DATASET, ...options }));

describe('a DQMIO file', () => {
  it.each(compressions)('gives the same rows compressed by %s', async (_name, compress) => {
    const sets = lumisections(1, elementsOfEveryType);
    const options: DqmioOptions = compress ? { compress } : {};
    const { rows, issues, error } = await read(dqmioFile(sets, options));
    const plain = await read(dqmioFile(sets));
    expect(error).toBeNull();
    expect(issues).toEqual([]);
    expect(rows).toHaveLength(13);
    expect(rows).toEqual(plain.rows);
  });

  it('says its dataset in its name or in the folders it lies in, else it takes a flag', async () => {
    const stated = (path: string) => dqmio.statedDataset(new Uint8Array(), path.split('/').at(-1) ?? '', path);
    expect(stated('/x/ZeroBias-Run2023C-PromptReco-v1-DQMIO-nano.root')).toBe(DATASET);
    expect(stated('/eos/cms/store/data/Run2023C/ZeroBias/DQMIO/PromptReco-v1/000/367/129/00000/0a1b.root')).toBe(
      DATASET,
    );
    expect(stated('/x/store/0a1b.root')).toBeNull();
    const bytes = dqmioFile(lumisections(1, () => [histogram('A/a')]));
    const { error } = await read(bytes, { dataset: undefined });
    expect(error).toMatchObject({ code: 'DATASET_REQUIRED' });
  });

  it('is told from other ROOT files by its trees', async () => {
    const bytes = dqmioFile(lumisections(1, () => [histogram('A/a')]));
    await withSource(bytes, async (source) => expect(await recognise(source)).toBe(dqmio));
    const without = dqmioFile([], {
      without: ['Indices', 'Ints', 'Floats', 'Strings', 'TH1Fs', 'TH1Ss', 'TH1Ds', 'TH2Fs'],
    });
    await withSource(without, async (source) => expect(await recognise(source)).toBe(dqmio));
    for (const id of ['plain-root', 'harvested-root']) {
      const other = await formatById(id);
      await withSource(bytes, async (source) => expect(await other.looksInside?.(source)).not.toBeNull());
    }
  });

  it('marks efficiencies by its flags and by the mark of ROOT', async () => {
    const average = histogram('A/average');
    const bits = { ...average, value: { ...(average.value as object), fBits: 1 << 18 } };
    const sets = lumisections(1, () => [
      histogram('A/flagged', 1, 0x0020_0000),
      histogram('A/not', 1, 0x0004_0000),
      bits,
    ]);
    const { rows } = await read(dqmioFile(sets));
    expect(rows.map(({ monitorElement }) => (monitorElement as { efficiency?: boolean }).efficiency)).toEqual([
      true,
      undefined,
      true,
    ]);
  });

  it('keeps numbers exactly, and those that are none', async () => {
    const values = [2n ** 63n - 1n, -(2n ** 63n), 0n];
    const floats = [0.1, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324, 1e300];
    const sets = lumisections(1, () => [
      ...values.map((value, i) => ({ tree: 'Ints', fullName: `A/i${i}`, value })),
      ...floats.map((value, i) => ({ tree: 'Floats', fullName: `A/f${i}`, value })),
      { tree: 'Strings', fullName: 'A/s', value: 'µ "quoted"\n'.repeat(40) },
      { tree: 'Strings', fullName: 'A/empty', value: '' },
    ]);
    const { rows, issues } = await read(dqmioFile(sets));
    expect(issues).toEqual([]);
    expect(rows.map(({ value }) => value)).toEqual([
      '9223372036854775807',
      '-9223372036854775808',
      '0',
      '0.1',
      'nan',
      '-inf',
      '5e-324',
      '1e+300',
      'µ "quoted"\n'.repeat(40),
      '',
    ]);
  });

  it('refuses a text that no database takes', async () => {
    const text = (fullName: string, value: string) => ({ tree: 'Strings', fullName, value });
    const { rows, issues } = await read(dqmioFile(lumisections(1, () => [text('A/nul', 'a\0b'), text('A/s', 'ab')])));
    expect(rows.map(({ value }) => value)).toEqual(['ab']);
    expect(issues).toMatchObject([{ code: 'BAD_TEXT', severity: 'REJECTED' }]);
  });

  it('loses the elements of a basket that is damaged, one by one, and no others', async () => {
    const sets = lumisections(6, (lumi) => [histogram('A/a', lumi), histogram('A/b', lumi)]);
    const good = dqmioFile(sets, { basketEntries: 4 });
    const places = [...good.toString('latin1').matchAll(/TBasket.Value.TH1Fs/gs)].map(({ index }) => index);
    expect(places).toHaveLength(3);
    // the number of its entries, in the second one
    const damaged = Buffer.from(good);
    damaged.writeInt32BE(-1, (places[1] ?? 0) + 'TBasket Value TH1Fs'.length + 2 + 8);
    const { rows, issues, error } = await read(damaged);
    expect(error).toBeNull();
    expect(rows).toEqual((await read(good)).rows.filter(({ line }) => line <= 4 || line > 8));
    expect(issues.map(({ code, line, field, value }) => [code, line, field, value])).toEqual([
      ['BROKEN_RECORD', 5, 'TH1Fs.Value', 'A/a'],
      ['BROKEN_RECORD', 6, 'TH1Fs.Value', 'A/b'],
      ['BROKEN_RECORD', 7, 'TH1Fs.Value', 'A/a'],
      ['BROKEN_RECORD', 8, 'TH1Fs.Value', 'A/b'],
    ]);
    expect(issues[0]?.reason).toMatch(/^entry 4 of tree TH1Fs \(run 1, LS 3\): /);
    for (const { byte } of issues) expect(byte).toBeGreaterThan(0);
  });

  it('has no lumisection past the greatest number', async () => {
    const sets = [268_435_454, 268_435_455].map((lumi) => ({ run: 1, lumi, elements: [histogram(`A/${lumi}`)] }));
    const { rows, issues } = await read(dqmioFile(sets));
    expect(rows.map(({ lumisection }) => lumisection)).toEqual([268_435_454]);
    expect(issues).toContainEqual(
      expect.objectContaining({ code: 'OUT_OF_RANGE', field: 'Indices.Lumi', value: '268435455' }),
    );
  });

  it('is not asked a billion times for what it only claims to hold', async () => {
    const claimed = 2 ** 40;
    const swollen = (values: Record<string, unknown>) => {
      const branches = values.fBranches as { values: Record<string, unknown> }[];
      const grown = branches.map((branch) => ({ ...branch, values: { ...branch.values, fEntries: claimed } }));
      return { ...values, fEntries: claimed, fBranches: grown };
    };
    const bytes = dqmioFile(
      lumisections(1, () => [histogram('A/a'), histogram('A/b')]),
      {
        mendTree: (name, values) => (name === 'TH1Fs' ? swollen(values) : values),
        mendIndices: (rows) => rows.map((row) => ({ ...row, last: claimed - 1 })),
      },
    );
    const { rows, issues, error } = await read(bytes);
    expect(error).toBeNull();
    expect(rows).toHaveLength(2);
    expect(issues).toMatchObject([
      { code: 'BROKEN_RECORD', field: 'TH1Fs.FullName', value: `entries 2 to ${claimed - 1}` },
    ]);
  });

  it('is refused whole where its indices end in the middle', async () => {
    const good = dqmioFile(
      lumisections(40, (lumi) => [histogram('A/a', lumi)]),
      { basketEntries: 10 },
    );
    const places = [...good.toString('latin1').matchAll(/TBasket.LastIndex.Indices/gs)].map(({ index }) => index);
    const damaged = Buffer.from(good);
    damaged.writeInt32BE(-1, (places[2] ?? 0) + 'TBasket LastIndex Indices'.length + 2 + 8);
    const { rows, error } = await read(damaged);
    expect(rows).toEqual([]);
    expect(error).toMatchObject({ code: 'BROKEN_ROOT', details: { field: 'Indices' } });
  });

  it('names the earlier places of a key, refused ones not among them', async () => {
    const short = { ...histogram('A/a'), value: { fXaxis: axis, fEntries: 1, fArray: [1] } };
    const sets = [
      { run: 1, lumi: 1, elements: [histogram('A/a'), histogram('A/b')] },
      { run: 1, lumi: 1, elements: [short, histogram('//A/a/')] },
      { run: 1, lumi: 2, elements: [histogram('A/a')] },
      { run: 1, lumi: 1, elements: [histogram('A/a')] },
    ];
    const found = await withSource(dqmioFile(sets), (source) =>
      dqmio.locate(source, [{ run: 1, lumisection: 1, monitorElement: 'A/a', line: 6 }], {}),
    );
    expect(found).toEqual([[1, 4]]);
  });
});

describe('elements of a DQMIO file that nobody wants', () => {
  const side = { fNbins: 200, fXmin: 0, fXmax: 200 };
  const map = { fXaxis: side, fYaxis: side, fEntries: 1, fArray: new Float64Array(202 * 202) };
  const bytes = dqmioFile(
    lumisections(10, () => [histogram('A/small'), { tree: 'TH2Fs', fullName: 'B/large', value: map }]),
    { basketEntries: 4 },
  );

  it('are asked for by name and line, and cost no reading of their values', async () => {
    const asked: [string, number][] = [];
    const skip = (name: string, line: number) => {
      asked.push([name, line]);
      return name === 'B/large';
    };
    const [some, all] = [await readCounting(bytes, { skip }), await readCounting(bytes)];
    const name = ({ monitorElement }: PlainRow) => (monitorElement as { path: string }).path;
    expect(some.rows).toEqual(all.rows.filter((row) => name(row) === 'A/small'));
    expect(asked).toEqual(all.rows.map((row) => [name(row), row.line]));
    expect(all.read).toBeGreaterThan(10 * 4 * 202 * 202);
    expect(some.read).toBeLessThan(all.read / 2);
  });
});

describe('reading a DQMIO file', () => {
  it('takes in as little at a time, and hardly a byte twice, however long the file is', async () => {
    const sizes = await Promise.all(
      [20, 400].map(async (count) => {
        const bytes = dqmioFile(lumisections(count, elementsOfEveryType), { basketEntries: 16 });
        const { rows, read, most } = await readCounting(bytes);
        expect(rows).toHaveLength(13 * count);
        return { read: read / bytes.length, most };
      }),
    );
    for (const { read, most } of sizes) {
      expect(read).toBeLessThan(2.5);
      expect(most).toBeLessThanOrEqual(256 * 1024);
    }
  });
});

/** Reads a file, and tells how many bytes that took, and how many at once. */
async function readCounting(bytes: Buffer, options: ReadOptions = {}) {
  let [read, most] = [0, 0];
  const note = (length: number) => {
    read += length;
    most = Math.max(most, length);
  };
  const reading = await withSource(bytes, (source) =>
    readAll(dqmio, counting(source, note), { dataset: DATASET, ...options }),
  );
  return { ...reading, read, most };
}

/** The same source, telling of every range that is read. */
function counting(source: ByteSource, note: (length: number) => void): ByteSource {
  return {
    path: source.path,
    name: source.name,
    stamp: source.stamp,
    compressed: source.compressed,
    head: source.head,
    chunks: (from) => source.chunks(from),
    readAt: (position, length) => {
      note(length);
      return source.readAt(position, length);
    },
    goesOn: () => source.goesOn(),
    bytesRead: () => source.bytesRead(),
    sha256: () => source.sha256(),
    assertUnchanged: () => source.assertUnchanged(),
    close: () => source.close(),
  };
}
