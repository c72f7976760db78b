import { describe, expect, test } from 'vitest';
import type { IssueRecord } from '../../../src/domain/record.ts';
import { createTestStore, databases } from '../../support/databases.ts';
import { beginFile, write } from './write.ts';

const rejected = (from: number, count: number): IssueRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    severity: 'REJECTED',
    code: 'BIN_COUNT',
    line: from + i,
    reason: 'too few',
  }));
const note: IssueRecord = { severity: 'NOTE', code: 'X_OUTER', reason: 'turned' };

describe.each(databases)('the issues of a file, on $name', (database) => {
  test('are kept up to 10,000, which is said; the others are counted, and every note is kept', async () => {
    const { store, drop } = await createTestStore(database);
    const { ledger } = store;
    const file = await beginFile(ledger);
    await write(ledger, file, null, {}, rejected(1, 9_990));
    await write(ledger, file, null, {}, [...rejected(9_991, 5), note, ...rejected(9_996, 20)]);
    await write(ledger, file, null, {}, [...rejected(10_016, 5_000), note]);
    await ledger.addIssues(file, [note]);
    expect(await ledger.issues(file, 'BIN_COUNT', 0, 20_000)).toHaveLength(9_999);
    const end = await ledger.issues(file, null, 9_999, 20_000);
    expect(end.map(({ number, code, line }) => [number, code, Number(line)])).toEqual([
      [10_000, 'BIN_COUNT', 9_999],
      [10_001, 'ISSUES_NOT_KEPT', 0],
      [10_002, 'X_OUTER', 0],
      [10_003, 'X_OUTER', 0],
    ]);
    const [row] = await store.reads.dataFiles([file]);
    expect(row).toMatchObject({ rejected: 15_015 });
    await drop();
  });

  test('have no place where it is none', async () => {
    const { store, drop } = await createTestStore(database);
    const { ledger } = store;
    const file = await beginFile(ledger);
    const places = [2 ** 53 - 1, 2 ** 53, 2 ** 62, 2 ** 64, -1, 1.5, Number.NaN];
    await write(
      ledger,
      file,
      null,
      {},
      places.map((byte) => ({ ...note, byte, line: byte })),
    );
    const issues = await ledger.issues(file, null, 0, 10);
    expect(issues.map(({ byte }) => byte)).toEqual([BigInt(2 ** 53 - 1), null, null, null, null, null, null]);
    expect(issues.map(({ line }) => line)).toEqual(issues.map(({ byte }) => byte));
    await drop();
  });
});
