import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { parseConfig } from '../../src/config.ts';
import { createHttpServer, type HttpServer } from '../../src/http-server.ts';
import { createIntake, type Intake } from '../../src/jobs/intake.ts';
import { JobWorker } from '../../src/jobs/job-worker.ts';
import type { Store } from '../../src/store/store.ts';
import { csv, csvRow } from '../support/csv-files.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { DATASET } from '../support/ingest-files.ts';
import { AUTHORIZED } from '../support/session.ts';
import { type Answer, Attacker, type Data } from './mutations-attacker.ts';

const RUNS = Number(process.env.ATTACK_UPLOAD_RUNS ?? 40);
const SEED = Number(process.env.ATTACK_SEED ?? 4);
const MOST_BYTES = 200_000;

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-attack-uploads-'));
const uploads = join(folder, 'uploads');
const root = join(folder, 'root');
const secrets = join(folder, 'secrets');
const [sqlite] = databases;
const ENVIRONMENT = {
  LUMIGRAPH_UPLOADS: uploads,
  LUMIGRAPH_INGEST_ROOTS: root,
  LUMIGRAPH_MAX_UPLOAD_BYTES: String(MOST_BYTES),
  LUMIGRAPH_MAX_BODY_BYTES: '500000',
  // one client has much refused here, and its answers would be held back
  LUMIGRAPH_REFUSED_PERCENT: '100',
};

let opened: { store: Store; url: string; drop(): Promise<void> };
let attacker: Attacker;
const parser = new ParseProcess();

beforeAll(async () => {
  for (const name of [uploads, root, secrets, join(root, 'inbox')]) mkdirSync(name);
  opened = await createTestStore(sqlite as (typeof databases)[number]);
  attacker = new Attacker(opened.store, ENVIRONMENT);
});
afterAll(async () => {
  try {
    expect(attacker.findings).toEqual([]);
    expect(await opened.store.verify()).toEqual([]);
  } finally {
    await parser.close();
    await opened.drop();
    rmSync(folder, { recursive: true, force: true });
  }
});

const BOUNDARY = 'xxBOUNDARYxx';
const UPLOAD = `mutation ($file: File!) { uploadDataFile(input: { file: $file, dataset: "${DATASET}" }) { dataFile { path size } job { id state } } }`;
const CONTENT = csv(csvRow({ run: 5 }));

/** A part as it stands in a body, its headers as they are given. */
const part = (disposition: string, value: string, headers = '') =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; ${disposition}\r\n${headers}\r\n${value}\r\n`;
const operations = (query = UPLOAD, variables: object = { file: null }) =>
  part('name="operations"', JSON.stringify({ query, variables }));
const map = (places: object = { 0: ['variables.file'] }) => part('name="map"', JSON.stringify(places));
const END = `--${BOUNDARY}--\r\n`;
const body = (file: string, end = END) => `${operations()}${map()}${file}${end}`;
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

async function send(text: string | Uint8Array, type = TYPE): Promise<Answer> {
  const response = await attacker.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': type, 'x-graphql-yoga-csrf': '1', ...AUTHORIZED },
    body: text as BodyInit,
  });
  return attacker.judge(response, String(text));
}

const everything = () => (readdirSync(folder, { recursive: true }) as string[]).sort();
const kept = () => readdirSync(uploads);
const waiting = async () => (await opened.store.jobs.unfinishedUploads()).size;

afterEach(async () => {
  // what was taken waits for its job, and nothing else was left; what was refused is removed once the answer is out
  const jobs = await waiting();
  await vi.waitFor(() => expect(kept()).toHaveLength(jobs), { interval: 5 });
});

describe('the name of an upload', () => {
  const segment = fc.constantFrom(
    ...['..', '.', '', 'a', 'é', '~', 'C:', 'NUL', '%2e%2e', '\\', '/', '//', '\u2215', '$(x)', '-rf', ' '],
  );
  const odd = fc.oneof(
    fc.array(segment, { maxLength: 6 }).map((parts) => parts.join('/')),
    fc.array(segment, { maxLength: 6 }).map((parts) => parts.join('\\')),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.integer({ min: 1, max: 7000 }).map((length) => 'x'.repeat(length)),
    fc.integer({ min: 1, max: 2000 }).map((length) => '../'.repeat(length)),
  );
  const written = fc.tuple(odd, fc.constantFrom('plain', 'bare', 'encoded', 'both'));

  test('never leads out of the folder of uploads, however it is written', async () => {
    await fc.assert(
      fc.asyncProperty(written, async ([given, form]) => {
        const name = given.replace(/["\r\n]/g, '_');
        const encoded = `filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`;
        const disposition = {
          plain: `filename="${name}"`,
          bare: `filename=${name.replace(/;/g, '_')}`,
          encoded,
          both: `filename="a.csv"; ${encoded}`,
        }[form];
        const before = new Set(everything());
        const { data } = await send(body(part(`name="0"; ${disposition}`, CONTENT, 'content-type: text/csv\r\n')));
        const added = everything().filter((path) => !before.has(path));
        const path: string | undefined = data?.uploadDataFile.dataFile.path;
        // a name that makes the part no file at all is refused, and then nothing is there
        if (path === undefined) return;
        expect(path).toMatch(/^upload:[0-9a-f]{24}\/[^/\\\p{Cc}]{1,200}$/u);
        const [, own, file] = /^upload:(.*)\/(.*)$/.exec(path) as unknown as [string, string, string];
        expect(added).toEqual([`uploads/${own}`, `uploads/${own}/${file}`]);
        expect(statSync(join(uploads, own, file)).mode & 0o777).toBe(0o600);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
});

describe('a multipart request', () => {
  const file = part('name="0"; filename="a.csv"', CONTENT);

  test.each<[string, string]>([
    ['a file for a text', body(file).replace('dataset: \\"/ZeroBias', 'dataset: $file, source: \\"/ZeroBias')],
    ['a file for all variables', `${operations(UPLOAD, null as never)}${map({ 0: ['variables'] })}${file}${END}`],
    ['a file for the operations', `${operations()}${map({ 0: [''] })}${file}${END}`],
    ['a file in a list that is none', `${operations()}${map({ 0: ['variables.file.0'] })}${file}${END}`],
    ['a file in a variable that is absent', `${operations(UPLOAD, {})}${map()}${file}${END}`],
    ['a file for a prototype', `${operations()}${map({ 0: ['variables.__proto__.file'] })}${file}${END}`],
    [
      'a map with a prototype',
      `${operations()}${part('name="map"', '{"__proto__": ["variables.file"]}')}${file}${END}`,
    ],
    ['one file for two places', `${operations()}${map({ 0: ['variables.file', 'variables.other'] })}${file}${END}`],
    ['the fields after the file', `${file}${operations()}${map()}${END}`],
    ['the map before the operations, and no file', `${map()}${operations()}${END}`],
    ['a part without a name', body(file).replace('; name="0"', '; nome="0"')],
    ['a name of a part twice', body(file + file)],
    [
      'thousands of files',
      body(Array.from({ length: 5000 }, (_, i) => part(`name="${i}"; filename="a"`, 'x')).join('')),
    ],
    [
      'thousands of fields',
      `${Array.from({ length: 5000 }, (_, i) => part(`name="f${i}"`, 'x')).join('')}${body(file)}`,
    ],
    [
      'thousands of places',
      `${operations()}${map(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [i, [`variables.f${i}`]])))}${file}${END}`,
    ],
    ['no header of its file', `${operations()}${map()}--${BOUNDARY}\r\n\r\n${CONTENT}\r\n${END}`],
    ['another type of disposition', body(file).replaceAll('form-data;', 'attachment;')],
    ['its end missing', body(file, '')],
    ['a boundary that is cut off', body(file, `--${BOUNDARY}`)],
    ['a file that is too large', body(part('name="0"; filename="a.csv"', 'x'.repeat(MOST_BYTES + 1)))],
    ['much before it begins', 'x'.repeat(2_000_000)],
    [
      'variables that nest',
      `${operations(UPLOAD, JSON.parse(`${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`))}${map({})}${END}`,
    ],
  ])('with %s is refused in words, and leaves nothing', async (_, text) => {
    const before = await waiting();
    const { status, data, errors } = await send(text);
    expect(errors.length).toBeGreaterThan(0);
    expect(data?.uploadDataFile ?? null).toBeNull();
    expect(status).toBeLessThan(500);
    expect(await waiting()).toBe(before);
  });

  test.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/mixed; boundary=xxBOUNDARYxx',
    `multipart/form-data; boundary=other; boundary=${BOUNDARY}x`,
    `multipart/form-data; charset=utf-16; boundary=${BOUNDARY}y`,
  ])('of the type %s is refused', async (type) => {
    const { status, data } = await send(body(file), type);
    expect([400, 403, 415, 200]).toContain(status);
    expect(data ?? null).toBeNull();
  });

  test('one file is taken once, whoever wants it too', async () => {
    const query = `mutation ($file: File!) { a: uploadDataFile(input: { file: $file }) { job { id } } b: uploadDataFile(input: { file: $file }) { job { id } } }`;
    const { data, errors } = await send(`${operations(query)}${map()}${file}${END}`);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ message: expect.stringContaining('used twice'), path: ['b'] }]);
  });

  test.each<[string, string]>([
    ['headers without an end', `x: ${'y'.repeat(100_000)}\r\n`],
    ['thousands of headers', 'x: y\r\n'.repeat(5000)],
    ['an encoding', 'content-transfer-encoding: base64\r\n'],
    ['another type', 'content-type: multipart/mixed; boundary=inner\r\n'],
  ])('whose file has %s is taken as it comes, or refused', async (_, headers) => {
    const { data, errors } = await send(body(part('name="0"; filename="a.csv"', CONTENT, headers)));
    if (data?.uploadDataFile) expect(data.uploadDataFile.dataFile.size).toBe(CONTENT.length);
    else expect(errors.length).toBeGreaterThan(0);
  });

  test('that is damaged anywhere is taken or refused, and nothing is left over', async () => {
    const good = Buffer.from(body(file));
    const place = fc.nat(good.length - 1);
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 20 });
    const damaged = fc.oneof(
      fc
        .tuple(place, place)
        .map(([a, b]) => Buffer.concat([good.subarray(0, Math.min(a, b)), good.subarray(Math.max(a, b))])),
      fc.tuple(place, place).map(([a, b]) => Buffer.concat([good.subarray(0, a), good.subarray(b)])),
      fc.tuple(place, bytes).map(([a, more]) => Buffer.concat([good.subarray(0, a), more, good.subarray(a)])),
      fc
        .tuple(place, bytes)
        .map(([a, more]) => Buffer.concat([good.subarray(0, a), more, good.subarray(a + more.length)])),
      place.map((a) => good.subarray(0, a)),
    );
    await fc.assert(
      fc.asyncProperty(damaged, async (text) => {
        const before = await waiting();
        const { status, data, errors } = await send(text);
        expect(status).toBeLessThan(500);
        const taken = (await waiting()) - before;
        expect(taken).toBe(data?.uploadDataFile ? 1 : 0);
        if (taken === 0) expect(errors.length).toBeGreaterThan(0);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
});

describe('over a port', () => {
  let server: HttpServer;
  beforeAll(async () => {
    server = createHttpServer(attacker.app.handle, parseConfig({}));
    await server.listen(0, '127.0.0.1');
  });
  afterAll(() => server.stop(0));

  const post = (headers: Record<string, string | number>): { request: ClientRequest; answer: Promise<Data> } => {
    const request = httpRequest({
      ...{ port: server.port, host: '127.0.0.1', path: '/graphql', method: 'POST' },
      headers: { 'content-type': TYPE, 'x-graphql-yoga-csrf': '1', ...AUTHORIZED, ...headers },
    });
    const answer = new Promise<Data>((resolve) => {
      request.on('error', () => resolve(null));
      request.on('response', async (response) => {
        const text = Buffer.concat(await response.toArray()).toString();
        resolve({ status: response.statusCode, ...JSON.parse(text) });
      });
    });
    return { request, answer };
  };
  const whole = body(part('name="0"; filename="a.csv"', CONTENT));

  test('a length that is too short cuts the request, and one that is too long is waited for and given up', async () => {
    const short = post({ 'content-length': whole.length - 30 });
    short.request.end(whole.slice(0, -30));
    expect((await short.answer).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    const long = post({ 'content-length': 10_000_000 });
    long.request.write(body(part('name="0"; filename="a.csv"', 'x'.repeat(100_000)), '').slice(0, -2));
    await vi.waitFor(async () => expect(kept().length).toBe((await waiting()) + 1), { interval: 5 });
    long.request.destroy();
    await long.answer;
  });

  test.each<[string, string, string]>([
    ['a file', body(part('name="0"; filename="a.csv"', ''), '').slice(0, -2), 'LIMIT_EXCEEDED'],
    ['a field', `--${BOUNDARY}\r\ncontent-disposition: form-data; name="operations"\r\n\r\n`, 'LIMIT_EXCEEDED'],
    ['what comes before the first part', 'x', 'LIMIT_EXCEEDED'],
    ['a header of a part', `--${BOUNDARY}\r\ncontent-disposition: `, 'LIMIT_EXCEEDED'],
  ])('%s that never ends is answered while it still comes', async (_, beginning, code) => {
    const { request, answer } = post({});
    request.write(beginning);
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const goOn = () => {
      while (!request.destroyed && request.write(chunk));
      request.once('drain', goOn);
    };
    goOn();
    const { errors } = await answer;
    request.destroy();
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });
});

describe('what a job reads', () => {
  const intakeOf = () => createIntake(parseConfig(ENVIRONMENT));
  const drain = async (intake: Intake = intakeOf()) => {
    const worker = new JobWorker(opened.store, intake, { atATime: 1, parsers: [parser], renewMs: 50 });
    worker.wake();
    await worker.drained();
  };
  const JOB = 'query ($id: ID!) { job(id: $id) { state error { code message } dataFile { report { inserted } } } }';
  const jobOf = async (id: string) => (await attacker.post(JSON.stringify({ query: JOB, variables: { id } }))).data.job;
  const INGEST = `mutation ($paths: [String!]!) { ingestDataFiles(input: { paths: $paths, dataset: "${DATASET}" }) { jobs { id } dataFiles { path } } }`;
  const ingest = (...paths: string[]) => attacker.post(JSON.stringify({ query: INGEST, variables: { paths } }));

  test.each<[string, Uint8Array, string]>([
    ['a bomb of one line', gzipSync(Buffer.alloc(8_000_000)), 'bomb.csv.gz'],
    ['a bomb of nested JSON', gzipSync(Buffer.alloc(8_000_000, '[')), 'bomb.json.gz'],
    ['a bomb inside of a bomb', gzipSync(gzipSync(Buffer.alloc(8_000_000))), 'bomb.gz.gz'],
    ['text that claims to be ROOT', Buffer.from('root\0\0\0\0'.repeat(100)), 'a.root'],
  ])('%s costs its job alone', async (_, content, name) => {
    const form = new FormData();
    form.append('operations', JSON.stringify({ query: UPLOAD, variables: { file: null } }));
    form.append('map', JSON.stringify({ 0: ['variables.file'] }));
    form.append('0', new File([content as BlobPart], name));
    const response = await attacker.app.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'x-graphql-yoga-csrf': '1', ...AUTHORIZED },
      body: form,
    });
    const { data } = await attacker.judge(response, name);
    await drain();
    const { state, error, dataFile } = await jobOf(data.uploadDataFile.job.id);
    expect([state, dataFile.report.inserted]).toEqual(['FAILED', 0]);
    expect(error.code).not.toMatch(/INTERNAL|PARSER_FAILED/);
    expect(error.message).not.toContain(uploads);
    rmSync(uploads, { recursive: true });
    mkdirSync(uploads);
  });

  test('is never outside of the roots, whatever paths and patterns are made of', async () => {
    const secret = join(secrets, 'secret.csv');
    writeFileSync(secret, csv(csvRow({ run: 666 })));
    writeFileSync(join(root, 'inbox/a.csv'), csv(csvRow({ run: 1 })));
    symlinkSync(secret, join(root, 'inbox/link.csv'));
    symlinkSync(secrets, join(root, 'out'));
    symlinkSync('/dev/zero', join(root, 'zero.csv'));
    symlinkSync('loop', join(root, 'loop'));
    const segment = fc.constantFrom(
      ...[
        '..',
        '.',
        '',
        'inbox',
        'out',
        'link.csv',
        'secret.csv',
        'zero.csv',
        'loop',
        '*',
        '**',
        '?',
        '[.][.]',
        '[a-z]*',
      ],
      ...[
        '%2e%2e',
        '..%2f',
        '..\\',
        '\\..',
        '~',
        '{..,a}',
        'secrets',
        root,
        secrets,
        folder,
        '/',
        'proc/self/environ',
        'a.csv',
        '\0',
        '\ud800',
      ],
    );
    const paths = fc.array(
      fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/')),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(paths, async (given) => {
        const { data, errors } = await ingest(...given);
        if (!data) expect(errors.map(({ extensions }) => extensions.code)).not.toContain('INTERNAL');
        for (const { path } of data?.ingestDataFiles.dataFiles ?? []) expect(path).toBe(join(root, 'inbox/a.csv'));
      }),
      { numRuns: RUNS, seed: SEED },
    );
    const { data } = await ingest(...['**', '*/*', 'inbox/*', '**/*.csv']);
    expect(data.ingestDataFiles.dataFiles).toHaveLength(1);
  });

  test('is not what a path leads to in the moment between the last look at it and its opening', async () => {
    const path = join(root, 'inbox/raced.csv');
    const away = join(folder, 'away.csv');
    writeFileSync(path, csv(csvRow({ run: 2 })));
    const { data } = await ingest('inbox/raced.csv');
    const intake = intakeOf();
    const { roots } = intake;
    const recheck = roots.recheck.bind(roots);
    let looks = 0;
    roots.recheck = async (...looked) => {
      await recheck(...looked);
      if (looks++ > 0) return;
      renameSync(path, away);
      symlinkSync(join(secrets, 'secret.csv'), path);
    };
    await drain(intake);
    expect(looks).toBeGreaterThan(0);
    expect(await jobOf(data.ingestDataFiles.jobs[0].id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'FORBIDDEN' },
    });
    expect(await opened.store.reads.runs([666])).toEqual([null]);
  });
});
