import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import type { ElementChoice } from '../../ingest/pipeline/elements.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { csv, csvRow } from '../support/csv-files.ts';
import { createTestStore, databases } from '../support/databases.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-leaves-'));
const parser = new ParseProcess();
afterAll(async () => {
  await parser.close();
  rmSync(folder, { recursive: true, force: true });
});

const row = (name: string, content: number) => csvRow({ name, bins: [0, content, 0] });

describe.each(databases)('names that are leaves alone, on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  beforeEach(async () => {
    opened = await createTestStore(database);
  });
  afterEach(() => opened.drop());

  const ingest = async (name: string, rows: readonly string[], elements?: ElementChoice) => {
    const path = join(folder, name);
    writeFileSync(path, csv(...rows));
    const settings = { dataset: '/ZeroBias/Run2018A-PromptReco-v1/DQMIO', ...(elements && { elements }) };
    return ingestFile({ store: opened.store, parser }, path, settings);
  };

  const pathsNamed = async (name: string) => {
    const query = `{ monitorElements(where: { name: { eq: "${name}" } }) { nodes { path } } }`;
    const response = await createApp(opened.store, loadConfig({})).fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data } = (await response.json()) as { data: { monitorElements: { nodes: { path: string }[] } } };
    return data.monitorElements.nodes.map(({ path }) => path);
  };

  test('stay as the file says them, and are found beside full paths', async () => {
    await ingest('leaf.csv', [row('charge', 5)]);
    await ingest('full.csv', [row('Pixel/Tracks/charge', 6), row('Pixel/Tracks/size', 6)]);
    expect(await pathsNamed('charge')).toEqual(['Pixel/Tracks/charge', 'charge']);
  });

  test('become full paths by a map or a prefix, and meet what stands under these', async () => {
    const { path } = await ingest('full.csv', [row('Pixel/Tracks/charge', 6)]);
    for (const [file, elements] of [
      ['map.csv', { map: { charge: 'Pixel/Tracks/charge' } }],
      ['prefix.csv', { prefix: 'Pixel/Tracks' }],
    ] as const) {
      const { counts, issues } = await ingest(file, [row('charge', 7)], elements);
      expect(counts).toMatchObject({ conflicting: 1 });
      expect(issues[0]).toMatchObject({ line: 2, value: 'run 1, LS 1, Pixel/Tracks/charge' });
      expect(issues[0]?.reason).toContain(path);
    }
    expect(await pathsNamed('charge')).toEqual(['Pixel/Tracks/charge']);
  });

  test('of two monitor elements in one lumisection are a conflict that names both lines', async () => {
    const { counts, issues } = await ingest('twice.csv', [row('charge', 6), row('charge', 7)]);
    expect(counts).toMatchObject({ inserted: 1, conflicting: 1 });
    expect(issues).toMatchObject([
      { code: 'CONFLICT_IN_FILE', line: 3, reason: expect.stringMatching(/line 2 stays, line 3 does not/) },
    ]);
  });
});
