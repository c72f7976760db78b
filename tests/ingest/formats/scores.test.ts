import { gzipSync } from 'node:zlib';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import type { ScoreStep } from '../../../ingest/formats/scores/score-step.ts';
import { readScores } from '../../../ingest/formats/scores/scores.ts';
import { openSource } from '../../../ingest/source.ts';
import { reasonOf } from '../../../src/domain/prediction.ts';
import { readScoreFile } from '../../../src/jobs/score-file.ts';
import { scratchFiles } from './scratch-file.ts';

const file = scratchFiles();

/** As `[line, run, lumisection, score or reason, monitor element]`, and issues as `line code`. */
async function read(content: string | Uint8Array) {
  const source = await openSource(file(content));
  try {
    const rows: unknown[] = [];
    const issues: string[] = [];
    for await (const step of readScores(source)) {
      rows.push(...Array.from(step.run, (_, i) => rowOf(step, i)));
      issues.push(...step.issues.map(({ line, code, field }) => `${line} ${code} ${field}`));
    }
    return { rows, issues };
  } finally {
    await source.close();
  }
}

const rowOf = ({ line, run, lumisection, score, reason, element, elements }: ScoreStep, i: number) => [
  ...[line[i], run[i], lumisection[i]],
  reasonOf(reason[i] as number) ?? score[i],
  elements[element[i] as number] ?? null,
];

const RUNS = [315259, 315259, 315260];
const LUMISECTIONS = [1, 2, 1];
const SCORES = [0.25, -3, 1e-300];

/** Begins and ends as such a file does; its footer is nothing but zeros. */
function withoutFooter(magic: string): Buffer {
  const content = Buffer.alloc(60);
  content.write(magic);
  content.writeUInt32LE(20, 56 - magic.length);
  content.write(magic, 60 - magic.length);
  return content;
}

const LENGTH = Buffer.from(BigInt64Array.of(777n).buffer);

describe('a table of scores', () => {
  test('is the same in CSV, gzipped, Parquet, Arrow files and streams, and JSON', async () => {
    const csv = `run,lumisection,score\n${RUNS.map((run, i) => `${run},${LUMISECTIONS[i]},${SCORES[i]}`).join('\n')}\n`;
    const table = tableFromArrays({
      run: Int32Array.from(RUNS),
      lumisection: BigInt64Array.from(LUMISECTIONS, BigInt),
      score: Float64Array.from(SCORES),
    });
    const parquet = parquetWriteBuffer({
      columnData: [
        { name: 'run', data: RUNS, type: 'INT32' },
        { name: 'lumisection', data: LUMISECTIONS.map(BigInt), type: 'INT64' },
        { name: 'score', data: SCORES, type: 'DOUBLE' },
      ],
    });
    const json = JSON.stringify(RUNS.map((run, i) => ({ run, lumisection: LUMISECTIONS[i], score: SCORES[i] })));
    const expected = await read(csv);
    expect(expected.issues).toEqual([]);
    expect(expected.rows).toEqual(RUNS.map((run, i) => [i + 2, run, LUMISECTIONS[i], SCORES[i], null]));
    expect(await read(gzipSync(csv))).toEqual(expected);
    const counted = { rows: RUNS.map((run, i) => [i + 1, run, LUMISECTIONS[i], SCORES[i], null]), issues: [] };
    expect(await read(new Uint8Array(parquet))).toEqual(counted);
    expect(await read(tableToIPC(table, 'file'))).toEqual(counted);
    expect(await read(tableToIPC(table, 'stream'))).toEqual(counted);
    expect(await read(json)).toEqual(counted);
  });

  test('has scores of monitor elements, of runs, and reasons for having none', async () => {
    const { rows, issues } = await read(
      'score,reason,run,lumisection,monitorElement\n0.5,,1,,a/b\n,low_entries,1,0,c\nNaN,EMPTY,2,3,\n-Inf,,2,4,\nnan,,2,5,\n',
    );
    expect(issues).toEqual([]);
    // what is no finite number is for the prediction to refuse
    expect(rows).toEqual([
      [2, 1, 0, 0.5, 'a/b'],
      [3, 1, 0, 'LOW_ENTRIES', 'c'],
      [4, 2, 3, 'EMPTY', null],
      [5, 2, 4, Number.NEGATIVE_INFINITY, null],
      [6, 2, 5, Number.NaN, null],
    ]);
  });

  test('names each row that is none by its line', async () => {
    const { rows, issues } = await read(
      'run,lumisection,score,reason\n1,1,much,\n0,1,1,\n1,-2,1,\n1,1.5,1,\n1,1,,TIRED\n1,1\n,1,1,\n1,7,0x10,\n1,2,3,\n1,268435455,1,\n',
    );
    expect(rows).toEqual([[10, 1, 2, 3, null]]);
    expect(issues).toEqual([
      '2 NOT_A_NUMBER score',
      '3 OUT_OF_RANGE run',
      '4 OUT_OF_RANGE lumisection',
      '5 NOT_AN_INTEGER lumisection',
      '6 UNKNOWN_REASON reason',
      '7 CELL_COUNT undefined',
      '8 MISSING_VALUE run',
      '9 NOT_A_NUMBER score',
      '11 OUT_OF_RANGE lumisection',
    ]);
  });

  test('may have other columns, which are noted', async () => {
    const { rows, issues } = await read(',run,lumisection,score,reson\n0,1,1,1,EMPTY\n');
    expect(rows).toEqual([[2, 1, 1, 1, null]]);
    expect(issues).toEqual(['undefined UNKNOWN_COLUMN reson']);
  });

  test('that claims more rows than it holds is refused', async () => {
    const numbers = Int32Array.from({ length: 777 }, (_, i) => i + 1_000);
    const content = Buffer.from(
      tableToIPC(tableFromArrays({ run: numbers, lumisection: numbers, score: numbers }), 'stream'),
    );
    // the length of the batch, and those of its columns
    for (let at = content.indexOf(LENGTH); at >= 0; at = content.indexOf(LENGTH))
      content.writeBigInt64LE(10n ** 9n, at);
    await expect(read(content)).rejects.toMatchObject({
      code: 'BROKEN_ARROW',
      message: expect.stringContaining('in 1000000000 rows'),
    });
  });

  test.each([
    ['run,lumisection\n1,1\n', 'MISSING_COLUMN'],
    ['PAR1 and then nothing', 'BROKEN_PARQUET'],
    ['ARROW1 and then nothing', 'BROKEN_ARROW'],
    ['[{"run": 1,', 'TRUNCATED'],
    ['', 'EMPTY_FILE'],
  ])('%j is refused as a whole', async (content, code) => {
    await expect(read(content)).rejects.toMatchObject({ code });
  });

  const numbers = Int32Array.from({ length: 9 }, (_, i) => i + 1);
  const arrow = Buffer.from(
    tableToIPC(tableFromArrays({ run: numbers, lumisection: numbers, score: numbers }), 'file'),
  );
  const parquet = Buffer.from(
    parquetWriteBuffer({
      columnData: ['run', 'lumisection', 'score'].map((name) => ({ name, data: [...numbers], type: 'INT32' as const })),
    }),
  );

  test.each([
    ['Arrow, cut off', arrow.subarray(0, -9), 'no Arrow that can be read: it does not end with ARROW1'],
    ['Parquet, cut off', parquet.subarray(0, -9), 'it does not end with PAR1: the file is not complete'],
  ])('of %s, is refused as not complete', async (_, content, reason) => {
    await expect(read(content)).rejects.toThrow(reason);
  });

  test.each([
    ['Arrow', withoutFooter('ARROW1'), /no Arrow that can be read: it contradicts itself$/],
    ['Parquet', withoutFooter('PAR1'), /broken Parquet at byte \d+: what stands there contradicts itself$/],
  ])(
    'of %s with a damaged footer is refused without the words of the engine, which are the cause',
    async (_, content, reason) => {
      const error = await read(content).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ message: expect.stringMatching(reason), cause: expect.any(TypeError) });
    },
  );
});

describe('a file of scores that somebody sent', () => {
  test('is read in a process of its own, by monitor element', async () => {
    const lines = Array.from({ length: 12_000 }, (_, i) => `1,${(i >> 1) + 1},${i},${i % 2 === 0 ? '' : 'a/b'}`);
    const path = file(`run,lumisection,score,monitorElement\n${lines.join('\n')}\n1,1,x,\n`);
    const { scores, rejected, issues } = await readScoreFile(path);
    expect([...scores.keys()]).toEqual([null, 'a/b']);
    const own = scores.get('a/b');
    expect([own?.rows.run.length, own?.rows.score[5_999], own?.lines[5_999]]).toEqual([6_000, 11_999, 12_001]);
    expect([rejected, issues.length, issues[0]?.line]).toEqual([1, 1, 12_002]);
    const strange = file('what is this\n', 'strange.csv');
    await expect(readScoreFile(strange)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { field: 'file', reason: 'MISSING_COLUMN' },
      message: 'file: strange.csv: no column run: there are what is this',
    });
    // what the library says of it
    await expect(readScoreFile(file(withoutFooter('PAR1')))).rejects.toMatchObject({
      details: { reason: 'BROKEN_PARQUET' },
      cause: expect.stringMatching(/^TypeError: .*\n +at /),
    });
  });
});
