import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { tableFromIPC } from '@uwdata/flechette';
import { parquetMetadata } from 'hyparquet';
import { readParquet } from 'parquet-wasm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exportHistograms } from '../../ingest/commands/export.ts';
import { output } from '../../ingest/commands/output.ts';
import { type App, createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Store } from '../../src/store/store.ts';
import { type Ask, asker } from '../schema/ask.ts';
import { lumisectionBatch, type TestHistogram } from '../schema/batch.ts';
import { CHARGE_PATH, DISK, fillWorld, ingest, LUMISECTIONS, PROMPT2023, STATUS, UL2018 } from '../schema/world.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
if (!hasNumpy) console.warn('python3 with numpy is not here: files of .npy are not read back by it');

const MANY = 2_500;

/** An axis of NDJSON as the columns of Arrow tell it. */
const axisOf = (name: string, axis?: { bins: number; min: number; max: number; edges?: number[] }) => ({
  [`${name}Bins`]: axis?.bins ?? null,
  [`${name}Min`]: axis?.min ?? null,
  [`${name}Max`]: axis?.max ?? null,
  [`${name}Edges`]: axis?.edges ?? null,
});

describe.each(databases)('exports on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let app: App;
  let ask: Ask;
  let folder: string;

  const get = (path: string, parameters: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    app.fetch(`http://localhost/export/${path}?${new URLSearchParams(parameters)}`, { headers });
  const lines = async (parameters: Record<string, string> = {}) => {
    const text = await (await get('histograms.ndjson', parameters)).text();
    const all = text.trimEnd().split('\n');
    const parsed = all.map((line) => JSON.parse(line));
    const { provenance } = parsed.shift();
    const { summary } = parsed.pop();
    return { text, provenance, summary, rows: parsed.filter((row) => !('cursor' in row)), parsed };
  };
  const refusal = async (path: string, parameters: Record<string, string> = {}) => {
    const response = await get(path, parameters);
    const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
    return `${response.status} ${errors[0]?.extensions.code} ${errors[0]?.message}`;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lumigraph-export-'));
    opened = await createTestStore(database);
    await fillWorld(opened.store);
    const many = { path: 'Demo/many', title: '', axes: [{ bins: 3, min: 0, max: 3, title: '' }] };
    const contents = Float64Array.of(0, 1, 2, 300, 0);
    const histograms = Array.from(
      { length: MANY },
      (_, i): TestHistogram => ({
        run: 400_000 + Math.floor(i / 100),
        lumisection: 1 + (i % 100),
        dataset: UL2018,
        element: many,
        contents,
      }),
    );
    await ingest(opened.store, { path: 'many.csv', format: 'test', dataset: UL2018 }, [lumisectionBatch(histograms)]);
    app = createApp(opened.store, parseConfig({ LUMIGRAPH_LOG: 'silent' }), { session: SESSION });
    ask = asker(opened.store);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await opened.drop();
  });

  it('hold what the graph gives, with what was asked for and what it is', async () => {
    const parameters = { run: '315257', where: '{"monitorElement":{"subsystem":{"eq":"CSC"}}}', mask: 'golden-2018' };
    const { text, provenance, summary, rows } = await lines(parameters);
    const { data } = await ask(`{ lumisectionHistograms(where: { mask: "golden-2018", run: { number: { eq: 315257 } },
        monitorElement: { subsystem: { eq: "CSC" } } }, orderBy: { field: LUMISECTION }) {
      nodes { run { number } lumisection { number } dataset { name } monitorElement { path } entries integral meanX rmsX meanY rmsY bins } } }`);
    const { nodes } = data.lumisectionHistograms;
    expect(rows.map(({ axes: _axes, ...row }) => row)).toEqual(
      nodes.map(
        ({
          run,
          lumisection,
          dataset,
          monitorElement,
          ...node
        }: Record<string, { number: number; name: string; path: string }>) => ({
          run: run?.number,
          lumisection: lumisection?.number,
          dataset: dataset?.name,
          monitorElement: monitorElement?.path,
          ...node,
        }),
      ),
    );
    expect(rows[0].axes).toEqual(STATUS.axes.map(({ title: _title, ...axis }) => expect.objectContaining(axis)));
    expect(provenance).toMatchObject({ lumigraphExport: 1, level: 'LUMISECTION', query: parameters });
    expect(provenance.masks).toMatchObject([{ mask: 'golden-2018', madeOf: [{ source: 'golden-2018', version: 2 }] }]);
    expect(summary).toMatchObject({ rows: 10, cut: null });
    const body = Buffer.from(text).subarray(0, summary.bytes);
    expect(summary.sha256).toBe(createHash('sha256').update(body).digest('hex'));
    expect(text.slice(body.length)).toMatch(/^\{"summary":.*\}\n$/);
  });

  it('go on where they were cut, and after any chunk, to the same rows', async () => {
    const whole = await lines();
    expect(whole.summary).toMatchObject({ cut: null });
    expect(whole.rows.length).toBeGreaterThan(MANY);
    const parts = [await lines({ limit: '900' })];
    while (parts.at(-1)?.summary.cut === 'LIMIT') {
      parts.push(await lines({ limit: '900', after: parts.at(-1)?.summary.cursor }));
    }
    expect(parts.length).toBe(3);
    expect(parts.flatMap(({ rows }) => rows)).toEqual(whole.rows);
    let before = 0;
    for (const { cursor } of whole.parsed) {
      if (cursor === undefined) before++;
      else expect((await lines({ after: cursor })).rows).toEqual(whole.rows.slice(before));
    }
    expect(before).toBe(whole.rows.length);
    expect((await lines()).summary.sha256).toBe(whole.summary.sha256);
  });

  it('are cut when their time is over, and say so', async () => {
    const config = parseConfig({ LUMIGRAPH_LOG: 'silent', LUMIGRAPH_EXPORT_TIMEOUT_MS: '1' });
    const hurried = createApp(opened.store, config, { session: SESSION });
    const text = await (await hurried.fetch('http://localhost/export/histograms.ndjson')).text();
    const { summary } = JSON.parse(text.trimEnd().split('\n').at(-1) as string);
    expect(summary.cut).toBe('TIME');
    expect(summary.rows).toBeLessThan(MANY);
  });

  it('as CSV are rows with comments for what is around them', async () => {
    const response = await get('histograms.csv', { monitorElement: DISK.path });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const text = await response.text();
    const [first, header, row, ...rest] = text.split('\r\n');
    expect(first).toMatch(/^# \{"provenance":\{/);
    expect(header?.split(',').length).toBe(19);
    expect(row).toBe(
      `367129,3,"${PROMPT2023}","${DISK.path}",${row?.split(',').slice(4, 10).join(',')},3,-15,15,,2,-15,15,,"[${row?.split('"[')[1]}`,
    );
    expect(rest.map((line) => line.slice(0, 8))).toEqual(['367129,4', '# {"curs', '# {"summ', '']);
    const variable = await (await get('histograms.csv', { monitorElement: STATUS.path, limit: '1' })).text();
    expect(variable).toContain(',3,0,10,"[0,1,2.5,10]",,,,,"[');
  });

  it.each(['arrow', 'parquet'])('as %s are read by another reader of it, with the rows of NDJSON', async (format) => {
    const requests: Record<string, string>[] = [
      {},
      { level: 'run', type: 'FLOAT32' },
      { run: '315257,367129', flow: 'true', type: 'FLOAT32' },
    ];
    for (const parameters of requests) {
      const bytes = new Uint8Array(await (await get(`histograms.${format}`, parameters)).arrayBuffer());
      const table = tableFromIPC(format === 'arrow' ? bytes : readParquet(bytes).intoIPCStream());
      const { type: _, ...ofText } = parameters;
      const { rows, provenance } = await lines(ofText);
      const told = JSON.parse(table.schema.metadata?.get('lumigraph.provenance') as string);
      expect(told).toEqual({ ...provenance, query: parameters });
      const plain = (value: unknown) => (ArrayBuffer.isView(value) ? [...(value as Float64Array)].map(rounded) : value);
      const rounded = (value: number) => Math.fround(value);
      const read = table
        .toArray()
        .map((row: Record<string, unknown>) =>
          Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])),
        );
      expect(read).toEqual(
        rows.map(({ axes, bins, ...row }) => ({
          ...row,
          ...axisOf('x', axes?.[0]),
          ...axisOf('y', axes?.[1]),
          bins: bins?.map(rounded) ?? null,
        })),
      );
    }
    await expect(get(`histograms.${format}`, { type: 'INT32', run: '367129' })).resolves.toMatchObject({ status: 400 });
  });

  it('as Parquet say in their footer where they were cut, and where to go on', async () => {
    const footer = async (parameters: Record<string, string>) => {
      const bytes = await (await get('histograms.parquet', parameters)).arrayBuffer();
      const { num_rows, key_value_metadata = [] } = parquetMetadata(bytes);
      const told = Object.fromEntries(key_value_metadata.map(({ key, value }) => [key, JSON.parse(value ?? '')]));
      const { 'lumigraph.summary': summary, 'lumigraph.cursors': cursors } = told;
      expect(summary.sha256).toBe(
        createHash('sha256')
          .update(new Uint8Array(bytes, 0, summary.bytes))
          .digest('hex'),
      );
      return { rows: Number(num_rows), cursors, ...summary };
    };
    const first = await footer({ limit: '900' });
    expect(first).toMatchObject({ rows: 900, cut: 'LIMIT', cursors: [first.cursor] });
    const rest = await footer({ after: first.cursor });
    expect(rest.cut).toBe(null);
    expect(first.rows + rest.rows).toBe((await lines()).rows.length);
  });

  it('of masks are golden JSON, with the versions that they are made of', async () => {
    const response = await get(`masks/${encodeURIComponent('golden-2018 & 315257:1-10')}.json`);
    expect(JSON.parse(await response.text())).toEqual({
      315257: [
        [1, 4],
        [6, 10],
      ],
    });
    const provenance = JSON.parse(response.headers.get('x-lumigraph-provenance') as string);
    expect(provenance).toMatchObject({ madeOf: [{ source: 'golden-2018', version: 2 }], runs: 1 });
    const etag = response.headers.get('etag') as string;
    const again = `masks/${encodeURIComponent('golden-2018 & 315257:1-10')}.json`;
    expect((await get(again, {}, { 'if-none-match': etag })).status).toBe(304);
    expect(await refusal('masks/unknown.json')).toMatch(/^404 NOT_FOUND/);
    expect(await refusal('masks/%E0%A4%A.json')).toMatch(/^400 BAD_USER_INPUT mask/);
    expect(await refusal('masks/1 & .json')).toMatch(/^400 BAD_USER_INPUT/);
  });

  it.each(['ndjson', 'csv'])('as %s come compressed to who asks for it', async (format) => {
    const plain = await (await get(`histograms.${format}`, { run: '315257' })).text();
    const response = await get(`histograms.${format}`, { run: '315257' }, { 'accept-encoding': 'gzip' });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    const text = gunzipSync(Buffer.from(await response.arrayBuffer())).toString();
    // all but when it was made
    const made = /"createdAt":"[^"]*"/;
    expect(text.replace(made, '')).toBe(plain.replace(made, ''));
  });

  it('and matrices that a client has already are told so to who may read them alone', async () => {
    const config = parseConfig({ LUMIGRAPH_LOG: 'silent', LUMIGRAPH_READ: 'token' });
    const closed = createApp(opened.store, config, { session: SESSION });
    const query = `{ histogramMatrix(monitorElement: "${CHARGE_PATH.path}", dataset: "${UL2018}") { binsBase64 } }`;
    const token = { authorization: `Bearer ${SESSION}`, 'x-graphql-yoga-csrf': '1' };
    for (const path of ['export/masks/golden-2018.json', `graphql?query=${encodeURIComponent(query)}`]) {
      const ask = (headers: Record<string, string>) => closed.fetch(`http://localhost/${path}`, { headers });
      const first = await ask(token);
      const etag = first.headers.get('etag') as string;
      expect([first.status, first.headers.get('vary')]).toEqual([200, expect.stringContaining('authorization')]);
      expect((await ask({ ...token, 'if-none-match': etag })).status).toBe(304);
      const stranger = await ask({ 'x-graphql-yoga-csrf': '1', 'if-none-match': etag });
      expect([stranger.status === 304, await stranger.text()]).toEqual([
        false,
        expect.stringContaining('UNAUTHENTICATED'),
      ]);
    }
    const streamed = await closed.fetch('http://localhost/export/histograms.csv?limit=1', { headers: token });
    expect([streamed.headers.get('etag'), streamed.headers.get('cache-control')]).toEqual([null, 'no-store']);
    await streamed.text();
  });

  it('are masks as well, written by the command line byte for byte the same', async () => {
    vi.stubEnv('DATABASE_URL', opened.url);
    const written: string[] = [];
    const told = vi.spyOn(output, 'print').mockImplementation(async (text) => written.push(text) > 0);
    const file = join(folder, `${database.name}-golden.json`);
    const mask = 'golden-2018 & 315257:1-10';
    try {
      expect(await exportHistograms.run(['masks', mask, file])).toBe(0);
      const response = await get(`masks/${encodeURIComponent(mask)}.json`);
      expect(readFileSync(file, 'utf8')).toBe(await response.text());
      const { runs, madeOf } = JSON.parse(response.headers.get('x-lumigraph-provenance') ?? '');
      expect(written.join('')).toBe(`${file}: ${runs} runs\nmade of golden-2018, version ${madeOf[0].version}\n`);
      const refused = [
        [['masks', mask], 'name a mask and one file'],
        [['masks', mask, file, '--run', '1'], '--run'],
        [['masks', 'nosuch', file], 'nosuch'],
        [['masks', mask, join(folder, 'no/such/folder.json')], 'ENOENT'],
      ] as const;
      for (const [args, message] of refused) await expect(exportHistograms.run(args)).rejects.toThrow(message);
    } finally {
      told.mockRestore();
      vi.unstubAllEnvs();
    }
  });

  it('are written to files by the command line, byte for byte the same', async () => {
    vi.stubEnv('DATABASE_URL', opened.url);
    const told = vi.spyOn(output, 'print').mockResolvedValue(true);
    const file = (format: string) => join(folder, `${database.name}-cli.${format}`);
    try {
      const select = { monitorElement: CHARGE_PATH.path, dataset: UL2018, mask: 'golden-2018' };
      const flags = Object.entries(select).flatMap(([name, value]) => [`--${name}`, value]);
      expect(await exportHistograms.run([file('ndjson'), ...flags])).toBe(0);
      const { text, summary } = await lines(select);
      const written = readFileSync(file('ndjson'));
      expect(written.subarray(0, summary.bytes).toString()).toBe(text.slice(0, summary.bytes));
      expect(await exportHistograms.run([file('parquet'), ...flags])).toBe(0);
      const { num_rows } = parquetMetadata(new Uint8Array(readFileSync(file('parquet'))).buffer);
      expect(Number(num_rows)).toBe(summary.rows);
      expect(await exportHistograms.run([file('npy'), ...flags, '--limit', '4'])).toBe(2);
      const beside = JSON.parse(readFileSync(`${file('npy')}.json`, 'utf8'));
      expect(beside.summary.sha256).toBe(
        createHash('sha256')
          .update(readFileSync(file('npy')))
          .digest('hex'),
      );
      expect(beside.provenance).toMatchObject({ rows: 4, cut: 'LIMIT', cursor: beside.summary.cursor });
      await expect(exportHistograms.run([file('xls')])).rejects.toThrow('names no format');
      expect(told.mock.calls.map(([line]) => String(line)).join('')).toContain('4 histograms\nmore is there');
    } finally {
      told.mockRestore();
      vi.unstubAllEnvs();
    }
  });

  it('of runs hold summaries too', async () => {
    const { rows, summary } = await lines({ level: 'run' });
    expect(rows.map(({ monitorElement, bins }) => [monitorElement, bins === null])).toEqual(
      expect.arrayContaining([
        ['CSC/Summary/efficiency', true],
        [STATUS.path, false],
      ]),
    );
    expect(rows[0].lumisection).toBe(null);
    const after = await lines({ level: 'run', after: summary.cursor });
    expect(after.rows).toEqual([]);
  });

  it.runIf(hasNumpy)('as .npy are read by numpy: the matrix with its index', async () => {
    const types = ['FLOAT32', 'FLOAT64', 'INT32'];
    const file = (type: string) => join(folder, `${database.name}-${type}.npy`);
    const of = { monitorElement: CHARGE_PATH.path, dataset: UL2018 };
    const { data } = await ask(
      `{ histogramMatrix(monitorElement: "${of.monitorElement}", dataset: "${UL2018}") { runs lumisections entries bins shape } }`,
    );
    for (const type of types) {
      const response = await get('histograms.npy', { ...of, type });
      writeFileSync(file(type), Buffer.from(await response.arrayBuffer()));
      const provenance = JSON.parse(response.headers.get('x-lumigraph-provenance') as string);
      expect(provenance).toMatchObject({ rows: LUMISECTIONS.length, cut: null, query: { ...of, type } });
    }
    const flow = await get('histograms.npy', { monitorElement: DISK.path, flow: 'true', limit: '1', type: 'INT32' });
    writeFileSync(file('flow'), Buffer.from(await flow.arrayBuffer()));
    const program = `import numpy, json, sys
for a in map(numpy.load, sys.argv[1:]):
  print(json.dumps([a['run'].tolist(), a['lumisection'].tolist(), a['entries'].tolist(), a['bins'].tolist(), str(a['bins'].dtype), a['bins'].shape]))`;
    const output = execFileSync('python3', ['-c', program, ...[...types, 'flow'].map(file)], { encoding: 'utf8' });
    const read = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const [index, type] of types.entries()) {
      const [runs, lumisections, entries, bins, dtype, shape] = read[index];
      expect({ runs, lumisections, entries, bins, shape }).toEqual(data.histogramMatrix);
      expect(dtype).toBe(type.toLowerCase());
    }
    expect(read[types.length]?.at(-1)).toEqual([1, 4, 5]);
  });

  it('are told of by HEAD, without the file', async () => {
    const path = '/export/histograms.ndjson?run=315257';
    const [head, whole] = await Promise.all(
      ['HEAD', 'GET'].map((method) => app.fetch(`http://localhost${path}`, { method })),
    );
    expect([head?.status, await head?.text()]).toEqual([200, '']);
    for (const name of ['content-type', 'content-disposition', 'x-lumigraph-provenance']) {
      expect([name, head?.headers.get(name)]).toEqual([name, whole?.headers.get(name)]);
    }
    await whole?.body?.cancel();
    const missing = await app.fetch('http://localhost/export/histograms.ndjson?mask=nowhere', { method: 'HEAD' });
    expect(missing.status).toBe(404);
  });

  it('as .npy are refused before their first byte where they are no matrix', async () => {
    expect(await refusal('histograms.npy', { run: '315257' })).toMatch(/^400 BAD_USER_INPUT /);
    const nothing = { monitorElement: CHARGE_PATH.path, run: '999999' };
    expect(await refusal('histograms.npy', nothing)).toMatch(/400 BAD_USER_INPUT npy: nothing/);
    expect(await refusal('histograms.npy', { monitorElement: CHARGE_PATH.path })).toMatch(
      /400 BAD_USER_INPUT npy: a matrix is of one monitor element and one dataset/,
    );
  });

  it('refuse what cannot be, as the graph does', async () => {
    expect(await refusal('histograms.xlsx')).toMatch(/^404 NOT_FOUND/);
    expect(await refusal('histograms.ndjson', { mask: 'unknown-source' })).toMatch(/^404 NOT_FOUND/);
    expect(await refusal('masks/golden-2018.json', { run: '1' })).toMatch(
      /^400 BAD_USER_INPUT run: this export takes no/,
    );
    // a typing mistake is no empty file
    for (const [name, value] of [
      ['monitorElement', 'no/such'],
      ['dataset', '/No/Such/DQMIO'],
    ] as const) {
      for (const kind of ['histograms.csv', 'histograms.arrow', 'trends.csv']) {
        const trend = { monitorElement: CHARGE_PATH.path, quantity: 'MEAN_X' };
        const given = { ...(kind.startsWith('trends') && trend), [name]: value };
        expect(await refusal(kind, given)).toMatch(/^404 NOT_FOUND .*(no\/such|No\/Such)/);
      }
    }
    expect(await refusal('histograms.csv', { monitorElement: 'PXDisk_ 1' })).toMatch(/a \+ is %2B$/);
    for (const [name, value] of [
      ['monitorelement', 'x'],
      ['run', '1-2-3'],
      ['run', 'x'],
      ['run', '5-3'],
      ['run', '0'],
      ['where', '{'],
      ['where', '{"nosuch":1}'],
      ['where', '{"entries":null}'],
      ['level', 'file'],
      ['type', 'FLOAT16'],
      ['flow', 'yes'],
      ['limit', '-1'],
      ['after', 'L1-2-3'],
      ['after', 'R1-2-3'],
    ] as const) {
      expect(await refusal('histograms.ndjson', { [name]: value })).toMatch(new RegExp(`^400 BAD_USER_INPUT ${name}`));
    }
    for (const format of ['csv', 'ndjson']) {
      expect(await refusal(`histograms.${format}`, { type: 'INT32' })).toMatch(
        /^400 BAD_USER_INPUT type: numbers are text/,
      );
    }
    const twice = await app.fetch('http://localhost/export/histograms.csv?run=1&run=2');
    expect(twice.status).toBe(400);
    const post = await app.fetch('http://localhost/export/histograms.csv', { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('need the token that reading needs, and wait for one another', async () => {
    const config = { LUMIGRAPH_LOG: 'silent', LUMIGRAPH_READ: 'token', LUMIGRAPH_MAX_EXPORTS: '1' };
    const closed = createApp(opened.store, parseConfig(config), { session: SESSION });
    const path = 'http://localhost/export/histograms.ndjson';
    const headers = { authorization: `Bearer ${SESSION}` };
    expect((await closed.fetch(path)).status).toBe(401);
    expect((await closed.fetch(path, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    const first = await closed.fetch(path, { headers });
    const second = await closed.fetch(path, { headers });
    expect([first.status, second.status, second.headers.get('retry-after')]).toEqual([200, 503, '5']);
    // whoever leaves makes room
    await first.body?.cancel();
    await expect.poll(async () => (await closed.fetch(path, { headers })).status).toBe(200);
  });

  it('leave places for others, however slowly one client takes its own', async () => {
    const config = { LUMIGRAPH_LOG: 'silent', LUMIGRAPH_MAX_EXPORTS: '3', LUMIGRAPH_MAX_CLIENT_EXPORTS: '2' };
    const bounded = createApp(opened.store, parseConfig(config), { session: SESSION });
    const ask = (headers: Record<string, string> = {}) =>
      bounded.fetch('http://localhost/export/histograms.ndjson', { headers });
    const taken = [await ask(), await ask()];
    const refused = await ask();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await refused.json()).toMatchObject({
      errors: [
        { extensions: { code: 'TOO_MANY_REQUESTS', setting: 'LUMIGRAPH_MAX_CLIENT_EXPORTS', limit: 2, actual: 3 } },
      ],
    });
    const another = await ask({ authorization: `Bearer ${SESSION}` });
    expect(another.status).toBe(200);
    for (const { body } of [...taken, another]) await body?.cancel();
  });
});
