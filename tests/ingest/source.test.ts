import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type ByteSource, openSource, type SourceOptions } from '../../ingest/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-source-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const text = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(''));

describe('a file as bytes', () => {
  it.each([
    ['plain', text],
    ['gzip', gzipSync(text)],
    ['gzip of several members', Buffer.concat([gzipSync(text.subarray(0, 99)), gzipSync(text.subarray(99))])],
  ])('%s is given whole, in chunks that say where they stand, as often as asked', async (_, content) => {
    for (const chunkBytes of [7_919, 1 << 20]) {
      await using(file(content), { chunkBytes }, async (source) => {
        for (let pass = 0; pass < 2; pass++) {
          const { bytes, positions } = await collect(source);
          expect(bytes.equals(text)).toBe(true);
          expect(positions[0]).toBe(0);
          if (chunkBytes < text.length) expect(positions[1]).toBe(chunkBytes);
        }
      });
    }
  });

  it.each([
    ['plain', text],
    ['gzip', gzipSync(text)],
  ])('%s is given from any position on', async (_, content) => {
    await using(file(content), { chunkBytes: 1000 }, async (source) => {
      for (const from of [1, 999, 1000, 1001, text.length - 1, text.length, text.length + 5]) {
        const { bytes, positions } = await collect(source, from);
        expect(bytes.equals(text.subarray(from))).toBe(true);
        if (from < text.length) expect(positions[0]).toBe(from);
      }
    });
  });

  it('can be left in the middle and read again', async () => {
    for (const content of [text, gzipSync(text)]) {
      await using(file(content), { chunkBytes: 1000 }, async (source) => {
        for await (const { position } of source.chunks()) if (position > 3000) break;
        expect((await collect(source)).bytes.equals(text)).toBe(true);
      });
    }
  });

  it('loses its byte order mark but counts it', async () => {
    for (const pack of [(bytes: Buffer) => bytes, gzipSync]) {
      await using(file(pack(Buffer.from('\uFEFFabc'))), {}, async (source) => {
        expect(Buffer.from(source.head).toString()).toBe('abc');
        expect(await collect(source)).toEqual({ bytes: Buffer.from('abc'), positions: [3] });
        expect(await collect(source, 4)).toEqual({ bytes: Buffer.from('bc'), positions: [4] });
      });
    }
  });

  it('shows its decompressed beginning and its name without .gz', async () => {
    await using(file(gzipSync(text), 'some.csv.gz'), {}, async (source) => {
      expect(source.name).toBe('some.csv');
      expect(source.compressed).toBe(true);
      expect(source.head.length).toBe(64 * 1024);
      expect(text.subarray(0, 64 * 1024).equals(source.head)).toBe(true);
    });
  });

  it('has the SHA-256 of what lies on the disk', async () => {
    for (const content of [text, gzipSync(text), Buffer.from('\uFEFFabc')]) {
      await using(file(content), { chunkBytes: 1000 }, async (source) => {
        expect(await source.sha256()).toBe(createHash('sha256').update(content).digest('hex'));
      });
    }
  });

  it('has it too where it is large, several at a time, and says when it changed meanwhile', async () => {
    const large = [17, 16].map((mebibytes) => Buffer.alloc(mebibytes * 1024 * 1024 + 3, `${mebibytes} and more`));
    const paths = large.map((content) => file(content));
    const hashes = paths.map((path) => using(path, {}, (source) => source.sha256()));
    expect(await Promise.all(hashes)).toEqual(
      large.map((content) => createHash('sha256').update(content).digest('hex')),
    );
    await using(paths[0] as string, {}, async (source) => {
      appendFileSync(paths[0] as string, 'more');
      await expect(source.sha256()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    });
  });

  it('is followed through a symbolic link', async () => {
    const link = join(folder, 'link');
    symlinkSync(file(text), link);
    await using(link, {}, async (source) => expect((await collect(source)).bytes.length).toBe(text.length));
  });
});

describe('what cannot be read is refused by name', () => {
  it('a file that is not there', () => refuses(join(folder, 'nothing'), 'FILE_NOT_FOUND'));
  it('a file below a file', () => refuses(join(file(text), 'x'), 'FILE_NOT_FOUND'));
  it('a link that leads nowhere', () => {
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
    return refuses(join(folder, 'dangling'), 'FILE_NOT_FOUND');
  });
  it('a directory', () => refuses(folder, 'IS_A_DIRECTORY'));
  it('a pipe, without waiting for its writer', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    return refuses(pipe, 'NOT_A_REGULAR_FILE');
  });
  it('a file without permission', async () => {
    const closed = file(text);
    chmodSync(closed, 0o000);
    await asNobody(() => refuses(closed, 'PERMISSION_DENIED'));
  });
  it('a file in a directory without permission', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    writeFileSync(join(closed, 'x'), text);
    chmodSync(closed, 0o000);
    await asNobody(() => refuses(join(closed, 'x'), 'PERMISSION_DENIED'));
  });
  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['a byte order mark', Buffer.from('\uFEFF')],
    ['gzip of no bytes', gzipSync('')],
  ])('%s: empty', (_, content) => refuses(file(content), 'EMPTY_FILE'));
  it.each([
    ['little-endian', Buffer.from('\uFEFFrun,pd', 'utf16le')],
    ['little-endian without a mark', Buffer.from('run,pd,path', 'utf16le')],
    ['big-endian', Buffer.from('\uFEFFrun,pd', 'utf16le').swap16()],
    ['big-endian without a mark', Buffer.from('run,pd,path', 'utf16le').swap16()],
    ['little-endian, compressed', gzipSync(Buffer.from('\uFEFFrun,pd', 'utf16le'))],
  ])('UTF-16 %s', (_, content) => refuses(file(content), 'UTF16'));
});

describe('a broken gzip file', () => {
  // not compressible, so that the cut and the wrong byte lie behind several chunks
  const noise = randomBytes(600_000);

  it('that ends too early gives what was complete, then says TRUNCATED', async () => {
    for (const missing of [1, 8, 100_000]) {
      const packed = gzipSync(noise);
      await using(file(packed.subarray(0, packed.length - missing)), { chunkBytes: 10_000 }, async (source) => {
        const { bytes, error } = await collectUntilError(source);
        expect(error).toMatchObject({ code: 'TRUNCATED', details: { file: source.path } });
        // noise does not compress: a byte of the file holds a byte of it, and 8 bytes of trailer follow
        expect(bytes.length).toBeGreaterThan(noise.length - Math.max(0, missing - 8) - 200);
        expect(bytes.equals(noise.subarray(0, bytes.length))).toBe(true);
      });
    }
  });

  it('with a wrong checksum is known as broken', async () => {
    const packed = gzipSync(noise);
    packed[packed.length - 8] = (packed[packed.length - 8] as number) ^ 1;
    await using(file(packed), {}, async (source) => {
      expect((await collectUntilError(source)).error).toMatchObject({ code: 'BROKEN_GZIP' });
    });
  });

  it('that is none is refused at once', () =>
    refuses(file(Buffer.concat([Buffer.from([0x1f, 0x8b]), text])), 'BROKEN_GZIP'));

  it('that inflates beyond the limits is left', async () => {
    const bomb = file(gzipSync(Buffer.alloc(5_000_000)));
    for (const limits of [{ maxInflatedBytes: 1_000_000 }, { maxInflateRatio: 20 }]) {
      await using(bomb, { ...limits, chunkBytes: 1000 }, async (source) => {
        const { bytes, error } = await collectUntilError(source);
        expect(error).toMatchObject({ code: 'INFLATED_TOO_LARGE' });
        expect(bytes.length).toBeLessThanOrEqual(1_000_000);
      });
    }
    await using(bomb, {}, async (source) => expect((await collect(source)).bytes.length).toBe(5_000_000));
  });
});

describe('a file that changes while it is read', () => {
  const changes: [string, (path: string) => void][] = [
    ['grows', (path) => appendFileSync(path, 'more\n')],
    ['shrinks', (path) => writeFileSync(path, text.subarray(0, 50_000))],
    ['is touched', (path) => utimesSync(path, 1, 1)],
    [
      'is replaced',
      (path) => {
        writeFileSync(`${path}.new`, text);
        renameSync(`${path}.new`, path);
      },
    ],
    ['is removed', (path) => rmSync(path)],
  ];

  it.each(changes)('%s: is noticed before the bytes end', async (_, change) => {
    for (const content of [text, gzipSync(text)]) {
      const path = file(content);
      await using(path, { chunkBytes: 1000 }, async (source) => {
        const chunks = source.chunks()[Symbol.asyncIterator]();
        await chunks.next();
        change(path);
        const rest = async () => {
          while (!(await chunks.next()).done);
        };
        await expect(rest()).rejects.toMatchObject({ code: 'FILE_CHANGED', details: { file: path } });
        await expect(source.sha256()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
        await expect(source.assertUnchanged()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
      });
    }
  });

  it('gives at most what was read ahead when it changed', async () => {
    const path = file(text);
    await using(path, { chunkBytes: 1000 }, async (source) => {
      const positions: number[] = [];
      const rest = async () => {
        for await (const { position } of source.chunks()) {
          positions.push(position);
          if (position === 3000) appendFileSync(path, 'more');
        }
      };
      await expect(rest()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
      expect(positions).toEqual([0, 1000, 2000, 3000]);
    });
  });

  it('is noticed between two openings', async () => {
    const path = file(text);
    const stamp = await using(path, {}, async (source) => source.stamp);
    await using(path, { expect: stamp }, async (source) => source.assertUnchanged());
    appendFileSync(path, 'more\n');
    await expect(openSource(path, { expect: stamp })).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });
});

function file(content: Uint8Array, name = 'file'): string {
  const place = join(folder, String(files++));
  mkdirSync(place);
  writeFileSync(join(place, name), content);
  return join(place, name);
}

async function using<T>(path: string, options: SourceOptions, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const source = await openSource(path, options);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

async function collect(source: ByteSource, from?: number): Promise<{ bytes: Buffer; positions: number[] }> {
  const parts: Buffer[] = [];
  const positions: number[] = [];
  for await (const { bytes, position } of source.chunks(from)) {
    parts.push(Buffer.from(bytes));
    positions.push(position);
  }
  return { bytes: Buffer.concat(parts), positions };
}

async function collectUntilError(source: ByteSource): Promise<{ bytes: Buffer; error: unknown }> {
  const parts: Buffer[] = [];
  try {
    for await (const { bytes } of source.chunks()) parts.push(Buffer.from(bytes));
    return { bytes: Buffer.concat(parts), error: null };
  } catch (error) {
    return { bytes: Buffer.concat(parts), error };
  }
}

async function refuses(path: string, code: string): Promise<void> {
  await expect(openSource(path)).rejects.toMatchObject({ code, details: { file: path } });
  await expect(openSource(path)).rejects.toThrow(path);
}

/** Root may read everything: for once it becomes somebody else. */
async function asNobody(act: () => Promise<void>): Promise<void> {
  const root = process.geteuid?.() === 0;
  chmodSync(folder, 0o755);
  if (root) process.seteuid?.(65_534);
  try {
    await act();
  } finally {
    if (root) process.seteuid?.(0);
  }
}
