import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { IngestSettings } from '../../ingest/pipeline/report.ts';
import { openDatabase } from '../store/writing/write.ts';
import { createTestStore, databases } from '../support/databases.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-tables-'));
const parser = new ParseProcess();
afterAll(async () => {
  await parser.close();
  rmSync(folder, { recursive: true, force: true });
});

const none = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, added: 0, rejected: 0 };
const ALL = { first: 100, orderBy: [] };
let files = 0;
const file = (text: string) => {
  const path = join(folder, `${files++}.csv`);
  writeFileSync(path, text);
  return path;
};

describe.each(databases)('tables ingested on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(() => opened.drop());

  const ingest = (path: string, settings: IngestSettings = {}) =>
    ingestFile({ store: opened.store, parser }, path, settings);
  const ask = async (sql: string) => {
    const look = await openDatabase(opened.url);
    return look.arrays(sql).finally(() => look.close());
  };
  const fractions = () =>
    ask('SELECT run_number, source, subsystem, fraction FROM certification_fraction ORDER BY 1, 2, 3');

  test('shares of good lumisections are kept as such: inserted, identical, conflicting, replaced', async () => {
    const first = await ingest(file('run_number,fraction_pixel_GOOD,fraction_tau_GOOD\n1,0.1,1\n2,,0.25\n'), {
      source: 'rr',
    });
    expect(first).toMatchObject({ outcome: 'ingested', format: 'run-registry-runs', exitStatus: 0 });
    expect(first.counts).toEqual({ ...none, inserted: 3 });
    const other = file('run_number,fraction_pixel_GOOD,fraction_tau_GOOD\n1,0.1,0.5\n3,0,\n');
    const second = await ingest(other, { source: 'rr' });
    expect(second.counts).toEqual({ ...none, inserted: 1, identical: 1, conflicting: 1 });
    const reason = 'what is stored has this key and another content, and stays: fraction 0.5, not 1';
    expect(second.issues).toMatchObject([{ severity: 'CONFLICTING', line: 2, reason }]);
    expect(await fractions()).toEqual([
      [1, 'rr', 'pixel', 0.1],
      [1, 'rr', 'tau', 1],
      [2, 'rr', 'tau', 0.25],
      [3, 'rr', 'pixel', 0],
    ]);
    const third = await ingest(other, { source: 'rr', onConflict: 'replace', force: true });
    expect(third.counts).toEqual({ ...none, identical: 2, replaced: 1 });
    expect((await fractions())[1]).toEqual([1, 'rr', 'tau', 0.5]);
  });

  test('flags of lumisections become a certification of each subsystem, and need a source', async () => {
    const path = file('run_number,lumi_number,golden_flag,pixel_flag\n1,1,True,True\n1,2,True,False\n1,3,,True\n');
    expect(await ingest(path)).toMatchObject({ outcome: 'failed', error: { code: 'SOURCE_REQUIRED' } });
    const report = await ingest(path, { source: 'rr' });
    expect(report).toMatchObject({ outcome: 'ingested', format: 'run-registry-lumisections', counts: { inserted: 2 } });
    const ranges = 'SELECT subsystem, lumisection_first, lumisection_last, flag FROM certification ORDER BY 1, 2';
    expect(await ask(ranges)).toEqual([
      ['', 1, 2, 'GOOD'],
      ['pixel', 1, 1, 'GOOD'],
      ['pixel', 2, 2, 'BAD'],
      ['pixel', 3, 3, 'GOOD'],
    ]);
  });

  test.each([
    ['an answer without rows', '{"data": [], "meta": {"totalResourceCount": 0}}', {}],
    ['pages without rows', '[{"data": [], "links": {}}, {"data": [], "links": {}}]', {}],
    ['an empty list', '[]', {}],
    ['an answer without rows of a format that was named', '{"data": [], "meta": {}}', { format: 'oms-runs' }],
    ['flags of no lumisections', '[]', { format: 'run-registry-lumisections', source: 'rr' }],
  ])('there may be nothing to do: %s', async (_what, content, settings) => {
    const report = await ingest(file(content), settings);
    expect(report).toMatchObject({ outcome: 'ingested', exitStatus: 0, counts: none, error: null });
    expect(report.issues).toMatchObject([{ severity: 'NOTE', code: 'NO_ROWS' }]);
    expect(await opened.store.lists.count('certificationVersion')).toBe(0);
  });

  test('rates of OMS belong to the lumisection of their own run, and need no flag', async () => {
    const header = 'attributes.run_number,attributes.first_lumisection_number,attributes.rate';
    const report = await ingest(file(`${header}\n1,1,10.5\n2,1,20\n1,2,\n`));
    expect(report).toMatchObject({ outcome: 'ingested', format: 'oms-rates', exitStatus: 0, counts: { inserted: 3 } });
    const { rows } = await opened.store.lists.page('lumisection', ALL);
    expect(rows.map((row) => [row.runNumber, row.number, row.zeroBiasRate])).toEqual([
      [1, 1, 10.5],
      [1, 2, null],
      [2, 1, 20],
    ]);
    const again = await ingest(file(`${header}\n1,1,10.5\n2,1,21\n`));
    expect(again.counts).toEqual({ ...none, identical: 1, conflicting: 1 });
  });

  test('rows of one table that contradict each other say in what', async () => {
    const cells = [10, 11].map((rate) => ({ run_number: 1, first_lumisection_number: 2, rate }));
    const report = await ingest(file(JSON.stringify(cells.map((attributes) => ({ attributes })))));
    expect(report.issues).toMatchObject([
      {
        code: 'CONFLICT_IN_FILE',
        line: 2,
        value: 'run 1, LS 2',
        reason: 'an earlier row of this file has this key and another content, and stays: zeroBiasRate 11, not 10',
      },
    ]);
  });
});
