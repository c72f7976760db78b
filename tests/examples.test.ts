import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../client/client.ts';
import { fillSampleBoard } from '../ingest/sample.ts';
import { startSampleServer } from './client/sample-server.ts';
import { compiledExample } from './support/compiled-programs.ts';
import { ingestJson, runHere } from './support/run-cli.ts';
import { SESSION } from './support/session.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
if (!hasNumpy) console.warn('python3 with numpy is not here: examples/python is not run');

let server: Awaited<ReturnType<typeof startSampleServer>>;
beforeAll(async () => {
  server = await startSampleServer();
  await fillSampleBoard(server.store);
});
afterAll(() => server?.stop());

describe('examples/trend.ts', () => {
  const trend = (...options: string[]) =>
    run(process.execPath, [compiledExample('trend'), '--url', server.url, ...options], { cwd: root });

  it('finds the lumisections in which the pixel charge was shifted', async () => {
    const fromSource = ['--import', 'tsx', 'examples/trend.ts', '--url', server.url];
    const { stdout } = await run(process.execPath, fromSource, { cwd: root });
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toContain('charge_PXLayer_3, run 398011');
    const flagged = lines.filter((line) => line.includes('stands out'));
    expect(flagged.map((line) => Number(line.trim().split(/\s+/)[0]))).toEqual(
      Array.from({ length: 24 }, (_, i) => 41 + i),
    );
    for (const line of flagged) expect(line).toMatch(/ BAD /);
    expect(lines.at(-1)).toBe('110 lumisections, 24 stand out: 24 of 24 BAD, 0 GOOD, 0 not evaluated in sample-truth');
  });

  it('says how it is used, and shows no stack, where an option is unknown', async () => {
    const { code, stderr } = await trend('--runs', '1').catch((error) => error);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Unknown option '--runs'.*usage: npx tsx examples\/trend\.ts.*--run \(default 398011\)/s);
    expect(stderr).not.toContain('    at ');
  });

  it('says so where there is nothing, or not what it can use', async () => {
    await expect(trend('--run', '1')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no histograms'),
    });
    const map = 'CSC/CSCOfflineMonitor/Occupancy/hORecHits';
    await expect(trend('--monitor-element', map)).rejects.toMatchObject({
      stderr: expect.stringContaining(`${map} is not a histogram with one axis`),
    });
  });
});

describe('examples that take part in a task', () => {
  const task = 'pixel-examples';
  const element = 'PixelPhase1/Tracks/PXBarrel/charge_PXLayer_3';
  const linesOf = (stdout: string) => stdout.trim().split('\n');

  beforeAll(async () => {
    const client = createClient({ url: server.url, token: SESSION });
    // the charge drops in run 398011 alone: what else is bad is made
    const input = {
      ...{ name: task, monitorElements: [element], dataset: '/ZeroBias/Run2026Z-PromptReco-v1/DQMIO' },
      truth: { source: 'sample-truth', subsystem: 'pixel' },
      ...{ training: { runs: [398014, 398033] }, validation: { runs: [398028] }, testing: { runs: [398011, 398027] } },
      injection: { kinds: ['GAIN'], strengths: [0.25], share: 0.1 },
      allow: ['ONE_CLASS_TRAIN'],
    };
    await client.request('mutation ($input: CreateTaskInput!) { createTask(input: $input) { created } }', { input });
    await client.request('mutation ($task: String!) { freezeTask(input: { task: $task }) { frozen } }', { task });
  });

  it('examples/submit.ts scores by the shape, and reads its place', async () => {
    const options = ['--url', server.url, '--token', SESSION, '--task', task];
    const { stdout } = await run(process.execPath, ['--import', 'tsx', 'examples/submit.ts', ...options], {
      cwd: root,
    });
    const lines = linesOf(stdout);
    expect(lines[0]).toMatch(/^(\d+) of \1 scored$/);
    const [, value] = /^1\. mean-shape 1: (\S+) <-- this one$/.exec(lines[1] as string) ?? [];
    expect(Number(value)).toBeGreaterThan(0.99);
  });

  it('examples/submit.ts says how it is used where it is not told what to do', async () => {
    await expect(run(process.execPath, [compiledExample('submit')], { cwd: root })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^usage: npx tsx examples\/submit\.ts/),
    });
  });

  it.runIf(hasNumpy)('examples/python/submit_pca.py fits PCA, submits, and reads its place', async () => {
    const submit = (...options: string[]) =>
      run('python3', ['examples/python/submit_pca.py', '--url', server.url, '--token', SESSION, ...options], {
        cwd: root,
      });
    const { stdout, stderr } = await submit('--task', task);
    expect(stderr).toBe('');
    const lines = linesOf(stdout);
    expect(lines[0]).toMatch(/^(\d+) of \1 scored, 0 missing$/);
    const own = lines.find((line) => line.includes('<-- this one')) as string;
    const [, value] = /^ +\d +numpy-pca 3-components +(\S+) +\S+ to \S+ +<-- this one$/.exec(own) ?? [];
    expect(Number(value)).toBeGreaterThan(0.95);
    // again: nothing changes
    expect((await submit('--task', task)).stdout).toBe(stdout);
    await expect(submit('--task', 'nobody')).rejects.toMatchObject({ code: 1, stderr: 'there is no task nobody\n' });
    const { origin } = new URL(server.url);
    await expect(submit('--task', task, '--url', origin)).rejects.toMatchObject({
      code: 1,
      stderr: `${origin} answers no GraphQL: a URL ends in /graphql, as in http://localhost:4000/graphql\n`,
    });
  });
});

describe('examples/README.md', () => {
  const commands = readFileSync(join(root, 'examples/README.md'), 'utf8').matchAll(/`npm run ingest -- ([^`]+)`/g);
  const options = Array.from(commands, ([, found]) => found as string);
  it('has a command for each file', () => {
    expect(options.map((text) => text.split(' ')[0]).toSorted()).toEqual(
      readdirSync(join(root, 'examples/data'))
        .map((name) => `examples/data/${name}`)
        .toSorted(),
    );
  });
  it.each(options)('ingests with %s', async (command) => {
    const folder = mkdtempSync(join(tmpdir(), 'lumigraph-examples-'));
    try {
      const { files } = await ingestJson(command.split(' '), { url: `file:${join(folder, 'example.db')}` }, runHere);
      expect(files).toMatchObject([
        { outcome: 'ingested', exitStatus: 0, counts: { conflicting: 0, rejected: 0, inserted: expect.any(Number) } },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const empty = (value: unknown): boolean =>
  value === null ||
  (Array.isArray(value) ? value.length === 0 : typeof value === 'object' && Object.values(value).every(empty));

const client = () => createClient({ url: server.url, token: SESSION, retries: 0 });

async function expectAnswer(query: string) {
  const roots = Object.entries((await client().request(query)) as object);
  expect(roots.length).toBeGreaterThan(0);
  for (const [field, value] of roots) expect([field, empty(value)]).toEqual([field, false]);
}

/** Of a file that is done there is one event, and then the end. */
async function expectEvent(query: string) {
  const { dataFiles } = (await client().request('{ dataFiles(first: 1) { nodes { id } } }')) as {
    dataFiles: { nodes: [{ id: string }] };
  };
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: query.replace('"..."', JSON.stringify(dataFiles.nodes[0].id)) }),
  });
  const events = await response.text();
  expect(events).toContain('"status":"DONE"');
  expect(events).not.toContain('"errors"');
}

describe.each(['README.md', 'docs/api.md'])('the queries of %s', (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const queries = Array.from(text.matchAll(/^```graphql\n([\s\S]*?)^```$/gm), ([, query]) => query as string);
  it('are found', () => expect(queries.length).toBeGreaterThan(0));
  it.each(queries)('%s', async (query) => {
    const [, code] = /^# error: (\w+)\n/.exec(query) ?? [];
    if (query.startsWith('subscription')) return expectEvent(query);
    if (code === undefined) return expectAnswer(query);
    await expect(client().request(query)).rejects.toMatchObject({ code });
  });
});

describe('the example queries of the page', () => {
  const folder = join(root, 'web/examples');
  it.each(readdirSync(folder).filter((name) => name.endsWith('.graphql')))('%s answers on the sample data', (name) =>
    expectAnswer(readFileSync(join(folder, name), 'utf8')),
  );
});

describe.runIf(hasNumpy)('examples/python/fetch_matrix.py', () => {
  const element = 'PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1';
  const dataset = '/ZeroBias/Run2026Z-PromptReco-v1/DQMIO';
  const fetchMatrix = (...options: string[]) =>
    run('python3', ['examples/python/fetch_matrix.py', '--url', server.url, '--dataset', dataset, ...options], {
      cwd: root,
    });

  it('fetches a training matrix page by page', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lumigraph-python-'));
    try {
      const file = join(folder, 'charge.npz');
      const { stdout } = await fetchMatrix('--monitor-element', element, '--out', file, '--page', '100');
      const shown = await run('python3', [
        '-c',
        `import numpy, json; m = numpy.load(${JSON.stringify(file)}); print(json.dumps([list(m['bins'].shape), len(m['runs']), len(m['lumisections']), float(m['bins'].sum())]))`,
      ]);
      const [shape, runs, lumisections, sum] = JSON.parse(shown.stdout);
      expect(stdout).toContain(`(${shape.join(', ')}) from `);
      expect([runs, lumisections]).toEqual([shape[0], shape[0]]);
      expect(shape[0]).toBeGreaterThan(100);
      expect(sum).toBeGreaterThan(0);
      await expect(fetchMatrix('--monitor-element', 'no/such', '--out', file)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^NOT_FOUND: monitorElement/),
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
