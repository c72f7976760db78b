import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import type { Ledger, Store } from '../../../src/store/store.ts';
import { createTestStore, databases } from '../../support/databases.ts';
import { lumisections, OTHER, PROMPT, runLevel } from './batches.ts';
import { beginFile, counted, openDatabase, write } from './write.ts';

describe.each(databases)('writing histograms on $name', (database) => {
  let store: Store;
  let ledger: Ledger;
  let look: Database;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    const created = await createTestStore(database);
    ({ store, drop } = created);
    ledger = store.ledger;
    look = await openDatabase(created.url);
  });
  afterEach(async () => {
    // whatever a test did, the database must not contradict itself
    const findings = await store.verify();
    await look.close();
    await drop();
    expect(findings).toEqual([]);
  });

  const ask = async (sql: string) => (await look.arrays(sql)).map((row) => row.join(' '));

  test('enters run, lumisection, monitor element, dataset and binning beside the histogram', async () => {
    const file = await beginFile(ledger);
    const batch = lumisections([
      { run: 315257, ls: 7, me: 'PixelPhase1/Tracks/charge', bins: [1, 2, 3, 4, 5] },
      { run: 315257, ls: 8, me: 'PixelPhase1/Tracks/charge', bins: [1, 0, 0, 0, 5], title: 'cluster charge' },
    ]);
    expect(counted(await write(ledger, file, batch))).toEqual({ inserted: 2 });
    expect(await ask('SELECT number, year, era, period FROM run')).toEqual(['315257 2018 2018A A']);
    expect(await ask('SELECT run_number, number FROM lumisection ORDER BY number')).toEqual(['315257 7', '315257 8']);
    expect(await ask('SELECT name, primary_dataset, era, processing, tier FROM dataset')).toEqual([
      `${PROMPT} ZeroBias Run2018A PromptReco-v1 DQMIO`,
    ]);
    expect(await ask('SELECT path, name, subsystem, dimension, kind FROM monitor_element')).toEqual([
      'PixelPhase1/Tracks/charge charge PixelPhase1 1 TH1',
    ]);
    expect(await ask('SELECT title, dimension FROM binning ORDER BY title')).toEqual([' 1', 'cluster charge 1']);
    expect(await ask('SELECT lumisection_number, entries, integral FROM lumisection_histogram ORDER BY 1')).toEqual([
      '7 15 9',
      '8 6 0',
    ]);
    expect(await ask('SELECT run_number, lumisection_count, empty_count FROM run_monitor_element')).toEqual([
      '315257 2 1',
    ]);
  });

  test('knows the year of a run that came without, and never changes one that is known', async () => {
    const file = await beginFile(ledger);
    await write(ledger, file, { kind: 'runs', runs: [{ number: 1 }, { number: 2, year: 2017, era: '2017F' }] });
    await write(ledger, file, lumisections([{ run: 1 }, { run: 2 }]));
    expect(await ask('SELECT number, year, era FROM run ORDER BY number')).toEqual(['1 2018 2018A', '2 2017 2017F']);
  });

  test('keeps histograms of one run and element apart by dataset', async () => {
    const file = await beginFile(ledger);
    const batch = lumisections([{ bins: [0, 1, 1, 1, 0] }, { dataset: OTHER, bins: [0, 2, 2, 2, 0] }]);
    expect(counted(await write(ledger, file, batch))).toEqual({ inserted: 2 });
    expect(await ask('SELECT integral FROM lumisection_histogram ORDER BY integral')).toEqual(['3', '6']);
  });

  test('finds what another file has brought identical, and remembers both files', async () => {
    const rows = [{ ls: 1 }, { ls: 2 }, { ls: 3 }];
    const [first, second] = [await beginFile(ledger), await beginFile(ledger)];
    await write(ledger, first, lumisections(rows));
    const outcome = await write(ledger, second, lumisections([...rows, { ls: 4 }]));
    expect(counted(outcome)).toEqual({ inserted: 1, identical: 3 });
    expect(await ask('SELECT lumisection_number, file_id FROM contribution ORDER BY 1')).toEqual([
      `1 ${second}`,
      `2 ${second}`,
      `3 ${second}`,
    ]);
    expect(await ask('SELECT file_id, count(*) FROM lumisection_histogram GROUP BY file_id ORDER BY 1')).toEqual([
      `${first} 3`,
      `${second} 1`,
    ]);
  });

  test('finds a file that is read again identical to itself, without remembering it twice', async () => {
    const file = await beginFile(ledger);
    const rows = [{ ls: 1 }, { ls: 2 }];
    await write(ledger, file, lumisections(rows));
    expect(counted(await write(ledger, file, lumisections(rows)))).toEqual({ identical: 2 });
    expect(await ask('SELECT count(*) FROM contribution')).toEqual(['0']);
  });

  test('compares bins, not the bytes that a version of zlib made of them', async () => {
    const { deflateRawSync } = await import('node:zlib');
    const { encodeBins } = await import('../../../src/domain/codec.ts');
    const bins = new Array(3002).fill(3);
    const blob = encodeBins({ flow: true, contents: Float64Array.from(bins) });
    const otherwise = Buffer.concat([blob.subarray(0, 2), deflateRawSync(new Uint8Array(3002).fill(3), { level: 0 })]);
    expect(Buffer.compare(blob, otherwise)).not.toBe(0);
    const [first, second] = [await beginFile(ledger), await beginFile(ledger)];
    await write(ledger, first, lumisections([{ bins, blob }]));
    expect(counted(await write(ledger, second, lumisections([{ bins, blob: otherwise }])))).toEqual({ identical: 1 });
  });

  test.each([
    ['bins', { bins: [0, 1, 2, 4, 0], entries: 6 }, 'contents of 1 of 5 bins, first bin 3: 4, not 3'],
    ['entries', { entries: 7 }, 'entries 7, not 6'],
    ['no entries', { entries: Number.NaN }, 'entries none, not 6'],
    ['another binning', { title: 'another' }, 'title "another", not ""'],
  ])('keeps the first of two rows that differ in %s, and says where it came from', async (_, other, difference) => {
    const first = await beginFile(ledger, {}, { path: '/data/first.csv' });
    const second = await beginFile(ledger);
    await write(ledger, first, lumisections([{ ls: 1 }]));
    const outcome = await write(ledger, second, lumisections([{ ls: 2 }, { ls: 1, ...other }]), {
      conflictIssue: ({ row, earlierPath }) => ({
        severity: 'CONFLICTING',
        code: 'CONFLICT',
        line: row,
        reason: `${earlierPath}`,
      }),
    });
    expect(counted(outcome)).toEqual({ inserted: 1, conflicting: 1 });
    expect(outcome.conflicts).toEqual([{ row: 1, sameFile: false, earlierPath: '/data/first.csv', difference }]);
    expect(await ask('SELECT code, line, reason FROM ingest_issue')).toEqual(['CONFLICT 1 /data/first.csv']);
    expect(await ask('SELECT file_id, entries FROM lumisection_histogram WHERE lumisection_number = 1')).toEqual([
      `${first} 6`,
    ]);
    await ledger.finish(second, { status: 'DONE' });
  });

  test('replaces what differs when told so, with its owner and its counts', async () => {
    const [first, alike, second] = [await beginFile(ledger), await beginFile(ledger), await beginFile(ledger)];
    const before = [{ ls: 1 }, { ls: 2 }, { ls: 3, bins: [0, 0, 0, 0, 0] }];
    await write(ledger, first, lumisections(before));
    await write(ledger, alike, lumisections(before));
    const after = [{ ls: 1 }, { ls: 2, bins: [9, 0, 0, 0, 9] }, { ls: 3, bins: [0, 5, 0, 0, 0] }];
    const outcome = await write(ledger, second, lumisections(after), { onConflict: 'replace' });
    expect(counted(outcome)).toEqual({ identical: 1, replaced: 2 });
    expect(
      await ask('SELECT file_id, entries, integral FROM lumisection_histogram ORDER BY lumisection_number'),
    ).toEqual([`${first} 6 6`, `${second} 18 0`, `${second} 5 5`]);
    expect(await ask('SELECT lumisection_count, empty_count FROM run_monitor_element')).toEqual(['3 1']);
    // the third file no longer has anything in common with the second one where it was replaced
    expect(await ask('SELECT lumisection_number, file_id FROM contribution ORDER BY 1, 2')).toEqual([
      `1 ${alike}`,
      `1 ${second}`,
    ]);
  });

  test('refuses the whole batch at the first conflict when told so', async () => {
    const [first, second] = [await beginFile(ledger), await beginFile(ledger)];
    await write(ledger, first, lumisections([{ run: 5, ls: 3, me: 'x/y' }]));
    const batch = lumisections([
      { run: 5, ls: 2, me: 'x/y' },
      { run: 5, ls: 3, me: 'x/y', entries: 1 },
    ]);
    const refusal = expect(write(ledger, second, batch, { onConflict: 'fail' })).rejects;
    await refusal.toThrow(/run 5, LS 3, x\/y, \/ZeroBias\/Run2018A-PromptReco-v1\/DQMIO/);
    expect(await ask('SELECT lumisection_number FROM lumisection_histogram')).toEqual(['3']);
    expect(await ask(`SELECT bytes_done, inserted FROM data_file WHERE id = ${second}`)).toEqual(['0 0']);
    expect(
      counted(await write(ledger, second, lumisections([{ run: 5, ls: 2, me: 'x/y' }]), { onConflict: 'fail' })),
    ).toEqual({ inserted: 1 });
  });

  describe('rows of one key in one file', () => {
    const [A, B, C] = [
      [0, 1, 1, 1, 0],
      [0, 2, 2, 2, 0],
      [0, 3, 3, 3, 0],
    ];
    const stored = () => ask('SELECT integral FROM lumisection_histogram');
    const difference = 'entries 6, not 3; contents of 3 of 5 bins, first bin 1: 2, not 1';

    test('in one batch: the first is inserted, equal ones are identical, others conflict with it', async () => {
      const file = await beginFile(ledger);
      const outcome = await write(ledger, file, lumisections([A, A, B, A, B].map((bins) => ({ bins }))));
      expect(counted(outcome)).toEqual({ inserted: 1, identical: 2, conflicting: 2 });
      expect(outcome.conflicts).toEqual([
        { row: 2, sameFile: true, earlierPath: null, difference },
        { row: 4, sameFile: true, earlierPath: null, difference },
      ]);
      expect(await stored()).toEqual(['3']);
      expect(await ask('SELECT lumisection_count FROM run_monitor_element')).toEqual(['1']);
    });

    test('in two batches alike', async () => {
      const file = await beginFile(ledger);
      await write(ledger, file, lumisections([{ bins: A }]));
      const outcome = await write(ledger, file, lumisections([B, A].map((bins) => ({ bins }))));
      expect(counted(outcome)).toEqual({ identical: 1, conflicting: 1 });
      expect(outcome.conflicts).toEqual([{ row: 0, sameFile: true, earlierPath: null, difference }]);
    });

    test('against another file: each is compared with what stands', async () => {
      const [first, second] = [await beginFile(ledger, {}, { path: '/p' }), await beginFile(ledger)];
      await write(ledger, first, lumisections([{ bins: A }]));
      const outcome = await write(ledger, second, lumisections([B, A, C].map((bins) => ({ bins }))));
      expect(counted(outcome)).toEqual({ identical: 1, conflicting: 2 });
      expect(outcome.conflicts.map(({ earlierPath }) => earlierPath)).toEqual(['/p', '/p']);
      expect(await ask('SELECT file_id FROM contribution')).toEqual([`${second}`]);
    });

    test('replacing: each meets what the one before left', async () => {
      const [first, second] = [await beginFile(ledger), await beginFile(ledger)];
      await write(ledger, first, lumisections([{ bins: A }]));
      const batch = lumisections([A, B, B, A, C].map((bins) => ({ bins })));
      expect(counted(await write(ledger, second, batch, { onConflict: 'replace' }))).toEqual({
        identical: 2,
        replaced: 3,
      });
      expect(await stored()).toEqual(['9']);
      const fresh = lumisections([A, B].map((bins) => ({ ls: 2, bins })));
      expect(counted(await write(ledger, second, fresh, { onConflict: 'replace' }))).toEqual({
        inserted: 1,
        replaced: 1,
      });
      expect(await ask('SELECT integral FROM lumisection_histogram ORDER BY lumisection_number')).toEqual(['9', '6']);
    });
  });

  test('counts a batch of many mixed rows exactly', async () => {
    const [first, second] = [await beginFile(ledger), await beginFile(ledger)];
    const many = Array.from({ length: 500 }, (_, i) => ({ run: 1 + (i % 3), ls: 1 + i, me: `me${i % 7}` }));
    await write(ledger, first, lumisections(many.filter((_, i) => i % 4 !== 0)));
    const again = many.map((row, i) => (i % 5 === 0 ? { ...row, entries: 1 } : row));
    const conflicting = again.filter((_, i) => i % 4 !== 0 && i % 5 === 0).length;
    const inserted = again.filter((_, i) => i % 4 === 0).length;
    const outcome = await write(ledger, second, lumisections(again));
    expect(counted(outcome)).toEqual({ inserted, conflicting, identical: 500 - inserted - conflicting });
    expect(outcome.conflicts.map(({ row }) => row)).toEqual(
      again.flatMap((_, i) => (i % 4 !== 0 && i % 5 === 0 ? [i] : [])),
    );
    expect(await ask('SELECT sum(lumisection_count) FROM run_monitor_element')).toEqual(['500']);
  });

  test('finds keys that are taken in the midst of free ones, and writes each of the others as it is', async () => {
    const [first, second] = [await beginFile(ledger), await beginFile(ledger)];
    const rows = Array.from({ length: 130 }, (_, i) => ({ ls: i + 1, bins: [0, i, 1, i % 3, 0], entries: i / 8 }));
    // of one run, dataset and element, or of several of each
    const others = rows.map((row, i) => ({
      ...row,
      run: 1 + (i % 2),
      me: `me${i % 3}`,
      dataset: i % 5 ? PROMPT : OTHER,
    }));
    const taken = [4, 45, 46, 99, 129];
    await write(ledger, first, lumisections(taken.flatMap((i) => [rows[i] ?? {}, others[i] ?? {}])));
    for (const batch of [rows, others]) {
      const { counts } = await write(ledger, second, lumisections(batch));
      expect(counts).toMatchObject({ inserted: 125, identical: 5, conflicting: 0 });
    }
    const whole = await beginFile(ledger);
    for (const batch of [rows, others]) {
      expect(counted(await write(ledger, whole, lumisections(batch), { onConflict: 'fail' }))).toEqual({
        identical: 130,
      });
    }
  });

  test('rejects a histogram with another number of axes than its element has', async () => {
    const file = await beginFile(ledger);
    await write(ledger, file, lumisections([{ me: 'flat' }]));
    const map = { me: 'flat', ls: 2, dimension: 2 as const, bins: [0, 0, 0, 0, 1, 0, 0, 0, 0] };
    expect(counted(await write(ledger, file, lumisections([map, { ls: 3, me: 'flat' }])))).toEqual({
      inserted: 1,
      rejected: 1,
    });
    expect(await ask('SELECT severity, code, line, field, value FROM ingest_issue')).toEqual([
      'REJECTED DIMENSION_MISMATCH 2 monitorElement flat',
    ]);
    expect(await ask(`SELECT inserted, rejected FROM data_file WHERE id = ${file}`)).toEqual(['2 1']);
  });

  test('learns the dimension of an element from the first histogram that tells', async () => {
    const file = await beginFile(ledger);
    await write(ledger, file, runLevel([{ me: 'summary' }]));
    expect(await ask("SELECT dimension, kind FROM monitor_element WHERE path = 'summary'")).toEqual([' ']);
    await write(ledger, file, lumisections([{ me: 'summary' }]));
    expect(await ask("SELECT dimension, kind FROM monitor_element WHERE path = 'summary'")).toEqual(['1 TH1']);
    const map = { me: 'summary', ls: 2, dimension: 2 as const, bins: [0, 0, 0, 0, 1, 0, 0, 0, 0] };
    expect(counted(await write(ledger, file, lumisections([map])))).toEqual({ rejected: 1 });
  });

  test('run-level histograms: the key has no lumisection, the content has title and moments', async () => {
    const [first, second] = [await beginFile(ledger), await beginFile(ledger)];
    const rows = [
      { me: 'a', title: 'A' },
      { me: 'b', entries: Number.NaN },
      { me: 'c', bins: [0, 1, 2, 3, 0] },
      { me: 'd' },
    ];
    expect(counted(await write(ledger, first, runLevel(rows)))).toEqual({ inserted: 4 });
    expect(counted(await write(ledger, second, runLevel(rows)))).toEqual({ identical: 4 });
    const changed = [
      { me: 'a', title: 'other' },
      { me: 'b', entries: 5 },
      { me: 'c', bins: [0, 1, 2, 4, 0] },
      { me: 'd', rms: 2 },
    ];
    expect(counted(await write(ledger, second, runLevel(changed)))).toEqual({ conflicting: 4 });
    expect(counted(await write(ledger, second, runLevel(changed), { onConflict: 'replace' }))).toEqual({ replaced: 4 });
    expect(counted(await write(ledger, second, runLevel(changed)))).toEqual({ identical: 4 });
    expect(await ask('SELECT run_histogram_count, lumisection_count FROM run_monitor_element')).toEqual(
      new Array(4).fill('1 0'),
    );
    expect(await ask('SELECT count(*) FROM contribution')).toEqual(['0']);
    expect(await ask('SELECT title, bins IS NULL, mean_x FROM run_histogram ORDER BY monitor_element_id')).toHaveLength(
      4,
    );
  });

  test('writes nothing of a batch that fails, not even its issues', async () => {
    const file = await beginFile(ledger);
    const batch = lumisections([{ ls: 1 }, { ls: 2 }]);
    const broken = { ...batch, integral: Float64Array.of(6, Number.NaN) };
    await expect(write(ledger, file, broken, {}, [{ severity: 'REJECTED', code: 'X', reason: 'x' }])).rejects.toThrow(
      /integral/,
    );
    expect(await ask('SELECT count(*) FROM lumisection_histogram')).toEqual(['0']);
    expect(await ask('SELECT count(*) FROM ingest_issue')).toEqual(['0']);
    expect(await ask('SELECT count(*) FROM run')).toEqual(['0']);
    expect(await ask('SELECT bytes_done, rejected FROM data_file')).toEqual(['0 0']);
  });
});
