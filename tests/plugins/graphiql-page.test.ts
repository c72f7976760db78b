import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { smallApp } from './small-app.ts';

const outer = mkdtempSync(join(tmpdir(), 'lumigraph-page-'));
const folder = join(outer, 'dist');
mkdirSync(join(folder, 'assets'), { recursive: true });
writeFileSync(join(outer, 'secret.txt'), 'secret');
writeFileSync(join(folder, 'index.html'), '<div id="root"></div>');
writeFileSync(join(folder, 'assets/index-abc.js'), 'export {}');
afterAll(() => rmSync(outer, { recursive: true, force: true }));

const get = (path: string, init?: RequestInit, pageFolder: string | null = folder) =>
  smallApp({}, {}, { pageFolder }).fetch(`http://localhost:4000${path}`, init);

describe('the page', () => {
  test.each(['/', '/graphiql/'])('is where %s leads', async (path) => {
    const response = await get(path);
    expect([response.status, response.headers.get('location')]).toEqual([302, '/graphiql']);
  });

  test('is served under a policy that lets nothing in from elsewhere', async () => {
    const response = await get('/graphiql');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toBe('<div id="root"></div>');
  });

  test('keeps its assets in the browser for good: their names change with their content', async () => {
    const response = await get('/graphiql/assets/index-abc.js');
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(await response.text()).toBe('export {}');
  });

  test.each([
    '/graphiql/../secret.txt',
    '/graphiql/%2e%2e/secret.txt',
    '/graphiql/..%2fsecret.txt',
    '/graphiql/assets',
  ])('gives nothing else away: %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  test('is only there to be read', async () => {
    expect((await get('/graphiql', { method: 'POST' })).status).toBe(405);
  });

  test('says so where it was not built', async () => {
    const response = await get('/graphiql', {}, null);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('not built');
  });

  test('is not there where it is switched off', async () => {
    expect((await smallApp({ LUMIGRAPH_WEB: 'off' }).fetch('http://localhost/graphiql')).status).toBe(404);
  });
});
