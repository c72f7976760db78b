import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QualityTestRecord, RecordBatch, ScalarRecord } from '../../../src/domain/record.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTestStore, databases } from '../../support/databases.ts';

const PROMPT = '/ZeroBias/Run2018A-PromptReco-v1/DQMIO';
const END = { byte: 10, line: 1 };

const scalar = (more: Partial<ScalarRecord> = {}): ScalarRecord => ({
  run: 316293,
  lumisection: 0,
  dataset: PROMPT,
  monitorElement: 'Info/ReleaseTag',
  type: 'STRING',
  value: 'CMSSW_10_1_4',
  ...more,
});
const test = (more: Partial<QualityTestRecord> = {}): QualityTestRecord => ({
  run: 316293,
  lumisection: 0,
  dataset: PROMPT,
  monitorElement: 'CSC/h',
  name: 'XRange',
  statusCode: 100,
  result: 0.75,
  algorithm: 'ContentsXRange',
  message: '',
  ...more,
});

describe.each(databases)('scalar values on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let store: Store;
  beforeEach(async () => {
    opened = await createTestStore(database);
    store = opened.store;
  });
  afterEach(() => opened.drop());

  let files = 0;
  const begin = async () => {
    const sha256 = String(++files).padStart(64, '0');
    const identity = { sha256, dataset: '', source: '', format: 'test', meMap: '' };
    return (await store.ledger.begin(identity, { path: `${files}.root`, size: 10 }, { force: false })).file.id;
  };
  type Mode = 'keep' | 'replace' | 'fail';
  const write = (fileId: number, scalars: readonly ScalarRecord[], onConflict: Mode = 'keep') =>
    store.ledger.write(fileId, { kind: 'scalars', scalars }, [], END, { onConflict, source: '' });
  const writeTests = (fileId: number, qualityTests: readonly QualityTestRecord[], onConflict: Mode = 'keep') =>
    store.ledger.write(fileId, { kind: 'qualityTests', qualityTests }, [], END, { onConflict, source: '' });
  const stored = async () =>
    (await store.lists.page('scalarValue', { first: 100, orderBy: [{ field: 'value', descending: false }] })).rows;
  const storedTests = async () =>
    (await store.lists.page('qualityTest', { first: 100, orderBy: [{ field: 'name', descending: false }] })).rows;

  it('count each record once: new, stored alike, stored otherwise', async () => {
    const file = await begin();
    const first = await write(file, [
      scalar(),
      scalar(),
      scalar({ value: 'other' }),
      scalar({ lumisection: 5, type: 'INT', value: '7' }),
    ]);
    expect(first.counts).toMatchObject({
      inserted: 2,
      identical: 1,
      conflicting: 1,
      replaced: 0,
      added: 0,
      rejected: 0,
    });
    expect(first.conflicts).toMatchObject([{ row: 2, sameFile: true, earlierPath: null }]);
    const second = await write(await begin(), [scalar(), scalar({ lumisection: 5, type: 'INT', value: '8' })]);
    expect(second.counts).toMatchObject({
      inserted: 0,
      identical: 1,
      conflicting: 1,
      replaced: 0,
      added: 0,
      rejected: 0,
    });
    expect(second.conflicts).toMatchObject([{ row: 1, sameFile: false, earlierPath: `${files - 1}.root` }]);
    expect(await stored()).toMatchObject([
      { lumisectionNumber: 5, type: 'INT', value: '7' },
      { lumisectionNumber: 0, type: 'STRING', value: 'CMSSW_10_1_4', fileId: file },
    ]);
    expect(await store.lists.page('lumisection', { first: 10, orderBy: [] })).toMatchObject({ rows: [{ number: 5 }] });
    expect(await store.verify()).toEqual([]);
  });

  it('are replaced where that is asked for, and refused whole with fail', async () => {
    await write(await begin(), [scalar()]);
    const file = await begin();
    await expect(write(file, [scalar({ run: 1 }), scalar({ value: 'b' })], 'fail')).rejects.toThrow(
      /run 316293, Info\/ReleaseTag, .*differs/,
    );
    expect((await write(file, [scalar({ value: 'b' }), scalar({ value: 'c' })], 'replace')).counts.replaced).toBe(2);
    expect(await stored()).toMatchObject([{ value: 'c', fileId: file }]);
  });

  it('are the same where their numbers are, however they are written', async () => {
    const int = (value: string) => scalar({ monitorElement: 'Info/n', type: 'INT', value });
    const float = (value: string) => scalar({ monitorElement: 'Info/x', type: 'FLOAT', value });
    const { counts } = await write(await begin(), [
      int('9007199254740993'),
      int('+9007199254740993'),
      int('9007199254740992'),
      float('0.1'),
      float('0.10000000000000001'),
      float('0.2'),
      { ...float('nan'), run: 1 },
      { ...float('nan'), run: 1 },
    ]);
    expect(counts).toMatchObject({ inserted: 3, identical: 3, conflicting: 2 });
    expect(await stored()).toMatchObject([
      { value: '0.1', number: 0.1 },
      { value: '9007199254740993', number: 2 ** 53 },
      { value: 'nan', number: null },
    ]);
  });

  it('stand beside results of quality tests, of which an element has one a test', async () => {
    const file = await begin();
    await write(file, [scalar()]);
    const { counts, conflicts } = await writeTests(file, [
      test(),
      test({ name: 'Noise', statusCode: 300, result: null, message: 'hot: 7' }),
      test(),
      test({ statusCode: 200 }),
      test({ lumisection: 3 }),
    ]);
    expect(counts).toMatchObject({ inserted: 3, identical: 1, conflicting: 1 });
    expect(conflicts).toMatchObject([{ row: 3, sameFile: true }]);
    expect(await storedTests()).toMatchObject([
      { name: 'Noise', status: 'ERROR', statusCode: 300, result: null, message: 'hot: 7', fileId: file },
      { name: 'XRange', status: 'OK', lumisectionNumber: 0, result: 0.75, algorithm: 'ContentsXRange' },
      { name: 'XRange', lumisectionNumber: 3 },
    ]);
    expect(await store.reads.monitorElementByPath('CSC/h')).toMatchObject({ kind: null, subsystem: 'CSC' });
    expect(await store.reads.monitorElementByPath('Info/ReleaseTag')).toMatchObject({ kind: 'SCALAR' });
    await write(file, [scalar({ monitorElement: 'CSC/h', type: 'INT', value: '1' })]);
    expect(await store.reads.monitorElementByPath('CSC/h')).toMatchObject({ kind: 'SCALAR' });
    expect(await store.verify()).toEqual([]);
  });

  it('pass to the file that has them alike when the one that brought them is withdrawn', async () => {
    const [first, second, third] = [await begin(), await begin(), await begin()];
    for (const file of [first, second, third]) {
      await write(file, [scalar(), scalar({ lumisection: 5 })]);
      await writeTests(file, [test(), test({ name: 'Noise' })]);
    }
    expect(await store.verify()).toEqual([]);
    await store.ledger.withdraw(first);
    expect(await stored()).toMatchObject([{ fileId: second }, { fileId: second }]);
    expect(await storedTests()).toMatchObject([{ fileId: second }, { fileId: second }]);
    expect(await store.verify()).toEqual([]);
    // a share that is given up does not come back
    await store.ledger.withdraw(third);
    await store.ledger.withdraw(second);
    expect([await stored(), await storedTests()]).toEqual([[], []]);
    expect(await store.lists.count('monitorElement')).toBe(0);
    expect(await store.lists.count('run')).toBe(0);
  });

  it('that are replaced belong to the file that replaced them, and to no other', async () => {
    const [first, second, third] = [await begin(), await begin(), await begin()];
    for (const file of [first, second]) {
      await write(file, [scalar()]);
      await writeTests(file, [test()]);
    }
    await write(third, [scalar({ value: 'b' })], 'replace');
    await writeTests(third, [test({ statusCode: 300 })], 'replace');
    expect(await storedTests()).toMatchObject([{ statusCode: 300, fileId: third }]);
    expect(await store.verify()).toEqual([]);
    await store.ledger.withdraw(third);
    expect([await stored(), await storedTests()]).toEqual([[], []]);
  });

  it('go with their file, and what they alone named goes with them', async () => {
    const file = await begin();
    await write(file, [scalar(), scalar({ lumisection: 5 }), scalar({ run: 7 })]);
    const other = await begin();
    await write(other, [scalar({ run: 7, monitorElement: 'Info/x' })]);
    await store.ledger.withdraw(file);
    expect(await stored()).toMatchObject([{ runNumber: 7, fileId: other }]);
    expect(await store.lists.count('run')).toBe(1);
    expect(await store.lists.count('lumisection')).toBe(0);
    expect(await store.lists.count('monitorElement')).toBe(1);
    expect(await store.verify()).toEqual([]);
  });

  it('stand beside monitor elements that are known to be efficiencies', async () => {
    const batch = (efficiency?: boolean): RecordBatch => ({
      kind: 'runHistograms',
      title: [],
      ...EMPTY,
      monitorElements: [
        { path: 'Muons/eff', dimension: 1, kind: 'TH1', ...(efficiency !== undefined && { efficiency }) },
      ],
    });
    const file = await begin();
    const efficiency = async () => {
      const element = await store.reads.monitorElementByPath('Muons/eff');
      return (await store.reads.efficiencies([element?.id ?? 0]))[0];
    };
    await store.ledger.write(file, batch(), [], END, { onConflict: 'keep', source: '' });
    expect(await efficiency()).toBeNull();
    await store.ledger.write(file, batch(false), [], END, { onConflict: 'keep', source: '' });
    expect(await efficiency()).toBe(false);
    await store.ledger.write(file, batch(true), [], END, { onConflict: 'keep', source: '' });
    expect(await efficiency()).toBe(true);
    await store.ledger.write(file, batch(false), [], END, { onConflict: 'keep', source: '' });
    expect(await efficiency()).toBe(true);
    const where = { kind: 'test', field: 'efficiency', op: 'eq', value: true } as const;
    expect(await store.lists.count('monitorElement', where)).toBe(1);
  });
});

const none = new Float64Array();
const EMPTY = {
  count: 0,
  line: none,
  run: new Int32Array(),
  monitorElement: new Int32Array(),
  dataset: new Int32Array(),
  entries: none,
  integral: none,
  meanX: none,
  rmsX: none,
  meanY: none,
  rmsY: none,
  skewness: none,
  kurtosis: none,
  binning: new Int32Array(),
  blobs: new Uint8Array(),
  blobEnds: new Uint32Array(),
  datasets: [],
  binnings: [],
};
