import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
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
<p><code>npm run build --workspace web</code>, then start again; the server's log says what went wrong the first time.`;

/** Serves the built page at /graphiql, its files below it, and sends `/` there. `folder` is web/dist. */
export function useGraphiqlPage(folder: string): Plugin {
  // only what is listed here is ever opened: no path of a client reaches the file system
  let files = listFiles(folder);
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
      // the page may have been built anew
      if (pathname === PAGE) files = listFiles(folder);
      const name = pathname === PAGE ? 'index.html' : pathname.slice(PAGE.length + 1);
      if (pathname === PAGE && !files.has(name)) {
        return endResponse(
          new Response(NOT_BUILT, { status: 503, headers: { 'content-type': TYPES['.html'] as string } }),
        );
      }
      if (!files.has(name)) return;
      const headers = {
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        // Vite puts a hash of the content into the names of assets
        'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      };
      endResponse(new Response(await readFile(join(folder, name)), { headers }));
    },
  };
}

function listFiles(folder: string): ReadonlySet<string> {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const below = (path: string) => path.slice(folder.length + 1).replaceAll('\\', '/');
    return new Set(entries.filter((entry) => entry.isFile()).map((entry) => below(join(entry.parentPath, entry.name))));
  } catch {
    return new Set();
  }
}
