import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { csv, csvRow } from '../support/csv-files.ts';
import { dumpDatabase, execute } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { DATASET, ingestFolder } from '../support/ingest-files.ts';
import { ingestJson, runHere } from '../support/run-cli.ts';

const files = ingestFolder('withdraw');

describe.each(databases)('withdraw on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(async () => {
    const findings = await opened.store.verify();
    await opened.drop();
    expect(findings).toEqual([]);
  });
  const file = (name: string, value: number) =>
    files.file(name, csv(csvRow({ bins: [0, value, 0.1, 0.2, 0] }), csvRow({ ls: value })));
  const options = () => ({ url: opened.url });
  const ingest = (...paths: string[]) =>
    ingestJson([...paths, '--dataset', DATASET, '--on-conflict', 'add'], options(), runHere);
  const contents = async () => {
    const { files, ...dump } = await dumpDatabase(opened.url);
    return { ...dump, binnings: [], files: files.filter((file) => !file.includes('WITHDRAWN')).length };
  };

  test('takes back what a file brought, by path, hash or number, and it can be read again', async () => {
    const [a, b, c] = [file('a.csv', 2), file('b.csv', 3), file('c.csv', 4)];
    await ingest(a);
    const alone = await contents();
    const { files } = await ingest(b, c);
    const { stdout, status } = await runHere(['withdraw', b, files[1]?.sha256 ?? ''], options());
    expect(status).toBe(0);
    expect(stdout).toBe(
      [
        `${b} (2): taken back: 1 per-LS histograms, 1 lumisections; other files brought too: 1 per-LS histograms`,
        `${c} (3): taken back: 1 per-LS histograms, 1 lumisections; other files brought too: 1 per-LS histograms`,
        '',
      ].join('\n'),
    );
    expect(await contents()).toEqual(alone);
    expect((await ingest(b)).files).toMatchObject([{ outcome: 'ingested', counts: { inserted: 1, added: 1 } }]);
    const { stdout: json } = await runHere(['withdraw', '2', '1', '--json'], options());
    expect(JSON.parse(json)).toMatchObject({
      files: [
        { id: 2, path: b, dataset: DATASET, gone: { lumisectionHistograms: 1 }, stays: { lumisectionHistograms: 1 } },
        { id: 1, gone: { lumisectionHistograms: 2, monitorElements: 1 }, stays: { lumisectionHistograms: 0 } },
      ],
    });
    expect((await contents()).lumisectionHistograms).toEqual([]);
  });

  test('finds a file through links, the file and what they lead to being there or not', async () => {
    const real = file('linked.csv', 2);
    const [link, disk] = [database.name, `disk-${database.name}`].map((name) => join(files.folder, name)) as [
      string,
      string,
    ];
    symlinkSync('linked.csv', link);
    symlinkSync(files.folder, disk);
    for (const [name, isThere] of [
      [link, true],
      [real, true],
      [join(disk, 'linked.csv'), false],
      [link, false],
    ] as const) {
      file('linked.csv', 2);
      await ingest(link);
      if (!isThere) rmSync(real);
      expect((await runHere(['withdraw', name], options())).stdout).toContain(`${real} (1): taken back: 2 per-LS`);
    }
    // as earlier versions kept it
    file('linked.csv', 2);
    await ingest(link);
    await execute(opened.url, `UPDATE data_file SET path = '${link}'`);
    expect((await runHere(['withdraw', link], options())).stdout).toContain(`${link} (1): taken back: 2 per-LS`);
  });

  test('takes back what the ledger calls by another name than a path', async () => {
    await ingest(file('uploaded.csv', 2));
    const name = 'upload:3f3af/uploaded.csv';
    await execute(opened.url, `UPDATE data_file SET path = '${name}'`);
    expect((await runHere(['withdraw', name], options())).stdout).toContain(`${name} (1): taken back: 2 per-LS`);
    expect((await contents()).lumisectionHistograms).toEqual([]);
  });

  test('leaves alone what nobody read, or somebody reads', async () => {
    const path = file('read.csv', 2);
    expect(await runHere(['withdraw', path], options())).toMatchObject({
      status: 1,
      stderr: `nothing was read from ${path}`,
    });
    expect((await runHere(['withdraw'], options())).stderr).toBe('no file was named');
    await ingest(path);
    await execute(
      opened.url,
      `UPDATE data_file SET lease_owner = 'elsewhere 1 1 1', lease_expires_at = '2999-01-01T00:00:00.000+00:00'`,
    );
    const before = await contents();
    expect((await runHere(['withdraw', path], options())).stderr).toContain('another process reads');
    expect(await contents()).toEqual(before);
  });
});
