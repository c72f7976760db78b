import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader } from '../../ingest/scanner.ts';
import type { SourceChunk } from '../../ingest/source.ts';

interface Line {
  readonly text: string;
  readonly line: number;
  readonly byte: number;
  readonly terminated: boolean;
  readonly tooLong: boolean;
}

describe('lines', () => {
  it('end with a line feed, with or without a carriage return; the last one may end with the source', async () => {
    const { lines } = await read('one\r\ntwo\n\n\rfour\nlast', 4);
    expect(lines).toEqual([
      { text: 'one', line: 1, byte: 0, terminated: true, tooLong: false },
      { text: 'two', line: 2, byte: 5, terminated: true, tooLong: false },
      { text: '', line: 3, byte: 9, terminated: true, tooLong: false },
      { text: '\rfour', line: 4, byte: 10, terminated: true, tooLong: false },
      { text: 'last', line: 5, byte: 16, terminated: false, tooLong: false },
    ]);
  });

  it('of any text, cut into chunks of any size, are those of the text', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', '\r', '\n', 'µ'), maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 40 }), async (text, chunkBytes) => {
        const { lines, position } = await read(text, chunkBytes);
        const expected = text.split('\n').map((line) => line.replace(/\r$/, ''));
        if (text.endsWith('\n') || text === '') expected.pop();
        expect(lines.map((line) => line.text)).toEqual(expected);
        expect(lines.map((line) => line.line)).toEqual(expected.map((_, i) => i + 1));
        expect(position).toEqual({ byte: Buffer.byteLength(text), line: expected.length });
        for (const { byte, text: line } of lines) {
          expect(Buffer.from(text).toString('utf8', byte, byte + Buffer.byteLength(line))).toBe(line);
        }
      }),
    );
  });

  it('that are too long are cut short, and do not disturb those around them', async () => {
    const long = 'x'.repeat(5_000);
    for (const chunkBytes of [1, 3, 64, 999, 1000, 1001, 20_000]) {
      const { lines, position } = await read(`short\n${long}\nafter\n${long}`, chunkBytes, 1000);
      expect(
        lines.map(({ text, line, byte, terminated, tooLong }) => [text.length, line, byte, terminated, tooLong]),
      ).toEqual([
        [5, 1, 0, true, false],
        [256, 2, 6, true, true],
        [5, 3, 5_007, true, false],
        [256, 4, 5_013, false, true],
      ]);
      expect(position).toEqual({ byte: 10_013, line: 4 });
    }
  });

  it('of exactly the greatest length are taken whole', async () => {
    for (const chunkBytes of [1, 7, 1000]) {
      const { lines } = await read(`${'x'.repeat(100)}\n${'y'.repeat(101)}\n`, chunkBytes, 100);
      expect(lines.map(({ tooLong }) => tooLong)).toEqual([false, true]);
    }
  });

  it('are counted on from where an earlier reading stopped', async () => {
    const reader = new LineReader(chunksOf(Buffer.from('c\nd\n'), 2, 100), { byte: 100, line: 7 }, 1000);
    expect(await all(reader)).toMatchObject([
      { text: 'c', line: 8, byte: 100 },
      { text: 'd', line: 9, byte: 102 },
    ]);
    expect(reader.position).toEqual({ byte: 104, line: 9 });
  });
});

describe('a record of several lines', () => {
  it('takes in the lines that follow, and gives them back', async () => {
    for (const chunkBytes of [1, 2, 5, 100]) {
      const reader = new LineReader(
        chunksOf(Buffer.from('one\r\ntwo\nthree\nfour'), chunkBytes),
        { byte: 0, line: 0 },
        1000,
      );
      while (!reader.next()) await reader.more();
      expect(await extend(reader)).toBe('EXTENDED');
      expect(await extend(reader)).toBe('EXTENDED');
      expect(current(reader)).toMatchObject({ text: 'one\r\ntwo\nthree', line: 1, byte: 0 });
      expect(reader.position).toEqual({ byte: 15, line: 3 });
      reader.retract();
      expect(current(reader)).toMatchObject({ text: 'one', line: 1, byte: 0, terminated: true });
      expect(reader.position).toEqual({ byte: 5, line: 1 });
      while (!reader.next()) await reader.more();
      expect(current(reader)).toMatchObject({ text: 'two', line: 2, byte: 5 });
      expect(await extend(reader)).toBe('EXTENDED');
      expect(await extend(reader)).toBe('EXTENDED');
      expect(current(reader)).toMatchObject({ text: 'two\nthree\nfour', line: 2, byte: 5, terminated: false });
      expect(await extend(reader)).toBe('END');
    }
  });

  it('stops growing at the limit', async () => {
    for (const chunkBytes of [1, 10, 1000]) {
      const text = `one\n${'x'.repeat(50)}\n${'y'.repeat(50)}\n`;
      const reader = new LineReader(chunksOf(Buffer.from(text), chunkBytes), { byte: 0, line: 0 }, 60);
      while (!reader.next()) await reader.more();
      expect(await extend(reader)).toBe('EXTENDED');
      expect(await extend(reader)).toBe('END');
      reader.retract();
      expect((await all(reader)).map(({ text, byte }) => [text.length, byte])).toEqual([
        [50, 4],
        [50, 55],
      ]);
    }
  });
});

async function* chunksOf(bytes: Buffer, chunkBytes: number, from = 0): AsyncGenerator<SourceChunk> {
  // every chunk in the same buffer, as a source may do it
  const buffer = Buffer.alloc(chunkBytes);
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    const length = bytes.copy(buffer, 0, start, start + chunkBytes);
    yield { bytes: buffer.subarray(0, length), position: from + start };
  }
}

async function read(text: string, chunkBytes: number, maxLineBytes = 10_000) {
  const reader = new LineReader(chunksOf(Buffer.from(text), chunkBytes), { byte: 0, line: 0 }, maxLineBytes);
  const lines = await all(reader);
  return { lines, position: reader.position };
}

async function all(reader: LineReader): Promise<Line[]> {
  const lines: Line[] = [];
  while (reader.next() || (await reader.more())) if (reader.found) lines.push(current(reader));
  return lines;
}

function current({ bytes, start, end, line, byte, terminated, tooLong }: LineReader): Line {
  return { text: bytes.toString('utf8', start, end), line, byte, terminated, tooLong };
}

async function extend(reader: LineReader): Promise<string> {
  let result = reader.extend();
  while (result === 'MORE') {
    await reader.more();
    result = reader.extend();
  }
  return result;
}
