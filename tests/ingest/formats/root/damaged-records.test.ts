import { describe, expect, it } from 'vitest';
import { plainRoot } from '../../../../ingest/formats/plain-root/plain-root.ts';
import { Cursor } from '../../../../ingest/formats/root/cursor.ts';
import { RootFault } from '../../../../ingest/formats/root/fault.ts';
import { RootFile } from '../../../../ingest/formats/root/file.ts';
import { type Key, readKey } from '../../../../ingest/formats/root/key.ts';
import { openSource } from '../../../../ingest/source.ts';
import { compressions } from '../../../support/root-writer/compressions.ts';
import { rootFile, type WrittenHistogram } from '../../../support/root-writer/writer.ts';
import { readAll } from '../plain-rows.ts';
import { scratchFiles } from '../scratch-file.ts';

const scratch = scratchFiles();
const histogram = (lumisection: number): WrittenHistogram => ({
  key: `run1_ls${lumisection}_one`,
  className: 'TH1F',
  members: {
    fXaxis: { fNbins: 98, fXmin: 0, fXmax: 7 },
    fEntries: 9,
    fArray: Array.from({ length: 100 }, (_, i) => (i * lumisection) % 7),
  },
});
const histograms = [1, 2, 3].map(histogram);

async function opened<T>(bytes: Buffer, work: (source: Awaited<ReturnType<typeof openSource>>) => Promise<T>) {
  const source = await openSource(scratch(bytes, 'x.root'));
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}
const keysOf = (bytes: Buffer) => opened(bytes, async (source) => (await RootFile.open(source)).keys);
const read = (bytes: Buffer) => opened(bytes, (source) => readAll(plainRoot, source, { dataset: '/a/b/c' }));

/** Where the header of a record holds what; numbers are big-endian. */
const HEADER = { bytes: 0, contentBytes: 6, headerBytes: 14, seek: 18 } as const;

async function withSecondRecord(damage: (bytes: Buffer, key: Key) => void, bytes = rootFile(histograms)) {
  const key = (await keysOf(bytes))[1] as Key;
  damage(bytes, key);
  return { ...(await read(bytes)), key };
}

describe('a record of a ROOT file', () => {
  it.each<[string, (bytes: Buffer, key: Key) => void]>([
    [
      'another length than its key in the folder',
      (b, { seek, bytes }) => b.writeInt32BE(bytes - 1, seek + HEADER.bytes),
    ],
    ['a length beyond the file', (b, { seek }) => b.writeInt32BE(0x7fffffff, seek + HEADER.bytes)],
    ['a negative length', (b, { seek }) => b.writeInt32BE(-5, seek + HEADER.bytes)],
    ['another inflated size', (b, { seek }) => b.writeInt32BE(17, seek + HEADER.contentBytes)],
    ['a header longer than itself', (b, { seek }) => b.writeUInt16BE(0xffff, seek + HEADER.headerBytes)],
    ['another place than it has', (b, { seek }) => b.writeInt32BE(4, seek + HEADER.seek)],
    ['another name', (b, { seek, headerBytes }) => b.write('X', seek + headerBytes - 3, 'latin1')],
  ])('that says %s costs itself, and names its byte', async (_what, damage) => {
    const { rows, issues, error, key } = await withSecondRecord(damage);
    expect(error).toBeNull();
    expect(rows.map(({ lumisection }) => lumisection)).toEqual([1, 3]);
    expect(issues).toMatchObject([{ severity: 'REJECTED', code: 'BROKEN_RECORD', line: 2, byte: key.seek }]);
  });

  it('that is announced beyond the end of the file, or larger than any, is not allocated', async () => {
    const bytes = rootFile(histograms);
    const [, key] = (await keysOf(bytes)) as Key[];
    const announced = Buffer.alloc(4);
    announced.writeInt32BE(key?.bytes ?? 0);
    const header = bytes.subarray(key?.seek, (key?.seek ?? 0) + (key?.headerBytes ?? 0));
    // the same header stands again in the list of keys
    const inList = bytes.indexOf(header, (key?.seek ?? 0) + 1);
    bytes.writeInt32BE(0x7fffffff, inList);
    const { rows, issues } = await read(bytes);
    expect(rows.map(({ lumisection }) => lumisection)).toEqual([1, 3]);
    expect(issues).toMatchObject([{ code: 'BROKEN_RECORD', byte: key?.seek }]);
  });

  it('that is said to lie where no file ends has a place that can be counted', () => {
    const header = Buffer.alloc(40);
    // the version that has places of eight bytes
    header.writeUInt16BE(1004, 4);
    header.writeBigUInt64BE(3629747880996110336n, HEADER.seek);
    const { seek } = readKey(new Cursor(header));
    expect(seek).toBe(Number.MAX_SAFE_INTEGER);
    expect(new RootFault('BROKEN_RECORD', 'x', 2 ** 62).byte).toBeUndefined();
  });

  it.each(compressions.filter(([name]) => name !== 'nothing'))(
    'whose content was damaged is found out by the checksum of %s',
    async (_name, compress) => {
      const whole = rootFile(histograms, compress);
      const [, key] = (await keysOf(whole)) as [Key, Key];
      for (let at = key.seek + key.headerBytes + 9; at < key.seek + key.bytes; at += 7) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] as number) ^ 0x10;
        const { rows, issues } = await read(bytes);
        expect(rows.map(({ lumisection }) => lumisection)).toEqual([1, 3]);
        expect(issues).toMatchObject([{ code: 'BROKEN_COMPRESSION', line: 2, byte: key.seek }]);
      }
    },
  );
});
