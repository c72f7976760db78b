import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { formatById, formatIds, recognise } from '../../../ingest/formats/registry.ts';
import { openSource } from '../../../ingest/source.ts';
import { scratchFiles } from './scratch-file.ts';

const file = scratchFiles();

describe('the registry of formats', () => {
  it('gives each format under its own id', async () => {
    for (const id of formatIds) expect((await formatById(id)).id).toBe(id);
  });

  it.each(['parquet', 'constructor', ''])('knows no format %j', async (id) => {
    await expect(formatById(id)).rejects.toMatchObject({ code: 'UNKNOWN_FORMAT' });
    await expect(formatById(id)).rejects.toThrow(formatIds.join(', '));
  });

  const refusal = async (content: string | Buffer) => {
    const source = await openSource(file(content, 'some.csv'));
    const error = await recognise(source).catch((thrown: unknown) => thrown);
    await source.close();
    expect(error).toMatchObject({ code: 'UNKNOWN_FORMAT', details: { file: source.path } });
    return (error as Error).message.replace(source.path, 'some.csv');
  };
  const tried =
    'Tried: per-LS CSV, per-LS Parquet, per-run CSV, harvested DQM ROOT, DQMIO ROOT, plain ROOT, OMS rate table, OMS lumisections, OMS runs, Run Registry run table, Run Registry lumisection table, golden or DCS-only JSON';
  const more = 'docs/formats.md says more; --format ID says what a file is';

  it('says of an answer that was written as Parquet with its structs how to write it', async () => {
    const schema: SchemaElement[] = [
      { name: 'schema', num_children: 1 },
      { name: 'attributes', num_children: 1, repetition_type: 'OPTIONAL' },
      { name: 'run_number', type: 'INT32', repetition_type: 'OPTIONAL' },
    ];
    const columnData = [{ name: 'attributes', data: [{ run_number: 315257 }] }];
    const said = await refusal(Buffer.from(parquetWriteBuffer({ schema, columnData })));
    expect(said).toContain('a table of no columns that are read (attributes: structs or lists, which are not read');
    expect(said).toContain('write their members as columns, attributes.NAME, as pandas.json_normalize does');
  });

  it.each([
    ['hello world\n', String.raw`it begins with "hello world\n"`],
    [Buffer.from([0, 1, 2, 255]), String.raw`it begins with "\u0000\u0001\u0002ÿ"`],
    ['[{"a": 1}]', String.raw`it begins with "[{\"a\": 1}]"; a table of the columns a`],
  ])('says in a line what a file is that is none of them, and what was tried (%j)', async (content, is) => {
    expect(await refusal(content)).toBe(`some.csv: no known format: ${is}. ${tried}. ${more}`);
  });

  it.each([
    [
      'attributes.run_number,attributes.rate\n',
      'Most like OMS rate table: that is a CSV, JSON or Parquet table with the columns attributes.run_number, attributes.first_lumisection_number,',
    ],
    [
      '[{"run_number": 1, "lumi_number": 2, "pixel": true}]',
      'Most like Run Registry lumisection table: that is a CSV, JSON or Parquet table with the columns run_number, lumi_number and',
    ],
  ])('says which format a file is most like, and what that one has (%j)', async (content, like) => {
    expect(await refusal(content)).toContain(like);
  });
});
