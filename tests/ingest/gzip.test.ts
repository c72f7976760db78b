import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inspectFile } from '../../ingest/pipeline/inspect.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { IngestSettings } from '../../ingest/pipeline/report.ts';
import { lumisectionCsv } from '../support/csv-files.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { DATASET, ingestFolder, none } from '../support/ingest-files.ts';

const { parser, file } = ingestFolder('gzip');
/** More than is inflated at once. */
const text = lumisectionCsv({ lumisections: 400, elements: 40 });
const rows = 400 * 40;
const packed = gzipSync(text);
/** One wrong bit that every step of inflating takes for good: other digits come out, and the checksum says so at the end. */
const flipped = withWrongBit(packed);

function withWrongBit(good: Buffer): Buffer {
  for (let at = good.length >> 1; at < good.length - 8; at++) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] as number) ^ 1;
    try {
      gunzipSync(bad);
    } catch (error) {
      if ((error as Error).message === 'incorrect data check') return bad;
    }
  }
  throw new Error('every wrong bit is found where it stands');
}

describe.each(databases)('a gzipped file on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(() => opened.drop());

  const ingest = (path: string, settings: IngestSettings = {}) =>
    ingestFile({ store: opened.store, parser }, path, { dataset: DATASET, ...settings });
  const stored = async () => (await dumpDatabase(opened.url)).lumisectionHistograms?.length;

  test.each([
    ['flipped', flipped],
    ['second-member', Buffer.concat([packed, flipped])],
  ])('with a wrong bit brings nothing: %s', async (name, content) => {
    const report = await ingest(file(`${name}.csv.gz`, content));
    expect(report).toMatchObject({ outcome: 'failed', exitStatus: 1, counts: none, error: { code: 'BROKEN_GZIP' } });
    expect(report.error?.message).toMatch(/broken gzip \(incorrect data check\).* anywhere before/);
    expect(await stored()).toBe(0);
    const mended = await ingest(file(`${name}.csv.gz`, packed));
    expect(mended).toMatchObject({ exitStatus: 0, counts: { ...none, inserted: rows } });
  });

  test('with a wrong bit replaces nothing, forced or strict', async () => {
    await ingest(file('good.csv', text.replaceAll(' 7', ' 8')));
    const before = await dumpDatabase(opened.url);
    const path = file('bad.csv.gz', flipped);
    for (const settings of [{ force: true }, { strict: true }]) {
      const report = await ingest(path, { onConflict: 'replace', ...settings });
      expect(report).toMatchObject({ outcome: 'failed', counts: none, error: { code: 'BROKEN_GZIP' } });
    }
    expect((await dumpDatabase(opened.url)).lumisectionHistograms).toEqual(before.lumisectionHistograms);
  });

  test('with a wrong bit is inspected as broken', async () => {
    const path = file('inspected.csv.gz', flipped);
    const inspection = await inspectFile({ store: opened.store, parser }, path, { dataset: DATASET });
    expect(inspection).toMatchObject({ exitStatus: 1, error: { code: 'BROKEN_GZIP' }, contents: { runs: [] } });
  });

  test.each([
    ['long', text],
    ['short', text.split('\n').slice(0, 2).join('\n')],
  ])('with something else behind its end says so, and brings nothing: %s', async (name, content) => {
    const path = file(`${name}.csv.gz`, Buffer.concat([gzipSync(content), Buffer.from('garbage')]));
    const report = await ingest(path);
    expect(report).toMatchObject({ outcome: 'failed', counts: none, error: { code: 'BROKEN_GZIP' } });
    expect(report.error?.message).toContain('behind the end of its gzip data stands something else');
  });

  test('that is cut off brings nothing', async () => {
    for (const missing of [1, 8, packed.length >> 1]) {
      const report = await ingest(file(`cut-${missing}.csv.gz`, packed.subarray(0, packed.length - missing)));
      expect(report).toMatchObject({ outcome: 'failed', counts: none, error: { code: 'TRUNCATED' } });
    }
    expect(await stored()).toBe(0);
  });

  test.each([
    ['padded with zeros', Buffer.concat([packed, Buffer.alloc(512)])],
    ['of several members', Buffer.concat([gzipSync(text.slice(0, 999)), gzipSync(text.slice(999))])],
  ])('is read: %s', async (name, content) => {
    expect((await ingest(file(`${name}.csv.gz`, content))).counts).toEqual({ ...none, inserted: rows });
  });
});
