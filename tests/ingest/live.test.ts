import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DownloadOptions, download } from '../../ingest/source/live/download.ts';
import { isLiveName, parseLiveName } from '../../ingest/source/live/live-name.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { ingestJson, runHere } from '../support/run-cli.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, asked: number) => void;

const API_JSON = { 'content-type': 'application/vnd.api+json; charset=utf-8' };
const run = (number: number) => ({
  id: String(number),
  type: 'runs',
  attributes: { run_number: number, fill_number: 6621, start_time: '2018-04-30T21:11:27Z', recorded_lumi: 1.5 },
  meta: { row: { recorded_lumi: { units: 'pb^{-1}' } } },
});

let server: Server;
let origin: string;
let handle: Handler;
let asked: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(decodeURIComponent(request.url ?? ''));
    handle(request, response, asked.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, API_JSON).end(JSON.stringify(body));

/** As OMS pages: links to the next page with an offset, none on the last one. */
const pages: Handler = ({ url = '' }, response) => {
  const { pathname, searchParams } = new URL(url, origin);
  const offset = Number(searchParams.get('page[offset]') ?? 0);
  const next = offset < 4 ? `${pathname}?page[offset]=${offset + 2}&page[limit]=2` : null;
  const data = [315_257 + offset, 315_258 + offset].map(run);
  json(response, { data, links: { next, self: url }, meta: { totalResourceCount: 6 } });
};

const quick: DownloadOptions = { timeoutMs: 10_000, backOff: [1, 1] };
const take = async (path = '/runs', options: DownloadOptions = {}) => {
  const {
    path: file,
    pages: count,
    remove,
  } = await download(parseLiveName(`oms:${origin}${path}`), { ...quick, ...options });
  const text = readFileSync(file, 'utf8');
  await remove();
  const value = JSON.parse(text);
  return { answers: (count > 1 ? value : [value]) as { data: { attributes: { run_number: number } }[] }[], count };
};
const numbers = ({ answers }: Awaited<ReturnType<typeof take>>) =>
  answers.flatMap(({ data }) => data.map(({ attributes }) => attributes.run_number));

describe('asking a JSON:API', () => {
  test('follows its pages to the last one, and keeps what it received byte for byte', async () => {
    handle = pages;
    const taken = await take('/runs?filter[era][EQ]=2018A&page[limit]=2');
    expect(numbers(taken)).toEqual([315_257, 315_258, 315_259, 315_260, 315_261, 315_262]);
    expect(taken.count).toBe(3);
    expect(asked[0]).toBe('/runs?filter[era][EQ]=2018A&page[limit]=2');
  });

  test.each([500, 503, 429, 408])(
    'tries again after status %i, and is content with what comes then',
    async (status) => {
      handle = (request, response, nth) => (nth < 3 ? json(response, {}, status) : pages(request, response, nth));
      const onRetry = vi.fn();
      expect(numbers(await take('/runs?page[offset]=4', { onRetry }))).toEqual([315_261, 315_262]);
      expect(onRetry.mock.calls.map(([reason]) => reason)).toEqual([`status ${status}`, `status ${status}`]);
    },
  );

  test('waits as long as it is told to before it asks again', async () => {
    handle = (request, response, nth) =>
      nth === 1 ? response.writeHead(429, { 'retry-after': '1' }).end() : pages(request, response, nth);
    const waits: number[] = [];
    const stop = new AbortController();
    const onRetry = (_reason: string, waitMs: number) => {
      waits.push(waitMs);
      stop.abort();
    };
    await expect(take('/runs', { onRetry, signal: stop.signal })).rejects.toThrow();
    expect(waits).toEqual([1000]);
  });

  const failures: [string, Handler, RegExp, DownloadOptions?][] = [
    ['fails for good', (_request, response) => json(response, {}, 500), /status 500; given up after 3 attempts/],
    ['never answers', () => {}, /nothing was heard for 0.1 s; given up/, { timeoutMs: 100 }],
    [
      'never ends its answer',
      (_request, response) => {
        response.writeHead(200, API_JSON).write('{"data": [');
        const drip = setInterval(() => response.write(' '), 5);
        response.on('close', () => clearInterval(drip));
      },
      /no end after 0.1 s; given up/,
      { wholeMs: 100 },
    ],
    [
      'breaks off',
      (_request, response) => {
        response.writeHead(200, { ...API_JSON, 'content-length': 100 }).write('{"data": [');
        response.destroy();
      },
      /no answer: .*; given up/,
    ],
  ];
  test.each(failures)('gives up on a server that %s', async (_name, handler, message, options) => {
    handle = handler;
    await expect(take('/runs', options)).rejects.toMatchObject({
      code: 'SERVER_FAILED',
      message: expect.stringMatching(message),
    });
    expect(asked).toHaveLength(3);
  });

  const to =
    (location: string): Handler =>
    (_request, response) =>
      response.writeHead(302, { location }).end();
  const refusals: [string, Handler, string, RegExp][] = [
    [
      'a page to log in',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<form>'),
      'SERVER_REFUSED',
      /text\/html, not JSON/,
    ],
    ['a token that is missing', (_request, response) => json(response, {}, 401), 'SERVER_REFUSED', /401.*token/],
    ['what is not there', (_request, response) => json(response, {}, 404), 'SERVER_REFUSED', /status 404/],
    ['a redirect without TLS', to('http://oms.example/runs'), 'NOT_TLS', /only https/],
    ['a redirect to another site', to('https://auth.example/login'), 'SERVER_REFUSED', /another site.*login/],
    ['redirects without end', to('/runs'), 'SERVER_REFUSED', /more than 5 times/],
    [
      'what is no JSON',
      (_request, response) => response.writeHead(200, API_JSON).end('{'),
      'SERVER_REFUSED',
      /no JSON/,
    ],
    [
      'what is no text',
      (_request, response) => response.writeHead(200, API_JSON).end('"\xff"', 'latin1'),
      'SERVER_REFUSED',
      /no JSON/,
    ],
    [
      'pages in a circle',
      (_request, response) => json(response, { data: [], links: { next: '/runs' } }),
      'SERVER_REFUSED',
      /circle/,
    ],
    [
      'pages elsewhere',
      (_request, response) => json(response, { data: [], links: { next: 'https://evil.example/runs' } }),
      'SERVER_REFUSED',
      /another site/,
    ],
    [
      'a link that is none',
      (_request, response) => json(response, { data: [], links: { next: 5 } }),
      'SERVER_REFUSED',
      /link to the next page is 5/,
    ],
    [
      'more than there is room for',
      (_request, response) => response.writeHead(200, API_JSON).end(' '.repeat(2000)),
      'FILE_TOO_LARGE',
      /larger than/,
    ],
  ];
  test.each(refusals)('refuses %s at once', async (_name, handler, code, message) => {
    handle = handler;
    await expect(take('/runs', { maxBytes: 1000 })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(asked.filter((path) => path !== '/runs')).toEqual([]);
  });

  test('sends its token to the site it was named for', async () => {
    const tokens: unknown[] = [];
    handle = (request, response, nth) => {
      tokens.push(request.headers.authorization);
      pages(request, response, nth);
    };
    await take('/runs?page[offset]=2', { token: 'secret' });
    expect(tokens).toEqual(['Bearer secret', 'Bearer secret']);
  });

  test('takes https, or http on this machine itself, and no password', () => {
    expect(isLiveName('oms:https://cmsoms.cern.ch/agg/api/v1/runs')).toBe(true);
    expect(isLiveName('oms-2018.csv')).toBe(false);
    expect(isLiveName('rr:data.csv')).toBe(false);
    expect(parseLiveName('rr:https://rr.example/runs').system).toBe('rr');
    for (const name of [
      'oms:http://oms.example/runs',
      'oms:ftp://oms.example/',
      'oms:http://127.0.0.1.evil.example/',
    ]) {
      expect(() => parseLiveName(name)).toThrow(/only https/);
    }
    expect(() => parseLiveName('oms:https://me:secret@oms.example/')).toThrow(/password/);
    expect(() => parseLiveName('oms:https://me:secret@oms.example/')).not.toThrow(/secret/);
    expect(() => parseLiveName('oms:https://')).toThrow(/no URL/);
  });
});

describe.each(databases)('ingesting what OMS and Run Registry answer into $name', (database) => {
  let opened: { url: string; drop(): Promise<void> };

  beforeAll(async () => {
    opened = await createTestStore(database);
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => opened.drop());

  const ingest = (...args: string[]) => ingestJson(args, opened, runHere);

  test('enters it under its name, with the token of each system, and leaves it alone when it is answered again', async () => {
    const tokens = new Set<string>();
    handle = (request, response, nth) => {
      tokens.add(`${request.url?.split('?')[0]} ${request.headers.authorization}`);
      if (request.url?.startsWith('/runs')) return pages(request, response, nth);
      json(response, [
        { run_number: 315_257, lumi_number: 1, pixel_flag: true },
        { run_number: 315_257, lumi_number: 2, pixel_flag: false },
      ]);
    };
    vi.stubEnv('LUMIGRAPH_RR_TOKEN', 'of-rr');
    vi.stubEnv('LUMIGRAPH_OMS_TOKEN', 'of-oms');
    const names = [`oms:${origin}/runs?page[limit]=2`, `rr:${origin}/lumisections`];
    const first = await ingest('--source', 'rr-2018', ...names);
    expect(first).toMatchObject({
      status: 0,
      files: [
        { path: names[0], outcome: 'ingested', format: 'oms-runs', counts: { inserted: 6 } },
        { path: names[1], outcome: 'ingested', format: 'run-registry-lumisections', source: 'rr-2018' },
      ],
    });
    expect([...tokens]).toEqual(['/runs Bearer of-oms', '/lumisections Bearer of-rr']);
    const again = await ingest('--source', 'rr-2018', ...names);
    const known = first.files.map(({ sha256, fileId }) => ({ outcome: 'known', sha256, fileId }));
    expect(again).toMatchObject({ status: 0, files: known });
    const store = await openStore(opened.url);
    const rows = await store.reads.dataFiles(first.files.map(({ fileId }) => Number(fileId)));
    await store.close();
    expect(rows).toMatchObject(names.map((path) => ({ path, status: 'DONE' })));
  });

  test('says what went wrong under the name that was asked', async () => {
    handle = ({ url }, response) =>
      url === '/nothing' ? json(response, {}, 404) : json(response, { data: [{ attributes: { a: 1 } }], links: {} });
    const names = [`oms:${origin}/nothing`, 'oms:http://oms.example/runs', `oms:${origin}/other`];
    const result = await ingest(...names);
    expect(result.status).toBe(1);
    expect(result.files).toMatchObject([
      { path: names[0], outcome: 'failed', error: { code: 'SERVER_REFUSED' } },
      { path: names[1], outcome: 'failed', error: { code: 'NOT_TLS' } },
      {
        path: names[2],
        outcome: 'failed',
        error: { code: 'UNKNOWN_FORMAT', message: expect.stringContaining('/other') },
      },
    ]);
    expect(JSON.stringify(result.files)).not.toContain('lumigraph-oms-');
  });
});
