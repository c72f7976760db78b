import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { bringCall } from '../../ingest/pipeline/call/bring.ts';
import { certificationRows } from '../../ingest/pipeline/call/certifications.ts';
import { inspectFile } from '../../ingest/pipeline/inspect.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { IngestSettings } from '../../ingest/pipeline/report.ts';
import { OPERATOR } from '../../src/domain/viewer.ts';
import { createTestStore, databases } from '../support/databases.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-versions-'));
const parser = new ParseProcess();
afterAll(async () => {
  await parser.close();
  rmSync(folder, { recursive: true, force: true });
});

const LACKING = {
  severity: 'NOTE',
  code: 'RUNS_LACKING',
  value: '3, 4, 5, 6, 7, ...',
  reason: 'version 2 lacks 6 of 8 runs of version 1: it says nothing of them',
};
const EMPTY = /names no run, so that "golden" would say nothing of the 8 runs of its version 1/;

const golden = (runs: readonly number[]) => JSON.stringify(Object.fromEntries(runs.map((run) => [run, [[1, 9]]])));
let files = 0;

/** A version is whole: what it does not name it is silent about. */
describe.each(databases)('the next version of a source on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
    await ingest(golden([1, 2, 3, 4, 5, 6, 7, 8]));
  });
  afterEach(() => opened.drop());

  const ingest = (text: string, settings: IngestSettings = {}) => {
    const path = join(folder, `${files++}.json`);
    writeFileSync(path, text);
    return ingestFile({ store: opened.store, parser }, path, { source: 'golden', ...settings });
  };
  const call = (text: string) => {
    const certifications = [{ golden: text }];
    const request = { viewer: OPERATOR, name: 'upsertCertifications', content: certifications, choices: {} };
    const rows = certificationRows('golden', certifications, [], 'somebody');
    return bringCall(opened.store, { ...request, source: 'golden' }, rows);
  };
  const DATASET = '/ZeroBias/Run2018A-v1/DQMIO';
  test('is of every dataset, which is told to who names one, of a file that is known as well', async () => {
    const told = { severity: 'NOTE', code: 'DATASET_NOT_USED', field: 'dataset', value: DATASET };
    for (const outcome of ['ingested', 'known']) {
      const report = await ingest(golden([1, 2, 3, 4, 5, 6, 7, 8, 9]), { dataset: DATASET });
      expect(report).toMatchObject({ outcome, dataset: '', issues: [told], exitStatus: 0 });
    }
    const path = join(folder, 'inspected.json');
    writeFileSync(path, golden([1]));
    const tools = { store: opened.store, parser };
    const { issues } = await inspectFile(tools, path, { source: 'golden', dataset: DATASET });
    expect(issues).toMatchObject([told]);
  });

  const versions = () => opened.store.lists.count('certificationVersion');

  test('says in its report which runs of the one before it lacks', async () => {
    expect((await ingest(golden([1, 2]))).issues).toMatchObject([LACKING]);
    expect((await call(golden([2]))).report.issues).toMatchObject([
      { severity: 'NOTE', reason: 'version 3 lacks 1 of 2 runs of version 2: it says nothing of them' },
    ]);
    expect((await call(golden([2, 3]))).report.issues).toEqual([]);
  });

  test('is refused where it names no run at all, and the one before does', async () => {
    expect(await ingest('{}')).toMatchObject({
      outcome: 'failed',
      exitStatus: 1,
      error: { code: 'BAD_USER_INPUT', message: expect.stringMatching(EMPTY) },
    });
    await expect(call('{}')).rejects.toMatchObject({
      message: expect.stringMatching(EMPTY),
      details: { reason: 'EMPTY_VERSION' },
    });
    expect(await versions()).toBe(1);
  });

  test('may be empty where that is said to be meant', async () => {
    expect(await ingest('{}', { allowEmpty: true })).toMatchObject({ outcome: 'ingested', exitStatus: 0 });
    expect(await versions()).toBe(2);
    expect((await opened.store.reads.goodLumisections('golden')).runs).toEqual([]);
  });
});
