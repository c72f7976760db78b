import { describe, expect, it } from 'vitest';
import { readJsonRows } from '../../../ingest/formats/table/json-rows.ts';
import { openSource } from '../../../ingest/source.ts';
import { scratchFiles } from './scratch-file.ts';

const file = scratchFiles();

async function rowsOf(text: string | Buffer) {
  const source = await openSource(file(text, 'x.json'));
  try {
    return [...(await readJsonRows(source)).rows()];
  } finally {
    await source.close();
  }
}

describe('a table in JSON', () => {
  it('may have more rows than a call takes arguments', async () => {
    const rows = await rowsOf(`[${Array.from({ length: 200_000 }, (_, i) => `{"run":${i}}`).join(',')}]`);
    expect(rows).toHaveLength(200_000);
  });

  it('that nests without end is no error of the reader', async () => {
    const depth = 50_000;
    const rows = await rowsOf(`[${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}, {"run": 1}]`);
    expect(rows[1]).toEqual({ run: 1 });
  });

  it('has the same rows in columns of lists, of labels and of both, whatever is missing', async () => {
    const rows = [
      { run: 1, flag: true },
      { run: 2, flag: null },
      { run: null, flag: false },
    ];
    expect(await rowsOf('{"run": [1, 2], "flag": [true, null, false]}')).toEqual(rows);
    expect(await rowsOf('{"run": {"0": 1, "1": 2}, "flag": {"0": true, "2": false}}')).toEqual(rows);
    expect(await rowsOf('{"run": {"0": 1, "1": 2}, "flag": [true, null, false]}')).toEqual(rows);
    expect(await rowsOf('{"run": [1], "more": [{"flag": true}]}')).toEqual([{ run: 1, 'more.flag': true }]);
  });

  it('takes nothing from what columns inherit', async () => {
    const rows = await rowsOf('{"run": {"constructor": 1, "0": 2}, "text": "ab", "list": [7]}');
    expect(rows).toEqual([
      { run: 2, text: null, list: 7 },
      { run: 1, text: null, list: null },
    ]);
  });

  it('whose columns share no rows is refused before the product of both is made', async () => {
    const columns = Array.from({ length: 20_000 }, (_, i) => `"c${i}": {"${i}": 1}`);
    await expect(rowsOf(`{${columns.join(',')}}`)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  });

  it.each([
    ['a text that ends too early', '[{"run": 1},\n {"ru', { code: 'TRUNCATED', details: { line: 2, byte: 18 } }],
    [
      'a JSON a line',
      '{"run": 1}\n{"run": 2}\n',
      { code: 'MALFORMED_JSON', message: expect.stringMatching(/one JSON a line: .* one array/), details: { line: 2 } },
    ],
    [
      'an object that names a member twice',
      '[{"run": 1},\n {"run": 1, "flag": true, "flag": false}]',
      {
        code: 'REPEATED_COLUMN',
        message: expect.stringContaining('"flag" stands'),
        details: { line: 2, byte: 39, field: 'flag' },
      },
    ],
    ['a text that is none', '[{"run": 1},\n {"run" 2}]', { code: 'MALFORMED_JSON', details: { line: 2, byte: 21 } }],
    [
      'a text that is not UTF-8',
      Buffer.from('["\ufffd\n\xff"]', 'utf8').fill(0xff, 6, 7),
      { code: 'MALFORMED_JSON', details: { line: 2, byte: 6 } },
    ],
  ])('%s is refused with its place', async (_what, text, error) => {
    await expect(rowsOf(text)).rejects.toMatchObject(error);
  });
});
