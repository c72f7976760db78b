import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import { getNamedType, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import type { Scope } from '../../src/domain/viewer.ts';
import { createHttpServer, type HttpServer } from '../../src/http-server.ts';
import { schema } from '../../src/schema/index.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { fillWorld } from '../schema/world.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';
import { Attacker } from './mutations-attacker.ts';
import { argumentsOf } from './mutations-values.ts';

const SEED = 4;
const UPSERT = 'mutation { upsertRuns(input: { runs: [{ number: 4711 }] }) { report { inserted } } }';
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
const [sqlite] = databases;

let opened: { store: Store; url: string; drop(): Promise<void> };
let attacker: Attacker;
let before: object;
const secrets = {} as Record<Scope, string>;
const ids = {} as Record<Scope, string>;

beforeAll(async () => {
  opened = await createTestStore(sqlite as (typeof databases)[number]);
  await fillWorld(opened.store);
  for (const scope of ['read', 'ingest', 'challenge', 'admin'] as const) {
    const wish = { name: scope, scopes: [scope], expiresAt: new Date(Date.now() + 3_600_000) };
    const { secret, token } = await opened.store.tokens.create(wish, 'a test');
    secrets[scope] = secret;
    ids[scope] = Buffer.from(`Token:${token.id}`).toString('base64url');
  }
  // answers to a client that has much refused are held back
  attacker = new Attacker(opened.store, { LUMIGRAPH_REFUSED_PERCENT: '100' });
  before = await dumpDatabase(opened.url);
});
afterAll(async () => {
  try {
    expect(attacker.findings).toEqual([]);
    expect(await opened.store.verify()).toEqual([]);
  } finally {
    await opened.drop();
  }
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const unchanged = async () => expect(await dumpDatabase(opened.url)).toEqual(before);
const codeOf = async (query: string, headers: Record<string, string>, variables: object = {}) => {
  const { status, errors } = await attacker.post(JSON.stringify({ query, variables }), headers);
  return [status, errors[0]?.extensions.code];
};

describe('a token that is not quite one', () => {
  test('is refused whatever was changed of it', async () => {
    const secret = secrets.admin;
    const other = fc.constantFrom(...'aAbBzZ019_-.~+/= ,;"\'%');
    const changed = fc.oneof(
      fc.tuple(fc.nat(secret.length - 1), other).map(([i, c]) => secret.slice(0, i) + c + secret.slice(i + 1)),
      fc.tuple(fc.nat(secret.length), other).map(([i, c]) => secret.slice(0, i) + c + secret.slice(i)),
      fc.nat(secret.length - 1).map((length) => secret.slice(0, length)),
      fc.nat(secret.length - 1).map((i) => secret.slice(0, i) + secret.slice(i + 1)),
      fc
        .nat(secret.length - 1)
        .map((i) => secret.slice(0, i) + (secret[i] as string).toUpperCase() + secret.slice(i + 1)),
      fc.integer({ min: 2, max: 300 }).map((times) => secret.repeat(times)),
    );
    // a header loses blanks around its value: what is the same without them is the same
    const wrong = changed.filter((token) => token.trim() !== secret);
    await fc.assert(
      fc.asyncProperty(wrong, async (token) => {
        expect(await codeOf(UPSERT, bearer(token))).toEqual([401, 'UNAUTHENTICATED']);
      }),
      { numRuns: 60, seed: SEED },
    );
    await unchanged();
  });
});

describe('a token that was good', () => {
  test('is refused from the moment it is revoked, also by another server that has just taken it', async () => {
    const { secret, token } = await opened.store.tokens.create(
      { name: 'leaver', scopes: ['ingest'], expiresAt: new Date(Date.now() + 3_600_000) },
      'a test',
    );
    const neighbour = await openStore(opened.url);
    const there = new Attacker(neighbour, {});
    const viewer = async (who: Attacker) =>
      (await who.post(JSON.stringify({ query: '{ viewer { name } }' }), bearer(secret))).status;
    expect([await viewer(attacker), await viewer(there)]).toEqual([200, 200]);
    const id = Buffer.from(`Token:${token.id}`).toString('base64url');
    const REVOKE = 'mutation ($id: ID!) { revokeToken(input: { id: $id }) { token { id } } }';
    expect(await codeOf(REVOKE, bearer(secrets.admin), { id })).toEqual([200, undefined]);
    expect(await Promise.all([attacker, there, attacker, there].map(viewer))).toEqual([401, 401, 401, 401]);
    expect(there.findings).toEqual([]);
    await neighbour.close();
  });

  test('is refused from the moment it expires', async () => {
    const expiresAt = new Date(Date.now() + 60_000);
    const { secret } = await opened.store.tokens.create({ name: 'brief', scopes: ['ingest'], expiresAt }, 'a test');
    expect(await codeOf('{ viewer { name } }', bearer(secret))).toEqual([200, undefined]);
    vi.setSystemTime(expiresAt);
    try {
      expect(await codeOf(UPSERT, bearer(secret))).toEqual([401, 'UNAUTHENTICATED']);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a token of the wrong scope', () => {
  /** Values that the field takes, so that only its scope is in the way. */
  const reaching = async (field: (typeof mutations)[number], headers: Record<string, string>): Promise<unknown> => {
    for (const values of fc.sample(argumentsOf(field as never), { numRuns: 60, seed: SEED })) {
      const { errors } = await attacker.call(field as never, values, false, headers);
      const code = errors[0]?.extensions.code;
      if (code !== 'BAD_USER_INPUT' && code !== 'LIMIT_EXCEEDED') return code;
    }
    return 'never reached';
  };

  // a file does not come in JSON: nothing of such a mutation is reached so
  const takesFile = ({ args }: (typeof mutations)[number]) =>
    args.some(({ type }) => {
      const input = getNamedType(type);
      return isInputObjectType(input) && 'file' in input.getFields();
    });
  test.each(mutations.filter((field) => !takesFile(field)))('does not get far with $name', async (field) => {
    expect(await reaching(field, {})).toBe('UNAUTHENTICATED');
    for (const scope of ['read', 'ingest', 'challenge'] as const) {
      if (scope !== field.extensions.scope) expect(await reaching(field, bearer(secrets[scope]))).toBe('FORBIDDEN');
    }
  });

  test('changes nothing, also beside a field that it may have', async () => {
    const two = `mutation { a: upsertRuns(input: { runs: [{ number: 0 }] }) { report { rejected } } deleteRun(input: { number: 315257, dryRun: false }) { number } }`;
    expect(await codeOf(two, bearer(secrets.ingest))).toEqual([200, 'FORBIDDEN']);
    expect(
      await codeOf('mutation ($id: ID!) { revokeToken(input: { id: $id }) { token { id } } }', bearer(secrets.ingest), {
        id: ids.admin,
      }),
    ).toEqual([200, 'FORBIDDEN']);
    await unchanged();
  });

  test('cannot be given more by whoever has it, nor pass for another client', async () => {
    const CREATE = 'mutation ($input: CreateTokenInput!) { createToken(input: $input) { token { id } } }';
    const create = (input: object, secret: string) => codeOf(CREATE, bearer(secret), { input });
    expect(await create({ name: 'me', scopes: ['ADMIN'] }, secrets.ingest)).toEqual([200, 'FORBIDDEN']);
    for (const name of ['session', 'anonymous', 'jwt:ada', 'a b', 'a\u0000', 'ａdmin', '', 'x'.repeat(101), '../a']) {
      expect(await create({ name, scopes: ['READ'] }, secrets.admin)).toEqual([200, 'BAD_USER_INPUT']);
    }
    for (const expiresAt of ['2000-01-01T00:00:00Z', '9999-12-31T00:00:00Z']) {
      expect(await create({ name: 'me', scopes: ['READ'], expiresAt }, secrets.admin)).toEqual([200, 'BAD_USER_INPUT']);
    }
    expect(await create({ name: 'me', scopes: [] }, secrets.admin)).toEqual([200, 'BAD_USER_INPUT']);
  });
});

describe('what is of another client', () => {
  const ask = async (who: string, query: string, variables: object) =>
    attacker.post(JSON.stringify({ query, variables }), bearer(who));

  test('notes and jobs are changed by their owner and by admins alone', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000);
    const { secret: mallory } = await opened.store.tokens.create(
      { name: 'mallory', scopes: ['ingest'], expiresAt },
      't',
    );
    const { data } = await ask(
      secrets.ingest,
      'mutation { createNote(input: { run: 315257, text: "mine" }) { note { id } } }',
      {},
    );
    const { id } = data.createNote.note;
    const UPDATE = 'mutation ($id: ID!) { updateNote(input: { id: $id, text: "yours" }) { note { author text } } }';
    const DELETE = 'mutation ($id: ID!) { deleteNote(input: { id: $id }) { deleted } }';
    expect(await codeOf(UPDATE, bearer(mallory), { id })).toEqual([200, 'FORBIDDEN']);
    expect(await codeOf(DELETE, bearer(mallory), { id })).toEqual([200, 'FORBIDDEN']);
    // an admin may, and the note stays in the name of its author
    expect((await ask(secrets.admin, UPDATE, { id })).data.updateNote.note).toEqual({
      author: 'ingest',
      text: 'yours',
    });
    const [queued] = await opened.store.jobs.enqueue(
      [
        {
          origin: 'path',
          path: '/nowhere',
          ledgerPath: '/nowhere',
          size: 1,
          dataset: '',
          source: '',
          format: '',
          settings: '{}',
        },
      ],
      'ingest',
    );
    const job = { id: Buffer.from(`Job:${queued?.job.id}`).toString('base64url') };
    for (const name of ['cancelJob', 'retryJob']) {
      const CHANGE = `mutation ($id: ID!) { ${name}(input: { id: $id }) { job { state } } }`;
      expect(await codeOf(CHANGE, bearer(mallory), job)).toEqual([200, 'FORBIDDEN']);
      expect(await codeOf(CHANGE, bearer(secrets.ingest), job)).toEqual([200, undefined]);
    }
    expect((await ask(secrets.ingest, DELETE, { id })).data.deleteNote).toEqual({ deleted: true });
  });
});

describe('a request that a web page can make a browser send', () => {
  const URL_OF_GRAPH = 'http://localhost/graphql';
  const body = JSON.stringify({ query: UPSERT });
  const form = new URLSearchParams({ query: UPSERT }).toString();
  const multipart = `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${body}\r\n--x\r\ncontent-disposition: form-data; name="map"\r\n\r\n{}\r\n--x--\r\n`;
  /** A token that a browser would send by itself changes nothing: it is no cookie. */
  const authorized = bearer(SESSION);

  test.each<[string, string, RequestInit]>([
    ['GET', `${URL_OF_GRAPH}?${form}`, {}],
    ['GET, with the header against forgery', `${URL_OF_GRAPH}?${form}`, { headers: { 'x-graphql-yoga-csrf': '1' } }],
    [
      'GET, for an event stream',
      `${URL_OF_GRAPH}?${form}`,
      { headers: { 'x-graphql-yoga-csrf': '1', accept: 'text/event-stream' } },
    ],
    ['HEAD', `${URL_OF_GRAPH}?${form}`, { method: 'HEAD' }],
    ['POST with the operation in the URL', `${URL_OF_GRAPH}?${form}`, { method: 'POST' }],
    ['PUT', URL_OF_GRAPH, { method: 'PUT', body, headers: { 'content-type': 'application/json' } }],
    [
      'a form',
      URL_OF_GRAPH,
      { method: 'POST', body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    [
      'a form with a file',
      URL_OF_GRAPH,
      { method: 'POST', body: multipart, headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    ],
    ['plain text', URL_OF_GRAPH, { method: 'POST', body, headers: { 'content-type': 'text/plain' } }],
    [
      'plain text that claims to be JSON',
      URL_OF_GRAPH,
      { method: 'POST', body, headers: { 'content-type': 'text/plain; application/json' } },
    ],
    [
      'plain text in a list of types',
      URL_OF_GRAPH,
      { method: 'POST', body, headers: { 'content-type': 'text/plain, application/json' } },
    ],
    ['no type', URL_OF_GRAPH, { method: 'POST', body: new Blob([body]) }],
    ['an empty type', URL_OF_GRAPH, { method: 'POST', body, headers: { 'content-type': '' } }],
  ])('changes nothing: %s', async (_, url, init) => {
    const headers = { ...authorized, ...(init.headers as Record<string, string>) };
    const response = await attacker.app.fetch(url, { ...init, headers });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect((await opened.store.reads.runs([4711]))[0] ?? null).toBeNull();
  });

  test('gets no leave to read an answer, and no token from any page', async () => {
    for (const origin of ['http://evil.example', 'null', 'http://localhost.evil.example']) {
      const preflight = await attacker.app.fetch(URL_OF_GRAPH, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
      const posted = await attacker.app.fetch(URL_OF_GRAPH, {
        method: 'POST',
        headers: { origin, host: 'evil.example', 'content-type': 'application/json' },
        body,
      });
      for (const { headers } of [preflight, posted]) {
        expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
      expect((await posted.json()).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
    for (const path of ['/', '/graphiql', '/graphql', '/metrics', '/health', '/ready', '/graphiql/index.html']) {
      const response = await attacker.app.fetch(`http://localhost${path}`, { headers: { accept: 'text/html' } });
      expect(await response.text()).not.toContain(SESSION.slice(3));
    }
  });
});

describe('what people write', () => {
  const MARKUP = '</script><script>alert(1)</script><img src=x onerror=alert(1)>\u2028\u202e\u001b[31m';

  test.each(['*/*', 'text/html, */*;q=0.1', 'text/html'])(
    'comes back as it was written, as JSON that no browser takes for a page (%s)',
    async (accept) => {
      const CREATE = 'mutation ($text: String!) { createNote(input: { run: 315257, text: $text }) { note { text } } }';
      const { headers, status, ...response } = await attacker.app
        .fetch('http://localhost/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept, ...bearer(secrets.ingest) },
          body: JSON.stringify({ query: CREATE, variables: { text: MARKUP } }),
        })
        .then(async (answer) => ({ headers: answer.headers, status: answer.status, text: await answer.text() }));
      if (accept === 'text/html') expect([status, response.text]).toEqual([406, '']);
      else expect(JSON.parse(response.text).data.createNote.note.text).toBe(MARKUP);
      expect(headers.get('content-type') ?? '').not.toContain('html');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'self'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    },
  );

  test('nothing of a request gets into a page', async () => {
    for (const path of [`/graphiql?query=${encodeURIComponent(MARKUP)}`, `/graphiql/${encodeURIComponent(MARKUP)}`]) {
      const response = await attacker.app.fetch(`http://localhost${path}`, { headers: { accept: 'text/html' } });
      expect(await response.text()).not.toContain('alert(1)');
    }
  });
});

describe('over a port', () => {
  let server: HttpServer;
  beforeAll(async () => {
    server = createHttpServer(attacker.app.handle, parseConfig({}));
    await server.listen(0, '127.0.0.1');
  });
  afterAll(() => server.stop(0));

  /** Sends lines as they are. @returns the status line, or nothing where there was no answer. */
  const send = (lines: readonly string[], body = JSON.stringify({ query: UPSERT })) =>
    new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(server.port, '127.0.0.1')
        .on('data', (chunk) => {
          text += chunk;
        })
        .on('error', () => resolve(text))
        .on('close', () => resolve(text));
      const head = [
        'POST /graphql HTTP/1.1',
        'connection: close',
        'content-type: application/json',
        `content-length: ${body.length}`,
      ];
      socket.write(`${[...head, ...lines].join('\r\n')}\r\n\r\n${body}`);
    }).then((text) => text.split('\r\n', 1)[0]);

  const HOST = 'host: localhost';
  const good = () => `authorization: Bearer ${secrets.ingest}`;
  const bad = `authorization: Bearer lg_000000000000_${'A'.repeat(43)}`;

  test('two tokens are none, in whatever order they come', async () => {
    expect(await send([HOST, good(), bad])).toBe('HTTP/1.1 401 Unauthorized');
    expect(await send([HOST, bad, good()])).toBe('HTTP/1.1 401 Unauthorized');
    expect(await send([HOST, good(), good()])).toBe('HTTP/1.1 401 Unauthorized');
    await expect(opened.store.reads.runs([4711])).resolves.toEqual([null]);
  });

  test('a token that is too long for a header, and one that is folded, are refused', async () => {
    expect(await send([HOST, `authorization: Bearer ${'a'.repeat(20_000)}`])).toMatch(/ 431 /);
    expect(await send([HOST, `authorization: Bearer\r\n ${secrets.ingest}`])).toMatch(/ 400 /);
    expect(await send([HOST, `authorization: Bearer ${secrets.ingest}\u0000`])).toMatch(/ 400 /);
    expect(await send([HOST, `authorization : Bearer ${secrets.ingest}`])).toMatch(/ 400 /);
  });

  test('two hosts, or one that is none, are refused', async () => {
    expect(await send([HOST, 'host: evil.example', good()])).toMatch(/ 400 /);
    expect(await send(['host: evil.example/graphql?x=', good()])).toMatch(/ 400 /);
    expect(await send([good()])).toMatch(/ 400 /);
  });
});

describe('a JSON Web Token through the whole server', () => {
  const issuer = 'https://issuer.example';
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const mallory = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const asked: string[] = [];
  let keys: Server;
  let trusting: Attacker;
  let base: string;

  beforeAll(async () => {
    keys = createServer(({ url }, response) => {
      asked.push(String(url));
      const key = url === '/keys' ? ec.publicKey : mallory.publicKey;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: [{ ...key.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] }));
    });
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(keys.address() as AddressInfo).port}`;
    trusting = new Attacker(opened.store, {
      LUMIGRAPH_JWT_ISSUER: issuer,
      LUMIGRAPH_JWT_AUDIENCE: 'lumigraph',
      LUMIGRAPH_JWT_JWKS_URL: `${base}/keys`,
    });
  });
  afterAll(() => new Promise((resolve) => keys.close(resolve)));

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: issuer,
    aud: 'lumigraph',
    sub: 'eve',
    scope: 'ingest',
    exp: Math.floor(Date.now() / 1000) + 600,
  };
  const byKey =
    (key = mallory.privateKey) =>
    (text: string) =>
      sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  const token = (header: object, signer: (text: string) => string, more: object = {}) => {
    const text = `${part({ alg: 'ES256', typ: 'JWT', kid: 'one', ...header })}.${part({ ...claims, ...more })}`;
    return `${text}.${signer(text)}`;
  };
  const byPublicKey = (format: 'pem' | 'der') => (text: string) =>
    createHmac('sha256', ec.publicKey.export({ type: 'spki', format } as never) as string)
      .update(text)
      .digest('base64url');
  const upsert = async (jwt: string) => {
    const { status, errors } = await trusting.post(
      JSON.stringify({ query: UPSERT.replace('4711', '4712') }),
      bearer(jwt),
    );
    return [status, errors[0]?.extensions.code];
  };

  test('is good where it is signed by a key of the issuer', async () => {
    expect(await upsert(token({}, byKey(ec.privateKey)))).toEqual([200, undefined]);
    expect(await upsert(token({}, byKey(ec.privateKey), { scope: 'read' }))).toEqual([200, 'FORBIDDEN']);
    // nobody becomes a token of this server, or its session, by a name
    expect(await upsert(token({}, byKey(ec.privateKey), { sub: 'x'.repeat(10_000) }))).toEqual([
      401,
      'UNAUTHENTICATED',
    ]);
  });

  test.each<[string, () => string]>([
    ['no algorithm', () => token({ alg: 'none' }, () => '')],
    ['no algorithm, and a signature', () => token({ alg: 'NONE' }, byKey())],
    ['the public key as a shared secret', () => token({ alg: 'HS256' }, byPublicKey('pem'))],
    ['the public key as a shared secret, in bytes', () => token({ alg: 'HS256' }, byPublicKey('der'))],
    ['another key', () => token({}, byKey())],
    ['an unknown key', () => token({ kid: 'two' }, byKey())],
    [
      'a path for a key',
      () => token({ kid: '../../../../dev/null' }, () => createHmac('sha256', '').digest('base64url')),
    ],
    ['SQL for a key', () => token({ kid: "x' UNION SELECT 'a" }, byKey())],
    ['a prototype for a key', () => token({ kid: '__proto__' }, byKey())],
    ['no key id', () => token({ kid: undefined }, byKey())],
    ['keys of its own', () => token({ jku: `${base}/mine`, x5u: `${base}/mine` }, byKey())],
    ['a key of its own', () => token({ jwk: mallory.publicKey.export({ format: 'jwk' }) }, byKey())],
    ['critical extensions', () => token({ crit: ['exp'], b64: false }, byKey())],
    ['claims that are no object', () => `${part({ alg: 'none' })}.${part([])}.`],
    ['very much', () => token({ x: 'y'.repeat(9000) }, byKey())],
  ])('is refused with %s', async (_, make) => {
    expect(await upsert(make())).toEqual([401, 'UNAUTHENTICATED']);
    expect(asked.filter((url) => url !== '/keys')).toEqual([]);
    expect(trusting.findings).toEqual([]);
  });
});
