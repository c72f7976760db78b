import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadOptions } from '../../../ingest/formats/format.ts';
import { dqmPath } from '../../../ingest/formats/per-run-csv/dqm-path.ts';
import { perRunFileName } from '../../../ingest/formats/per-run-csv/file-name.ts';
import { perRunCsv } from '../../../ingest/formats/per-run-csv/per-run-csv.ts';
import { openSource } from '../../../ingest/source.ts';
import { inChunks } from './in-chunks.ts';
import { type Reading, readAll } from './plain-rows.ts';
import { scratchFiles } from './scratch-file.ts';

const file = scratchFiles();
const HEADER = ',run,pd,path,title,entries,mean,rms,skewness,kurtosis';

const statistic = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(null));
const positive = statistic.map((value) => (value === null ? null : Math.abs(value)));
const row = fc.record({
  path: fc
    .array(fc.stringMatching(/^[A-Za-z0-9_ ,"+#-]{1,8}$/), { minLength: 2, maxLength: 4 })
    .map((parts) => `CSC/${parts.join('/')}`),
  title: fc.oneof(
    fc.constant(null),
    fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r\n', '#', 'η'), minLength: 1, maxLength: 20 }),
  ),
  entries: positive,
  mean: statistic,
  rms: positive,
  skewness: statistic,
  kurtosis: statistic,
});

describe('a per-run CSV', () => {
  it('of any rows gives them back, titles with line feeds and all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 8 }),
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        async (rows, chunkBytes, bare) => {
          const lines = rows.map((row, i) =>
            [
              i,
              315257,
              'ZeroBias',
              quoted(bare ? row.path : `DQMData/Run 315257/${row.path.replace('/', '/Run summary/')};1`),
              quoted(row.title ?? ''),
              ...[row.entries, row.mean, row.rms, row.skewness, row.kurtosis].map(textOf),
            ].join(','),
          );
          const { rows: found, issues } = await read([HEADER, ...lines].join('\n'), {}, chunkBytes);
          expect(issues).toEqual([]);
          expect(found).toMatchObject(
            rows.map(({ path, title, entries, mean, rms, skewness, kurtosis }) => ({
              run: 315257,
              monitorElement: { path, dimension: null, kind: null },
              dataset: '/ZeroBias/UL2018',
              title,
              entries,
              meanX: mean,
              rmsX: rms,
              skewness,
              kurtosis,
              integral: null,
              binning: null,
            })),
          );
          expect(found).toHaveLength(rows.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('with a quote lost in any line keeps all other lines', async () => {
    const lines = Array.from({ length: 10 }, (_, i) => `${i},315257,ZeroBias,CSC/dir/h${i},"title, ${i}",1,2,3,4,5`);
    const lost = fc.uniqueArray(fc.nat({ max: 9 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(lost, fc.boolean(), async (lost, opening) => {
        const damaged = lines.map((line, i) => (lost.includes(i) ? line.replace(opening ? ',"' : '",', ',') : line));
        const { rows, issues } = await read([HEADER, ...damaged, ''].join('\n'));
        expect(rows.map(({ line }) => line - 2)).toEqual(lines.map((_, i) => i).filter((i) => !lost.includes(i)));
        expect(issues.map(({ line }) => (line as number) - 2)).toEqual(lost.toSorted((a, b) => a - b));
        for (const { code } of issues) expect(code).toBe('UNBALANCED_QUOTE');
      }),
      { numRuns: 50 },
    );
  });

  it('does not look for a closing quote beyond its limit', async () => {
    const filler = Array.from(
      { length: 2_000 },
      (_, i) => `${i},315257,ZeroBias,CSC/dir/h${i},some title that is long enough,1,2,3,4,5`,
    );
    const { rows, issues } = await read([HEADER, '0,315257,ZeroBias,CSC/dir/x,"open,1,2,3,4,5', ...filler].join('\n'));
    expect(rows).toHaveLength(2_000);
    expect(issues).toMatchObject([{ code: 'UNBALANCED_QUOTE', line: 2 }]);
  });

  it('takes the dataset from a name of the known form only', () => {
    expect(perRunFileName('ZeroBias_315257_UL2018.csv')).toEqual({
      primaryDataset: 'ZeroBias',
      run: 315257,
      dataset: '/ZeroBias/UL2018',
    });
    expect(perRunFileName('HLTPhysics_315257_UL2017.csv')?.dataset).toBe('/HLTPhysics/UL2017');
    for (const name of [
      'ZeroBias_315257.csv',
      'ZeroBias_0_UL2018.csv',
      'ZeroBias_315257_Prompt.csv',
      'x.csv',
      'ZeroBias_315257_UL2018 (1).csv',
    ]) {
      expect(perRunFileName(name)).toBeNull();
    }
  });

  it.each([
    ['DQMData/Run 315257/CSC/Run summary/a/b;1', 'CSC/a/b', 315257],
    ['DQMData/CSC/Run summary/a/b', 'CSC/a/b', null],
    ['CSC/a/Run summary/b;2', 'CSC/a/Run summary/b', null],
    ['CSC/a;b', 'CSC/a;b', null],
  ])('knows the monitor element of %s', (path, monitorElement, run) =>
    expect(dqmPath(path)).toEqual({ monitorElement, run }),
  );

  it.each(['leaf', 'CSC/', '/CSC/a', 'CSC//a', 'DQMData/Run 315257/CSC/Run summary', ''])(
    'finds no monitor element in %j',
    (path) => expect(dqmPath(path)).toBeNull(),
  );
});

async function read(text: string, options: ReadOptions = {}, chunkBytes = 1 << 16): Promise<Reading> {
  const source = await openSource(file(text, 'ZeroBias_315257_UL2018.csv'));
  const reading = await readAll(perRunCsv, inChunks(source, chunkBytes), options);
  await source.close();
  return reading;
}

function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function textOf(value: number | null): string {
  return value === null ? '' : Object.is(value, -0) ? '-0' : String(value);
}
