import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Viewer } from '../../src/domain/viewer.ts';
import { createLog } from '../../src/log.ts';
import { createJwtVerifier } from '../../src/plugins/auth-jwt.ts';
import { createAuthenticator } from '../../src/plugins/authenticator.ts';
import { createTestStore, databases } from '../support/databases.ts';

const ISSUER = 'https://issuer.example/realm';
const AUDIENCE = 'lumigraph';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const now = () => Math.floor(Date.now() / 1000);
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' });

type Signer = (text: string) => Buffer;
const byEc =
  (key: KeyObject): Signer =>
  (text) =>
    sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
const byRsa: Signer = (text) => sign('sha256', Buffer.from(text), rsa.privateKey);

const CLAIMS = { iss: ISSUER, aud: AUDIENCE, sub: 'ada', scope: 'openid ingest email' };

function token(claims: object = {}, header: object = {}, signer: Signer | null = byEc(ec.privateKey)): string {
  const text = `${part({ alg: 'ES256', kid: 'ec-1', ...header })}.${part({ ...CLAIMS, exp: now() + 60, ...claims })}`;
  return `${text}.${signer === null ? '' : signer(text).toString('base64url')}`;
}

let asked = 0;
const issuer = createServer((_request, response) => {
  asked++;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ keys: [jwk(rsa.publicKey, 'rsa-1'), jwk(ec.publicKey, 'ec-1')] }));
});
let keys = '';
let logged = '';
const log = createLog('debug', (text) => {
  logged += text;
});

beforeAll(async () => {
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  keys = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
});
afterAll(() => new Promise((resolve) => issuer.close(resolve)));

const configOf = (jwksUrl: string, more: Record<string, string> = {}) =>
  parseConfig({
    LUMIGRAPH_JWT_ISSUER: ISSUER,
    LUMIGRAPH_JWT_AUDIENCE: AUDIENCE,
    LUMIGRAPH_JWT_JWKS_URL: jwksUrl,
    ...more,
  });

describe('a JSON Web Token', () => {
  let verify: (token: string) => Promise<Viewer>;
  beforeAll(() => {
    verify = createJwtVerifier(configOf(keys), log) as typeof verify;
  });

  test('says who its holder is, what that one may do and until when', async () => {
    const exp = now() + 60;
    expect(await verify(token({ exp }))).toEqual({
      name: 'jwt:ada',
      scopes: ['read', 'ingest'],
      authenticated: true,
      expiresAt: new Date(exp * 1000),
    });
    const signed = token({ aud: ['other', AUDIENCE], scope: 'admin' }, { alg: 'RS256', kid: 'rsa-1' }, byRsa);
    expect((await verify(signed)).scopes).toEqual(['read', 'ingest', 'challenge', 'admin']);
    expect((await verify(token({ scope: 'openid Ingest ADMIN admin:read' }))).scopes).toEqual([]);
    expect((await verify(token({ scope: 7 }))).scopes).toEqual([]);
  });

  test('is verified with keys that are fetched once', async () => {
    const before = asked;
    for (let i = 0; i < 3; i++) await verify(token());
    expect(asked - before).toBeLessThanOrEqual(1);
  });

  const hmac: Signer = (text) =>
    createHmac('sha256', ec.publicKey.export({ type: 'spki', format: 'pem' }))
      .update(text)
      .digest();
  const good = () => token().split('.');
  const forged: [string, () => string][] = [
    ['that has expired', () => token({ exp: now() - 60 })],
    ['that is not good yet', () => token({ nbf: now() + 60 })],
    ['without a time of expiry', () => token({ exp: undefined })],
    ['of another issuer', () => token({ iss: 'https://issuer.example/other' })],
    ['without an issuer', () => token({ iss: undefined })],
    ['for another audience', () => token({ aud: 'other' })],
    ['without an audience', () => token({ aud: undefined })],
    ['without a subject', () => token({ sub: undefined })],
    ['with an odd subject', () => token({ sub: { name: 'ada' } })],
    ['signed by nobody', () => token({}, { alg: 'none' }, null)],
    ['signed by nobody, in other letters', () => token({}, { alg: 'nOnE' }, null)],
    ['that says ES256 but has no signature', () => token({}, {}, null)],
    ['signed with the public key as a shared secret', () => token({}, { alg: 'HS256' }, hmac)],
    ['signed by a foreign key', () => token({}, {}, byEc(foreign.privateKey))],
    ['signed by a foreign key of an unknown id', () => token({}, { kid: 'foreign' }, byEc(foreign.privateKey))],
    ['that names the key of another algorithm', () => token({}, { kid: 'rsa-1' })],
    ['that brings its own key', () => token({}, { jwk: jwk(foreign.publicKey, 'ec-1') }, byEc(foreign.privateKey))],
    [
      'whose claims were changed',
      () => [good()[0], part({ ...CLAIMS, exp: now() + 60, scope: 'admin' }), good()[2]].join('.'),
    ],
    ['that is cut off', () => token().slice(0, -3)],
    ['of two parts', () => good().slice(0, 2).join('.')],
    ['that is no token', () => 'abc'],
    ['that is no JSON', () => `${Buffer.from('{').toString('base64url')}.e30.x`],
  ];
  test.each(forged)('%s is refused', async (_, make) => {
    const text = make();
    await expect(verify(text)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'INVALID' } });
    log.flush();
    expect(logged).not.toContain(text);
  });

  test.each([
    ['groups', { groups: ['ingest', 'other', 5] }],
    ['resource_access.lumigraph.roles', { resource_access: { lumigraph: { roles: ['ingest'] } } }],
    ['https://issuer.example/scopes', { 'https://issuer.example/scopes': 'x ingest' }],
  ])('has its scopes in the claim %s where that is set', async (claim, claims) => {
    const verifier = createJwtVerifier(configOf(keys, { LUMIGRAPH_JWT_SCOPES_CLAIM: claim }), log);
    expect((await verifier?.(token({ scope: 'admin', ...claims })))?.scopes).toEqual(['read', 'ingest']);
    expect((await verifier?.(token()))?.scopes).toEqual([]);
  });
});

test('is taken by the server in place of a token of its own', async () => {
  const { store, drop } = await createTestStore(databases[0] as (typeof databases)[number]);
  const ask = async (jwksUrl: string, jwt: string, query = '{ viewer { name scopes } }') => {
    const config = configOf(jwksUrl, { LUMIGRAPH_LOG: 'silent', LUMIGRAPH_WEB: 'off', LUMIGRAPH_READ: 'token' });
    const response = await createApp(store, config).fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${jwt}` },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = await response.json();
    return data ?? [response.status, errors[0].extensions.code];
  };
  expect(await ask(keys, token())).toEqual({ viewer: { name: 'jwt:ada', scopes: ['READ', 'INGEST'] } });
  expect(await ask(keys, token(), 'mutation { deleteRun(input: { number: 1 }) { dryRun } }')).toEqual([
    200,
    'FORBIDDEN',
  ]);
  expect(await ask(keys, token({ scope: '' }))).toEqual([403, 'FORBIDDEN']);
  expect(await ask(keys, token({}, { alg: 'none' }, null))).toEqual([401, 'UNAUTHENTICATED']);
  expect(await ask('http://127.0.0.1:1/keys', token())).toEqual([503, 'UNAVAILABLE']);
  await drop();
});

test('where the keys cannot be had a JSON Web Token waits, and the tokens of the server work', async () => {
  const config = configOf('http://127.0.0.1:1/keys');
  const session = `lg_0123456789ab_${'s'.repeat(43)}`;
  const authenticate = createAuthenticator({} as never, config, { session, verifyJwt: createJwtVerifier(config, log) });
  await expect(authenticate(`Bearer ${token()}`)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await authenticate(`Bearer ${session}`)).toMatchObject({ name: 'session' });
});

test('without an issuer no JSON Web Token is good', async () => {
  expect(createJwtVerifier(parseConfig({}), log)).toBeNull();
  const authenticate = createAuthenticator({} as never, parseConfig({}));
  await expect(authenticate(`Bearer ${token()}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('where reading is open a JSON Web Token without scopes reads; where it is not it is forbidden to', async () => {
  const viewer = (read: string) => {
    const config = configOf(keys, { LUMIGRAPH_READ: read });
    const verifyJwt = createJwtVerifier(config, log);
    return createAuthenticator({} as never, config, { verifyJwt })(`Bearer ${token({ scope: 'openid' })}`);
  };
  expect((await viewer('open')).scopes).toEqual(['read']);
  expect((await viewer('token')).scopes).toEqual([]);
});
