import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { execute } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

describe.each(databases)('tokens in $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  const statements: string[] = [];
  beforeAll(async () => {
    opened = await createTestStore(database, { prisma: true, onStatement: (sql) => statements.push(sql) });
  });
  afterAll(() => opened.drop());
  const create = (name: string, scopes: ('read' | 'ingest' | 'admin')[] = ['ingest'], days = 1) =>
    opened.store.tokens.create({ name, scopes, expiresAt: inDays(days) }, 'a test');

  test('there is none at first, then one that is good until it expires or is revoked', async () => {
    const { tokens } = opened.store;
    expect(await tokens.anyGood()).toBe(false);
    await create('first');
    expect(await tokens.anyGood()).toBe(true);
    await execute(opened.url, `UPDATE api_token SET expires_at = created_at`);
    expect(await tokens.anyGood()).toBe(false);
    const { token } = await create('second');
    await tokens.revoke({ id: token.id });
    expect(await tokens.anyGood()).toBe(false);
  });

  test('are found by what the client has, and by nothing else', async () => {
    const { token, secret } = await create('ci', ['ingest', 'read', 'ingest']);
    expect(secret).toMatch(/^lg_[0-9a-f]{12}_[\w-]{43}$/);
    expect(token).toMatchObject({ name: 'ci', scopes: ['read', 'ingest'], createdBy: 'a test', revokedAt: null });
    statements.length = 0;
    expect(await opened.store.tokens.find(secret)).toEqual(token);
    expect(statements.length).toBe(1);
    const other = (await create('other')).secret;
    const changed = [
      secret.slice(0, -1),
      `${secret}A`,
      secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A'),
      secret.toUpperCase(),
      secret.replace('lg_', 'LG_'),
      secret.slice(0, 16) + other.slice(16),
      ` ${secret}`,
      `${secret}\n`,
      token.id,
      '',
    ];
    for (const text of changed) expect([text, await opened.store.tokens.find(text)]).toEqual([text, null]);
  });

  test('are kept as a hash alone', async () => {
    const { secret } = await create('kept');
    const kept = JSON.stringify(await opened.store.prisma.apiToken.findMany());
    expect(kept).toContain('"kept"');
    expect(kept).not.toContain(secret.slice(16));
  });

  test('are revoked by id alone, or by name together, once', async () => {
    const { tokens } = opened.store;
    const [one, two, three] = [await create('twin'), await create('twin'), await create('single')];
    const [revoked] = await tokens.revoke({ id: one.token.id });
    expect(revoked?.revokedAt).toBeInstanceOf(Date);
    const both = await tokens.revoke({ name: 'twin' });
    expect(both.map(({ id }) => id).sort()).toEqual([one.token.id, two.token.id].sort());
    expect(both.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
    expect(both.find(({ id }) => id === one.token.id)).toEqual(revoked);
    expect((await tokens.find(three.secret))?.revokedAt).toBeNull();
    expect(await tokens.revoke({ name: 'nobody' })).toEqual([]);
    expect((await tokens.list()).map(({ name }) => name)).toContain('single');
    expect(await tokens.byIds([three.token.id, 'none', one.token.id])).toMatchObject([
      { name: 'single' },
      null,
      { name: 'twin' },
    ]);
  });

  test('keep their last use, written later, by one statement however often they were used', async () => {
    const { token, secret } = await create('used');
    const store = await openStore(opened.url, { onStatement: (sql) => statements.push(sql) });
    statements.length = 0;
    for (let i = 0; i < 5; i++) store.tokens.used(token.id);
    expect(statements).toEqual([]);
    await store.close();
    expect(statements.filter((sql) => /^UPDATE api_token/.test(sql)).length).toBe(1);
    const found = await opened.store.tokens.find(secret);
    expect(Math.abs((found?.lastUsedAt?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test.each([
    ['name', { name: '' }],
    ['name', { name: 'two words' }],
    ['name', { name: 'x'.repeat(101) }],
    ['name', { name: 'jwt:me' }],
    ['name', { name: 'anonymous' }],
    ['name', { name: 'session' }],
    ['scopes', { scopes: [] }],
    ['expiresAt', { expiresAt: inDays(0) }],
    ['expiresAt', { expiresAt: inDays(4000) }],
    ['expiresAt', { expiresAt: new Date(Number.NaN) }],
  ])('are not made with a wrong %s: %j', async (field, wrong) => {
    const wish = { name: 'x', scopes: ['read'] as const, expiresAt: inDays(1), ...wrong };
    await expect(opened.store.tokens.create(wish, 'a test')).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { field },
    });
  });
});
