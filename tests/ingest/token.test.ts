import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { runHere } from '../support/run-cli.ts';

describe.each(databases)('npm run token on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  beforeAll(async () => {
    opened = await createTestStore(database);
  });
  afterAll(() => opened.drop());
  const token = (...args: string[]) => runHere(['token', ...args], { url: opened.url });

  test('makes a token that alone is on standard output, and that the server takes', async () => {
    const { status, stdout, stderr } = await token('create', '--name', 'ci', '--scope', 'ingest', '--expires', '90d');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^lg_[0-9a-f]{12}_[\w-]{43}\n$/);
    expect(stderr).toMatch(
      /^Token [0-9a-f]{12} of ci \(ingest\), good until .* UTC\. Keep it: it is not shown again\.\n$/,
    );
    const row = await opened.store.tokens.find(stdout.trim());
    expect(row).toMatchObject({ name: 'ci', scopes: ['ingest'], createdBy: 'command line', revokedAt: null });
    const days = ((row?.expiresAt.getTime() ?? 0) - (row?.createdAt.getTime() ?? 0)) / 86_400_000;
    expect(Math.round(days)).toBe(90);
  });

  test('lists tokens without what would let one in', async () => {
    const { stdout: secret } = await token('create', '--name', 'two', '--scope', 'read', '--scope', 'admin');
    const { stdout } = await token('list');
    expect(stdout).toMatch(/^ID +NAME +SCOPES +MADE +LAST USED +STATE$/m);
    expect(stdout).toMatch(/^[0-9a-f]{12} +two +read admin +\S+ \S+ UTC +never +good until \S+ \S+ UTC$/m);
    const { stdout: json } = await token('list', '--json');
    expect(JSON.parse(json).tokens.at(-1)).toMatchObject({ name: 'two', scopes: ['read', 'admin'], lastUsedAt: null });
    for (const text of [stdout, json]) expect(text).not.toContain(secret.trim().slice(16));
    expect(json).not.toContain('hash');
  });

  test('revokes by id or by name', async () => {
    const made = JSON.parse((await token('create', '--name', 'gone', '--scope', 'read', '--json')).stdout);
    await token('create', '--name', 'gone', '--scope', 'read');
    expect((await token('revoke', made.token.id)).stdout).toMatch(/^[0-9a-f]{12} +gone .* revoked \S+ \S+ UTC$/m);
    expect((await opened.store.tokens.find(made.secret))?.revokedAt).toBeInstanceOf(Date);
    const { stdout } = await token('revoke', 'gone', '--json');
    const revoked: { revokedAt: string | null }[] = JSON.parse(stdout).tokens;
    expect(revoked.map(({ revokedAt }) => revokedAt !== null)).toEqual([true, true]);
  });

  test.each([
    [[], 'say create, list or revoke'],
    [['make'], 'there is no "token make"'],
    [['create', '--scope', 'read'], '--name is missing'],
    [['create', '--name', 'x'], '--scope is missing: read, ingest, challenge, admin'],
    [['create', '--name', 'x', '--scope', 'Ingest'], 'there is no scope "Ingest": read, ingest, challenge, admin'],
    [['create', '--name', 'x y', '--scope', 'read'], 'name: a token is named by'],
    [['create', '--name', 'x', '--scope', 'read', '--expires', '0d'], '--expires 0d: give a number'],
    [['create', '--name', 'x', '--scope', 'read', '--expires', 'never'], '--expires never: give a number'],
    [['create', '--name', 'x', '--scope', 'read', '--expires', '3651d'], '--expires 3651d: give a number'],
    [['create', 'x', '--name', 'x', '--scope', 'read'], 'create takes flags alone, not "x"'],
    [['list', '--name', 'x'], '--name, --scope and --expires go with create'],
    [['list', 'x'], 'list takes no name'],
    [['revoke'], 'no token was named'],
    [['revoke', 'nobody'], 'there is no token "nobody"'],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await token(...args);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});
