import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IngestRoots } from '../../src/jobs/ingest-roots.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lumigraph-roots-')));
const inside = join(folder, 'inside');
const other = join(folder, 'other');
const secret = join(folder, 'secret');

beforeAll(() => {
  for (const name of ['inbox/2018A/deep/er', 'inbox/2018B', '.hidden'])
    mkdirSync(join(inside, name), { recursive: true });
  for (const path of [other, secret, `${inside}-too`]) mkdirSync(path);
  const files = ['inbox/2018A/a.csv', 'inbox/2018A/b.csv', 'inbox/2018A/c.json', 'inbox/2018A/deep/er/d.csv'];
  for (const name of [...files, 'inbox/2018B/e.csv', 'inbox/x[1].csv', '.hidden/h.csv', 'inbox/.i.csv']) {
    writeFileSync(join(inside, name), name);
  }
  writeFileSync(join(other, 'o.csv'), 'other');
  writeFileSync(join(secret, 'passwords.csv'), 'secret');
  writeFileSync(join(`${inside}-too`, 'near.csv'), 'near');
  symlinkSync(join(secret, 'passwords.csv'), join(inside, 'inbox/2018B/link-out.csv'));
  symlinkSync(secret, join(inside, 'inbox/folder-out'));
  symlinkSync('../2018A/a.csv', join(inside, 'inbox/2018B/link-in.csv'));
  symlinkSync('..', join(inside, 'inbox/2018B/circle'));
  symlinkSync('nowhere', join(inside, 'inbox/2018B/dangling.csv'));
  execFileSync('mkfifo', [join(inside, 'inbox/2018B/pipe.csv')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const find = async (patterns: readonly string[], roots: readonly string[] = [inside, other], most = 100) => {
  const { files, leftOut } = await new IngestRoots(roots).find(patterns, most);
  return { files: files.map(({ path }) => path.slice(folder.length + 1)), leftOut };
};

describe('paths of files that the server may read', () => {
  test.each([
    [['inbox/2018A/*.csv'], ['inside/inbox/2018A/a.csv', 'inside/inbox/2018A/b.csv']],
    [['inbox/2018?/[ab].csv'], ['inside/inbox/2018A/a.csv', 'inside/inbox/2018A/b.csv']],
    [['./inbox//2018A/a.csv', 'inbox/2018A/a.csv'], ['inside/inbox/2018A/a.csv']],
    [
      ['**/d.csv', 'o.csv'],
      ['inside/inbox/2018A/deep/er/d.csv', 'other/o.csv'],
    ],
    [['inbox/2018A/**/*.csv'], ['a.csv', 'b.csv', 'deep/er/d.csv'].map((name) => `inside/inbox/2018A/${name}`)],
    [['inbox/2018A/**'], ['a.csv', 'b.csv', 'c.json', 'deep/er/d.csv'].map((name) => `inside/inbox/2018A/${name}`)],
    [['inbox/x[1].csv'], ['inside/inbox/x[1].csv']],
    [['inbox/.*'], ['inside/inbox/.i.csv']],
    [['.hidden/*'], ['inside/.hidden/h.csv']],
    [[join('ROOT', 'inbox/2018A/*.json')], ['inside/inbox/2018A/c.json']],
    [['inbox/2018B/circle/2018A/a.csv'], ['inside/inbox/2018A/a.csv']],
  ])('%j lead to %j', async (patterns, files) => {
    expect(await find(patterns.map((pattern) => pattern.replace('ROOT', inside)))).toEqual({ files, leftOut: [] });
  });

  test('of links, only those that stay inside are followed; pipes are not read', async () => {
    const { files, leftOut } = await find(['inbox/2018B/*.csv']);
    expect(files).toEqual(['inside/inbox/2018B/e.csv', 'inside/inbox/2018A/a.csv']);
    expect([...leftOut].sort()).toEqual(
      ['dangling.csv', 'link-out.csv', 'pipe.csv'].map((name) => `inbox/2018B/${name}`),
    );
  });

  test.each([
    [['../secret/passwords.csv'], 'BAD_USER_INPUT', '..'],
    [['inbox/../../secret/passwords.csv'], 'BAD_USER_INPUT', '..'],
    [['inbox/2018B/link-out.csv'], 'FORBIDDEN', 'outside'],
    [['inbox/folder-out/passwords.csv'], 'FORBIDDEN', 'outside'],
    [['inbox/folder-out/*'], 'FORBIDDEN', 'outside'],
    [['SECRET/passwords.csv'], 'FORBIDDEN', 'outside'],
    [['SECRET/no-such-file'], 'FORBIDDEN', 'outside'],
    [['/etc/passwd'], 'FORBIDDEN', 'outside'],
    [['/**/passwords.csv'], 'FORBIDDEN', 'outside'],
    [['NEAR/near.csv'], 'FORBIDDEN', 'outside'],
    [['/proc/self/environ'], 'FORBIDDEN', 'outside'],
    [['inbox/2018A/a.csv\0.json'], 'BAD_USER_INPUT', 'character 0'],
    [[' '], 'BAD_USER_INPUT', 'empty'],
    [['.'], 'BAD_USER_INPUT', 'not a folder'],
    [['inbox/2018A'], 'BAD_USER_INPUT', 'inbox/2018A/**'],
    [['inbox/2018B/pipe.csv'], 'BAD_USER_INPUT', 'no regular file'],
    [['inbox/nothing.csv'], 'BAD_USER_INPUT', 'no file matches'],
    [['inbox/2018A/[a.csv'], 'BAD_USER_INPUT', 'not closed'],
    [['inbox/{2018A,..}/a.csv'], 'BAD_USER_INPUT', 'no file matches'],
    [[`inbox/${'n'.repeat(5000)}.csv`], 'BAD_USER_INPUT', 'no file matches'],
    [['~/a.csv', '$HOME/a.csv'], 'BAD_USER_INPUT', 'no file matches'],
    [[Array(70).fill('x').join('/')], 'BAD_USER_INPUT', 'deep'],
  ])('%j is refused as %s', async (patterns, code, words) => {
    const given = patterns.map((pattern) => pattern.replace('SECRET', secret).replace('NEAR', `${inside}-too`));
    await expect(find(given)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
      details: { field: 'paths.0' },
    });
  });

  test('a pattern made to take long does not', async () => {
    writeFileSync(join(inside, 'inbox', 'a'.repeat(250)), '');
    await expect(find([`inbox/${'*a'.repeat(120)}*b`])).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('more files than allowed are refused with the limit', async () => {
    await expect(find(['inbox/**'], [inside], 3)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: 3, setting: 'LUMIGRAPH_MAX_INPUT_ROWS' },
    });
  });

  test('without roots nothing is read, and one that is missing has nothing', async () => {
    await expect(find(['inbox/2018A/a.csv'], [])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(find(['inbox/2018A/a.csv'], [join(folder, 'missing')])).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  test('a file that was found is looked at again before it is read', async () => {
    const roots = new IngestRoots([inside]);
    const path = join(inside, 'inbox/swapped.csv');
    writeFileSync(path, 'first');
    await roots.recheck(path);
    rmSync(path);
    symlinkSync(join(secret, 'passwords.csv'), path);
    await expect(roots.recheck(path)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(roots.recheck(join(other, 'o.csv'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
