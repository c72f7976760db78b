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

  it('says what it looked for, and what it found, when a file is none of them', async () => {
    for (const content of ['hello world\n', '{"data": [1]}', '[[1, 2]]', Buffer.from([0, 1, 2, 255])]) {
      const source = await openSource(file(content, 'some.csv'));
      const error = await recognise(source).catch((thrown: unknown) => thrown);
      await source.close();
      expect(error).toMatchObject({ code: 'UNKNOWN_FORMAT', details: { file: source.path } });
      for (const part of [
        'some.csv',
        'per-LS CSV',
        'per-run CSV',
        'golden or DCS-only JSON',
        'fromrun',
        'skewness',
        '[[1, 88]',
      ]) {
        expect((error as Error).message).toContain(part);
      }
    }
  });
});
