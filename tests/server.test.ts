import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { settings } from '../src/config.ts';
import { compiledServer } from './support/compiled-programs.ts';
import { csv, csvRow } from './support/csv-files.ts';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'lumigraph-server-'));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const uploads = join(folder, 'uploads');
const BARE = { LUMIGRAPH_SAMPLE: 'off', LUMIGRAPH_WEB: 'off', LUMIGRAPH_UPLOADS: uploads, PORT: '0' };
const environment = (extra: Record<string, string>) => ({
  PATH: process.env.PATH,
  DATABASE_URL: `file:${join(folder, 'empty.db')}`,
  ...BARE,
  ...extra,
});

/** As npm start does. */
const LAUNCHER = [join(root, 'bin/lumigraph.mjs'), 'server'];
/** The same, without a look at the sources. */
const COMPILED = [compiledServer()];

async function start(extra: Record<string, string> = {}, options: readonly string[] = [], program = COMPILED) {
  const child = spawn(process.execPath, [...program, ...options], { cwd: root, env: environment(extra) });
  started.push(child);
  const output = { text: '', log: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.log += text;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
      if (output.text.includes('ingest a file')) resolve();
    });
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${output.log}`)));
  });
  const url = /http:\S+\/graphql/.exec(output.text)?.[0] ?? '';
  return { child, output, url };
}

const run = (args: string[], extra: Record<string, string> = {}, cwd = root) =>
  promisify(execFile)(process.execPath, [...COMPILED, ...args], { cwd, env: environment(extra) }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );

const ask = async (url: string, query: string, headers = {}) =>
  (
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    })
  ).json();

/** As docs/api.md does with curl. */
async function upload(url: string, token: string) {
  const query = `mutation ($file: File!) {
    uploadDataFile(input: { file: $file, dataset: "/ZeroBias/Run2018A-UL2018-v1/DQMIO" }) { job { state } } }`;
  const form = new FormData();
  form.append('operations', JSON.stringify({ query, variables: { file: null } }));
  form.append('map', '{ "0": ["variables.file"] }');
  form.append('0', new File([csv(csvRow({ run: 2 }))], 'ZeroBias_2018A.csv'));
  const headers = { 'x-graphql-yoga-csrf': '1', authorization: `Bearer ${token}` };
  return (await fetch(url, { method: 'POST', headers, body: form })).json();
}

describe('npm start', () => {
  test('says where it answers and how to ingest a file, answers, and refuses a Host header that is none', async () => {
    const { url, output } = await start({}, [], LAUNCHER);
    expect(output.text).toMatch(/^lumigraph answers at http:\/\/127\.0\.0\.1:\d+\/graphql$/m);
    expect(output.text).toContain('npm run ingest -- FILE --dataset NAME');
    expect(await ask(url, '{ runs { totalCount } }')).toEqual({ data: { runs: { totalCount: 0 } } });
    expect((await fetch(new URL('/ready', url))).status).toBe(200);
    const { port, hostname } = new URL(url);
    const statusWith = async (host: string) => {
      const [response] = await once(request({ port, hostname, path: '/health', headers: { host } }).end(), 'response');
      response.resume();
      return response.statusCode;
    };
    for (const host of ['a b', '[::1', 'x:99999', 'x/y', 'user@x', '%']) expect(await statusWith(host)).toBe(400);
    for (const host of ['x', 'x.ch:80', '[::1]:4000']) expect(await statusWith(host)).toBe(200);
    // in its own words
    expect(output.log).not.toContain('Invalid URL');
  });

  test('prints a token, until there is one that lasts, with which one may write and upload until it stops', async () => {
    const settings = { DATABASE_URL: `file:${join(folder, 'tokens.db')}` };
    const { url, output, child } = await start(settings);
    const [, token] = /^ {2}with the token: (lg_[0-9a-f]{12}_[\w-]{43})$/m.exec(output.text) ?? [];
    const upsert = 'mutation { upsertRuns(input: { runs: [{ number: 1 }] }) { report { inserted } } }';
    expect(await ask(url, upsert)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    const written = { data: { upsertRuns: { report: { inserted: 1 } } } };
    expect(await ask(url, upsert, { authorization: `Bearer ${token}` })).toEqual(written);
    expect(await upload(url, token ?? '')).toEqual({ data: { uploadDataFile: { job: { state: 'QUEUED' } } } });
    const jobs = '{ jobs { nodes { state dataFile { status report { inserted } } } } }';
    const done = { state: 'DONE', dataFile: { status: 'DONE', report: { inserted: 1 } } };
    const isDone = async () => expect((await ask(url, jobs)).data.jobs.nodes).toEqual([done]);
    await vi.waitFor(isDone, { interval: 50, timeout: 30_000 });
    await vi.waitFor(() => expect(readdirSync(uploads)).toEqual([]), { interval: 10 });
    const make = 'mutation { createToken(input: { name: "ci", scopes: [READ] }) { secret } }';
    expect((await ask(url, make, { authorization: `Bearer ${token}` })).data.createToken.secret).toMatch(/^lg_/);
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(output.log).not.toContain('lg_');
    const second = await start(settings);
    expect(second.output.text).not.toContain('lg_');
    expect((await ask(second.url, upsert, { authorization: `Bearer ${token}` })).errors).toMatchObject([
      { extensions: { reason: 'UNKNOWN' } },
    ]);
  });

  test('fills an empty database with sample data, once', async () => {
    const settings = { LUMIGRAPH_SAMPLE: 'on', DATABASE_URL: `file:${join(folder, 'new/folder/sample.db')}` };
    const first = await start(settings);
    expect(first.output.text).toContain('sample data');
    const { data } = await ask(first.url, '{ runs { totalCount } }');
    expect(data.runs.totalCount).toBe(6);
    first.child.kill('SIGTERM');
    await once(first.child, 'exit');
    // on what is there already, another server may only read
    const second = await start(settings, ['--read-only']);
    expect(second.output.text).not.toContain('sample data');
    expect((await ask(second.url, '{ runs { totalCount } }')).data).toEqual(data);
    const { errors } = await ask(second.url, 'mutation { deleteRun(input: { number: 1 }) { dryRun } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('finishes what is under way on SIGTERM, and says meanwhile that it is not ready', async () => {
    const { child, url, output } = await start({ LUMIGRAPH_METRICS_PORT: String(await freePort()) });
    const probes = /metrics: +(\S+)/.exec(output.text)?.[1] ?? '';
    const metrics = await (await fetch(probes)).text();
    for (const name of ['lumigraph_connections 0', 'nodejs_eventloop_lag_p99_seconds', 'process_cpu_seconds_total']) {
      expect(metrics).toContain(name);
    }
    const events = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { runAdded { number } }' }),
    });
    const body = JSON.stringify({ query: 'query Slow { runs { totalCount } }' });
    const slow = request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length },
    });
    slow.write(body.slice(0, 10));
    await expect.poll(async () => (await (await fetch(probes)).text()).includes('lumigraph_connections 2')).toBe(true);
    child.kill('SIGTERM');
    await expect.poll(async () => (await fetch(new URL('/ready', probes))).status).toBe(503);
    expect(await events.text()).toContain('event: complete');
    await expect(once(connect(Number(new URL(url).port), '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
    slow.end(body.slice(10));
    const [response] = await once(slow, 'response');
    expect(JSON.parse(await text(response))).toEqual({ data: { runs: { totalCount: 0 } } });
    expect(await once(child, 'exit')).toEqual([0, null]);
    const lines = output.log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ path }) => path === undefined || path === '/graphql');
    expect(lines.map(({ event, operation }) => operation ?? event)).toEqual([
      'subscription (unnamed)',
      'stopping',
      'query Slow',
      'stopped',
    ]);
  });

  test('ends at once on the second signal', async () => {
    const { child, url, output } = await start();
    const hanging = request(url, { method: 'POST', headers: { 'content-length': 10 } }).on('error', () => {});
    hanging.write('{');
    await once(hanging, 'socket');
    await fetch(new URL('/health', url));
    child.kill('SIGINT');
    await expect.poll(() => output.log).toContain('"stopping"');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([1, null]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe('npm start refuses, in words and with exit status 1,', () => {
  test('a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await run([], { PORT: `${port}` });
    other.close();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `Cannot listen on 127.0.0.1:${port}: the port is in use. Stop what uses it, or set PORT to another one.\n`,
    );
  });

  test('settings that cannot work', async () => {
    const { code, stderr } = await run([], { PORT: 'http', LUMIGRAPH_SAMPEL: 'off' });
    expect(code).toBe(1);
    expect(stderr).toBe(
      'PORT=http: must be a whole number\nLUMIGRAPH_SAMPEL is not a setting; did you mean LUMIGRAPH_SAMPLE? (--help lists them)\n',
    );
  });

  test('a database that is not there, where it only reads', async () => {
    const path = join(folder, 'nowhere.db');
    const { code, stderr } = await run(['--read-only'], { DATABASE_URL: `file:${path}` });
    expect(code).toBe(1);
    expect(stderr).toBe('There is no database at DATABASE_URL yet, and this server only reads\n');
    expect(existsSync(path)).toBe(false);
  });

  test('an option that it does not know', async () => {
    const { code, stderr } = await run(['--readonly']);
    expect(code).toBe(1);
    expect(stderr).toBe('--readonly is not an option (--help lists them)\n');
  });

  test('a database that is none', async () => {
    const file = join(folder, 'letter.txt');
    writeFileSync(file, 'Dear database, ...'.repeat(100));
    const { code, stderr } = await run([], { DATABASE_URL: `file:${file}` });
    expect(code).toBe(1);
    expect(stderr).toContain('file is not a database');
  });
});

test('npm start -- --help prints every setting and starts nothing', async () => {
  const { code, stdout } = await run(['--help']);
  expect(code).toBe(0);
  for (const { name } of settings) expect(stdout).toContain(name);
});
