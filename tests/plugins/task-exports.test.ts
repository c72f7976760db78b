import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from '@uwdata/flechette';
import { parquetMetadata } from 'hyparquet';
import { readParquet } from 'parquet-wasm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exportHistograms } from '../../ingest/commands/export.ts';
import { output } from '../../ingest/commands/output.ts';
import { type App, createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Scope } from '../../src/domain/viewer.ts';
import type { Store } from '../../src/store/store.ts';
import { type Ask, asker } from '../schema/ask.ts';
import { CHARGE, fillTaskWorld, RUNS, SIZE } from '../schema/task-world.ts';
import { UL2018 } from '../schema/world.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';

const [first, second, third] = RUNS as [number, number, number];
const TASK = {
  ...{ monitorElements: [SIZE.path, CHARGE.path], dataset: UL2018 },
  truth: { positive: 'dcs-2018 - golden-2018', negative: 'golden-2018' },
  ...{ training: { runs: [first] }, validation: { runs: [second] }, testing: { runs: [third] } },
};

type Row = Record<string, unknown>;

describe.each(databases)('exports of tasks on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let app: App;
  let root: Ask;

  const get = (path: string, parameters: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    app.fetch(`http://localhost/export/tasks/${path}?${new URLSearchParams(parameters)}`, { headers });
  const read = async (path: string, parameters: Record<string, string> = {}, headers: Record<string, string> = {}) => {
    const response = await get(path, parameters, headers);
    expect(response.status).toBe(200);
    const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()));
    const rows = table.toArray() as Row[];
    const provenance = JSON.parse(table.schema.metadata?.get('lumigraph.provenance') as string);
    return { rows, provenance, headers: response.headers };
  };
  const refusal = async (path: string, parameters: Record<string, string> = {}) => {
    const response = await get(path, parameters);
    const { errors } = (await response.json()) as { errors: { extensions: { code: string; reason?: string } }[] };
    return `${response.status} ${errors[0]?.extensions.reason ?? errors[0]?.extensions.code}`;
  };
  const token = async (name: string, scopes: Scope[]) => {
    const expiresAt = new Date(Date.now() + 60_000);
    return (await opened.store.tokens.create({ name, scopes, expiresAt }, 'test')).secret;
  };
  const create = async (name: string, changes: object = {}, isFrozen = true) => {
    const made = await root('mutation ($input: CreateTaskInput!) { createTask(input: $input) { created } }', {
      input: { name, ...TASK, ...changes },
    });
    expect(made.errors).toBeUndefined();
    if (!isFrozen) return;
    const frozen = await root('mutation ($task: String!) { freezeTask(input: { task: $task }) { frozen } }', {
      task: name,
    });
    expect(frozen.errors).toBeUndefined();
  };

  beforeAll(async () => {
    opened = await createTestStore(database);
    await fillTaskWorld(opened.store);
    app = createApp(opened.store, parseConfig({ LUMIGRAPH_LOG: 'silent' }), { session: SESSION });
    root = asker(opened.store);
    await create('open');
    await create('windows', { granularity: 'WINDOW', windowLength: 2, minEntries: 1 });
    await create('whole', {
      granularity: 'RUN',
      monitorElements: [CHARGE.path],
      mixed: 'MAJORITY',
      allow: ['ONE_CLASS_TRAIN', 'ONE_CLASS_VALIDATION', 'ONE_CLASS_TEST'],
    });
    await create('draft', {}, false);
  });
  afterAll(() => opened.drop());

  it.each(['open', 'windows', 'whole'])(
    'of %s hold each member of each part with what the graph gives of it',
    async (task) => {
      for (const part of ['TRAIN', 'VALIDATION', 'TEST']) {
        const { rows, provenance } = await read(`${task}/${part.toLowerCase()}.arrow`);
        const expected: Row[] = [];
        for (const monitorElement of task === 'whole' ? [CHARGE.path] : TASK.monitorElements) {
          const { data, errors } = await root(
            `query ($task: String!, $part: TaskPartName!, $monitorElement: String!) { task(name: $task) { hash
            matrix(part: $part, monitorElement: $monitorElement) { lumisectionLast truth matrix { runs lumisections valid entries bins axes { bins min max } } } } }`,
            { task, part, monitorElement },
          );
          expect(errors).toBeUndefined();
          const { lumisectionLast, truth, matrix } = data.task.matrix;
          expect(provenance.hash).toBe(data.task.hash);
          for (const [i, run] of matrix.runs.entries()) {
            const valid = matrix.valid[i];
            const [axis] = valid ? matrix.axes : [{ bins: null, min: null, max: null }];
            expected.push({
              ...{ run, lumisection: matrix.lumisections?.[i] || null, lumisectionLast: lumisectionLast[i] || null },
              ...{
                monitorElement,
                truth: truth[i],
                valid,
                gap: valid ? '' : 'NO_HISTOGRAM',
                entries: matrix.entries[i],
                injection: '',
                strength: null,
              },
              ...{ xBins: axis.bins, xMin: axis.min, xMax: axis.max, xEdges: null },
              ...{ yBins: null, yMin: null, yMax: null, yEdges: null, bins: valid ? matrix.bins[i] : null },
            });
          }
        }
        const plain = rows.map((row) => ({ ...row, bins: row.bins && Array.from(row.bins as number[]) }));
        expect(plain).toEqual(expected);
        expect(provenance).toMatchObject({ lumigraphExport: 1, task, part, rows: rows.length, isTruthShown: true });
      }
      const { rows } = await read(`${task}/test.arrow`);
      expect(new Set(rows.map(({ truth }) => truth)).size).toBe(task === 'whole' ? 1 : 2);
      expect(rows.some(({ valid }) => valid === false)).toBe(task !== 'whole');
    },
  );

  it('have the bins of a monitor element, with flow, in the type that is asked for', async () => {
    const whole = await read('open/train.arrow', { monitorElement: CHARGE.path });
    const flow = await read('open/train.arrow', { monitorElement: CHARGE.path, flow: 'true', type: 'INT32' });
    expect(flow.rows.map(({ bins }) => (bins as Int32Array).slice(1, 5)).map((bins) => Array.from(bins))).toEqual(
      whole.rows.map(({ bins }) => Array.from(bins as Float64Array)),
    );
    expect(flow.rows[0]?.bins).toBeInstanceOf(Int32Array);
    expect(whole.rows[0]?.bins).toBeInstanceOf(Float64Array);
  });

  it('as Parquet hold the same rows, gaps too', async () => {
    const arrow = await read('open/test.arrow');
    const response = await get('open/test.parquet');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="open-test.parquet"');
    const bytes = new Uint8Array(await response.arrayBuffer());
    const rows = tableFromIPC(readParquet(bytes).intoIPCStream()).toArray() as Row[];
    const plain = ({ bins, ...row }: Row) => ({ ...row, bins: bins && Array.from(bins as Float64Array) });
    expect(rows.map(plain)).toEqual(arrow.rows.map(plain));
    expect(rows.filter(({ valid }) => valid === false).length).toBe(1);
    const { key_value_metadata: kept } = parquetMetadata(bytes.buffer);
    const provenance = kept?.find(({ key }) => key === 'lumigraph.provenance')?.value;
    expect(JSON.parse(provenance as string)).toEqual(arrow.provenance);
  });

  it('go on where they were cut, over the end of a monitor element too, to the same rows', async () => {
    const whole = await read('open/test.arrow');
    const parts: Row[] = [];
    let after: string | undefined;
    for (let cut = 'LIMIT'; cut !== null; ) {
      const response = await get('open/test.arrow', { limit: '7', ...(after !== undefined && { after }) });
      const bytes = new Uint8Array(await response.arrayBuffer());
      parts.push(...(tableFromIPC(bytes).toArray() as Row[]));
      const text = Buffer.from(bytes).toString('latin1');
      const summary = JSON.parse(/\{"rows":\d+,"cut".*?\}/.exec(text)?.[0] as string);
      ({ cut, cursor: after } = summary);
    }
    expect(whole.rows.length).toBe(20);
    expect(parts).toEqual(whole.rows);
  });

  it('are written to files by the command line, with the same rows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lumigraph-task-export-'));
    const written: string[] = [];
    const stdout = vi.spyOn(output, 'print').mockImplementation(async (text) => written.push(text) > 0);
    vi.stubEnv('DATABASE_URL', opened.url);
    try {
      const file = join(folder, 'part.arrow');
      expect(await exportHistograms.run(['tasks', 'open', 'test', file, '--limit', '12'])).toBe(2);
      expect(written.join('')).toBe(`${file}: 12 rows\nmore is there: go on with --after M1-${third}-2\n`);
      const { rows } = await read('open/test.arrow', { limit: '12' });
      expect(tableFromIPC(readFileSync(file)).toArray()).toEqual(rows);
      await expect(exportHistograms.run(['tasks', 'open', 'test', join(folder, 'x.csv')])).rejects.toThrow(
        'names no format',
      );
      await expect(exportHistograms.run(['tasks', 'open', file])).rejects.toThrow('name a task');
      await expect(exportHistograms.run(['tasks', 'open', 'tests', file])).rejects.toThrow("'tests' is none of");
      await expect(exportHistograms.run(['tasks', 'draft', 'test', file])).rejects.toThrow('is a draft');
    } finally {
      stdout.mockRestore();
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('tell the truth of a hidden test part to nobody but its author and the scope admin', async () => {
    const before = (await read('open/test.arrow')).headers.get('etag') as string;
    await create('closed', { isTruthHidden: true, allow: ['SHOWN_TRUTH'] });
    const reader = { authorization: `Bearer ${await token('reader', ['read'])}` };
    const admin = { authorization: `Bearer ${await token('boss', ['admin'])}` };
    for (const headers of [{}, reader] as Record<string, string>[]) {
      const { rows, provenance } = await read('closed/test.arrow', {}, headers);
      expect(new Set(rows.map(({ truth }) => truth))).toEqual(new Set(['']));
      expect(provenance.isTruthShown).toBe(false);
      const train = await read('closed/train.arrow', {}, headers);
      expect(new Set(train.rows.map(({ truth }) => truth))).toEqual(new Set(['POSITIVE', 'NEGATIVE']));
    }
    const { rows, headers } = await read('closed/test.arrow', {}, admin);
    expect(new Set(rows.map(({ truth }) => truth))).toEqual(new Set(['POSITIVE', 'NEGATIVE']));
    // other tasks do not tell what this one hides
    const open = await read('open/test.arrow', {}, { 'if-none-match': before });
    expect(new Set(open.rows.map(({ truth }) => truth))).toEqual(new Set(['']));
    expect(open.provenance.isTruthShown).toBe(false);
    // what the one has in its cache is not what the other is told it has
    const etag = headers.get('etag') as string;
    expect((await get('closed/test.arrow', {}, { ...admin, 'if-none-match': etag })).status).toBe(304);
    expect((await read('closed/test.arrow', {}, { ...reader, 'if-none-match': etag })).rows.length).toBe(rows.length);
  });

  it('are named by the task, so that who has one is not sent it again', async () => {
    const { headers } = await read('open/train.arrow');
    const etag = headers.get('etag') as string;
    expect(headers.get('content-disposition')).toBe('attachment; filename="open-train.arrow"');
    expect(headers.get('cache-control')).toBe('private, no-store');
    const again = await get('open/train.arrow', {}, { 'if-none-match': etag });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    for (const [path, parameters] of [
      ['open/test.arrow', {}],
      ['windows/train.arrow', {}],
      ['open/train.arrow', { limit: '1' }],
    ] as [string, Record<string, string>][]) {
      const { status, body } = await get(path, parameters, { 'if-none-match': etag });
      expect(status).toBe(200);
      await body?.cancel();
    }
  });

  it('are refused of drafts, of what is not stored, and of what is no such export', async () => {
    expect(await refusal('draft/train.arrow')).toBe('400 DRAFT');
    expect(await refusal('nobody/train.arrow')).toBe('404 NOT_FOUND');
    expect(await refusal('open/train.arrow', { monitorElement: 'no such' })).toBe('404 NOT_FOUND');
    expect(await refusal('open/train.arrow', { after: 'M0-1' })).toBe('400 BAD_USER_INPUT');
    expect(await refusal('open/train.arrow', { mask: 'golden-2018' })).toBe('400 BAD_USER_INPUT');
    expect(await refusal('open/train.csv')).toBe('404 NOT_FOUND');
    expect(await refusal('open/practice.arrow')).toBe('404 NOT_FOUND');
    expect(await refusal('%ff/train.arrow')).toBe('400 BAD_USER_INPUT');
  });
});
