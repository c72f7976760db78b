import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileError } from '../../../ingest/file-error.ts';
import type { Format, ReadOptions, RowKey } from '../../../ingest/formats/format.ts';
import { formatById, formatIds, recognise } from '../../../ingest/formats/registry.ts';
import { openSource } from '../../../ingest/source.ts';
import type { IssueRecord } from '../../../src/domain/record.ts';
import { rounds } from '../../support/rounds.ts';
import { inChunks } from './in-chunks.ts';
import { type PlainRow, plainRows, type Reading, readAll } from './plain-rows.ts';
import { scratchFiles } from './scratch-file.ts';
import { realFiles, type Vector, vectorsOf } from './vectors.ts';

const file = scratchFiles();
const CHUNKS = [1, 7, 64];
/** More than a vector has, and little to allocate again and again. */
const BATCH_ROWS = 100;

/** Every format passes the same checks on every one of its vectors. */
describe.each(formatIds)('%s', async (id) => {
  const format = await formatById(id);

  it('reads any bytes to the end or refuses them by name, and counts every line once', async () => {
    const vectors = vectorsOf(id).filter(({ expected }) => !expected.error);
    const bytes = vectors.map(({ path }) => readFileSync(path)).filter((content) => content[0] !== 0x1f);
    const damaged = fc
      .tuple(fc.constantFrom(...bytes), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 5 }), fc.nat())
      .map(([content, damage, cut]) => {
        const copy = Buffer.from(content);
        for (const [at, byte] of damage) copy[at % copy.length] = byte;
        return copy.subarray(0, cut % 3 === 0 ? (cut % copy.length) + 1 : copy.length);
      });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 9, arbitrary: damaged }, fc.uint8Array({ minLength: 1 })),
        async (content) => {
          const path = file(content, 'ZeroBias_315257_UL2018.csv');
          const options = { dataset: '/ZeroBias/x', batchRows: 3 };
          const { rows, issues, error } = await read(format, {
            title: '',
            formatId: id,
            path,
            expected: { options, rows: [], issues: [] },
          });
          if (error !== null) expect(error).toBeInstanceOf(FileError);
          const refused = issues.filter(({ severity }) => severity === 'REJECTED');
          // a folder of a ROOT file that cannot be read has a byte and no line
          const lines = [...rows, ...refused].flatMap(({ line }) => (line === undefined ? [] : [line]));
          // entries of a table or a JSON may share a line
          if (rows.every((row) => 'monitorElement' in row) && id !== 'lumi-json')
            expect(new Set(lines).size).toBe(lines.length);
        },
      ),
      { numRuns: rounds(100) },
    );
  });

  describe.each(vectorsOf(id))('$title', (vector) => {
    const { expected } = vector;

    it(expected.error ? 'is refused' : 'gives the rows and the issues of the vector', async () => {
      const reading = await read(format, vector);
      expectError(reading.error, vector);
      expect(reading.rows).toHaveLength(expected.rows.length);
      expect(reading.rows).toMatchObject(expected.rows);
      expect(byLine(reading.issues)).toMatchObject(expected.issues);
      expect(reading.issues).toHaveLength(expected.issues.length);
      for (const issue of reading.issues) expect(issue.reason).not.toBe('');
    });

    it('is recognised by its content', async () => {
      const source = await openSource(vector.path).catch(() => null);
      if (source === null) return expectError(await read(format, vector).then(({ error }) => error), vector);
      const found = await recognise(source).catch((error: unknown) => error);
      await source.close();
      if (expected.recognised === false) expect(found).toMatchObject({ code: 'UNKNOWN_FORMAT' });
      else if (typeof expected.recognised === 'string') expect(found).toMatchObject({ code: expected.recognised });
      else expect(found).toBe(format);
    });

    it('reads the same in chunks of any size', async () => {
      const whole = await read(format, vector);
      for (const chunkBytes of CHUNKS) {
        const cut = await read(format, vector, {}, chunkBytes);
        expect(cut.rows, `${chunkBytes} bytes`).toEqual(whole.rows);
        expect(cut.issues, `${chunkBytes} bytes`).toEqual(whole.issues);
        expectError(cut.error, vector);
      }
    });

    it('goes on from every checkpoint as if it had never stopped', async () => {
      const options = { batchRows: 1 };
      const whole = await read(format, vector, options);
      expect(withoutNotes(whole)).toEqual(withoutNotes(await read(format, vector)));
      for (const [i, { position }] of whole.steps.entries()) {
        const rest = await read(format, vector, { ...options, resume: position });
        const remaining = whole.steps.slice(i + 1);
        expect(rest.issues).toEqual(remaining.flatMap(({ issues }) => issues));
        expect(rest.rows).toEqual(whole.rows.slice(whole.rows.length - rest.rows.length));
        expect(rest.rows).toHaveLength(rowCount(remaining));
        expect(rest.steps.at(-1)?.position).toEqual(whole.steps.at(-1)?.position);
      }
    });

    it('finds the earlier lines of every key', async () => {
      if (expected.error) return;
      const { rows } = await read(format, vector);
      if (!rows.every((row) => 'monitorElement' in row)) return;
      const keys = rows.map((row) => ({
        run: row.run,
        lumisection: (row.lumisection as number | undefined) ?? 0,
        monitorElement: (row.monitorElement as { path: string }).path,
        // of a quality test
        ...('statusCode' in row && { qualityTest: row.name as string }),
        line: row.line,
      }));
      const source = await openSource(vector.path);
      const found = await format.locate(source, keys, expected.options);
      await source.close();
      expect(found).toEqual(
        keys.map((key) =>
          keys.filter((other) => other.line < key.line && keyText(other) === keyText(key)).map((other) => other.line),
        ),
      );
    });
  });
});

const files = realFiles('.csv', '.txt');
if (files.length === 0) console.log('conformance.test.ts: ../shared/data is absent, real files are not read');
// a suite without a test is a failure
describe.runIf(files.length > 0)('a real file', () => {
  it.each(files)('%s is recognised, and read to the end without a rejected row', async (path) => {
    const source = await openSource(path);
    const format = await recognise(source);
    const { rows, issues, error } = await readAll(format, source, {
      dataset: '/ZeroBias/Run2018A-PromptReco-v1/DQMIO',
    });
    await source.close();
    expect(error).toBeNull();
    expect(rows.length).toBeGreaterThan(0);
    expect(issues.filter(({ severity }) => severity === 'REJECTED')).toEqual([]);
    for (const row of rows) {
      if ('contents' in row) expect((row.contents as number[]).reduce((a, b) => a + b, 0)).toBe(row.entries);
    }
  });
});

async function read(
  format: Format,
  { path, expected }: Vector,
  options: ReadOptions = {},
  chunkBytes?: number,
): Promise<Reading> {
  try {
    const source = await openSource(path);
    const cut = chunkBytes ? inChunks(source, chunkBytes) : source;
    const reading = await readAll(format, cut, { batchRows: BATCH_ROWS, ...expected.options, ...options });
    await source.close();
    return reading;
  } catch (error) {
    return { rows: [], issues: [], steps: [], error };
  }
}

function expectError(error: unknown, { path, expected }: Vector): void {
  if (expected.error) {
    const { code, ...details } = expected.error;
    expect(error).toMatchObject({ code, details: { ...details, file: path } });
  } else expect(error).toBeNull();
}

/** Notes come once a batch, whose sizes differ between readings. */
function withoutNotes({ rows, issues }: Reading): { rows: PlainRow[]; issues: IssueRecord[] } {
  return { rows, issues: issues.filter(({ severity }) => severity !== 'NOTE') };
}

function rowCount(steps: Reading['steps']): number {
  return steps.reduce((sum, { batch }) => sum + plainRows(batch).length, 0);
}

function byLine(issues: readonly IssueRecord[]): IssueRecord[] {
  return issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function keyText({ run, lumisection, monitorElement, qualityTest }: Omit<RowKey, 'line'>) {
  return JSON.stringify([run, lumisection, monitorElement, qualityTest]);
}
