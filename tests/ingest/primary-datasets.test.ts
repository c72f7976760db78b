import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inspectFile } from '../../ingest/pipeline/inspect.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { IngestSettings } from '../../ingest/pipeline/report.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { ingestFolder, none } from '../support/ingest-files.ts';

const { parser, file } = ingestFolder('primary-datasets');
const row = (primaryDataset: string, element: string) =>
  `315259,${primaryDataset},DQMData/Run 315259/CSC/Run summary/${element};1,t,5,1,,,`;
const rows = [row('ZeroBias', 'a'), row('EGamma', 'b'), row('ZeroBias', 'c')];
const path = file(
  'ZeroBias_315259_UL2018.csv',
  ['run,pd,path,title,entries,mean,rms,skewness,kurtosis', ...rows, ''].join('\n'),
);
const mismatch = {
  severity: 'REJECTED',
  code: 'DATASET_MISMATCH',
  line: 3,
  field: 'pd',
  value: 'EGamma',
  reason: 'the file name says primary dataset ZeroBias',
};

describe.each(databases)('a per-run CSV with rows of another primary dataset on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(() => opened.drop());

  const ingest = (settings: IngestSettings = {}) => ingestFile({ store: opened.store, parser }, path, settings);

  test('loses them where its name says the dataset', async () => {
    const report = await ingest();
    expect(report).toMatchObject({ dataset: '/ZeroBias/UL2018', exitStatus: 2 });
    expect(report.counts).toEqual({ ...none, inserted: 2, rejected: 1 });
    expect(report.issues).toMatchObject([mismatch]);
  });

  test('keeps them under the dataset of a flag, with a note', async () => {
    const report = await ingest({ dataset: '/Other/UL2018' });
    expect(report.counts).toEqual({ ...none, inserted: 3 });
    expect(report.issues).toMatchObject([{ severity: 'NOTE', code: 'DATASET_OVERRULED', line: 2, value: 'ZeroBias' }]);
  });

  test('is inspected as it would be ingested', async () => {
    const inspection = await inspectFile({ store: opened.store, parser }, path, {});
    expect(inspection).toMatchObject({ dataset: '/ZeroBias/UL2018', exitStatus: 2, issues: [mismatch] });
    const overruled = await inspectFile({ store: opened.store, parser }, path, { dataset: '/Other/UL2018' });
    expect(overruled.issues).toMatchObject([{ code: 'DATASET_OVERRULED' }]);
  });
});
