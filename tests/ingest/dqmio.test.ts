import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { inspectFile } from '../../ingest/pipeline/inspect.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import type { IngestHooks, IngestSettings } from '../../ingest/pipeline/report.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { zlibBlock } from '../support/root-writer/compress.ts';
import { type DqmioOptions, dqmioFile, type WrittenElement } from '../support/root-writer/dqmio.ts';
import { elementsOfEveryType } from '../support/root-writer/elements.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-dqmio-'));
const parser = new ParseProcess();
afterAll(async () => {
  await parser.close();
  rmSync(folder, { recursive: true, force: true });
});

const RUN = 367129;
const DATASET = '/ZeroBias/Run2023C-PromptReco-v1/DQMIO';
const none = { inserted: 0, identical: 0, conflicting: 0, replaced: 0, added: 0, rejected: 0 };
const file = (name: string, sets: Parameters<typeof dqmioFile>[0], options: DqmioOptions = {}) => {
  const path = join(folder, `ZeroBias-Run2023C-PromptReco-v1-DQMIO-${name}.root`);
  writeFileSync(path, dqmioFile(sets, { compress: zlibBlock, ...options }));
  return path;
};
const everything = (lumi: number) => ({ run: RUN, lumi, elements: elementsOfEveryType(lumi + 1) });
const counts = (fullName: string, ...contents: number[]): WrittenElement => ({
  tree: 'TH1Fs',
  fullName,
  value: { fXaxis: { fNbins: contents.length, fXmin: 0, fXmax: 1 }, fEntries: 5, fArray: [0, ...contents, 0] },
});

describe.each(databases)('DQMIO files on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(() => opened.drop());

  const ingest = (path: string, settings: IngestSettings = {}, hooks: IngestHooks = {}) =>
    ingestFile({ store: opened.store, parser }, path, settings, hooks);

  test('leave every type at both levels, and the lumisections in which nothing was stored', async () => {
    const path = file('all', [everything(1), everything(2), { run: RUN, lumi: 3, elements: [] }, everything(0)]);
    const report = await ingest(path);
    expect(report).toMatchObject({
      format: 'dqmio',
      dataset: DATASET,
      counts: { ...none, inserted: 40 },
      exitStatus: 0,
    });
    const dump = await dumpDatabase(opened.url);
    expect(dump.lumisections.map((row) => row.split(' | ').slice(0, 2).join(' | '))).toEqual(
      [1, 2, 3].map((ls) => `${RUN} | ${ls}`),
    );
    expect(dump.lumisectionHistograms).toHaveLength(20);
    expect(dump.runHistograms).toHaveLength(10);
    expect(dump.monitorElements).toHaveLength(13);
    expect(await opened.store.verify()).toEqual([]);
    expect(await ingest(path)).toMatchObject({ outcome: 'known' });
  });

  test('are inspected: scalars are told as histograms are', async () => {
    const { contents, ingest } = await inspectFile(
      { parser, store: opened.store },
      file('inspected', [everything(1), everything(0)]),
      {},
    );
    expect(contents.others).toEqual({ scalars: 6 });
    expect(contents.runs).toMatchObject([{ run: RUN, lumisections: [[1, 1]], lumisectionHistograms: 10 }]);
    expect(contents.elements).toHaveLength(13);
    expect(contents.elements.find(({ path }) => path === 'Pixel/events')).toMatchObject({
      kind: 'SCALAR',
      lumisectionHistograms: 1,
      runHistograms: 1,
    });
    expect(ingest?.counts).toEqual({ ...none, inserted: 26 });
  });

  test('hold parts of one whole, which add up in any order, and in one file', async () => {
    const parts = [
      file('part1', [{ run: RUN, lumi: 1, elements: [counts('A/a', 1, 2), counts('A/b', 5, 5)] }]),
      file('part2', [{ run: RUN, lumi: 1, elements: [counts('A/a', 10, 20)] }]),
      file('part3', [
        { run: RUN, lumi: 1, elements: [counts('A/a', 100, 0)] },
        { run: RUN, lumi: 1, elements: [counts('A/a', 1000, 0)] },
      ]),
    ];
    const whole = file('whole', [{ run: RUN, lumi: 1, elements: [counts('A/a', 1111, 22), counts('A/b', 5, 5)] }]);
    const contents = async (order: readonly (string | undefined)[]) => {
      const other = await createTestStore(database);
      try {
        const tools = { store: other.store, parser };
        for (const path of order) {
          const { exitStatus } = await ingestFile(tools, path ?? '');
          expect(exitStatus).toBe(0);
          // a second time it is known
          expect(await ingestFile(tools, path ?? '')).toMatchObject({ outcome: 'known' });
        }
        const rows = (await dumpDatabase(other.url)).lumisectionHistograms;
        // but for the file and the number of fills
        return rows.map((row) => row.split(' | ').filter((_, i) => i !== 5 && i !== 6));
      } finally {
        await other.drop();
      }
    };
    const expected = await contents([whole]);
    expect(expected).toHaveLength(2);
    expect(await contents(parts)).toEqual(expected);
    expect(await contents([parts[2], parts[0], parts[1]])).toEqual(expected);
  });

  test('tell both places of rows of one file that contradict each other', async () => {
    const path = file('contradiction', [
      { run: RUN, lumi: 1, elements: [counts('A/b', 1), counts('A/a', 1)] },
      { run: RUN, lumi: 1, elements: [counts('A/a', 2)] },
    ]);
    const { counts: found, issues } = await ingest(path, { onConflict: 'keep' });
    expect(found).toEqual({ ...none, inserted: 2, conflicting: 1 });
    expect(issues).toMatchObject([
      {
        code: 'CONFLICT_IN_FILE',
        value: `run ${RUN}, LS 1, A/a`,
        reason:
          'line 2 (entry 1 of tree TH1Fs) of this file has the same key and another content: ' +
          'line 2 stays, line 3 (entry 2 of tree TH1Fs) does not: contents of 1 of 3 bins, first bin 1: 2, not 1',
      },
    ]);
  });

  test('are left out element by element, counted once however often the reading stops', async () => {
    const path = file('stops', [everything(1), everything(2), everything(3)], { basketEntries: 2 });
    const settings = { elements: { exclude: ['*/map*', '*/events'] } };
    const skipped = ['events', 'map', 'map_double', 'map_int', 'map_short'].map((name) => `Pixel/${name}`);
    let stops = 0;
    for (; stops < 4; stops++) {
      const controller = new AbortController();
      controller.abort();
      const { outcome } = await ingest(path, { ...settings, batchRows: 3 }, { signal: controller.signal });
      expect(outcome).toBe('cancelled');
    }
    const report = await ingest(path, settings);
    expect(report).toMatchObject({ outcome: 'ingested', counts: { ...none, inserted: 24 } });
    expect(report.skipped).toEqual({ rows: 15, elements: skipped.map((path) => ({ path, rows: 3 })) });
  });

  test('cost what is refused in them, told by tree, entry and branch', async () => {
    const short = { ...counts('A/short', 1), value: { fXaxis: { fNbins: 3, fXmin: 0, fXmax: 1 }, fArray: [1] } };
    const path = file('refused', [{ run: RUN, lumi: 1, elements: [counts('A/a', 1, 2), short, counts('A/b', 1)] }]);
    const report = await ingest(path);
    expect(report).toMatchObject({ counts: { ...none, inserted: 2, rejected: 1 }, exitStatus: 2 });
    expect(report.issues).toMatchObject([
      {
        severity: 'REJECTED',
        code: 'BIN_COUNT',
        line: 2,
        field: 'TH1Fs.Value',
        value: 'A/short',
        reason: `entry 1 of tree TH1Fs (run ${RUN}, LS 1): contents: 1 cells where the axes need 5`,
      },
    ]);
  });
});
