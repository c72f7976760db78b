import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import type { Ledger, Store } from '../../../src/store/store.ts';
import { execute } from '../../support/database-dump.ts';
import { createTestStore, databases } from '../../support/databases.ts';
import { certification, lumisections } from './batches.ts';
import { beginFile, counted, openDatabase, write } from './write.ts';

const identity = { sha256: 'abc', dataset: '/A/B-C-v1/D', source: '', format: 'per-ls-csv', meMap: '' };
const facts = { path: '/data/a.csv', size: 5_000_000_000 };
const note = { severity: 'NOTE', code: 'MERGED', reason: 'ranges were merged' } as const;
const rejected = {
  severity: 'REJECTED',
  code: 'BIN_COUNT',
  line: 3,
  byte: 5_000_000_000,
  field: 'histo',
  value: 'x'.repeat(500),
  reason: 'no\0',
} as const;

describe.each(databases)('the ledger on $name', (database) => {
  let store: Store;
  let ledger: Ledger;
  let url: string;
  let look: Database;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    ({ store, url, drop } = await createTestStore(database));
    ledger = store.ledger;
    look = await openDatabase(url);
  });
  afterEach(async () => {
    const findings = await store.verify();
    await look.close();
    await drop();
    expect(findings).toEqual([]);
  });
  const ask = async (sql: string) => (await look.arrays(sql)).map((row) => row.join(' '));
  const begin = (options = { force: false }) => ledger.begin(identity, facts, options);

  test('enters a file once, running, whatever its name is', async () => {
    const first = await begin();
    expect(first.known).toBe(false);
    expect(first.file).toMatchObject({ ...identity, ...facts, size: 5_000_000_000n, status: 'RUNNING', bytesDone: 0n });
    expect(first.file.startedAt).toBeInstanceOf(Date);
    const again = await ledger.begin(identity, { ...facts, path: '/data/b.csv' }, { force: false });
    expect(again.file).toMatchObject({ id: first.file.id, path: '/data/b.csv' });
  });

  test.each(['sha256', 'dataset', 'source', 'format', 'meMap'])(
    'takes a file read with another %s for another',
    async (field) => {
      const first = await begin();
      const other = await ledger.begin({ ...identity, [field]: 'other' }, facts, { force: false });
      expect(other.file.id).not.toBe(first.file.id);
    },
  );

  test('leaves a file that is done as it is, unless forced', async () => {
    const { file } = await begin();
    await write(ledger, file.id, lumisections([{}]), {}, [note, rejected]);
    const done = await ledger.finish(file.id, { status: 'DONE' });
    expect(done).toMatchObject({ status: 'DONE', inserted: 1, rejected: 1, bytesDone: 100n, linesDone: 10n });
    expect(await begin()).toEqual({ file: done, known: true });
    const forced = await begin({ force: true });
    expect(forced.known).toBe(false);
    expect(forced.file).toMatchObject({
      id: file.id,
      status: 'RUNNING',
      inserted: 0,
      rejected: 0,
      bytesDone: 0n,
      finishedAt: null,
    });
    expect(await ledger.issues(file.id, null, 0, 10)).toEqual([]);
    expect(counted(await write(ledger, file.id, lumisections([{}])))).toEqual({ identical: 1 });
  });

  test.each(['FAILED', 'CANCELLED', 'QUARANTINED'] as const)(
    'goes on from the checkpoint of a file that is %s',
    async (status) => {
      const { file } = await begin();
      await write(ledger, file.id, lumisections([{}]), {}, [rejected]);
      await ledger.finish(file.id, { status, errorCode: 'X', errorMessage: 'it broke' });
      const { file: resumed, known } = await begin();
      expect(known).toBe(false);
      expect(resumed).toMatchObject({
        status: 'RUNNING',
        bytesDone: 100n,
        linesDone: 10n,
        inserted: 1,
        rejected: 1,
        errorCode: null,
      });
      expect(await ledger.issues(file.id, null, 0, 10)).toHaveLength(1);
    },
  );

  test('starts clean where nothing was read yet', async () => {
    const { file } = await begin();
    await ledger.addIssues(file.id, [rejected]);
    expect((await begin()).file.rejected).toBe(0);
    expect(await ledger.issues(file.id, null, 0, 10)).toEqual([]);
  });

  test('numbers the issues of a file, cuts long values, and finds them by code', async () => {
    const file = await beginFile(ledger);
    await write(ledger, file, null, {}, [note, rejected]);
    await ledger.addIssues(file, [{ severity: 'CONFLICTING', code: 'CONFLICT', line: 9, reason: 'differs' }]);
    const issues = await ledger.issues(file, null, 0, 10);
    expect(issues.map(({ number, code }) => [number, code])).toEqual([
      [1, 'MERGED'],
      [2, 'BIN_COUNT'],
      [3, 'CONFLICT'],
    ]);
    expect(issues[1]).toEqual({
      fileId: file,
      number: 2,
      severity: 'REJECTED',
      code: 'BIN_COUNT',
      line: 3n,
      byte: 5_000_000_000n,
      field: 'histo',
      value: 'x'.repeat(200),
      reason: 'no\u{FFFD}',
    });
    expect(await ledger.issues(file, 'CONFLICT', 0, 10)).toHaveLength(1);
    expect(await ledger.issues(file, null, 1, 1)).toMatchObject([{ number: 2 }]);
    await ledger.reviseIssues(file, [{ number: 3, reason: 'line 2 differs' }]);
    expect(await ledger.issues(file, 'CONFLICT', 0, 10)).toMatchObject([{ reason: 'line 2 differs' }]);
    expect(await ask(`SELECT rejected, conflicting FROM data_file WHERE id = ${file}`)).toEqual(['1 1']);
  });

  describe('lends a file to one reading at a time:', () => {
    const identity = { sha256: 'leased', dataset: '', source: '', format: 'test', meMap: '' };
    const begin = (owner: string, dead: readonly string[] = [], force = false) => {
      const lease = { owner, isDead: (name: string) => dead.includes(name) };
      return ledger.begin(identity, { path: '/data/leased.csv', size: 1 }, { force, lease });
    };
    const busy = { code: 'UNAVAILABLE', details: { reason: 'FILE_BUSY' } };

    test('another one is refused, and so is what it writes', async () => {
      const { id } = (await begin('one')).file;
      await write(ledger, id, lumisections([{ ls: 1 }]), { lease: 'one' });
      await expect(begin('two')).rejects.toMatchObject({ ...busy, details: { fileId: id } });
      for (const deed of [
        () => write(ledger, id, lumisections([{ ls: 2 }]), { lease: 'two' }),
        () => ledger.finish(id, { status: 'FAILED' }, 'two'),
        () => ledger.withdraw(id, 'two'),
        () => ledger.addIssues(id, [{ severity: 'NOTE', code: 'NOTE', reason: 'no' }], 'two'),
      ]) {
        await expect(deed()).rejects.toMatchObject(busy);
      }
      expect(await ledger.renew(id, 'two')).toBe(false);
      expect(await ledger.renew(id, 'one')).toBe(true);
      expect(await ask('SELECT lumisection_number FROM lumisection_histogram')).toEqual(['1']);
      expect(await ask('SELECT status, lease_owner FROM data_file')).toEqual(['RUNNING one']);
    });

    test('it is free when the file is settled', async () => {
      const { id } = (await begin('one')).file;
      await ledger.finish(id, { status: 'CANCELLED' }, 'one');
      expect((await begin('two')).file).toMatchObject({ id, leaseOwner: 'two' });
      await ledger.finish(id, { status: 'DONE' }, 'two');
      expect(await begin('three')).toMatchObject({ known: true, file: { leaseOwner: null, leaseExpiresAt: null } });
    });

    test('the reading of a process that is dead is taken over at once, from its checkpoint', async () => {
      const { id } = (await begin('one')).file;
      await write(ledger, id, lumisections([{ ls: 1 }]), { lease: 'one' });
      expect((await begin('two', ['one'])).file).toMatchObject({ id, bytesDone: 100n, inserted: 1 });
      await expect(write(ledger, id, lumisections([{ ls: 2 }]), { lease: 'one' })).rejects.toMatchObject(busy);
    });

    test('that of any other one when its lease has run out, which every batch and renewal puts off', async () => {
      const { id } = (await begin('one')).file;
      const expire = (time: string) => execute(url, `UPDATE data_file SET lease_expires_at = '${time}'`);
      const past = '2026-01-01T00:00:00.000+00:00';
      await expire(past);
      await write(ledger, id, lumisections([{ ls: 1 }]), { lease: 'one' });
      await expect(begin('two')).rejects.toMatchObject(busy);
      await expire(past);
      await ledger.renew(id, 'one');
      await expect(begin('two')).rejects.toMatchObject(busy);
      await expire(past);
      expect((await begin('two')).file).toMatchObject({ id, leaseOwner: 'two', bytesDone: 100n });
      expect(await ledger.renew(id, 'one')).toBe(false);
    });

    test('reading it anew is no way around', async () => {
      await begin('one');
      await expect(begin('two', [], true)).rejects.toMatchObject(busy);
      expect((await begin('one', [], true)).known).toBe(false);
    });
  });

  test('says which file is not there', async () => {
    await expect(write(ledger, 99, null)).rejects.toThrow('no data file 99');
    await expect(ledger.finish(99, { status: 'DONE' })).rejects.toThrow('no data file 99');
  });

  describe('rehearsing', () => {
    test('writes see one another, and nothing stays', async () => {
      await write(ledger, await beginFile(ledger), lumisections([{ run: 1 }]));
      const before = await ask('SELECT * FROM run_monitor_element');
      const counts = await ledger.rehearse(async (rehearsed) => {
        const file = await beginFile(rehearsed);
        const first = await write(rehearsed, file, lumisections([{ run: 1 }, { run: 2, me: 'new' }]));
        const second = await write(rehearsed, file, lumisections([{ run: 2, me: 'new' }]));
        await rehearsed.addIssues(file, [rejected]);
        expect(await rehearsed.issues(file, null, 0, 9)).toHaveLength(1);
        expect(await rehearsed.finish(file, { status: 'DONE' })).toMatchObject({ inserted: 1, identical: 2 });
        return [counted(first), counted(second)];
      });
      expect(counts).toEqual([{ inserted: 1, identical: 1 }, { identical: 1 }]);
      expect(await ask('SELECT * FROM run_monitor_element')).toEqual(before);
      expect(await ask('SELECT count(*) FROM data_file')).toEqual(['1']);
      expect(await ask('SELECT path FROM monitor_element')).toEqual(['a']);
      // ids that were given away in the rehearsal are not remembered
      await write(
        ledger,
        await beginFile(ledger),
        lumisections([
          { run: 2, me: 'newer' },
          { run: 2, me: 'new' },
        ]),
      );
    });

    test('a batch that fails undoes itself alone', async () => {
      await write(ledger, await beginFile(ledger), lumisections([{ ls: 1 }]));
      await ledger.rehearse(async (rehearsed) => {
        const file = await beginFile(rehearsed);
        await write(rehearsed, file, lumisections([{ ls: 2 }]));
        const conflict = lumisections([{ ls: 3 }, { ls: 1, entries: 1 }]);
        await expect(write(rehearsed, file, conflict, { onConflict: 'fail' })).rejects.toThrow('LS 1');
        expect(counted(await write(rehearsed, file, lumisections([{ ls: 2 }, { ls: 3 }])))).toEqual({
          inserted: 1,
          identical: 1,
        });
        await rehearsed.withdraw(file);
      });
    });

    test('what the work throws comes out, and nothing stays', async () => {
      const work = ledger.rehearse(async (rehearsed) => {
        await beginFile(rehearsed);
        throw new Error('stop');
      });
      await expect(work).rejects.toThrow('stop');
      expect(await ask('SELECT count(*) FROM data_file')).toEqual(['0']);
    });
  });

  describe('withdrawing a file', () => {
    const everything = () =>
      Promise.all(
        [
          'run',
          'lumisection',
          'dataset',
          'monitor_element',
          'lumisection_histogram',
          'run_monitor_element',
          'contribution',
          'certification',
          'certification_version',
        ].map((table) => ask(`SELECT * FROM ${table}`)),
      );

    test('leaves nothing of a file that was alone', async () => {
      const empty = await everything();
      const file = await beginFile(ledger);
      await write(
        ledger,
        file,
        lumisections([{ run: 1 }, { run: 2, bins: [0, 0, 0, 0, 0] }, { run: 2, me: 'b' }]),
        {},
        [rejected],
      );
      await write(ledger, file, certification({ 5: [[1, 2]] }), { source: 'golden' });
      await ledger.withdraw(file);
      expect(await everything()).toEqual(empty);
      expect(await ask('SELECT bytes_done, inserted, rejected FROM data_file')).toEqual(['0 0 1']);
      expect(await ledger.issues(file, null, 0, 9)).toHaveLength(1);
      // ids that went with it are not used any more
      expect(counted(await write(ledger, file, lumisections([{ run: 1 }])))).toEqual({ inserted: 1 });
    });

    test('passes on what another file has alike', async () => {
      const [first, second, third] = [await beginFile(ledger), await beginFile(ledger), await beginFile(ledger)];
      await write(ledger, first, lumisections([{ ls: 1 }, { ls: 2, bins: [0, 0, 0, 0, 0] }]));
      await write(ledger, second, lumisections([{ ls: 1 }, { ls: 3 }]));
      await write(ledger, third, lumisections([{ ls: 1 }]));
      await ledger.withdraw(first);
      expect(await ask('SELECT lumisection_number, file_id FROM lumisection_histogram ORDER BY 1')).toEqual([
        `1 ${second}`,
        `3 ${second}`,
      ]);
      expect(await ask('SELECT lumisection_number, file_id FROM contribution')).toEqual([`1 ${third}`]);
      expect(await ask('SELECT number FROM lumisection ORDER BY 1')).toEqual(['1', '3']);
      expect(await ask('SELECT lumisection_count, empty_count FROM run_monitor_element')).toEqual(['2 0']);
      await ledger.withdraw(second);
      await ledger.withdraw(third);
      expect(await ask('SELECT count(*) FROM lumisection_histogram')).toEqual(['0']);
    });

    test('keeps runs and lumisections that have conditions or verdicts', async () => {
      const file = await beginFile(ledger);
      await write(ledger, await beginFile(ledger), { kind: 'runs', runs: [{ number: 1, fill: 7000 }] });
      await write(ledger, await beginFile(ledger), {
        kind: 'lumisections',
        lumisections: [{ run: 2, number: 1, pileup: 30 }],
      });
      await write(ledger, await beginFile(ledger), certification({ 3: [[1, 2]] }), { source: 'golden' });
      await write(
        ledger,
        file,
        lumisections([{ run: 1 }, { run: 2, ls: 1 }, { run: 2, ls: 2 }, { run: 3 }, { run: 4 }]),
      );
      await ledger.withdraw(file);
      expect(await ask('SELECT number FROM run ORDER BY 1')).toEqual(['1', '2', '3']);
      expect(await ask('SELECT run_number, number FROM lumisection')).toEqual(['2 1']);
    });

    test('is noticed by a process that remembers ids which went with it', async () => {
      const other = await createSecondStore();
      const file = await beginFile(ledger);
      await write(ledger, file, lumisections([{ me: 'x' }]));
      const second = await beginFile(other.ledger);
      await write(other.ledger, second, lumisections([{ me: 'x', ls: 2 }]));
      await other.ledger.withdraw(second);
      await ledger.withdraw(file);
      const third = await beginFile(other.ledger);
      await write(other.ledger, third, lumisections([{ me: 'y' }]));
      await ledger.withdraw(third);
      expect(counted(await write(other.ledger, third, lumisections([{ me: 'y', ls: 2 }])))).toEqual({ inserted: 1 });
      await other.close();
    });
  });

  const createSecondStore = async (): Promise<Store> => {
    const { openStore } = await import('../../../src/store/open-store.ts');
    return openStore(url);
  };

  describe('certifications', () => {
    const versions = () =>
      ask('SELECT source, dataset, subsystem, version, file_id FROM certification_version ORDER BY 1, 2, 3, 4');

    test('become versions of their source, whole', async () => {
      const first = await beginFile(ledger, { format: 'lumi-json' });
      const golden = certification({
        315257: [
          [1, 88],
          [91, 92],
        ],
        315259: [[1, 172, 'BAD']],
      });
      expect(counted(await write(ledger, first, golden, { source: 'golden' }))).toEqual({ inserted: 2 });
      expect(
        await ask(
          'SELECT run_number, version, lumisection_first, lumisection_last, flag FROM certification ORDER BY 1, 3',
        ),
      ).toEqual(['315257 1 1 88 GOOD', '315257 1 91 92 GOOD', '315259 1 1 172 BAD']);
      expect(await ask('SELECT number FROM run ORDER BY 1')).toEqual(['315257', '315259']);
      expect(await ask('SELECT count(*) FROM lumisection')).toEqual(['0']);
      expect(await ask('SELECT kind FROM certification_version')).toEqual(['lumi-json']);

      const second = await beginFile(ledger);
      expect(counted(await write(ledger, second, golden, { source: 'golden' }))).toEqual({ identical: 2 });
      expect(await versions()).toEqual([`golden   1 ${first}`]);

      const changed = certification({
        315257: [
          [1, 88],
          [91, 92],
        ],
        315259: [[1, 172]],
        315260: [[1, 5]],
      });
      expect(counted(await write(ledger, second, changed, { source: 'golden' }))).toEqual({
        inserted: 1,
        identical: 1,
        replaced: 1,
      });
      expect(await versions()).toEqual([`golden   1 ${first}`, `golden   2 ${second}`]);
      expect(
        await ask('SELECT run_number, flag FROM certification WHERE version = 2 ORDER BY 1, lumisection_first'),
      ).toHaveLength(4);
    });

    test('a run that is left out makes a new version', async () => {
      const file = await beginFile(ledger);
      await write(ledger, file, certification({ 1: [[1, 2]], 2: [[1, 2]] }), { source: 's' });
      expect(counted(await write(ledger, file, certification({ 1: [[1, 2]] }), { source: 's' }))).toEqual({
        identical: 1,
      });
      expect(await ask('SELECT run_number, version FROM certification ORDER BY 2, 1')).toEqual(['1 1', '2 1', '1 2']);
    });

    test('subsystems and sources have versions of their own', async () => {
      const file = await beginFile(ledger);
      const runs = { 1: [[1, 2]] } as const;
      for (const [source, subsystem] of [
        ['a', ''],
        ['a', 'pixel'],
        ['b', ''],
      ] as const) {
        expect(counted(await write(ledger, file, certification(runs, subsystem), { source }))).toEqual({ inserted: 1 });
      }
      expect(await versions()).toEqual([`a   1 ${file}`, `a  pixel 1 ${file}`, `b   1 ${file}`]);
    });

    test('an empty one is a version too: the source says nothing of any run', async () => {
      const file = await beginFile(ledger);
      await write(ledger, file, certification({}), { source: 's' });
      await write(ledger, file, certification({ 1: [] }), { source: 's' });
      expect(await versions()).toEqual([`s   1 ${file}`]);
    });

    test('withdrawing the latest brings the one before back', async () => {
      const [first, second] = [await beginFile(ledger), await beginFile(ledger)];
      await write(ledger, first, certification({ 1: [[1, 2]] }), { source: 's' });
      await write(ledger, second, certification({ 1: [[1, 3]], 9: [[1, 1]] }), { source: 's' });
      await ledger.withdraw(second);
      expect(await versions()).toEqual([`s   1 ${first}`]);
      expect(await ask('SELECT number FROM run')).toEqual(['1']);
    });
  });
});
