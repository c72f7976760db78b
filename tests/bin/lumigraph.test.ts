import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENTRIES } from '../../bin/programs.mjs';

const root = join(import.meta.dirname, '../..');
let project = '';

/** The launcher in a project of programs that say their name and what they were given. */
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'lumigraph-bin-'));
  for (const name of ['bin', 'package.json', 'package-lock.json']) {
    cpSync(join(root, name), join(project, name), { recursive: true });
  }
  mkdirSync(join(project, 'node_modules'));
  for (const name of ['esbuild', 'tsx'])
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  mkdirSync(join(project, 'loaders'));
  for (const path of ENTRIES) write(path, `console.log('${path}', ...process.argv.slice(2));`);
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function write(path: string, text: string) {
  mkdirSync(join(project, path, '..'), { recursive: true });
  writeFileSync(join(project, path), text);
}

const builds = () => readdirSync(join(project, 'node_modules/.lumigraph/programs'));

/** From another folder: programs find their files wherever they are started. */
const launch = (args: readonly string[], flags: readonly string[] = []) =>
  promisify(execFile)(process.execPath, [...flags, join(project, 'bin/lumigraph.mjs'), ...args], { cwd: tmpdir() });

describe('the launcher', () => {
  test('starts the server and the command line with what they are given', async () => {
    expect(await launch(['server', '--read-only'])).toEqual({ stdout: 'src/server.ts --read-only\n', stderr: '' });
    expect((await launch(['ingest', 'a.csv', '-j', '2'])).stdout).toBe('ingest/cli.ts ingest a.csv -j 2\n');
    expect((await launch([])).stdout).toBe('ingest/cli.ts --help\n');
    expect(builds()).toHaveLength(1);
  });

  test('compiles sources that have changed, and knows those it had compiled before', async () => {
    await launch(['server']);
    write('src/text.ts', "export const text: string = 'changed';");
    write('src/server.ts', "import { text } from './text.ts'; console.log(text);");
    expect((await launch(['server'])).stdout).toBe('changed\n');
    write('src/text.ts', "export const text: string = 'changed again';");
    expect((await launch(['server'])).stdout).toBe('changed again\n');
    expect(builds()).toHaveLength(3);
    write('src/text.ts', "export const text: string = 'changed';");
    expect((await launch(['server'])).stdout).toBe('changed\n');
    expect(builds()).toHaveLength(3);
  });

  test('started several times at once compiles into one folder, whole', async () => {
    const outputs = await Promise.all(Array.from({ length: 4 }, () => launch(['server'])));
    expect(outputs).toEqual(Array(4).fill({ stdout: 'src/server.ts\n', stderr: '' }));
    expect(builds()).toHaveLength(1);
    expect(builds()[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  test('starts the sources where nothing can be written, and says so in a line', async () => {
    write('node_modules/.lumigraph', 'a file where a folder should be');
    // as the server does, for what it starts
    write(
      'src/server.ts',
      "import { compiledPrograms } from '../bin/programs.mjs';\nconst folder: string | null = compiledPrograms();\nconsole.log(folder);",
    );
    const { stdout, stderr } = await launch(['server']);
    expect(stdout).toBe('null\n');
    expect(stderr).toMatch(/^Started from the sources, which takes longer: .*ENOTDIR.*\n$/);
  });

  test('tells of a mistake in the sources by its place', async () => {
    write('src/server.ts', 'const x = ;');
    await expect(launch(['server'])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/src\/server\.ts:1:10/),
    });
    expect(builds()).toEqual([]);
  });

  test('leaves names of functions in stacks, and lines of the sources to who asks Node.js for them', async () => {
    write('src/server.ts', '\n\nfunction speaks(): void {\n  console.log(new Error().stack);\n}\nspeaks();\n');
    expect((await launch(['server'])).stdout).toMatch(/at speaks \(/);
    expect((await launch(['server'], ['--enable-source-maps'])).stdout).toMatch(/at speaks \(.*src\/server\.ts:4:15\)/);
  });

  test('makes again what was made while somebody changed its sources', async () => {
    write('text.txt', 'one');
    const { make } = (await import(
      pathToFileURL(join(project, 'bin/made.mjs')).href
    )) as typeof import('../../bin/made.mjs');
    const copy = (folder: string) => copyFileSync(join(project, 'text.txt'), join(folder, 'copy.txt'));
    const place = await make({ name: 'copy', sources: ['text.txt'] }, async (folder) => {
      copy(folder);
      write('text.txt', 'two');
    });
    expect(readFileSync(join(place, 'copy.txt'), 'utf8')).toBe('two');
    expect(readdirSync(join(place, '..'))).toHaveLength(1);
    // whoever may read the project may read what was made of it, as where root installs
    expect(statSync(place).mode).toBe(statSync(join(place, '..')).mode);
  });

  test('keeps the newest three of what it compiled, and what is young', async () => {
    await launch(['server']);
    const folder = join(project, 'node_modules/.lumigraph/programs');
    const yesterday = Date.now() / 1000 - 86_400;
    for (const age of [1, 2, 3, 4]) {
      mkdirSync(join(folder, `old-${age}`));
      utimesSync(join(folder, `old-${age}`), yesterday - age, yesterday - age);
    }
    write('src/server.ts', '');
    await launch(['server']);
    expect(builds().filter((name) => name.startsWith('old'))).toEqual(['old-1']);
    expect(builds()).toHaveLength(3);
  });
});
