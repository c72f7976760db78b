import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import type { Store } from '../../src/store/store.ts';
import { type Finding, verifyDatabase } from '../../src/store/verify.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { certification, lumisections, runLevel } from './writing/batches.ts';
import { beginFile, openDatabase, write } from './writing/write.ts';

describe.each(databases)('verifying $name', (database) => {
  let store: Store;
  let raw: Database;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const created = await createTestStore(database);
    ({ store, drop } = created);
    raw = await openDatabase(created.url);
    const { ledger } = store;
    for (const file of [await beginFile(ledger), await beginFile(ledger)]) {
      await write(ledger, file, lumisections([{ ls: 1 }, { ls: 2, bins: [0, 0, 0, 0, 0] }, { run: 2 }]));
      await write(ledger, file, runLevel([{ me: 'summary' }, { me: 'b', bins: [0, 1, 2, 3, 0] }]), {}, [
        { severity: 'REJECTED', code: 'X', reason: 'x' },
      ]);
      await write(ledger, file, certification({ 1: [[1, 2]] }), { source: 'golden' });
      await write(ledger, file, { kind: 'fractions', fractions: [{ run: 1, subsystem: 'tau', fraction: 0.5 }] });
      await write(ledger, file, { kind: 'runs', runs: [{ number: 1, fill: 7 }] });
      await write(ledger, file, {
        kind: 'lumisections',
        lumisections: [{ run: 1, number: 1, flagsOn: ['cms_active'] }],
      });
      await ledger.finish(file, { status: 'DONE' });
    }
  });
  afterAll(async () => {
    await raw.close();
    await drop();
  });

  test('finds nothing where nothing is wrong', async () => {
    expect(await store.verify()).toEqual([]);
  });

  test.each([
    ['orphan:lumisection_histogram:lumisection', 'DELETE FROM lumisection WHERE run_number = 1 AND number = 2'],
    ['orphan:lumisection_histogram:binning', 'UPDATE lumisection_histogram SET binning_id = 999 WHERE run_number = 2'],
    ['orphan:lumisection_histogram:data_file', 'UPDATE lumisection_histogram SET file_id = 999 WHERE run_number = 2'],
    ['orphan:run_histogram:data_file', 'UPDATE run_histogram SET file_id = 999'],
    ['orphan:contribution:data_file', 'UPDATE contribution SET file_id = 999 WHERE run_number = 2'],
    [
      'orphan:contribution:lumisection_histogram',
      'UPDATE contribution SET lumisection_number = 999 WHERE run_number = 2',
    ],
    ['orphan:contribution:run_histogram', 'UPDATE contribution SET run_number = 999 WHERE lumisection_number = 0'],
    ['contribution:owner', 'UPDATE lumisection_histogram SET file_id = (SELECT max(file_id) FROM contribution)'],
    ['contribution:owner', 'UPDATE run_histogram SET file_id = (SELECT max(file_id) FROM contribution)'],
    ['count:run_monitor_element', 'DELETE FROM lumisection_histogram WHERE run_number = 2'],
    ['count:run_monitor_element', 'UPDATE run_monitor_element SET empty_count = 0'],
    ['count:run_monitor_element', 'UPDATE run_monitor_element SET run_histogram_count = 7'],
    ['count:issues_of_file', 'UPDATE data_file SET rejected = 0'],
    ['count:rows_of_file', 'UPDATE data_file SET inserted = 1 WHERE inserted > 1'],
    ['orphan:condition_contribution:data_file', 'UPDATE condition_contribution SET file_id = file_id + 999'],
    [
      'orphan:condition_contribution:lumisection',
      'UPDATE condition_contribution SET lumisection_number = 99 WHERE lumisection_number > 0',
    ],
    ['condition:run', 'UPDATE run SET fill = NULL'],
    ['condition:lumisection', 'UPDATE lumisection SET flags_on = 0'],
    ['orphan:fraction_contribution:certification_fraction', 'DELETE FROM certification_fraction'],
    ['orphan:version_contribution:certification_version', 'UPDATE version_contribution SET version = 9'],
    ['version_contribution:owner', 'UPDATE version_contribution SET file_id = (SELECT min(id) FROM data_file)'],
    ['binning:hash', "UPDATE binning SET title = 'changed'"],
    ['bins:lumisection_histogram', 'UPDATE lumisection_histogram SET bins = $1 WHERE run_number = 2'],
    ['bins:run_histogram', 'UPDATE run_histogram SET bins = $1 WHERE bins IS NOT NULL'],
  ])('finds %s', async (check, sql) => {
    let findings: Finding[] = [];
    const undone = new Error('for the next damage');
    const damaged = raw.write(async (transaction) => {
      await transaction.all(sql, sql.includes('$1') ? [Uint8Array.of(1, 2, 3)] : []);
      findings = await verifyDatabase(transaction, raw.dialect);
      throw undone;
    });
    await expect(damaged).rejects.toBe(undone);
    expect(findings.map((finding) => finding.check)).toContain(check);
    for (const finding of findings) expect(finding.examples.length).toBeGreaterThan(0);
  });
});
