import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../src/log.ts';
import { buildPage } from '../../src/web-build.ts';

const silent = createLog('silent');

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});

describe('the page', () => {
  let folder = '';
  beforeAll(async () => {
    folder = (await buildPage(silent)) ?? '';
  }, 120_000);

  test('is built from what npm installed, and asks for nothing from elsewhere', () => {
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(html).toContain('<div id="root">');
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) {
      expect(link).toMatch(/^graphiql\//);
      expect(existsSync(join(folder, link.slice('graphiql/'.length)))).toBe(true);
    }
    // the policy of the page forbids both
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=/);
  });

  test('is not built again while its sources stay as they are', async () => {
    const before = statSync(join(folder, 'index.html')).mtimeMs;
    expect(await buildPage(silent)).toBe(folder);
    expect(statSync(join(folder, 'index.html')).mtimeMs).toBe(before);
  });
});

describe('a page that cannot be built', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lumigraph-web-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is told and logged, and does not stop the server', async () => {
    writeFileSync(join(folder, 'package.json'), '{}');
    let logged = '';
    const log = createLog('info', (text) => {
      logged += text;
    });
    expect(await buildPage(log, folder)).toBeNull();
    expect(JSON.parse(logged)).toMatchObject({ event: 'page not built', error: { message: expect.any(String) } });
    expect(process.stdout.write).toHaveBeenCalledWith(expect.stringContaining('the API is served without it'));
  });
});
