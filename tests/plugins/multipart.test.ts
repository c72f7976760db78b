import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSchema } from 'graphql-yoga';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { Context } from '../../src/context.ts';
import { ForbiddenError } from '../../src/domain/errors.ts';
import type { IncomingFile } from '../../src/jobs/incoming-file.ts';
import { smallApp, URL_OF_GRAPH } from './small-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumigraph-multipart-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Upload = { file: IncomingFile };

const schema = createSchema<Context>({
  typeDefs: /* GraphQL */ `
    scalar File
    type Query { hello: String }
    type Mutation {
      upload(file: File!): String
      both(a: File!, b: File!): String
      refuse(file: File!): String
      ignore(file: File): String
    }
  `,
  resolvers: {
    Mutation: {
      upload: async (_root, { file }: Upload) => {
        const { name, size, sha256 } = await file.receive();
        return `${name} ${size} ${sha256.slice(0, 8)}`;
      },
      both: async (_root, { a, b }: { a: IncomingFile; b: IncomingFile }) => {
        const second = await b.receive();
        const first = await a.receive();
        return `${first.name} ${second.name}`;
      },
      refuse: () => {
        throw new ForbiddenError('not you');
      },
      ignore: () => 'ignored',
    },
  },
});

const LIMITS = {
  LUMIGRAPH_MAX_UPLOAD_BYTES: '100000',
  LUMIGRAPH_MAX_BODY_BYTES: '5000',
  LUMIGRAPH_MAX_ROOT_FIELDS: '3',
};
const uploads = join(folder, 'uploads');
const app = smallApp({ LUMIGRAPH_UPLOADS: uploads, ...LIMITS }, {}, { schema });
const kept = () => readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)));
/** What was taken stays (a resolver that takes a file keeps it); what was not is removed once the answer is out. */
const eventuallyKept = (count: number) => vi.waitFor(() => expect(kept()).toHaveLength(count), { interval: 5 });
afterEach(() => rmSync(uploads, { recursive: true, force: true }));

const UPLOAD = 'mutation ($file: File!) { upload(file: $file) }';
const CSRF = { 'x-graphql-yoga-csrf': '1' };
const hash8 = (content: string) => createHash('sha256').update(content).digest('hex').slice(0, 8);

type Part = readonly [name: string, value: string, fileName?: string];
const BOUNDARY = 'xxBOUNDARYxx';

/** A body written out, so that it may be wrong in any way. */
const body = (parts: readonly Part[], end = `--${BOUNDARY}--\r\n`) =>
  parts
    .map(([name, value, fileName]) => {
      const file = fileName === undefined ? '' : `; filename="${fileName}"\r\nContent-Type: application/octet-stream`;
      return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
    })
    .join('') + end;

const send = (text: string | ReadableStream, headers: Record<string, string> = CSRF) =>
  app.fetch(
    new Request(URL_OF_GRAPH, {
      method: 'POST',
      headers: {
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
        accept: 'application/graphql-response+json',
        ...headers,
      },
      body: text,
      ...(typeof text === 'string' ? {} : { duplex: 'half' }),
    }),
  );

const operations = (query = UPLOAD, variables: object = { file: null }): Part => [
  'operations',
  JSON.stringify({ query, variables }),
];
const map = (places: Record<string, unknown> = { 0: ['variables.file'] }): Part => ['map', JSON.stringify(places)];

describe('an upload', () => {
  test('is written to disk, hashed and given to its field', async () => {
    const content = 'x'.repeat(90_000);
    const response = await send(body([operations(), map(), ['0', content, 'a.csv']]));
    expect(await response.json()).toEqual({ data: { upload: `a.csv 90000 ${hash8(content)}` } });
    expect(kept()).toHaveLength(1);
  });

  test('as browsers and fetch send it is taken', async () => {
    const form = new FormData();
    form.append('operations', operations()[1]);
    form.append('map', map()[1]);
    form.append('0', new File(['hello'], 'h.txt', { type: 'text/plain' }));
    const response = await app.fetch(new Request(URL_OF_GRAPH, { method: 'POST', headers: CSRF, body: form }));
    expect(await response.json()).toEqual({ data: { upload: `h.txt 5 ${hash8('hello')}` } });
  });

  test('of several files gives each its own, in whatever order they are taken', async () => {
    const query = 'mutation ($a: File!, $b: File!) { both(a: $a, b: $b) }';
    const variables = { a: null, b: null };
    const places = map({ x: ['variables.a'], y: ['variables.b'] });
    const text = body([operations(query, variables), places, ['x', 'first', '1'], ['y', 'second'.repeat(9000), '2']]);
    expect(await (await send(text)).json()).toEqual({ data: { both: '1 2' } });
  });

  test('in pieces as small as they come is no other', async () => {
    const text = body([operations(), map(), ['0', 'abc', 'a']]);
    const pieces = new ReadableStream({
      start(controller) {
        for (let i = 0; i < text.length; i += 7) controller.enqueue(Buffer.from(text.slice(i, i + 7)));
        controller.close();
      },
    });
    expect(await (await send(pieces)).json()).toEqual({ data: { upload: `a 3 ${hash8('abc')}` } });
  });

  test('is not written before its field wants it, and not at all where it is refused', async () => {
    for (const query of [
      'mutation ($file: File!) { refuse(file: $file) }',
      'mutation ($file: File!) { ignore(file: $file) }',
      'mutation ($file: File!) { nothing(file: $file) }',
    ]) {
      await send(body([operations(query), map(), ['0', 'x'.repeat(80_000), 'a']]));
      await eventuallyKept(0);
    }
  });

  test('that came beside one that was taken is removed', async () => {
    const query = 'mutation ($a: File!, $b: File!) { upload(file: $a) ignore(file: $b) }';
    const places = map({ x: ['variables.a'], y: ['variables.b'] });
    const text = body([operations(query, { a: null, b: null }), places, ['x', 'one', '1'], ['y', 'two', '2']]);
    expect((await (await send(text)).json()).data).toEqual({ upload: `1 3 ${hash8('one')}`, ignore: 'ignored' });
    await eventuallyKept(1);
  });

  test('larger than allowed is refused with the limit, and removed', async () => {
    const response = await send(body([operations(), map(), ['0', 'x'.repeat(100_001), 'a']]));
    expect((await response.json()).errors).toMatchObject([
      {
        message: expect.stringContaining('LUMIGRAPH_MAX_UPLOAD_BYTES'),
        extensions: { code: 'LIMIT_EXCEEDED', limit: 100_000 },
      },
    ]);
    await eventuallyKept(0);
  });

  test('that breaks off is refused, and removed', async () => {
    const whole = body([operations(), map(), ['0', 'x'.repeat(50_000), 'a']]);
    const response = await send(whole.slice(0, 30_000));
    expect((await response.json()).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    await eventuallyKept(0);
  });

  test('loses the folders of its name', async () => {
    const response = await send(body([operations(), map(), ['0', 'x', '../../../../etc/cron.d/evil']]));
    expect((await response.json()).data.upload).toMatch(/^evil 1 /);
    expect(kept()).toHaveLength(1);
  });
});

describe('a multipart request', () => {
  const file: Part = ['0', 'x', 'a'];
  test.each<[string, string, string]>([
    ['no parts', `--${BOUNDARY}--\r\n`, '"operations" is missing'],
    ['an empty body', '', 'complete'],
    ['no operations', body([map(), file]), '"operations" and "map" have to come before'],
    ['no map', body([operations(), file]), '"operations" and "map" have to come before'],
    ['neither map nor files', body([operations('{ hello }', {})]), '"map" is missing'],
    ['a file first', body([file, operations(), map()]), 'have to come before files'],
    [
      'operations as a file',
      body([['operations', operations()[1], 'o.json'], map(), file]),
      'have to come before files',
    ],
    ['operations that are no JSON', body([['operations', '{'], map(), file]), '"operations" is not JSON'],
    ['operations that are a number', body([['operations', '7'], map(), file]), 'neither a JSON object nor'],
    ['a map that is no JSON', body([operations(), ['map', '}'], file]), '"map" is not JSON'],
    ['a map that is a list', body([operations(), ['map', '[]'], file]), '"map" is no JSON object'],
    ['a map to no list', body([operations(), map({ 0: 'variables.file' }), file]), 'an array of one path'],
    ['a map to no text', body([operations(), map({ 0: [7] }), file]), 'an array of one path'],
    ['a map to several places', body([operations(), map({ 0: ['variables.file', 'variables.b'] }), file]), 'one path'],
    [
      'two parts for one place',
      body([operations(), map({ 0: ['variables.file'], 1: ['variables.file'] }), file]),
      'two parts',
    ],
    ['a map to nothing', body([operations(), map({ 0: ['variables.other'] }), file]), 'has no null'],
    ['a map to the query', body([operations(), map({ 0: ['query'] }), file]), 'has no null'],
    ['a map to a prototype', body([operations(), map({ 0: ['variables.__proto__.x'] }), file]), 'has no null'],
    ['a map to a constructor', body([operations(), map({ 0: ['constructor.prototype.x'] }), file]), 'has no null'],
    ['an empty path', body([operations(), map({ 0: [''] }), file]), 'has no null'],
    ['operations twice', body([operations(), operations(), map(), file]), '"operations" twice'],
    ['many fields', body([operations(), ...Array.from({ length: 20 }, (_, i): Part => [`f${i}`, ''])]), 'fields'],
  ])('with %s is refused', async (_, text, words) => {
    const response = await send(text);
    expect(response.status).toBe(400);
    const { errors } = await response.json();
    expect(errors).toMatchObject([{ message: expect.stringContaining(words), extensions: { code: 'BAD_REQUEST' } }]);
    await eventuallyKept(0);
  });

  test.each<[string, string, string]>([
    ['that lacks a file that it names', body([operations(), map()]), 'is missing'],
    [
      'with a file that it does not name',
      body([operations(), map(), ['1', 'x', 'b'], file]),
      'says nothing of part "1"',
    ],
    ['with no file but a text in its place', body([operations(), map(), ['0', 'x']]), 'is missing'],
  ])('%s fails in the field that wanted it', async (_, text, words) => {
    const { errors } = await (await send(text)).json();
    expect(errors).toMatchObject([{ message: expect.stringContaining(words), extensions: { code: 'BAD_REQUEST' } }]);
    await eventuallyKept(0);
  });

  test('without files is answered like any other', async () => {
    const text = body([operations('{ hello }', {}), map({})]);
    expect(await (await send(text)).json()).toEqual({ data: { hello: null } });
  });

  test('with more files than fields at the root is refused with the limit', async () => {
    const places = Object.fromEntries([0, 1, 2, 3].map((i) => [i, [`variables.f${i}`]]));
    const text = body([operations(UPLOAD, { f0: null, f1: null, f2: null, f3: null }), map(places)]);
    expect((await (await send(text)).json()).errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED', setting: 'LUMIGRAPH_MAX_ROOT_FIELDS', limit: 3 } },
    ]);
  });

  test('with large fields is refused with their limit', async () => {
    const text = body([operations(`${UPLOAD} # ${'x'.repeat(5000)}`), map()]);
    const response = await send(text);
    expect(response.status).toBe(413);
    expect((await response.json()).errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED', setting: 'LUMIGRAPH_MAX_BODY_BYTES', limit: 5000 } },
    ]);
  });

  test('without the header that no form can send is refused, before it is read', async () => {
    const response = await send(body([operations(), map(), file]), {});
    expect(response.status).toBe(403);
    expect((await response.json()).errors).toMatchObject([{ extensions: { code: 'CSRF_HEADER_MISSING' } }]);
  });

  test('without a boundary is refused', async () => {
    const response = await send('x', { ...CSRF, 'content-type': 'multipart/form-data' });
    expect((await response.json()).errors).toMatchObject([{ message: expect.stringContaining('boundary') }]);
  });

  test('of an array obeys the limit of batches', async () => {
    const batch: Part = ['operations', JSON.stringify([{ query: UPLOAD, variables: { file: null } }])];
    const response = await send(body([batch, map({ 0: ['0.variables.file'] }), file]));
    expect((await response.json()).errors).toMatchObject([{ extensions: { setting: 'LUMIGRAPH_MAX_BATCH' } }]);
    await eventuallyKept(0);
  });

  test('a file in JSON is told how files come', async () => {
    const { errors } = await (await app.ask(UPLOAD, { file: 'a.csv' })).json();
    expect(errors).toBeDefined();
  });
});

describe('over a port', () => {
  const listen = async () => {
    const server = createServer(app.handle);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const stop = () => {
      server.closeAllConnections();
      return new Promise((stopped) => server.close(stopped));
    };
    const post = (headers: Record<string, string> = {}) =>
      httpRequest({
        ...{ port, host: '127.0.0.1', path: '/graphql', method: 'POST' },
        headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...CSRF, ...headers },
      });
    return { post, stop };
  };

  test('a file comes in pieces without a length, and a client that goes away leaves nothing', async () => {
    const { post, stop } = await listen();
    const text = body([operations(), map(), ['0', 'x'.repeat(60_000), 'a']]);
    const sent = post();
    const answer = new Promise<string>((resolve, reject) => {
      sent
        .on('error', reject)
        .on('response', async (response) => resolve(Buffer.concat(await response.toArray()).toString()));
    });
    sent.write(text.slice(0, 20_000));
    sent.end(text.slice(20_000));
    expect(JSON.parse(await answer)).toEqual({ data: { upload: `a 60000 ${hash8('x'.repeat(60_000))}` } });
    rmSync(uploads, { recursive: true });

    const gone = post().on('error', () => {});
    gone.write(text.slice(0, 40_000));
    await eventuallyKept(1);
    gone.destroy();
    await eventuallyKept(0);
    await stop();
  });

  test('a client is told at once that its file is too large, while it still sends', async () => {
    const { post, stop } = await listen();
    const sent = post();
    const answer = new Promise<string>((resolve, reject) => {
      sent
        .on('error', reject)
        .on('response', async (response) => resolve(Buffer.concat(await response.toArray()).toString()));
    });
    sent.write(body([operations(), map(), ['0', 'x'.repeat(150_000), 'a']], ''));
    expect(JSON.parse(await answer).errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
    sent.destroy();
    await eventuallyKept(0);
    await stop();
  });
});
