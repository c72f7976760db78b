import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Inspection } from '../../ingest/pipeline/inspect.ts';
import { csv, csvRow } from '../support/csv-files.ts';
import { createSqlite } from '../support/databases.ts';
import { type CliReport, runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-output-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DATASET = '/ZeroBias/Run2018A-12Nov2019_UL2018-v1/DQMIO';
const nowhere = { url: `file:${join(folder, 'never-opened.db')}` };
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
/** What is said of it is longer than any pipe holds. */
const long = file(
  'long.json',
  JSON.stringify(Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [i + 1, [[1, 2]]]))),
);
const few = [1, 2, 3].map((run) => file(`run-${run}.csv`, csv(csvRow({ run }))));

const NO_DATABASE = 'there is no database yet: what ingesting would do is tried on an empty one\n';

/** The reader of both streams is gone before the program has started. */
const UNHEARD = `"$@" 2>&1 | :; exit \${PIPESTATUS[0]}`;
const WITHOUT_MESSAGES = `{ "$@" 2>&1 1>&3 3>&- | :; exit \${PIPESTATUS[0]}; } 3>&1`;

describe.skipIf(process.platform === 'win32')('output that cannot be written', () => {
  test('inspect ends quietly when its reader has enough', async () => {
    const shell = `set -o pipefail; "$@" | head -c 20`;
    const { status, stdout, stderr } = await runCli(['inspect', long, '--json'], { ...nowhere, shell });
    expect([status, stdout.length, stderr]).toEqual([0, 20, NO_DATABASE]);
  });

  test.each([
    ['its messages', WITHOUT_MESSAGES],
    ['anything', UNHEARD],
  ])('ingest reads all files although nobody hears %s', async (_, shell) => {
    const { url, drop } = await createSqlite({ migrated: true });
    const report = join(folder, 'report.json');
    const args = ['ingest', ...few, '--dataset', DATASET, '--report', report];
    const { status } = await runCli(args, { url, shell });
    expect(status).toBe(0);
    expect((JSON.parse(readFileSync(report, 'utf8')) as CliReport).files.map(({ outcome }) => outcome)).toEqual(
      few.map(() => 'ingested'),
    );
    await drop();
  });

  test('help is cut off quietly, too', async () => {
    expect(await runCli(['ingest', '--help'], { ...nowhere, shell: UNHEARD })).toMatchObject({ status: 0, stderr: '' });
  });

  test('a full disk is told in one line', async () => {
    const { status, stderr } = await runCli(['inspect', long], { ...nowhere, shell: '"$@" > /dev/full' });
    expect(stderr.replace(NO_DATABASE, '')).toMatch(
      /^inspect: UNAVAILABLE: standard output cannot be written: ENOSPC.*\n$/,
    );
    expect(status).toBe(1);
  });

  test('a file that takes a part of it is not taken for all of it', async () => {
    const target = join(folder, 'cut.json');
    const shell = `ulimit -f 4; "$@" > ${target}`;
    const { status, stderr } = await runCli(['inspect', long, '--json'], { ...nowhere, shell });
    expect(statSync(target).size).toBeLessThanOrEqual(4096);
    expect(stderr).toContain('standard output cannot be written');
    expect(status).toBe(1);
    const whole = await runCli(['inspect', long, '--json'], { ...nowhere, shell: `"$@" > ${target}` });
    expect(whole.status).toBe(0);
    const { files } = JSON.parse(readFileSync(target, 'utf8')) as { files: Inspection[] };
    expect(files[0]?.contents.runs).toHaveLength(1_500);
  });
});
