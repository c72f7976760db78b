import { type AuditName, serverAudits } from 'graphql-http';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Store } from '../../src/store/store.ts';

/** The documents of the audits ask for `__typename` alone: nothing is read. */
const store = { forOperation: () => store } as Partial<Store> as Store;
const app = createApp(store, parseConfig({ LUMIGRAPH_LOG: 'silent', LUMIGRAPH_WEB: 'off' }));

const audits = (headers: Record<string, string> = {}) =>
  serverAudits({
    url: 'http://localhost/graphql',
    fetchFn: (url: string, init: RequestInit = {}) =>
      app.fetch(url, init.method === 'POST' ? init : { ...init, headers: { ...init.headers, ...headers } }),
  });

/** Any web page can make a browser send a GET: without the header that only scripts of ours can set it is refused. */
const NEED_THE_HEADER: readonly AuditName[] = [
  'MAY accept application/x-www-form-urlencoded formatted GET requests',
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json',
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json',
];

describe('by the audits of GraphQL over HTTP, a server', () => {
  test('is looked at from 61 sides', () => {
    expect(audits()).toHaveLength(61);
  });

  test.each(audits({ 'x-graphql-yoga-csrf': '1' }))('$name', async ({ fn }) => {
    const { status, ...details } = await fn();
    expect(status, 'reason' in details ? details.reason : '').toBe('ok');
  });

  test('does as it may where the header against forged requests is missing, but for queries by GET', async () => {
    const results = await Promise.all(audits().map(({ fn }) => fn()));
    const failed = results.filter(({ status }) => status !== 'ok').map(({ name }) => name);
    expect(failed.sort()).toEqual([...NEED_THE_HEADER].sort());
  });
});
