import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { discover } from '../../ingest/discover.ts';

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

  test('refuses a pattern without a match and a list that is not there', async () => {
    await expect(discover([join(root, '*.parquet')])).rejects.toThrow(/no file matches .*\*\.parquet/);
    await expect(discover(['@/no/such/list'])).rejects.toThrow('the list /no/such/list cannot be read');
  });
});
