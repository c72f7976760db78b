import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createClient } from '../../client/client.ts';
import { type App, createApp } from '../../src/app.ts';
import { type Environment, parseConfig } from '../../src/config.ts';
import type { Scope } from '../../src/domain/viewer.ts';
import { createLog, type Log } from '../../src/log.ts';
import type { Store } from '../../src/store/store.ts';
import { execute } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { subscribe } from '../support/event-stream.ts';
import { SESSION } from '../support/session.ts';

const UPSERT = 'mutation { upsertRuns(input: { runs: [{ number: 7 }] }) { report { inserted } dataFile { path } } }';
const DELETE = 'mutation { deleteRun(input: { number: 8 }) { gone { runs } } }';
const TOKENS = '{ tokens { id name scopes createdBy lastUsedAt revokedAt } }';
const READ = '{ runs { totalCount } }';
const CREATE = `mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret token { id name scopes } } }`;
const NODE = 'query ($id: ID!) { node(id: $id) { __typename ... on Token { name } } }';
const NODES = 'query ($id: ID!) { nodes(ids: [$id]) { __typename } }';

describe.each(databases)('with tokens in $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let logged = '';
  const logs: Log[] = [];
  const statements: string[] = [];
  /** Tokens by their scope. */
  const secrets = {} as Record<Scope, string>;
  const ids = {} as Record<Scope, string>;

  let app: App;
  let closed: App;

  beforeAll(async () => {
    opened = await createTestStore(database, { onStatement: (sql) => statements.push(sql) });
    for (const scope of ['read', 'ingest', 'challenge', 'admin'] as const) {
      const made = await create(scope, [scope]);
      secrets[scope] = made.secret;
      ids[scope] = made.token.id;
    }
    app = serve();
    closed = serve({ LUMIGRAPH_READ: 'token' });
  });
  afterAll(async () => {
    await opened.drop();
    for (const log of logs) log.flush();
    for (const secret of [...Object.values(secrets), SESSION]) expect(logged).not.toContain(secret.slice(16));
    expect(logged).toContain('UNAUTHENTICATED');
  });

  const create = (name: string, scopes: Scope[]) =>
    opened.store.tokens.create({ name, scopes, expiresAt: new Date(Date.now() + 3_600_000) }, 'a test');
  const serve = (environment: Environment = {}) => {
    const config = parseConfig({ LUMIGRAPH_LOG: 'debug', LUMIGRAPH_WEB: 'off', ...environment });
    const log = createLog(config.log, (text) => {
      logged += text;
    });
    logs.push(log);
    return createApp(opened.store, config, { log, session: SESSION });
  };
  async function send(to: App, query: string, authorization?: string, variables?: object) {
    const response = await to.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const { data, errors } = JSON.parse(text);
    return {
      status: response.status,
      headers: response.headers,
      text,
      data,
      code: errors?.[0]?.extensions.code,
      errors,
    };
  }
  const as = (who: Scope | 'session') => `Bearer ${who === 'session' ? SESSION : secrets[who]}`;

  test.each([
    ['nobody', undefined, 'anonymous', ['READ']],
    ['read', 'read', 'read', ['READ']],
    ['ingest', 'ingest', 'ingest', ['READ', 'INGEST']],
    ['challenge', 'challenge', 'challenge', ['READ', 'CHALLENGE']],
    ['admin', 'admin', 'admin', ['READ', 'INGEST', 'CHALLENGE', 'ADMIN']],
    ['the session', 'session', 'session', ['READ', 'INGEST', 'CHALLENGE', 'ADMIN']],
  ] as const)('viewer says who %s is and what it may do', async (_, who, name, scopes) => {
    const { data } = await send(app, '{ viewer { name scopes } }', who && as(who));
    expect(data).toEqual({ viewer: { name, scopes } });
  });

  test('each mutation takes the scope it needs, and no other', async () => {
    const codes = async (query: string, variables?: object) =>
      Object.fromEntries(
        await Promise.all(
          ([undefined, 'read', 'challenge', 'ingest', 'admin', 'session'] as const).map(async (who) => [
            who ?? 'nobody',
            (await send(app, query, who && as(who), variables)).code ?? 'ok',
          ]),
        ),
      );
    const refused = { nobody: 'UNAUTHENTICATED', read: 'FORBIDDEN', challenge: 'FORBIDDEN' };
    expect(await codes(UPSERT)).toEqual({ ...refused, ingest: 'ok', admin: 'ok', session: 'ok' });
    const forAdmins = { ...refused, ingest: 'FORBIDDEN', admin: 'NOT_FOUND', session: 'NOT_FOUND' };
    expect(await codes(DELETE)).toEqual(forAdmins);
    const asAdmins = { ...forAdmins, admin: 'ok', session: 'ok' };
    expect(await codes(CREATE, { input: { name: 'made', scopes: ['READ'] } })).toEqual(asAdmins);
    expect(await codes(TOKENS)).toEqual(asAdmins);
    const id = Buffer.from(`Token:${ids.read}`).toString('base64url');
    expect(await codes(NODE, { id })).toEqual(asAdmins);
    expect(await codes(NODES, { id })).toEqual(asAdmins);
    expect(await codes(NODE, { id: Buffer.from('Token:none').toString('base64url') })).toEqual(asAdmins);
    expect((await send(app, NODE, as('admin'), { id })).data).toEqual({ node: { __typename: 'Token', name: 'read' } });
  });

  test('what a client brings is known by the name of its token', async () => {
    const { data } = await send(app, UPSERT.replace('7', '70'), as('ingest'));
    expect(data.upsertRuns.dataFile.path).toMatch(/^graphql:ingest\/upsertRuns\//);
  });

  test('a token is made, used, listed with its use, revoked, and refused at once', async () => {
    const input = { name: 'robot', scopes: ['INGEST'], expiresAt: '2030-01-01T00:00:00Z' };
    const made = (await send(app, CREATE, as('admin'), { input })).data.createToken;
    expect(made.token).toMatchObject({ name: 'robot', scopes: ['INGEST'] });
    const authorization = `Bearer ${made.secret}`;
    expect((await send(app, UPSERT, authorization)).code).toBeUndefined();
    await opened.store.tokens.close();
    const { tokens } = (await send(app, TOKENS, as('admin'))).data;
    const listed = tokens.find(({ name }: { name: string }) => name === 'robot');
    expect(listed).toMatchObject({ createdBy: 'admin', lastUsedAt: expect.any(String), revokedAt: null });
    expect(JSON.stringify(tokens)).not.toContain(made.secret.slice(16));
    const REVOKE = `mutation ($id: ID!) { revokeToken(input: { id: $id }) { token { revokedAt } } }`;
    const first = await send(app, REVOKE, as('admin'), { id: made.token.id });
    expect(first.data.revokeToken.token.revokedAt).toMatch(/^20/);
    expect((await send(app, REVOKE, as('admin'), { id: made.token.id })).data).toEqual(first.data);
    const refused = await send(app, READ, authorization);
    expect([refused.status, refused.errors[0].extensions.reason]).toEqual([401, 'REVOKED']);
    const none = Buffer.from('Token:0').toString('base64url');
    expect((await send(app, REVOKE, as('admin'), { id: none })).code).toBe('NOT_FOUND');
    expect((await send(app, REVOKE, as('admin'), { id: 'UnVuOjE' })).code).toBe('BAD_USER_INPUT');
  });

  test('an expired token is refused', async () => {
    const { secret, token } = await create('old', ['admin']);
    await execute(opened.url, `UPDATE api_token SET expires_at = created_at WHERE id = '${token.id}'`);
    const { status, errors } = await send(app, READ, `Bearer ${secret}`);
    expect([status, errors[0].extensions]).toEqual([401, { code: 'UNAUTHENTICATED', reason: 'EXPIRED' }]);
  });

  const bad: [string, (secret: string) => string][] = [
    ['nothing', () => ''],
    ['the scheme alone', () => 'Bearer'],
    ['the scheme and a blank', () => 'Bearer '],
    ['the token alone', (secret) => secret],
    ['another scheme', (secret) => `Basic ${secret}`],
    ['a scheme that begins alike', (secret) => `Bearers ${secret}`],
    ['two tokens', (secret) => `Bearer ${secret} ${secret}`],
    ['two headers', (secret) => `Bearer ${secret}, Bearer ${secret}`],
    ['quotes', (secret) => `Bearer "${secret}"`],
    ['a truncated token', (secret) => `Bearer ${secret.slice(0, -1)}`],
    ['a longer token', (secret) => `Bearer ${secret}A`],
    ['the id alone', (secret) => `Bearer ${secret.slice(0, 15)}`],
    ['a token in capitals', (secret) => `Bearer ${secret.toUpperCase()}`],
    ['a prefix in capitals', (secret) => `Bearer ${secret.replace('lg_', 'LG_')}`],
    ['a token of another id', (secret) => `Bearer lg_000000000000${secret.slice(15)}`],
    ['a token with another secret', (secret) => `Bearer ${secret.slice(0, 16)}${'A'.repeat(43)}`],
    ['SQL', () => `Bearer lg_' OR 1=1 --`],
    ['a JWT that no issuer is set for', () => 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.'],
    ['very much', () => `Bearer ${'lg_'.repeat(5000)}`],
  ];
  test.each(bad)(
    '%s in the header is refused, also where nobody needs a token, and not repeated',
    async (_, header) => {
      const { status, code, headers, text } = await send(app, READ, header(secrets.admin));
      expect([status, code, headers.get('www-authenticate')]).toEqual([
        401,
        'UNAUTHENTICATED',
        'Bearer realm="lumigraph"',
      ]);
      expect(text).not.toContain(secrets.admin.slice(16, -2));
    },
  );

  test('the name of the scheme may be written in any case, and a token elsewhere is none', async () => {
    expect((await send(app, TOKENS, `bEARER   ${secrets.admin}`)).code).toBeUndefined();
    const response = await app.fetch(`http://localhost/graphql?token=${secrets.admin}&access_token=${secrets.admin}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: `token=${secrets.admin}` },
      body: JSON.stringify({ query: TOKENS }),
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('a request without a token asks no more of the database than before, one with a token one statement more', async () => {
    const count = async (authorization?: string) => {
      statements.length = 0;
      await send(app, READ, authorization);
      return statements.filter((sql) => !sql.startsWith('UPDATE api_token')).length;
    };
    await count();
    expect([await count(), await count(as('session')), await count(as('read'))]).toEqual([1, 1, 2]);
  });

  test('where reading needs a token nothing is read without: no query, node, introspection or hint', async () => {
    const id = Buffer.from('Run:7').toString('base64url');
    const queries: [string, object?][] = [[READ], [NODE, { id }], [NODES, { id }], [getIntrospectionQuery()]];
    const more: [string, object?][] = [
      ['{ __typename }'],
      ['{ __schema { types { name } } }'],
      ['{ rums { totalCount } }'],
    ];
    for (const [query, variables] of [
      ...queries,
      ...more,
      ['{ viewer { name } }'],
      ['{'],
      [UPSERT],
    ] as typeof queries) {
      const { status, code, text } = await send(closed, query, undefined, variables);
      expect([query, status, code]).toEqual([query, 401, 'UNAUTHENTICATED']);
      expect(text).not.toMatch(/runs|Token"/);
    }
    const get = await closed.fetch('http://localhost/graphql?query={__typename}', {
      headers: { 'x-graphql-yoga-csrf': '1' },
    });
    expect(get.status).toBe(401);
    for (const who of ['ingest', 'challenge', 'admin', 'session'] as const) {
      expect((await send(closed, READ, as(who))).code).toBeUndefined();
    }
    for (const [query, variables] of queries) {
      const { code, data } = await send(closed, query, as('read'), variables);
      expect([code, data === null]).toEqual([undefined, false]);
    }
    expect((await closed.fetch('http://localhost/health')).status).toBe(200);
    expect((await closed.fetch('http://localhost/ready')).status).toBe(200);
  });

  test('a subscription ends when its token is revoked, within half a minute', async () => {
    const { secret, token } = await create('listener', ['read']);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const authorization = `Bearer ${secret}`;
      const subscription = await subscribe(closed, 'subscription { runAdded { number } }', {}, { authorization });
      const next = subscription.next();
      await vi.advanceTimersByTimeAsync(30_000);
      expect(await Promise.race([next, opened.store.tokens.find(secret).then(() => 'nothing')])).toBe('nothing');
      await opened.store.tokens.revoke({ id: token.id });
      await vi.advanceTimersByTimeAsync(30_000);
      expect(await next).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  test('a server that only reads changes nothing for an admin, and reads', async () => {
    const reading = serve({ LUMIGRAPH_MUTATIONS: 'off' });
    expect((await send(reading, UPSERT, as('admin'))).code).toBe('FORBIDDEN');
    expect((await send(reading, CREATE, as('admin'), { input: { name: 'x', scopes: ['READ'] } })).code).toBe(
      'FORBIDDEN',
    );
    expect((await send(reading, TOKENS, as('admin'))).code).toBeUndefined();
  });

  test('a server that prints no token of its own takes none', async () => {
    const config = parseConfig({ LUMIGRAPH_LOG: 'silent', LUMIGRAPH_WEB: 'off' });
    expect((await send(createApp(opened.store, config), READ, as('session'))).status).toBe(401);
  });

  test('the typed client sends its token', async () => {
    const client = (token?: string) =>
      createClient({
        url: 'http://localhost/graphql',
        retries: 0,
        fetch: app.fetch as typeof fetch,
        ...(token && { token }),
      });
    expect(await client(secrets.ingest).request('{ viewer { name } }')).toEqual({ viewer: { name: 'ingest' } });
    expect(await client(secrets.ingest).request(UPSERT)).toMatchObject({ upsertRuns: { report: { inserted: 0 } } });
    await expect(client().request(UPSERT)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(client(secrets.read).request(UPSERT)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(client(`${secrets.read}x`).request(UPSERT)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      status: 401,
    });
  });

  test.each([
    ['name', { name: 'a b', scopes: ['READ'] }],
    ['scopes', { name: 'a', scopes: [] }],
    ['expiresAt', { name: 'a', scopes: ['READ'], expiresAt: '2001-01-01T00:00:00Z' }],
  ])('a token with a wrong %s is not made', async (field, input) => {
    const { errors } = await send(app, CREATE, as('admin'), { input });
    expect(errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });
});
