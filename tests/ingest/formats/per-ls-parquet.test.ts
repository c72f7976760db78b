import { describe, expect, it } from 'vitest';
import { openParquet } from '../../../ingest/formats/parquet/file.ts';
import { perLsCsv } from '../../../ingest/formats/per-ls-csv/per-ls-csv.ts';
import { perLsParquet as format } from '../../../ingest/formats/per-ls-parquet/per-ls-parquet.ts';
import { recognise } from '../../../ingest/formats/registry.ts';
import { openSource } from '../../../ingest/source.ts';
import { rounds } from '../../support/rounds.ts';
import { type ParquetRowCells, perLsParquet } from './per-ls-parquet-files.ts';
import { type PlainRow, type Reading, readAll } from './plain-rows.ts';
import { scratchFiles } from './scratch-file.ts';
import { realFiles, vectorsOf } from './vectors.ts';

const file = scratchFiles();
const dataset = '/ZeroBias/Run2018A-PromptReco-v1/DQMIO';

const read = async (path: string, options = {}): Promise<Reading> => {
  const source = await openSource(path);
  try {
    return await readAll(format, source, { dataset, ...options });
  } finally {
    await source.close();
  }
};
const readBytes = (bytes: Buffer, options = {}) => read(file(bytes, 'x.parquet'), options);

const line = (lumisection: number, more: Partial<ParquetRowCells> = {}): ParquetRowCells => ({
  fromrun: 315257,
  fromlumi: lumisection,
  hname: 'adc',
  metype: 3,
  histo: [0, 1, 2, lumisection, 0],
  entries: 3 + lumisection,
  Xmin: 0,
  Xmax: 3,
  Xbins: 3,
  Ymin: 0,
  Ymax: 1,
  Ybins: 1,
  ...more,
});
const many = Array.from({ length: 50 }, (_, i) => line(i + 1, { histo: [i, 1.5, i % 3, 0, 7] }));

const withoutLine = (rows: readonly PlainRow[]) => rows.map(({ line: _, ...row }) => row);

describe('a per-LS Parquet', () => {
  it('gives what a CSV of the same rows gives, for every CSV there is', async () => {
    let compared = 0;
    for (const { path, expected } of vectorsOf('per-ls-csv')) {
      if (expected.error || expected.rows.length === 0) continue;
      const source = await openSource(path);
      const { rows } = await readAll(perLsCsv, source, { ...expected.options });
      await source.close();
      const cells = rows.map((row): ParquetRowCells => {
        const { axes } = row.binning as { axes: { bins: number; min: number; max: number }[] };
        const [x, y] = axes;
        const contents = row.contents as number[];
        const nx = x?.bins ?? 0;
        const ny = y?.bins ?? 0;
        const xOuter = y && !row.flow;
        return {
          fromrun: row.run,
          fromlumi: row.lumisection as number,
          hname: (row.monitorElement as { path: string }).path,
          metype: y ? 6 : 3,
          histo: xOuter ? contents.map((_, i) => contents[(i % ny) * nx + Math.floor(i / ny)] ?? null) : contents,
          entries: row.entries as number | null,
          Xmin: x?.min ?? null,
          Xmax: x?.max ?? null,
          Xbins: nx,
          Ymin: y?.min ?? null,
          Ymax: y?.max ?? null,
          Ybins: y ? ny : 0,
        };
      });
      const reading = await readBytes(perLsParquet(cells), expected.options);
      expect(reading.error).toBeNull();
      expect(withoutLine(reading.rows)).toEqual(withoutLine(rows));
      compared += rows.length;
    }
    expect(compared).toBeGreaterThan(50);
  });

  it.each([
    { rowGroupSize: 7 },
    { pageSize: 64 },
    { rowGroupSize: 20, pageSize: 100, codec: 'GZIP' },
    { codec: 'UNCOMPRESSED', histo: 'FLOAT' },
  ] as const)('reads the same whatever its layout: %o', async (layout) => {
    const whole = await readBytes(perLsParquet(many));
    expect(whole.error).toBeNull();
    expect(whole.rows).toHaveLength(50);
    const other = await readBytes(perLsParquet(many, layout));
    expect(other.error).toBeNull();
    expect(other.rows).toEqual(whole.rows);
  });

  it('takes the dataset from a name that states it, as a ROOT file of that name does', async () => {
    const path = file(perLsParquet([line(1)]), 'ZeroBias-Run2023C-PromptReco-v1-DQMIO-PixelPhase1.parquet');
    const { rows } = await read(path, { dataset: undefined });
    expect(rows).toMatchObject([{ dataset: '/ZeroBias/Run2023C-PromptReco-v1/DQMIO' }]);
    const silent = await readBytes(perLsParquet([line(1)]), { dataset: undefined });
    expect(silent.error).toMatchObject({ code: 'DATASET_REQUIRED' });
  });

  it.each(['INT32', 'INT64'] as const)('reads lists of %s', async (histo) => {
    const { rows, error } = await readBytes(perLsParquet([line(1), line(2)], { histo }));
    expect(error).toBeNull();
    expect(rows.map(({ contents }) => contents)).toEqual([line(1).histo, line(2).histo]);
  });

  it('goes on from every row as if it had never stopped', async () => {
    const path = file(perLsParquet(many, { rowGroupSize: 7, pageSize: 100 }), 'x.parquet');
    const whole = await read(path, { batchRows: 3 });
    let before = -1;
    for (const { position } of whole.steps.slice(0, -1)) {
      expect(position.byte).toBeGreaterThan(before);
      before = position.byte;
      const rest = await read(path, { batchRows: 3, resume: position });
      expect(rest.rows).toEqual(whole.rows.slice(position.line));
    }
  });

  it.each<[string, string, Partial<ParquetRowCells>]>([
    ['MISSING_VALUE', 'fromrun', { fromrun: null }],
    ['OUT_OF_RANGE', 'fromlumi', { fromlumi: 0 }],
    ['OUT_OF_RANGE', 'fromlumi', { fromlumi: 268_435_455 }],
    ['MISSING_VALUE', 'hname', { hname: '' }],
    ['BAD_PATH', 'hname', { hname: 'a//b' }],
    ['UNKNOWN_METYPE', 'metype', { metype: 9 }],
    ['DIMENSION', 'Ybins', { Ybins: 2 }],
    ['AXIS_RANGE', 'Xmin', { Xmin: 3 }],
    ['AXIS_RANGE', 'Xmin', { Xmin: -1.7e308, Xmax: 1.7e308 }],
    ['NOT_FINITE', 'Xmax', { Xmax: Number.POSITIVE_INFINITY }],
    ['NEGATIVE_ENTRIES', 'entries', { entries: -1 }],
    ['MISSING_VALUE', 'histo', { histo: null }],
    ['BIN_COUNT', 'histo', { histo: [] }],
    ['BIN_COUNT', 'histo', { histo: [1, 2] }],
    ['NOT_FINITE', 'histo', { histo: [1, null, 2, 3, 4] }],
    ['NOT_FINITE', 'histo', { histo: [1, Number.NaN, 2, 3, 4] }],
  ])('refuses a row as %s of %s, and no other', async (code, field, cells) => {
    const { rows, issues, error } = await readBytes(perLsParquet([line(1), line(2, cells), line(3)]));
    expect(error).toBeNull();
    expect(rows.map((row) => row.lumisection)).toEqual([1, 3]);
    expect(issues).toMatchObject([{ severity: 'REJECTED', code, field, line: 2 }]);
  });

  it('names the column that is missing', async () => {
    const { error } = await readBytes(perLsParquet([line(1)], { without: 'Xmax' }));
    expect(error).toMatchObject({ code: 'MISSING_COLUMN', details: { field: 'Xmax' } });
  });

  it('is refused by name, or gives a row or an issue for each of its rows, whichever byte is damaged', async () => {
    const bytes = perLsParquet(many, { rowGroupSize: 20 });
    const whole = await readBytes(bytes);
    for (let at = 0; at < bytes.length; at += Math.ceil(29 / rounds(1))) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 0xff;
      const { error, rows, issues } = await readBytes(damaged);
      if (error)
        expect((error as { code?: string }).code, `byte ${at}: ${(error as Error).stack}`).toMatch(
          /^(BROKEN_PARQUET|MISSING_COLUMN|TRUNCATED)$/,
        );
      else
        expect(rows.length + issues.filter(({ severity }) => severity === 'REJECTED').length).toBe(whole.rows.length);
    }
  });

  it('keeps the rows before a damaged page', async () => {
    const bytes = perLsParquet(many, { rowGroupSize: 10, codec: 'UNCOMPRESSED' });
    const source = await openSource(file(bytes, 'x.parquet'));
    const { groups } = await openParquet(source);
    await source.close();
    const { data_page_offset } = groups[3]?.group.columns[0]?.meta_data ?? { data_page_offset: 0n };
    bytes.fill(0xff, Number(data_page_offset), Number(data_page_offset) + 8);
    const { rows, error } = await readBytes(bytes);
    expect(error).toMatchObject({ code: 'BROKEN_PARQUET' });
    expect(rows.map(({ line }) => line)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it('is refused wherever it is cut off', async () => {
    const bytes = perLsParquet(many);
    for (let part = 1; part < 64; part++) {
      const { error } = await readBytes(bytes.subarray(0, Math.floor((bytes.length * part) / 64)));
      expect(error).toMatchObject({ code: expect.stringMatching(/BROKEN_PARQUET|TRUNCATED/) });
    }
  });
});

const real = realFiles('.parquet');
describe.skipIf(real.length === 0)('real files of dqmiotools', () => {
  it.each(real)('%s', async (path) => {
    const source = await openSource(path);
    expect(await recognise(source)).toBe(format);
    await source.close();
    const { rows, error, issues } = await read(path);
    expect(error).toBeNull();
    expect(issues.filter(({ severity }) => severity === 'REJECTED')).toEqual([]);
    const sums = rows.map(({ integral }) => integral);
    if (path.includes('charge_PXLayer_1')) expect(sums).toEqual(new Array(45).fill(0));
    else {
      expect(sums).toEqual([140623, 148519, 149460, 39958, 9602]);
      expect(rows.map(({ lumisection }) => lumisection)).toEqual([1, 2, 3, 4, 5]);
      expect(rows[0]).toMatchObject({ run: 367129, flow: false, binning: { axes: [{ bins: 200 }, { bins: 200 }] } });
    }
  });
});
