import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { type Environment, parseConfig } from '../../src/config.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { beginFile, write } from '../store/writing/write.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Subscription, subscribe } from '../support/event-stream.ts';
import { SESSION } from '../support/session.ts';
import { type Ask, asker } from './ask.ts';

const PROGRESS = readFileSync(join(import.meta.dirname, '../queries/progress.graphql'), 'utf8');
const progressOf = (id: string) => PROGRESS.replace(/id: "[^"]*"/, `id: "${id}"`);

const appOn = (store: Store, environment: Environment = {}) =>
  createApp(store, parseConfig({ LUMIGRAPH_LOG: 'silent', LUMIGRAPH_WEB: 'off', ...environment }), {
    session: SESSION,
  });

describe.each(databases)('subscriptions on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  /** Of another server process on the same database. */
  let elsewhere: Store;
  let app: App;
  let askElsewhere: Ask;
  const running: Subscription[] = [];

  beforeAll(async () => {
    opened = await createTestStore(database);
    elsewhere = await openStore(opened.url);
    app = appOn(opened.store);
    askElsewhere = asker(elsewhere);
  });
  afterEach(() => {
    for (const subscription of running.splice(0)) subscription.leave();
  });
  afterAll(async () => {
    await elsewhere.close();
    await opened.drop();
  });

  const listen = async (query: string, variables = {}, to = app) => {
    const subscription = await subscribe(to, query, variables);
    running.push(subscription);
    return subscription;
  };
  const idOf = async (file: number) => {
    const { data } = await askElsewhere('{ dataFiles(last: 1) { nodes { id bytesDone } } }');
    expect(file).toBeGreaterThan(0);
    return data.dataFiles.nodes[0].id as string;
  };
  const runs = (number: number) => ({ kind: 'runs', runs: [{ number, line: 1 }] }) as never;

  test('the progress of a file comes at once, then as another process reads it, and ends when it is done', async () => {
    const { ledger } = elsewhere;
    const file = await beginFile(ledger, {}, { size: 100 });
    const progress = await listen(progressOf(await idOf(file)));
    const report = { inserted: 0, identical: 0, conflicting: 0, rejected: 0 };
    expect(await progress.next()).toEqual({
      data: { dataFileProgress: { status: 'RUNNING', bytesDone: 0, bytesTotal: 100, report } },
    });
    await write(ledger, file, runs(1));
    expect(await progress.next()).toEqual({
      data: {
        dataFileProgress: { status: 'RUNNING', bytesDone: 100, bytesTotal: 100, report: { ...report, inserted: 1 } },
      },
    });
    await ledger.finish(file, { status: 'DONE' });
    expect((await progress.next()).data.dataFileProgress.status).toBe('DONE');
    expect(await progress.next()).toBeUndefined();
    const known = await listen(progressOf(await idOf(file)));
    expect((await known.next()).data.dataFileProgress.status).toBe('DONE');
    expect(await known.next()).toBeUndefined();
  });

  test('reads anew at each event: neither the report nor its issues are those of an earlier one', async () => {
    const { ledger } = opened.store;
    const file = await beginFile(ledger);
    const id = await idOf(file);
    const progress = await listen(
      `subscription { dataFileProgress(id: "${id}") { report { rejected issues { code } } dataFile { issues { totalCount } } error { code } } }`,
    );
    expect((await progress.next()).data.dataFileProgress.dataFile.issues.totalCount).toBe(0);
    await write(ledger, file, null, {}, [{ severity: 'REJECTED', code: 'CELL_COUNT', line: 2, reason: 'too few' }]);
    await ledger.finish(file, { status: 'FAILED', errorCode: 'TRUNCATED', errorMessage: 'ends early' });
    let latest = (await progress.next()).data.dataFileProgress;
    if (latest.error === null) latest = (await progress.next()).data.dataFileProgress;
    expect(latest).toEqual({
      report: { rejected: 1, issues: [{ code: 'CELL_COUNT' }] },
      dataFile: { issues: { totalCount: 1 } },
      error: { code: 'TRUNCATED' },
    });
    expect(await progress.next()).toBeUndefined();
  });

  test('a file that is not there, and an id that never was one, are errors', async () => {
    const none = Buffer.from('DataFile:999999').toString('base64url');
    const ids = [(await idOf(1)).replace(/.{4}$/, 'zzzz'), none];
    for (const id of ids) {
      const answer = await (await listen(progressOf(id))).next();
      expect(answer.data ?? null).toBeNull();
      expect(['NOT_FOUND', 'BAD_USER_INPUT']).toContain(answer.errors[0].extensions.code);
    }
  });

  test('each added run comes once, with what hangs on it, wherever it was added', async () => {
    const added = await listen('subscription { runAdded { number era lumisections { totalCount } } }');
    const upsert =
      'mutation ($n: Int!) { upsertRuns(input: { runs: [{ number: $n, era: "2018A" }] }) { report { inserted } } }';
    await askElsewhere(upsert, { n: 100 });
    expect(await added.next()).toEqual({
      data: { runAdded: { number: 100, era: '2018A', lumisections: { totalCount: 0 } } },
    });
    await askElsewhere(upsert, { n: 100 });
    await askElsewhere(upsert, { n: 101 });
    expect((await added.next()).data.runAdded.number).toBe(101);
  });

  test('changes of one source, or of all, come with the version that is current now', async () => {
    const fields = '{ source dataset subsystem version }';
    const one = await listen(`subscription { certificationChanged(source: "golden") ${fields} }`);
    const all = await listen(`subscription { certificationChanged ${fields} }`);
    const certify = (source: string, last: number) =>
      askElsewhere(
        `mutation ($golden: GoldenJson) { upsertCertifications(input: { source: "${source}", certifications: [{ golden: $golden }] }) { dataFile { id } } }`,
        { golden: { 200: [[1, last]] } },
      );
    const { errors } = await certify('other', 5);
    expect(errors).toBeUndefined();
    const { data } = await certify('golden', 5);
    const change = { dataset: '', subsystem: '', version: 1 };
    expect(await one.next()).toEqual({ data: { certificationChanged: { source: 'golden', ...change } } });
    const sources = [await all.next(), await all.next()].map((answer) => answer.data.certificationChanged.source);
    expect(sources.sort()).toEqual(['golden', 'other']);
    await askElsewhere('mutation ($id: ID!) { deleteDataFile(input: { id: $id }) { dataFile { status } } }', {
      id: data.upsertCertifications.dataFile.id,
    });
    expect((await one.next()).data.certificationChanged).toEqual({ source: 'golden', ...change, version: null });
  });

  test('a client has so many subscriptions and no more, until it leaves one', async () => {
    const narrow = appOn(opened.store, { LUMIGRAPH_MAX_CLIENT_SUBSCRIPTIONS: '2' });
    const query = 'subscription { runAdded { number } }';
    const [first] = [await listen(query, {}, narrow), await listen(query, {}, narrow)];
    const third = await listen(query, {}, narrow);
    expect(third.status).toBe(429);
    expect((await third.next()).errors[0].extensions).toMatchObject({ code: 'TOO_MANY_REQUESTS', limit: 2, actual: 3 });
    first.leave();
    const fourth = await listen(query, {}, narrow);
    expect(fourth.status).toBe(200);
    const closed = appOn(opened.store, { LUMIGRAPH_MAX_SUBSCRIPTIONS: '0' });
    expect((await listen(query, {}, closed)).status).toBe(503);
  });

  test('a subscription ends when its token expires', async () => {
    const expiresAt = new Date(Date.now() + 400).toISOString();
    const { data } = await askElsewhere(
      'mutation ($at: DateTime!) { createToken(input: { name: "brief", scopes: [READ], expiresAt: $at }) { secret } }',
      { at: expiresAt },
    );
    const authorization = { authorization: `Bearer ${data.createToken.secret}` };
    const brief = await subscribe(app, 'subscription { runAdded { number } }', {}, authorization);
    expect(brief.status).toBe(200);
    expect(await brief.next()).toBeUndefined();
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt));
  });

  test('what each event asks for has the limits of a query', async () => {
    const greedy = await listen(
      'subscription { runAdded { lumisections(first: 1000) { nodes { histograms(first: 1000) { nodes { bins } } } } } }',
    );
    expect((await greedy.next()).errors[0].extensions).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  test('without an event stream they are not acceptable, and say what is', async () => {
    const response = await app.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: 'subscription { runAdded { number } }' }),
    });
    expect(response.status).toBe(406);
    expect(response.headers.get('accept')).toContain('text/event-stream');
  });

  test('a client that reads too slowly is told how many it lost', async () => {
    const added = await listen('subscription { runAdded { number } }');
    const file = await beginFile(opened.store.ledger);
    const records = Array.from({ length: 3000 }, (_, i) => ({ number: 10_000 + i, line: i + 1 }));
    await write(opened.store.ledger, file, { kind: 'runs', runs: records } as never);
    const seen: number[] = [];
    let lost = 0;
    while (seen.at(-1) !== 12_999) {
      const { data, extensions } = await added.next();
      seen.push(data.runAdded.number);
      const [warning] = extensions?.warnings ?? [];
      if (!warning) continue;
      expect(warning.code).toBe('EVENTS_DROPPED');
      lost = Number.parseInt(warning.message, 10);
    }
    expect(lost).toBeGreaterThan(0);
    expect(seen.length + lost).toBe(3000);
  });
});
