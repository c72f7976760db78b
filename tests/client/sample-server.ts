import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { fillSample } from '../../ingest/sample.ts';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createSqlite } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';

/** The real server with the sample data, on a port of its own. */
export async function startSampleServer() {
  const { url, drop } = await createSqlite({ migrated: true });
  await putSample(url.slice('file:'.length));
  const store = await openStore(url);
  const app = createApp(store, parseConfig({ LUMIGRAPH_LOG: 'silent' }), { session: SESSION });
  const server = createServer(app.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    store,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
      await drop();
    },
  };
}

/** Filled by who needs it first, copied by others; two at once fill it alike. */
async function putSample(path: string) {
  const filled = join(dirname(inject('migratedSqlite')), 'sample.db');
  if (existsSync(filled)) return copyFileSync(filled, path);
  const store = await openStore(`file:${path}`);
  await fillSample(store);
  await store.close();
  const copy = `${filled}.${process.pid}`;
  copyFileSync(path, copy);
  renameSync(copy, filled);
}
