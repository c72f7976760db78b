import { appendFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadOptions } from '../../../ingest/formats/format.ts';
import { perLsCsv } from '../../../ingest/formats/per-ls-csv/per-ls-csv.ts';
import { openSource } from '../../../ingest/source.ts';
import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import { computeMoments } from '../../../src/domain/moments.ts';
import { rounds } from '../../support/rounds.ts';
import { inChunks } from './in-chunks.ts';
import { type Reading, readAll } from './plain-rows.ts';
import { scratchFiles } from './scratch-file.ts';

const file = scratchFiles();
const dataset = '/ZeroBias/Run2018A-PromptReco-v1/DQMIO';
const COLUMNS = [
  'fromrun',
  'fromlumi',
  'hname',
  'metype',
  'histo',
  'entries',
  'Xmax',
  'Xmin',
  'Xbins',
  'Ymax',
  'Ymin',
  'Ybins',
];

const content = fc.oneof(
  fc.nat({ max: 300 }),
  fc.integer(),
  // beyond, a list may add up to no number at all
  fc.double({ min: -1e300, max: 1e300, noNaN: true }),
  fc.constantFrom(0, -0, 2 ** 53, 2 ** 31, -(2 ** 31), 2 ** 32),
);
const axis = fc
  .tuple(
    fc.integer({ min: 1, max: 6 }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  )
  .map(([bins, min, width]) => ({ bins, min, max: min + width, title: '' }));
const row = fc
  .record({
    run: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    lumisection: fc.integer({ min: 1, max: MAX_LUMISECTION }),
    name: fc.string({
      unit: fc.constantFrom('a', 'B', '_', ' ', ',', '"', 'µ', ';'),
      minLength: 1,
      maxLength: 12,
    }),
    axes: fc.oneof(fc.tuple(axis), fc.tuple(axis, axis)),
    flow: fc.boolean(),
    entries: fc.oneof(fc.nat(), fc.constant(null), fc.double({ min: 0, max: 1e18, noNaN: true })),
  })
  .chain((base) => {
    const cells = base.axes.reduce((product, { bins }) => product * (base.flow ? bins + 2 : bins), 1);
    return fc.array(content, { minLength: cells, maxLength: cells }).map((contents) => ({ ...base, contents }));
  });
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;

describe('a per-LS CSV', () => {
  it('of any rows gives them back bit by bit, with the moments of their bins', async () => {
    const layout = fc.record({
      columns: fc.shuffledSubarray(COLUMNS, { minLength: COLUMNS.length }),
      twice: fc.boolean(),
      end: fc.constantFrom('\n', '\r\n'),
      last: fc.boolean(),
      packed: fc.boolean(),
      chunkBytes: fc.integer({ min: 1, max: 300 }),
      batchRows: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 8 }), layout, async (rows, layout) => {
        const { columns, twice, end, last, packed, chunkBytes, batchRows } = layout;
        const names = twice ? ['fromrun', 'fromlumi', 'hname', ...columns] : columns;
        const lines = [names.join(','), ...rows.map((row) => names.map((name) => cellOf(row, name)).join(','))];
        const text = lines.join(end) + (last ? end : '');
        const source = await openSource(file(packed ? gzipSync(text) : text));
        const reading = await readAll(perLsCsv, inChunks(source, chunkBytes), { dataset, batchRows });
        await source.close();
        expect(reading.error).toBeNull();
        expect(reading.issues.filter(({ severity }) => severity !== 'NOTE')).toEqual([]);
        expect(reading.rows).toEqual(rows.map((row, i) => expectedRow(row, i + 2)));
      }),
      { numRuns: rounds(75) },
    );
  });

  it('refuses contents that add up to no number, and nothing of such a row stays', async () => {
    const of = (name: string, bins: string) => `315257,1,${name},3,"[${bins}]",6,3.0,0.0,3,1,0,1`;
    const { rows, issues, steps } = await read(
      [
        COLUMNS.join(','),
        of('new', '0,1e308,1e308,0,0'),
        of('old', '0,1,2,3,0'),
        of('old', '0,1.7e308,1e308,0,0'),
      ].join('\n'),
    );
    expect(rows).toMatchObject([{ line: 3, contents: [0, 1, 2, 3, 0] }]);
    expect(issues).toMatchObject([
      { line: 2, code: 'NOT_FINITE', field: 'histo' },
      { line: 4, code: 'NOT_FINITE', field: 'histo' },
    ]);
    expect(steps[0]?.batch).toMatchObject({ monitorElements: [{ path: 'old' }] });
  });

  it('loses only the lines that are wrong, wherever bytes are damaged', async () => {
    const good = Array.from(
      { length: 12 },
      (_, i) => `315257,${i + 1},charge,3,"[0, 1, 2, ${i}, 0]",6,3.0,0.0,3,1,0,1`,
    );
    const lines = [COLUMNS.join(','), ...good];
    const starts = lines.map((_, i) => Buffer.byteLength(lines.slice(0, i).join('\n')) + (i > 0 ? 1 : 0));
    const damage = fc.array(
      fc.tuple(fc.integer({ min: starts[1], max: starts[12] }), fc.integer({ min: 0, max: 255 })),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(damage, async (damage) => {
        const bytes = Buffer.from(`${lines.join('\n')}\n`);
        const touched = new Set<number>();
        for (const [at, byte] of damage) {
          const inLine = starts.findLastIndex((start) => start <= at);
          // a line feed put in, or taken away, moves lines: the counting below would be another test
          if (bytes[at] === 10 || byte === 10) continue;
          bytes[at] = byte;
          touched.add(inLine + 1);
        }
        const { rows, issues, error } = await read(bytes);
        expect(error).toBeNull();
        const rejected = issues.filter(({ severity }) => severity === 'REJECTED').map(({ line }) => line);
        for (const line of rejected) expect(touched).toContain(line);
        const kept = rows.map(({ line }) => line);
        expect([...kept, ...rejected].sort((a, b) => (a as number) - (b as number))).toEqual(
          lines.slice(1).map((_, i) => i + 2),
        );
      }),
      { numRuns: rounds(150) },
    );
  });

  it('gives no batch of a file that changed under it', async () => {
    const path = file([COLUMNS.join(','), line(1), line(2)].join('\n'));
    const source = await openSource(path);
    appendFileSync(path, '\n');
    const { rows, error } = await readAll(perLsCsv, source, { dataset });
    await source.close();
    expect(error).toMatchObject({ code: 'FILE_CHANGED' });
    expect(rows).toEqual([]);
  });

  it('refuses a line that passes the limit and reads on behind it', async () => {
    const long = line(2).replace('[0,', `[${'0, '.repeat(5_000)}`);
    const { rows, issues } = await read([COLUMNS.join(','), line(1), long, line(3)].join('\n'), {
      maxLineBytes: 1_000,
    });
    expect(rows.map(({ lumisection }) => lumisection)).toEqual([1, 3]);
    expect(issues).toMatchObject([{ severity: 'REJECTED', code: 'LINE_TOO_LONG', line: 3 }]);
  });

  it('ends a batch by its rows, by the bytes of its bins, by the bytes it was read from, by its issues', async () => {
    const text = [COLUMNS.join(','), ...Array.from({ length: 10 }, (_, i) => line(i + 1))].join('\n');
    const counts = async (options: ReadOptions) =>
      (await read(text, options)).steps.map(({ batch }) => (batch !== null && 'count' in batch ? batch.count : 0));
    expect(await counts({})).toEqual([10]);
    expect(await counts({ batchRows: 4 })).toEqual([4, 4, 2]);
    expect(await counts({ batchBytes: 7 * 5 })).toEqual([5, 5, 0]);
    expect(await counts({ batchSourceBytes: 3 * line(1).length })).toEqual([3, 3, 3, 1]);
    const { steps } = await read([COLUMNS.join(','), ...Array.from({ length: 10 }, () => 'x')].join('\n'), {
      batchRows: 4,
    });
    expect(steps.map(({ issues }) => issues.length)).toEqual([4, 4, 2]);
  });

  it('says where in the file a wrong value stands', async () => {
    const text = [COLUMNS.join(','), line(1), line(2).replace('2, 3', '2, NaN')].join('\r\n');
    const { issues } = await read(text);
    expect(issues).toMatchObject([{ line: 3, field: 'histo', value: 'NaN, 0]', byte: text.indexOf('NaN') }]);
  });
});

function line(lumisection: number): string {
  return `315257,${lumisection},charge,3,"[0, 1, 2, 3, 0]",6,3.0,0.0,3,1,0,1`;
}

async function read(text: string | Uint8Array, options: ReadOptions = {}): Promise<Reading> {
  const source = await openSource(file(text));
  const reading = await readAll(perLsCsv, source, { dataset, ...options });
  await source.close();
  return reading;
}

function cellOf({ run, lumisection, name, axes: [x, y], flow, entries, contents }: Row, column: string): string {
  const inFileOrder = y && !flow ? xOuter(contents, x.bins, y.bins) : contents;
  const cells: Record<string, string> = {
    fromrun: String(run),
    fromlumi: String(lumisection),
    hname: /[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name,
    metype: y ? '6' : '3',
    histo: `"[${inFileOrder.map(textOf).join(', ')}]"`,
    entries: entries === null ? '' : textOf(entries),
    Xmax: textOf(x.max),
    Xmin: textOf(x.min),
    Xbins: String(x.bins),
    Ymax: y ? textOf(y.max) : '1',
    Ymin: y ? textOf(y.min) : '0',
    Ybins: y ? String(y.bins) : '1',
  };
  return cells[column] as string;
}

function textOf(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function xOuter(yOuter: readonly number[], nx: number, ny: number): number[] {
  return yOuter.map((_, i) => yOuter[(i % ny) * nx + Math.floor(i / ny)] as number);
}

function expectedRow({ run, lumisection, name, axes, flow, entries, contents }: Row, line: number) {
  const moments = computeMoments({ flow, contents: Float64Array.from(contents) }, axes);
  const plain = Object.fromEntries(
    Object.entries(moments).map(([key, value]) => [key, Number.isNaN(value) ? null : value]),
  );
  const dimension = axes.length;
  const monitorElement = { path: name, dimension, kind: `TH${dimension}` };
  return {
    line,
    run,
    lumisection,
    monitorElement,
    dataset,
    entries,
    ...plain,
    binning: { title: '', axes },
    flow,
    contents,
  };
}
