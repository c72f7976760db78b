import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { UploadFolder } from '../../src/jobs/upload-folder.ts';
import { uploadName } from '../../src/jobs/upload-name.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-uploads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the name of an upload', () => {
  test.each([
    ['ZeroBias_315257_UL2018.csv', 'ZeroBias_315257_UL2018.csv'],
    ['DQM_V0001_R000316293__ZeroBias__Run2018A-PromptReco-v2__DQMIO.root', undefined],
    ['/etc/passwd', 'passwd'],
    ['../../../../etc/cron.d/job', 'job'],
    ['..\\..\\windows\\system32\\a.dll', 'a.dll'],
    ['C:\\data\\a.csv', 'a.csv'],
    ['..', '__'],
    ['.htaccess', '_htaccess'],
    ['-rf', '_rf'],
    ['a\0b\n$(rm x);`y`|z.csv', 'a_b__(rm x)__y__z.csv'],
    ['a/', 'upload'],
    ['', 'upload'],
    [' . ', '___'],
    ['données é.csv', 'données é.csv'],
    ['"quoted"<x>.csv', '_quoted__x_.csv'],
  ])('%j becomes %j', (given, name = given) => expect(uploadName(given)).toBe(name));

  test('is short enough for a disk, and keeps its extension', () => {
    const name = uploadName(`${'é'.repeat(500)}.csv`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(name).toMatch(/^é+\.csv$/);
    expect(uploadName(undefined)).toBe('upload');
  });
});

describe('the folder of uploads', () => {
  const LIMITS = { maxUploadBytes: 1000, maxClientWaitingBytes: 1e9, maxWaitingBytes: 1e9 };
  const uploads = new UploadFolder(join(folder, 'made/when/missing'), LIMITS);
  const names = () =>
    existsSync(join(folder, 'made/when/missing')) ? readdirSync(join(folder, 'made/when/missing')) : [];

  test('keeps a file as it came, with its size and hash, for nobody else to read', async () => {
    const content = Buffer.from('x'.repeat(1000));
    const received = await uploads.receive(
      Readable.from([content.subarray(0, 10), content.subarray(10)]),
      'a/b.csv',
      'me',
    );
    expect(received).toEqual({
      path: expect.stringMatching(/^[0-9a-f]{24}\/b\.csv$/),
      name: 'b.csv',
      size: 1000,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
    const path = uploads.locate(received.path);
    expect(readFileSync(path)).toEqual(content);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await uploads.remove(received.path);
    expect(names()).toEqual([]);
  });

  test('keeps nothing of one that is too large or breaks off', async () => {
    await expect(uploads.receive(Readable.from([Buffer.alloc(1001)]), 'a', 'me')).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { setting: 'LUMIGRAPH_MAX_UPLOAD_BYTES', limit: 1000 },
    });
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('x');
        throw new Error('gone');
      })(),
    );
    await expect(uploads.receive(broken, 'a', 'me')).rejects.toThrow('gone');
    expect(names()).toEqual([]);
  });

  test.each(['../x', 'x', '/etc/passwd', `${'a'.repeat(24)}/../x`, `${'a'.repeat(24)}/..`, ''])(
    'has nothing under %j',
    async (path) => {
      expect(() => uploads.locate(path)).toThrow('no upload');
    },
  );

  test('is swept of old uploads that no job needs, and of nothing else', async () => {
    const root = join(folder, 'made/when/missing');
    const [old, needed, fresh] = await Promise.all(
      ['old', 'needed', 'fresh'].map((name) => uploads.receive(Readable.from(['x']), name, 'me')),
    );
    mkdirSync(join(root, 'somebody-elses'));
    writeFileSync(join(root, 'README'), 'not an upload');
    const longAgo = new Date(Date.now() - 10_000);
    for (const name of [old?.path, needed?.path].map((path) => path?.split('/')[0] ?? '')) {
      utimesSync(join(root, name), longAgo, longAgo);
    }
    utimesSync(join(root, 'somebody-elses'), longAgo, longAgo);
    expect(await uploads.sweep(new Set([needed?.path ?? '']), 5_000)).toBe(1);
    const left = [needed, fresh].map((file) => basename(join(uploads.locate(file?.path ?? ''), '..')));
    expect(names().sort()).toEqual([...left, 'README', 'somebody-elses'].sort());
  });
});

describe('the space for uploads', () => {
  const MB = 1_000_000;
  let made = 0;
  const space = () => join(folder, `space-${made++}`);
  const open = (at: string, limits: object = {}) =>
    new UploadFolder(at, {
      maxUploadBytes: 10 * MB,
      maxClientWaitingBytes: 3 * MB,
      maxWaitingBytes: 5 * MB,
      ...limits,
    });
  const put = (uploads: UploadFolder, bytes: number, owner = 'me') =>
    uploads.receive(Readable.from(Array.from({ length: bytes / 1e5 || 1 }, () => Buffer.alloc(1e5))), 'a', owner);
  const refused = (setting: string, limit: number) => ({
    code: 'LIMIT_EXCEEDED',
    details: { setting: `LUMIGRAPH_MAX_${setting}`, limit, remedy: expect.stringContaining('deleteDataFile') },
  });
  const there = (at: string) => (existsSync(at) ? readdirSync(at).length : 0);

  test('is limited for each client, and what is removed makes room again', async () => {
    const at = space();
    const uploads = open(at);
    const first = await put(uploads, 2 * MB);
    await expect(put(uploads, 2 * MB)).rejects.toMatchObject(refused('CLIENT_WAITING_BYTES', 3 * MB));
    expect(there(at)).toBe(1);
    await put(uploads, MB, 'you');
    await uploads.remove(first.path);
    await put(uploads, 3 * MB);
    expect(there(at)).toBe(2);
  });

  test('is limited for all clients together, those of other servers among them', async () => {
    const at = space();
    await put(open(at), 2 * MB, 'one');
    const uploads = open(at);
    await put(uploads, 2 * MB, 'two');
    await expect(put(uploads, 2 * MB, 'three')).rejects.toMatchObject(refused('WAITING_BYTES', 5 * MB));
    await put(uploads, MB, 'three');
  });

  test('holds few files, however small', async () => {
    const uploads = open(space());
    for (let i = 0; i < 3; i++) await put(uploads, 0);
    await expect(put(uploads, 0)).rejects.toMatchObject(refused('CLIENT_WAITING_BYTES', 3 * MB));
  });

  test('counts what comes at the same time', async () => {
    const at = space();
    const uploads = open(at);
    const settled = await Promise.allSettled(Array.from({ length: 4 }, () => put(uploads, 2 * MB)));
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect(there(at)).toBeLessThanOrEqual(1);
    await put(open(at), MB);
  });

  test('that another process made is found before anybody is refused', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const at = space();
      const uploads = open(at);
      const { path } = await put(uploads, 3 * MB);
      // what a worker does when it has read the file
      rmSync(join(at, path.split('/')[0] as string), { recursive: true });
      vi.advanceTimersByTime(1_000);
      await put(uploads, 3 * MB);
    } finally {
      vi.useRealTimers();
    }
  });
});
