import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from '@uwdata/flechette';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exportHistograms } from '../../ingest/commands/export.ts';
import { output } from '../../ingest/commands/output.ts';
import { type App, createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Store } from '../../src/store/store.ts';
import { type Ask, asker } from '../schema/ask.ts';
import { lumisectionBatch, type TestHistogram } from '../schema/batch.ts';
import { fillWorld, ingest, PROMPT2023, UL2018 } from '../schema/world.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';

const MANY = { path: 'Demo/many', title: '', axes: [{ bins: 3, min: 0, max: 3, title: '' }] };
/** Of which two datasets have each. */
const LUMISECTIONS = 3_000;

describe.each(databases)('exports of trends on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let app: App;
  let ask: Ask;
  let folder: string;

  const get = (format: string, parameters: Record<string, string>) =>
    app.fetch(`http://localhost/export/trends.${format}?${new URLSearchParams(parameters)}`);
  const lines = async (parameters: Record<string, string>) => {
    const text = await (await get('ndjson', parameters)).text();
    const parsed = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { provenance } = parsed.shift();
    const { summary } = parsed.pop();
    const isCursor = (row: Record<string, unknown>) => 'cursor' in row;
    return {
      text,
      provenance,
      summary,
      rows: parsed.filter((row) => !isCursor(row)),
      cursors: parsed.filter(isCursor),
    };
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lumigraph-trends-'));
    opened = await createTestStore(database);
    await fillWorld(opened.store);
    const histograms = [UL2018, PROMPT2023].flatMap((dataset) =>
      Array.from({ length: LUMISECTIONS }, (_, i): TestHistogram => {
        const contents = Float64Array.of(0, i % 7, 2, i % 11, 0);
        return { run: 400_000 + (i % 2), lumisection: 1 + (i >> 1), dataset, element: MANY, contents };
      }),
    );
    await ingest(opened.store, { path: 'many.csv', format: 'test' }, [lumisectionBatch(histograms)]);
    app = createApp(opened.store, parseConfig({ LUMIGRAPH_LOG: 'silent' }), { session: SESSION });
    ask = asker(opened.store);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await opened.drop();
  });

  it.each([
    [
      'a moment with flags',
      {
        monitorElement: 'charge_PXLayer_1',
        quantity: 'MEAN_X',
        run: '315257-315259',
        mask: 'golden-2018',
        source: 'rr-2018',
        subsystem: 'pixel',
      },
      'monitorElement: "charge_PXLayer_1", quantity: MEAN_X, where: { run: { number: { gte: 315257, lte: 315259 } }, mask: "golden-2018" }, source: "rr-2018", subsystem: "pixel"',
    ],
    [
      'a rate in a window',
      {
        monitorElement: 'charge_PXLayer_1',
        quantity: 'INTEGRAL',
        window: '{"x":{"max":100000}}',
        normalize: 'RATE',
        where: '{"lumisection":{"number":{"gt":3}}}',
      },
      'monitorElement: "charge_PXLayer_1", quantity: INTEGRAL, window: { x: { max: 100000 } }, normalize: RATE, where: { lumisection: { number: { gt: 3 } } }',
    ],
    [
      'histograms of runs',
      { monitorElement: 'CSC/Summary/efficiency', quantity: 'MEAN_X', by: 'RUN', source: 'golden-2018' },
      'monitorElement: "CSC/Summary/efficiency", quantity: MEAN_X, by: RUN, source: "golden-2018"',
    ],
  ])('of %s hold what the graph gives', async (_what, parameters, given) => {
    const { text, provenance, summary, rows } = await lines(parameters as unknown as Record<string, string>);
    const { data, errors } = await ask(
      `{ trend(${given}) { points { run lumisection dataset { name } value entries flag } } }`,
    );
    expect(errors).toBeUndefined();
    expect(rows).toEqual(
      data.trend.points.map(({ dataset, ...point }: { dataset: { name: string } }) => ({
        ...point,
        dataset: dataset.name,
      })),
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(provenance).toMatchObject({ lumigraphExport: 1, query: parameters });
    expect(summary).toMatchObject({ rows: rows.length, cut: null });
    const body = Buffer.from(text).subarray(0, summary.bytes);
    expect(summary.sha256).toBe(createHash('sha256').update(body).digest('hex'));
  });

  it('tell the versions of the source that the flags are of', async () => {
    const asked = { monitorElement: 'charge_PXLayer_1', quantity: 'MEAN_X' };
    const { provenance } = await lines({ ...asked, source: 'rr-2018', subsystem: 'pixel' });
    const { data } = await ask(
      '{ lumisectionMask(expression: "good(\\"rr-2018\\", \\"pixel\\")") { madeOf { source subsystem dataset version } } }',
    );
    expect(data.lumisectionMask.madeOf.length).toBeGreaterThan(0);
    expect(provenance.flags).toEqual(data.lumisectionMask.madeOf.map((part: object) => expect.objectContaining(part)));
    expect((await lines(asked)).provenance).not.toHaveProperty('flags');
  });

  it('go on where they were cut, and after any chunk, to the same rows', async () => {
    const parameters = { monitorElement: MANY.path, quantity: 'FRACTION', window: '{"x":{"min":1}}' };
    const whole = await lines(parameters);
    expect(whole.summary).toMatchObject({ rows: 2 * LUMISECTIONS, cut: null });
    expect(whole.rows[9]).toEqual({
      ...{ run: 400_000, lumisection: 5, dataset: PROMPT2023, entries: 11, flag: null },
      value: 10 / 11,
    });
    expect(whole.cursors.length).toBeGreaterThan(1);
    const parts = [await lines({ ...parameters, limit: '2500' })];
    while (parts.at(-1)?.summary.cut === 'LIMIT') {
      parts.push(await lines({ ...parameters, limit: '2500', after: parts.at(-1)?.summary.cursor }));
    }
    expect(parts.length).toBe(3);
    expect(parts.flatMap(({ rows }) => rows)).toEqual(whole.rows);
    const { cursor } = whole.cursors[0];
    const rest = await lines({ ...parameters, after: cursor });
    expect(rest.rows.length).toBeGreaterThan(0);
    expect(whole.rows.slice(-rest.rows.length)).toEqual(rest.rows);
    expect((await lines({ ...parameters, limit: String(2 * LUMISECTIONS) })).summary).toMatchObject({ cut: null });
    expect((await lines({ ...parameters, limit: '0' })).summary).toMatchObject({ rows: 0, cut: 'LIMIT', cursor: null });
    expect((await lines(parameters)).summary.sha256).toBe(whole.summary.sha256);
  });

  it('are of one version of a mask, whatever is saved while they are read', async () => {
    const saved = (expression: string) =>
      opened.store.masks.save({ name: 'moving', expression, comment: null, author: 'tester' });
    await saved('400000-400001');
    const parameters = { monitorElement: MANY.path, quantity: 'MEAN_X', mask: 'moving' };
    const reader = (await get('ndjson', parameters)).body?.getReader();
    const pieces: Uint8Array[] = [];
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      pieces.push(next.value);
      if (pieces.length === 1) await saved('400000:1');
    }
    const [{ provenance }, ...rows] = Buffer.concat(pieces)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(provenance.masks).toMatchObject([{ madeOf: [{ mask: 'moving', version: 1 }] }]);
    expect(rows.at(-1).summary).toMatchObject({ rows: 2 * LUMISECTIONS, cut: null });
    expect((await lines(parameters)).summary.rows).toBe(2);
  });

  it('as Arrow and CSV are the rows of NDJSON', async () => {
    const parameters = { monitorElement: MANY.path, quantity: 'MEAN_X', limit: '4000', source: 'golden-2018' };
    const { rows, provenance, summary } = await lines(parameters);
    const response = await get('arrow', parameters);
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="trends.arrow"');
    const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()));
    expect(table.toArray()).toEqual(rows);
    expect(JSON.parse(table.schema.metadata?.get('lumigraph.provenance') as string)).toEqual(provenance);
    const text = await (await get('csv', parameters)).text();
    const [first, header, ...all] = text.trimEnd().split('\r\n');
    expect(JSON.parse((first as string).slice(2))).toEqual({ provenance });
    expect(header).toBe('run,lumisection,dataset,value,entries,flag');
    const told = all.filter((line) => !line.startsWith('#')).map((line) => line.split(','));
    expect(told).toEqual(
      rows.map(({ run, lumisection, dataset, value, entries, flag }) => [
        ...[run, lumisection].map(String),
        `"${dataset}"`,
        ...[value ?? '', entries, flag].map(String),
      ]),
    );
    expect(JSON.parse(all.at(-1)?.slice(2) as string).summary).toMatchObject({
      rows: 4_000,
      cut: 'LIMIT',
      cursor: summary.cursor,
    });
  });

  it('are written to files by the command line, byte for byte the same', async () => {
    const file = join(folder, 'trend.csv');
    const written: string[] = [];
    const stdout = vi.spyOn(output, 'print').mockImplementation(async (text) => written.push(text) > 0);
    vi.stubEnv('DATABASE_URL', opened.url);
    try {
      const flags = ['--monitorElement', MANY.path, '--quantity', 'integral', '--run', '400001', '--limit', '10'];
      expect(await exportHistograms.run(['trends', file, ...flags])).toBe(2);
      await expect(exportHistograms.run(['trends', join(folder, 'x.npy'), ...flags])).rejects.toThrow(
        'names no format',
      );
    } finally {
      stdout.mockRestore();
      vi.unstubAllEnvs();
    }
    expect(written.join('')).toMatch(/: 10 points\nmore is there: go on with --after T400001-5-\d+\n$/);
    const parameters = { monitorElement: MANY.path, quantity: 'integral', run: '400001', limit: '10' };
    const withoutSummary = (text: string) => text.slice(0, text.indexOf('# {"summary"'));
    expect(withoutSummary(readFileSync(file, 'utf8'))).toBe(
      withoutSummary(await (await get('csv', parameters)).text()),
    );
  });

  it.each([
    [{ quantity: 'ENTRIES' }, '400 BAD_USER_INPUT monitorElement: a trend is of one'],
    [{ monitorElement: MANY.path }, "400 BAD_USER_INPUT quantity: '' is none of ENTRIES,"],
    [{ monitorElement: 'no such', quantity: 'ENTRIES' }, '404 NOT_FOUND No monitor element'],
    [{ monitorElement: MANY.path, quantity: 'ENTRIES', by: 'FILL' }, "400 BAD_USER_INPUT by: 'FILL' is neither"],
    [{ monitorElement: MANY.path, quantity: 'FRACTION' }, '400 BAD_USER_INPUT window: FRACTION is the share'],
    [{ monitorElement: MANY.path, quantity: 'INTEGRAL', window: '{"z":{}}' }, '400 BAD_USER_INPUT window'],
    [
      { monitorElement: MANY.path, quantity: 'ENTRIES', normalize: 'FILL' },
      "400 BAD_USER_INPUT normalize: 'FILL' is none",
    ],
    [{ monitorElement: MANY.path, quantity: 'ENTRIES', source: 'goldne' }, '404 NOT_FOUND'],
    [
      { monitorElement: MANY.path, quantity: 'ENTRIES', after: 'T1-2' },
      "400 BAD_USER_INPUT after: 'T1-2' is no cursor",
    ],
    [
      { monitorElement: MANY.path, quantity: 'ENTRIES', flow: 'true' },
      '400 BAD_USER_INPUT flow: there is no such parameter',
    ],
  ])('%j is refused before anything is sent', async (parameters, begins) => {
    const response = await get('ndjson', parameters as unknown as Record<string, string>);
    const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
    expect(`${response.status} ${errors[0]?.extensions.code} ${errors[0]?.message}`.slice(0, begins.length)).toBe(
      begins,
    );
  });

  it('are of the formats that they say', async () => {
    const response = await get('npy', { monitorElement: MANY.path, quantity: 'ENTRIES' });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('/export/trends.arrow');
  });
});
