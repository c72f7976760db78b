import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fillSample } from '../../ingest/sample.ts';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';

/** The real server with the sample data, on a port of its own. */
export async function startSampleServer() {
  const [sqlite] = databases.filter(({ name }) => name === 'sqlite');
  const { store, drop } = await createTestStore(sqlite as (typeof databases)[number]);
  await fillSample(store);
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
      await drop();
    },
  };
}
