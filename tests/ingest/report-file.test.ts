import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { reportFile } from '../../ingest/report-file.ts';
import { csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { createSqlite } from '../support/databases.ts';
import { type CliReport, runCli, runHere } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const DATASET = '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO';

describe('the file of a report', () => {
  test('is replaced as a whole', async () => {
    writeFileSync(at('old.json'), 'an older and longer report');
    await (await reportFile(at('old.json')))('new');
    await (await reportFile(at('new.json')))('new');
    expect([at('old.json'), at('new.json')].map((path) => readFileSync(path, 'utf8'))).toEqual(['new', 'new']);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('stays a link, a pipe or a device where it is one', async () => {
    writeFileSync(at('real.json'), 'an older and longer report');
    symlinkSync('real.json', at('link.json'));
    symlinkSync('later.json', at('dangling.json'));
    for (const name of ['link.json', 'dangling.json']) {
      await (await reportFile(at(name)))('new');
      expect(lstatSync(at(name)).isSymbolicLink()).toBe(true);
      expect(readFileSync(at(name), 'utf8')).toBe('new');
    }
    execFileSync('mkfifo', [at('pipe')]);
    const [received] = await Promise.all([readFile(at('pipe'), 'utf8'), (await reportFile(at('pipe')))('new')]);
    expect([received, lstatSync(at('pipe')).isFIFO()]).toEqual(['new', true]);
    // linked to, so that a mistake here does not take the device of this machine away
    symlinkSync('/dev/full', at('full'));
    await expect(reportFile(at('full')).then((write) => write('new'))).rejects.toThrow('ENOSPC');
    expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  test.each([
    ['no/such/folder/report.json', /--report .*report\.json cannot be written: ENOENT/],
    ['folder', /--report .*folder cannot be written: it is a folder/],
  ])('is refused before any file is read where it is %s', async (name, message) => {
    mkdirSync(at('folder'), { recursive: true });
    const { url, drop } = await createSqlite({ migrated: true });
    writeFileSync(at('one.csv'), csv(csvRow()));
    const { status, stdout, stderr } = await runHere(['ingest', at('one.csv'), '--report', at(name)], { url });
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([1, '']);
    await drop();
  });
});

test.skipIf(process.platform === 'win32')('a full disk of the database takes neither table nor report', async () => {
  const { url, drop } = await createSqlite({ migrated: true });
  const [first = '', ...more] = [1, 2, 3].map((run) => {
    const path = at(`much-${run}.csv`);
    writeFileSync(path, lumisectionCsv({ run, lumisections: 400, elements: 30, bins: 100 }));
    return path;
  });
  await runHere(['ingest', first, '--dataset', DATASET], { url });
  // no room to move the log into the database when it is closed, either
  const shell = `ulimit -f ${Math.ceil(statSync(url.slice('file:'.length)).size / 1024) + 4}; "$@"`;
  const report = at('full-disk.json');
  const args = ['ingest', ...more, '--dataset', DATASET];
  const { status, stdout, stderr } = await runCli([...args, '--report', report], { url, shell });
  expect(status).toBe(1);
  const reported = JSON.parse(readFileSync(report, 'utf8')) as CliReport;
  expect(reported.files.map(({ error }) => error?.code)).toEqual(['DISK_FULL', 'DISK_FULL']);
  expect(stdout).toContain('make room and run the same command again');
  expect(stderr).not.toContain('    at ');
  const again = await runHere(args, { url });
  expect(again).toMatchObject({ status: 0 });
  await drop();
});
