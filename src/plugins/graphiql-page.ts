import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import type { Plugin } from './request-facts.ts';

const PAGE = '/graphiql';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>lumigraph</title>
<p>The GraphiQL page is not built on this server. The API answers at <code>/graphql</code> all the same.
<p>The server's log says why. It is tried again with every start.`;

/** Serves the built page at /graphiql, its files below it, and sends `/` there. `folder` is null where there is none. */
export function useGraphiqlPage(folder: string | null): Plugin {
  // only what is listed here is ever opened: no path of a client reaches the file system
  const files = folder === null ? new Map<string, string>() : filesIn(folder);
  return {
    async onRequest({ request, url, fetchAPI: { Response }, endResponse }) {
      const { pathname } = url;
      if (pathname !== '/' && !pathname.startsWith(PAGE)) return;
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return endResponse(new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } }));
      }
      if (pathname === '/' || pathname === `${PAGE}/`) {
        return endResponse(new Response(null, { status: 302, headers: { location: PAGE } }));
      }
      const name = pathname === PAGE ? 'index.html' : pathname.slice(PAGE.length + 1);
      if (pathname === PAGE && !files.has(name)) {
        return endResponse(
          new Response(NOT_BUILT, { status: 503, headers: { 'content-type': TYPES['.html'] as string } }),
        );
      }
      const file = files.get(name);
      if (file === undefined) return;
      const headers = {
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        // Vite puts a hash of the content into the names of assets
        'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      };
      endResponse(new Response(await readFile(file), { headers }));
    },
  };
}

/** By their names, as they stand in links. */
function filesIn(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(folder, path).replaceAll('\\', '/'), path]));
}
