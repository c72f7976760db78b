import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { type Environment, parseConfig } from '../../src/config.ts';
import { Cancellation } from '../../src/domain/cancellation.ts';
import { UnavailableError } from '../../src/domain/errors.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';

const QUERY = '{ runs { nodes { number } } }';

const appOf = (store: Store, environment: Environment = {}) =>
  createApp(store, parseConfig({ LUMIGRAPH_LOG: 'silent', LUMIGRAPH_WEB: 'off', ...environment }), {
    session: SESSION,
  });

const ask = (app: App, query: string, init: RequestInit = {}) =>
  app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      authorization: `Bearer ${SESSION}`,
    },
    body: JSON.stringify({ query }),
    ...init,
  });

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe.each(databases)('an operation on $name', (database) => {
  const statements: string[] = [];
  let opened: { store: Store; drop(): Promise<void> };
  beforeAll(async () => {
    opened = await createTestStore(database, { onStatement: (sql) => statements.push(sql) });
  });
  afterAll(() => opened.drop());

  test('that is cancelled asks nothing more, and others go on', async () => {
    const cancellation = new Cancellation();
    const store = opened.store.forOperation(cancellation);
    expect(await store.lists.count('run')).toBe(0);
    const reason = new UnavailableError('The client has left');
    cancellation.cancel(reason);
    statements.length = 0;
    await expect(store.lists.count('run')).rejects.toBe(reason);
    await expect(store.reads.runs([1])).rejects.toBe(reason);
    expect(statements).toEqual([]);
    expect(await opened.store.lists.count('run')).toBe(0);
  });

  test('that writes is not cut off, whatever its time', async () => {
    const app = appOf(opened.store, { LUMIGRAPH_TIMEOUT_MS: '1' });
    const response = await ask(
      app,
      'mutation { upsertRuns(input: { runs: [{ number: 1 }] }) { report { inserted } } }',
    );
    expect(await response.json()).toEqual({ data: { upsertRuns: { report: { inserted: 1 } } } });
  });
});

test('an operation on SQLite whose statements keep the clock from being heard ends before the next one', async () => {
  const sqlite = databases.find(({ name }) => name === 'sqlite') as (typeof databases)[number];
  const { store, drop } = await createTestStore(sqlite);
  const cancellation = new Cancellation();
  const reason = new UnavailableError('too late');
  cancellation.endAt(performance.now() + 3_600_000, () => reason);
  const own = store.forOperation(cancellation);
  expect(await own.lists.count('run')).toBe(0);
  cancellation.endAt(performance.now() - 1, () => reason);
  await expect(own.lists.count('run')).rejects.toBe(reason);
  await drop();
});

describe('a query on PostgreSQL', () => {
  const database = databases.find(({ name }) => name === 'postgresql') as (typeof databases)[number];
  let opened: { store: Store; url: string; drop(): Promise<void> };
  /** Holds the table of runs, so that whoever reads it waits. */
  let holder: pg.Client;
  let watcher: pg.Client;
  beforeAll(async () => {
    opened = await createTestStore(database);
    holder = new pg.Client(opened.url);
    watcher = new pg.Client(opened.url);
    await Promise.all([holder.connect(), watcher.connect()]);
    await holder.query('BEGIN; LOCK TABLE run IN ACCESS EXCLUSIVE MODE');
  });
  afterAll(async () => {
    await Promise.all([holder.end(), watcher.end()]);
    await opened.drop();
  });

  /** How many statements the server works on for us. */
  async function running(): Promise<number> {
    const { rows } = await watcher.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows[0].n;
  }

  test('is ended in the database as well when its time is over, also where no connection was free', async () => {
    const app = appOf(opened.store, { LUMIGRAPH_TIMEOUT_MS: '300' });
    // the pool has ten connections, which take longer to open than to ask
    await Promise.all(Array.from({ length: 10 }, () => opened.store.lists.count('dataset')));
    const asked = Array.from({ length: 12 }, () => ask(app, QUERY));
    for (const response of await Promise.all(asked)) {
      expect(response.status).toBe(400);
      const { data, errors } = await response.json();
      expect(data).toBeUndefined();
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatchObject({
        message: expect.stringContaining('the limit is 300 (LUMIGRAPH_TIMEOUT_MS)'),
        extensions: { code: 'LIMIT_EXCEEDED', setting: 'LUMIGRAPH_TIMEOUT_MS', limit: 300, remedy: expect.any(String) },
      });
    }
    await until(async () => (await running()) === 0);
  });

  test('has a limit in the answer of a mutation as well, and what the mutation did stays', async () => {
    const app = appOf(opened.store, { LUMIGRAPH_TIMEOUT_MS: '300' });
    const name = '/A/Run2026A-v1/DQMIO';
    const mutation = (and: string) =>
      `mutation { upsertDatasets(input: { datasets: [{ name: "${name}", description: "x" }] }) { report { inserted identical } ${and} } }`;
    const answer = await (await ask(app, mutation('datasets { runs(first: 1) { nodes { number } } }'))).json();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', setting: 'LUMIGRAPH_TIMEOUT_MS' } }]);
    expect(answer.errors[0].message).toContain('What the mutation did stays');
    await until(async () => (await running()) === 0);
    const { data } = await (await ask(app, mutation(''))).json();
    expect(data.upsertDatasets.report).toEqual({ inserted: 0, identical: 1 });
  });

  test('is ended when its client gives up', async () => {
    const client = new AbortController();
    const asked = ask(appOf(opened.store), QUERY, { signal: client.signal }).catch((error: unknown) => error);
    await until(async () => (await running()) === 1);
    client.abort();
    await until(async () => (await running()) === 0);
    await asked;
  });

  test('is ended when the connection of its client closes', async () => {
    const server = createServer(appOf(opened.store).handle).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const headers = { 'content-type': 'application/json' };
    const asked = request({ port, path: '/graphql', method: 'POST', headers }).on('error', () => {});
    asked.end(JSON.stringify({ query: QUERY }));
    await until(async () => (await running()) === 1);
    asked.destroy();
    await until(async () => (await running()) === 0);
    await new Promise((resolve) => server.close(resolve));
  });

  test('is ended by the database itself where this process cannot', async () => {
    const store = await openStore(opened.url, { migrate: false, statementTimeout: 100 });
    await expect(store.lists.count('run')).rejects.toThrow('statement timeout');
    const operation = store.forOperation(new Cancellation());
    await expect(operation.lists.count('run')).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(await running()).toBe(0);
    await store.close();
  });

  test('is answered by the same connections later', async () => {
    await holder.query('COMMIT');
    const app = appOf(opened.store);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(app, QUERY)));
    for (const answer of answers) expect(await answer.json()).toEqual({ data: { runs: { nodes: [] } } });
  });
});
