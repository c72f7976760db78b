import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { discover } from '../../ingest/discover.ts';
import { runCli } from '../support/run-cli.ts';

const root = mkdtempSync(join(tmpdir(), 'lumigraph-discover-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

for (const path of [
  'b/two.csv',
  'b/one.csv',
  'a.csv',
  'b/.hidden.csv',
  'b/deep/er/x.json',
  'odd [1].csv',
  '.git/y.csv',
]) {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), path);
}
symlinkSync(root, join(root, 'b/deep/loop'));
symlinkSync(join(root, 'nowhere'), join(root, 'b/broken.csv'));

const paths = async (...names: string[]) =>
  (await discover(names.map((name) => join(root, name)))).map(({ path, named }) => [relative(root, path), named]);

describe('discovery', () => {
  test('takes a file as named, whether it is there or not', async () => {
    expect(await paths('a.csv', 'absent.csv')).toEqual([
      ['a.csv', true],
      ['absent.csv', true],
    ]);
  });

  test('walks folders in order of name, without hidden entries, and does not follow links in circles', async () => {
    expect(await paths('.')).toEqual([
      ['a.csv', false],
      ['b/broken.csv', false],
      ['b/deep/er/x.json', false],
      ['b/one.csv', false],
      ['b/two.csv', false],
      ['odd [1].csv', false],
    ]);
  });

  test('expands patterns, in order; what they match counts as named', async () => {
    expect(await paths('b/*.csv')).toEqual([
      ['b/one.csv', true],
      ['b/two.csv', true],
    ]);
    expect(await paths('**/{x,one}.*')).toContainEqual(['b/deep/er/x.json', true]);
  });

  test('prefers a file that is really called so to a pattern', async () => {
    expect(await paths('odd [1].csv')).toEqual([['odd [1].csv', true]]);
  });

  test('reads lists of names', async () => {
    const list = join(root, '.list');
    writeFileSync(list, `# a comment\n${join(root, 'a.csv')}\r\n\n${join(root, 'b', '*.csv')}\n`);
    expect((await discover([`@${list}`])).map(({ path }) => relative(root, path))).toEqual([
      'a.csv',
      'b/one.csv',
      'b/two.csv',
    ]);
  });

  test('names a file once, however many names lead to it', async () => {
    expect(await paths('b', 'b/one.csv', 'b/*.csv')).toEqual([
      ['b/broken.csv', false],
      ['b/deep/er/x.json', false],
      ['b/deep/loop/a.csv', false],
      ['b/deep/loop/odd [1].csv', false],
      ['b/one.csv', true],
      ['b/two.csv', true],
    ]);
  });

  test('refuses a folder without a file, which may be a disk that is not mounted', async () => {
    mkdirSync(join(root, '.bare/deep'), { recursive: true });
    writeFileSync(join(root, '.bare/deep/.hidden.csv'), 'x');
    await expect(discover([root, join(root, '.bare')])).rejects.toThrow(/no file in .*\.bare$/);
    // one of many that a pattern matches may well be
    mkdirSync(join(root, '.many/empty'), { recursive: true });
    mkdirSync(join(root, '.many/full'));
    writeFileSync(join(root, '.many/full/x.csv'), 'x');
    expect(await paths('.many/*')).toEqual([['.many/full/x.csv', false]]);
    await expect(discover([join(root, '.many/emp*')])).rejects.toThrow(/no file matches/);
  });

  test.skipIf(process.platform !== 'linux')('says of a name that is no UTF-8 that it is none', async () => {
    const folder = join(root, '.names');
    mkdirSync(folder);
    const notUtf8 = (name: string) => Buffer.concat([Buffer.from(`${folder}/${name}`), Buffer.from([0xff])]);
    writeFileSync(notUtf8('bad.csv'), 'x');
    mkdirSync(notUtf8('dir'));
    writeFileSync(join(folder, 'good\ufffd.csv'), 'x');
    const found = await discover([folder, `${folder}/bad*`, `${folder}/bad.csv\ufffd`]);
    expect(found.map(({ path, problem }) => [relative(folder, path), problem?.code])).toEqual([
      ['bad.csv\ufffd', 'NAME_NOT_UTF8'],
      ['dir\ufffd', 'NAME_NOT_UTF8'],
      ['good\ufffd.csv', undefined],
    ]);
    expect(found[0]?.problem?.message).toContain('rename it');
  });

  test.skipIf(process.platform === 'win32')('tells a folder that may not be read', async () => {
    const open = mkdtempSync(join(tmpdir(), 'lumigraph-closed-'));
    chmodSync(open, 0o777);
    mkdirSync(join(open, 'closed'));
    chmodSync(join(open, 'closed'), 0);
    // root may read everything
    const asNobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    const { status, stdout } = await runCli(['ingest', open], { url: `file:${join(open, '.test.db')}`, ...asNobody });
    expect(stdout).toMatch(/closed: PERMISSION_DENIED: /);
    expect(status).toBe(1);
    rmSync(open, { recursive: true, force: true });
  });

  test('refuses a pattern without a match and a list that is not there', async () => {
    await expect(discover([join(root, '*.parquet')])).rejects.toThrow(/no file matches .*\*\.parquet/);
    await expect(discover(['@/no/such/list'])).rejects.toThrow('the list /no/such/list cannot be read');
  });
});
