import { expect, test } from 'vitest';
import { noCounts } from '../../../src/domain/record.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { createSqlite } from '../../support/databases.ts';

test('a ledger tells of what each batch of a file brought, by its format, and of calls, but not of what was undone', async () => {
  const { url, drop } = await createSqlite({ migrated: true });
  const told: unknown[] = [];
  const onCounts = (format: string, counts: object) => told.push([format, counts]);
  const { ledger, close } = await openStore(url, { onCounts });
  const identity = { sha256: 'x', dataset: '', source: '', format: 'test-format', meMap: '' };
  const { file } = await ledger.begin(identity, { path: 'a.csv', size: 1 }, { force: false });
  const issue = { severity: 'REJECTED', code: 'ODD', reason: 'odd' } as const;
  await ledger.write(file.id, null, [issue] as never, { byte: 1, line: 1 } as never, {
    onConflict: 'keep',
    source: '',
  });
  await ledger.finish(file.id, { status: 'DONE' });
  expect(told).toEqual([['test-format', { ...noCounts(), rejected: 1 }]]);
  const call = {
    identity: { ...identity, format: 'graphql' },
    path: 'call',
    size: 1,
    rows: 1,
    batches: [],
    issues: [issue] as never,
    options: { onConflict: 'keep', source: '' },
    conflictIssue: () => issue as never,
  } as const;
  await ledger.bring({ ...call, strict: true });
  expect(told).toHaveLength(1);
  await ledger.bring({ ...call, strict: false });
  expect(told[1]).toEqual(['graphql', { ...noCounts(), rejected: 1 }]);
  await close();
  await drop();
});
