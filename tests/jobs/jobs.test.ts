import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { openLease } from '../../ingest/pipeline/lease.ts';
import { ingestFile } from '../../ingest/pipeline/pipeline.ts';
import { type App, createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Scope } from '../../src/domain/viewer.ts';
import { createIntake } from '../../src/jobs/intake.ts';
import { JobWorker } from '../../src/jobs/job-worker.ts';
import type { Store } from '../../src/store/store.ts';
import { allAsker } from '../schema/ask.ts';
import { csv, csvRow, lumisectionCsv } from '../support/csv-files.ts';
import { execute } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { DATASET, ingestFolder } from '../support/ingest-files.ts';
import { AUTHORIZED, SESSION } from '../support/session.ts';

const { folder, file, parser } = ingestFolder('jobs');
const parsers = [parser, ...Array.from({ length: 3 }, () => new ParseProcess())];
afterAll(() => Promise.all(parsers.map((one) => one.close())));
const STATE = 'state attempts cancelRequested owner bytesDone bytesTotal error { code message }';
const FILE = 'id path status sha256 size format dataset error { code message } report { inserted identical rejected }';
const UPLOAD = `mutation ($input: UploadDataFileInput!) { uploadDataFile(input: $input) {
  dataFile { ${FILE} } job { id ${STATE} } } }`;
const INGEST = `mutation ($input: IngestDataFilesInput!) { ingestDataFiles(input: $input) {
  dataFiles { ${FILE} } jobs { id ${STATE} } } }`;
const JOB = `query ($id: ID!) { job(id: $id) { id ${STATE} startedAt finishedAt dataFile { ${FILE} } } }`;

/** Rows of histograms of one run each, so that tests do not meet one another. */
let run = 0;
const small = (...rows: readonly object[]) => {
  run++;
  return csv(...(rows.length > 0 ? rows : [{}]).map((row, i) => csvRow({ run, ls: i + 1, ...row })));
};
/** Three batches. */
const large = () => lumisectionCsv({ run: ++run, lumisections: 1200, elements: 10, bins: 2 });
const LARGE_ROWS = 12_000;

describe.each(databases)('jobs on $name', (database) => {
  let opened: Awaited<ReturnType<typeof createTestStore>>;
  let app: App;
  let store: Store;
  const roots = join(folder, database.name);
  const uploads = join(folder, `uploads-${database.name}`);
  const config = parseConfig({ LUMIGRAPH_LOG: 'error', LUMIGRAPH_UPLOADS: uploads, LUMIGRAPH_INGEST_ROOTS: roots });
  const intake = createIntake(config);

  beforeAll(async () => {
    mkdirSync(roots);
    opened = await createTestStore(database);
    store = opened.store;
    app = createApp(store, config, { session: SESSION, intake });
  });
  afterAll(async () => {
    const findings = await store.verify();
    await opened.drop();
    expect(findings).toEqual([]);
  });

  // biome-ignore lint/suspicious/noExplicitAny: answers are compared whole or by path
  const answerOf = async (request: Request): Promise<{ data: any; errors?: any[]; extensions?: any }> =>
    (await app.fetch(request)).json();
  const post = (query: string, variables: object = {}, headers: object = AUTHORIZED) =>
    answerOf(
      new Request('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      }),
    );
  const upload = (content: string, input: object = {}, { name = 'a.csv', headers = AUTHORIZED as object } = {}) => {
    const form = new FormData();
    const variables = { input: { dataset: DATASET, ...input, file: null } };
    form.append('operations', JSON.stringify({ query: UPLOAD, variables }));
    form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
    form.append('0', new File([content], name));
    return answerOf(
      new Request('http://localhost/graphql', {
        method: 'POST',
        headers: { 'x-graphql-yoga-csrf': '1', ...headers },
        body: form,
      }),
    );
  };
  const begun = async (content: string, input: object = {}, more = {}) => {
    const { data, errors } = await upload(content, input, more);
    expect(errors).toBeUndefined();
    return data.uploadDataFile;
  };
  const jobOf = async (id: string) => (await post(JOB, { id })).data.job;
  const change = (what: 'cancelJob' | 'retryJob', id: string, headers?: object) =>
    post(`mutation ($id: ID!) { ${what}(input: { id: $id }) { job { id ${STATE} } } }`, { id }, headers);
  const worker = (its: Store = store, from = 0, to = 1) =>
    new JobWorker(its, intake, { atATime: to - from, parsers: parsers.slice(from, to), renewMs: 5 });
  const drain = async (from = 0, to = 1) => {
    const one = worker(store, from, to);
    one.wake();
    await one.drained();
  };
  const uploaded = () => (existsSync(uploads) ? readdirSync(uploads) : []);

  /** The store, with something done once between the first batch of a file and the second. */
  const afterFirstBatch = (interfere: (heard: Promise<void>) => Promise<void>): Store => {
    let told = () => {};
    const heard = new Promise<void>((resolve) => {
      told = resolve;
    });
    const writes = { count: 0 };
    const ledger = Object.create(store.ledger, {
      write: {
        value: async (...call: Parameters<Store['ledger']['write']>) => {
          if (++writes.count === 2) await interfere(heard);
          return store.ledger.write(...call);
        },
      },
    });
    // methods of a class need their own object
    for (const name of ['begin', 'renew', 'finish', 'issues', 'addIssues', 'withdraw', 'reviseIssues'] as const) {
      ledger[name] = (store.ledger[name] as (...call: unknown[]) => unknown).bind(store.ledger);
    }
    const jobs: Store['jobs'] = {
      ...store.jobs,
      async renew(...call) {
        const kept = await store.jobs.renew(...call);
        if (kept === null || kept.cancelRequested) told();
        return kept;
      },
    };
    return Object.create(store, { ledger: { value: ledger }, jobs: { value: jobs } });
  };

  test('an upload waits with an entry in the ledger, is read, and its rows are there', async () => {
    const content = small({}, { ls: 2 }, { ls: 0 });
    const { dataFile, job } = await begun(content, {}, { name: '../x/mine.csv' });
    expect(dataFile).toMatchObject({
      path: expect.stringMatching(/^upload:[0-9a-f]{24}\/mine\.csv$/),
      status: 'PENDING',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      size: content.length,
      dataset: DATASET,
    });
    expect(job).toMatchObject({ state: 'QUEUED', attempts: 0, bytesDone: 0, bytesTotal: content.length, error: null });
    expect(uploaded()).toHaveLength(1);
    await drain();
    const done = await jobOf(job.id);
    expect(done).toMatchObject({ state: 'DONE', attempts: 1, bytesDone: content.length, error: null });
    expect(done.dataFile).toEqual({
      ...dataFile,
      status: 'DONE',
      format: 'per-ls-csv',
      report: { inserted: 2, identical: 0, rejected: 1 },
    });
    expect(uploaded()).toEqual([]);
    const { data } = await post(
      `{ run(number: ${run}) { lumisectionHistograms { totalCount } } node(id: "${job.id}") { id } }`,
    );
    expect(data).toEqual({ run: { lumisectionHistograms: { totalCount: 2 } }, node: { id: job.id } });
  });

  test('a file that is known keeps its entry, and is found by the one that it was offered as', async () => {
    const content = small();
    const first = await begun(content);
    await drain();
    const again = await begun(content);
    expect(again.dataFile.id).not.toBe(first.dataFile.id);
    await drain();
    const job = await jobOf(again.job.id);
    expect(job).toMatchObject({ state: 'DONE', dataFile: { id: first.dataFile.id, report: { inserted: 1 } } });
    const { data } = await post(`query ($id: ID!) { dataFile(id: $id) { id status } node(id: $id) { id } }`, {
      id: again.dataFile.id,
    });
    expect(data.dataFile).toEqual({ id: first.dataFile.id, status: 'DONE' });
    const forced = await begun(content, { force: true });
    await drain();
    expect((await jobOf(forced.job.id)).dataFile).toMatchObject({
      id: first.dataFile.id,
      report: { inserted: 0, identical: 1 },
    });
  });

  test('who follows an upload is told how it ends, under whatever entry', async () => {
    const content = small({}, { ls: 0 });
    const askAll = allAsker(store);
    const follow = (id: string) =>
      askAll(`subscription { dataFileProgress(id: "${id}") { status report { inserted } dataFile { id } } }`);
    const first = await begun(content);
    const followed = follow(first.dataFile.id);
    await drain();
    const ends = (await followed).map(({ data }) => data.dataFileProgress).at(-1);
    expect(ends).toEqual({ status: 'DONE', report: { inserted: 1 }, dataFile: { id: first.dataFile.id } });
    const again = await begun(content);
    const followedAgain = follow(again.dataFile.id);
    await drain();
    expect((await followedAgain).at(-1)?.data.dataFileProgress).toEqual(ends);
  });

  test('what cannot be read fails with its code, and keeps the upload for another attempt', async () => {
    const { dataFile, job } = await begun('this is nothing that anybody knows', {}, { name: 'notes.txt' });
    await drain();
    const failed = await jobOf(job.id);
    expect(failed).toMatchObject({ state: 'FAILED', error: { code: 'UNKNOWN_FORMAT' } });
    expect(failed.dataFile).toMatchObject({
      ...{ id: dataFile.id, path: dataFile.path, status: 'QUARANTINED', error: { code: 'UNKNOWN_FORMAT' } },
    });
    expect(failed.error.message).toMatch(/^upload:/);
    expect(failed.error.message).not.toContain(uploads);
    expect(uploaded()).toHaveLength(1);
    await change('retryJob', job.id);
    await drain();
    expect(await jobOf(job.id)).toMatchObject({ state: 'FAILED', attempts: 1, dataFile: { id: dataFile.id } });
  });

  test('what is read no more, as its upload is gone, is said to be so at once', async () => {
    const { job } = await begun('this is nothing that anybody knows', {}, { name: 'notes.txt' });
    await drain();
    rmSync(uploads, { recursive: true });
    expect((await change('retryJob', job.id)).errors).toMatchObject([
      { message: expect.stringMatching(/no longer kept: upload the file again/), extensions: { code: 'NOT_FOUND' } },
    ]);
    expect(await jobOf(job.id)).toMatchObject({ state: 'FAILED', error: { code: 'UNKNOWN_FORMAT' } });
  });

  test('what is not stated and not in the file fails, and its entry says so', async () => {
    const { dataFile, job } = await begun(small(), { dataset: null });
    await drain();
    const failed = await jobOf(job.id);
    expect(failed).toMatchObject({ state: 'FAILED', error: { code: 'DATASET_REQUIRED' } });
    expect(failed.dataFile).toMatchObject({ id: dataFile.id, status: 'FAILED', error: { code: 'DATASET_REQUIRED' } });
    rmSync(uploads, { recursive: true });
  });

  test('files of the server are found by patterns and read, two workers at a time', async () => {
    mkdirSync(join(roots, 'inbox'));
    for (let i = 0; i < 4; i++) writeFileSync(join(roots, 'inbox', `${i}.csv`), small({ ls: i + 1 }));
    symlinkSync(file('outside.csv', small()), join(roots, 'inbox/link.csv'));
    const { data, errors, extensions } = await post(INGEST, { input: { paths: ['inbox/*.csv'], dataset: DATASET } });
    expect(errors).toBeUndefined();
    expect(extensions.warnings).toMatchObject([
      { code: 'FILE_LEFT_OUT', message: expect.stringContaining('link.csv') },
    ]);
    const { dataFiles, jobs } = data.ingestDataFiles;
    expect(dataFiles.map(({ path }: { path: string }) => path.slice(-5))).toEqual(['0.csv', '1.csv', '2.csv', '3.csv']);
    expect(dataFiles[0]).toMatchObject({ status: 'PENDING', sha256: '' });
    await Promise.all([drain(0, 2), drain(2, 3)]);
    for (const { id } of jobs) {
      expect(await jobOf(id)).toMatchObject({ state: 'DONE', attempts: 1, dataFile: { report: { inserted: 1 } } });
    }
    expect(existsSync(join(roots, 'inbox/0.csv'))).toBe(true);
    const where = '(where: { state: { eq: DONE }, dataFile: { path: { glob: "*/inbox/*" } } }, orderBy: { field: ID })';
    expect((await post(`{ jobs${where} { totalCount nodes { id } } }`)).data.jobs).toEqual({
      totalCount: 4,
      nodes: jobs.map(({ id }: { id: string }) => ({ id })),
    });
  });

  test('a file that leads elsewhere when its turn comes is not read', async () => {
    const path = join(roots, 'swapped.csv');
    writeFileSync(path, small());
    const { data } = await post(INGEST, { input: { paths: ['swapped.csv'], dataset: DATASET } });
    rmSync(path);
    symlinkSync(join(folder, 'outside.csv'), path);
    await drain();
    const [{ id }] = data.ingestDataFiles.jobs;
    expect(await jobOf(id)).toMatchObject({
      ...{
        state: 'FAILED',
        error: { code: 'FORBIDDEN' },
        dataFile: { status: 'FAILED', error: { code: 'FORBIDDEN' } },
      },
    });
  });

  test('one that waits is cancelled at once, stays it, and can be retried', async () => {
    const { dataFile, job } = await begun(small());
    expect((await change('cancelJob', job.id)).data.cancelJob.job).toMatchObject({ state: 'CANCELLED' });
    expect((await change('cancelJob', job.id)).data.cancelJob.job).toMatchObject({ state: 'CANCELLED' });
    await drain();
    expect(await jobOf(job.id)).toMatchObject({ state: 'CANCELLED', dataFile: { status: 'CANCELLED' } });
    const { data } = await change('retryJob', job.id);
    expect(data.retryJob.job).toMatchObject({ state: 'QUEUED', cancelRequested: false });
    await drain();
    expect(await jobOf(job.id)).toMatchObject({ state: 'DONE', dataFile: { id: dataFile.id, status: 'DONE' } });
    for (const what of ['cancelJob', 'retryJob'] as const) {
      expect((await change(what, job.id)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('one that is worked on stops after the batch in flight, and goes on from there', async () => {
    const { job } = await begun(large());
    const busy = worker(
      afterFirstBatch(async (heard) => {
        expect((await change('cancelJob', job.id)).data.cancelJob.job).toMatchObject({
          state: 'RUNNING',
          cancelRequested: true,
        });
        expect((await change('retryJob', job.id)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
        await heard;
      }),
    );
    busy.wake();
    await busy.drained();
    const cancelled = await jobOf(job.id);
    expect(cancelled).toMatchObject({ state: 'CANCELLED', dataFile: { status: 'CANCELLED' } });
    expect(cancelled.dataFile.report.inserted).toBeGreaterThan(0);
    expect(cancelled.dataFile.report.inserted).toBeLessThan(LARGE_ROWS);
    await change('retryJob', job.id);
    await drain();
    expect(await jobOf(job.id)).toMatchObject({
      ...{ state: 'DONE', dataFile: { status: 'DONE', report: { inserted: LARGE_ROWS, identical: 0 } } },
    });
  });

  test('a worker that is stopped leaves its job to be gone on with, and that is no attempt', async () => {
    const { job } = await begun(large());
    let stopped: Promise<void> | undefined;
    const busy: JobWorker = worker(
      afterFirstBatch(async () => {
        stopped = busy.stop();
      }),
    );
    busy.wake();
    await busy.drained();
    await stopped;
    const left = await jobOf(job.id);
    expect(left).toMatchObject({ state: 'QUEUED', attempts: 0, dataFile: { status: 'RUNNING' } });
    expect(left.dataFile.report.inserted).toBeGreaterThan(0);
    await drain();
    expect(await jobOf(job.id)).toMatchObject({
      ...{ state: 'DONE', attempts: 1, dataFile: { report: { inserted: LARGE_ROWS, identical: 0 } } },
    });
  });

  test('the job of a worker that died is taken over, until it died too often', async () => {
    const { dataFile, job } = await begun(small());
    const dies = async () => {
      const lease = openLease();
      expect(await store.jobs.claim(lease)).not.toBeNull();
      lease.end();
    };
    await dies();
    await dies();
    expect(await jobOf(job.id)).toMatchObject({ state: 'RUNNING', attempts: 2 });
    await drain();
    expect(await jobOf(job.id)).toMatchObject({ state: 'DONE', attempts: 1 });

    const other = await begun(small());
    for (const _ of [1, 2, 3]) await dies();
    await drain();
    const failed = await jobOf(other.job.id);
    expect(failed).toMatchObject({ state: 'FAILED', attempts: 3, error: { code: 'WORKER_DIED' } });
    expect(failed.dataFile).toMatchObject({ id: other.dataFile.id, status: 'FAILED', error: { code: 'WORKER_DIED' } });
    await change('retryJob', other.job.id);
    await drain();
    expect(await jobOf(other.job.id)).toMatchObject({ state: 'DONE', attempts: 1 });
    expect(dataFile.id).not.toBe(other.dataFile.id);
  });

  test('a job that comes further after each death is not given up', async () => {
    const { job } = await begun(large(), { force: true });
    const dies = async () => {
      const lease = openLease();
      expect(await store.jobs.claim(lease)).not.toBeNull();
      lease.end();
    };
    for (const _ of [1, 2]) await dies();
    const busy: JobWorker = worker(
      afterFirstBatch(async () => {
        expect(await jobOf(job.id)).toMatchObject({ state: 'RUNNING', attempts: 1 });
        void busy.stop();
      }),
    );
    busy.wake();
    await busy.drained();
    for (const _ of [1, 2]) await dies();
    await drain();
    expect(await jobOf(job.id)).toMatchObject({
      ...{ state: 'DONE', attempts: 1, dataFile: { report: { inserted: LARGE_ROWS, identical: 0 } } },
    });
  });

  test('the job of a worker on another host is taken over when its lease has run out, and not before', async () => {
    const { job } = await begun(small());
    const far = { owner: 'far/away 1 2 3', isDead: () => false };
    expect(await store.jobs.claim(far)).toMatchObject({ state: 'RUNNING' });
    await drain();
    expect(await jobOf(job.id)).toMatchObject({ state: 'RUNNING' });
    expect(await store.jobs.isWaiting(() => false)).toBe(false);
    await execute(
      opened.url,
      "UPDATE job SET lease_expires_at = '2001-01-01T00:00:00.000+00:00' WHERE lease_owner IS NOT NULL",
    );
    expect(await store.jobs.isWaiting(() => false)).toBe(true);
    await drain();
    expect(await jobOf(job.id)).toMatchObject({ state: 'DONE', attempts: 1 });
    // whoever lost a job cannot settle it
    const [, id] = Buffer.from(job.id, 'base64').toString().split(':');
    expect(await store.jobs.renew(Number(id), far.owner)).toBeNull();
    expect(await store.jobs.settle(Number(id), far.owner, { state: 'FAILED' })).toBe(false);
  });

  test('the job of a file that another process reads waits for it', async () => {
    const content = small();
    const { job } = await begun(content);
    const path = file(`busy-${database.name}.csv`, content);
    const elsewhere = openLease();
    await ingestFile({ store, parser }, path, { dataset: DATASET });
    await execute(
      opened.url,
      `UPDATE data_file SET status = 'RUNNING', lease_owner = '${elsewhere.owner}',
       lease_expires_at = '2999-01-01T00:00:00.000+00:00' WHERE path = '${path}'`,
    );
    await drain();
    expect(await jobOf(job.id)).toMatchObject({ state: 'QUEUED', attempts: 0, dataFile: { status: 'PENDING' } });
    elsewhere.end();
    await execute(opened.url, "UPDATE job SET not_before = '2001-01-01T00:00:00.000+00:00' WHERE state = 'QUEUED'");
    await drain();
    expect(await jobOf(job.id)).toMatchObject({ state: 'DONE', dataFile: { status: 'DONE' } });
  });

  test('many uploads at once are as many files', async () => {
    const contents = Array.from({ length: 8 }, () => small());
    const all = await Promise.all(contents.map((content) => begun(content)));
    await Promise.all([drain(0, 2), drain(2, 4)]);
    const ids = new Set<string>();
    for (const { job } of all) {
      const done = await jobOf(job.id);
      expect(done).toMatchObject({ state: 'DONE', attempts: 1, dataFile: { report: { inserted: 1 } } });
      ids.add(done.dataFile.id);
    }
    expect(ids.size).toBe(8);
    const same = small();
    const twins = await Promise.all(Array.from({ length: 4 }, () => begun(same)));
    await Promise.all([drain(0, 2), drain(2, 4)]);
    await execute(opened.url, "UPDATE job SET not_before = '2001-01-01T00:00:00.000+00:00' WHERE state = 'QUEUED'");
    await drain();
    const ends = await Promise.all(twins.map(({ job }) => jobOf(job.id)));
    expect(new Set(ends.map(({ state }) => state))).toEqual(new Set(['DONE']));
    expect(new Set(ends.map(({ dataFile }) => dataFile.id)).size).toBe(1);
    expect(ends[0].dataFile.report.inserted).toBe(1);
    expect(uploaded()).toEqual([]);
  });

  const DELETE = 'mutation ($id: ID!) { deleteDataFile(input: { id: $id }) { dataFile { status } } }';

  test('deleting a file that waits cancels its job, and one that is worked on is not deleted', async () => {
    const { dataFile, job } = await begun(small());
    expect((await post(DELETE, { id: dataFile.id })).errors).toBeUndefined();
    expect(await jobOf(job.id)).toMatchObject({ state: 'CANCELLED', dataFile: { status: 'CANCELLED' } });
    expect(uploaded()).toEqual([]);
    const other = await begun(small());
    const lease = openLease();
    await store.jobs.claim(lease);
    expect((await post(DELETE, { id: other.dataFile.id })).errors).toMatchObject([
      { extensions: { code: 'UNAVAILABLE' } },
    ]);
    lease.end();
    await drain();
    rmSync(uploads, { recursive: true });
  });

  test.each([
    [{ format: 'xlsx' }, 'format'],
    [{ dataset: 'with space' }, 'dataset'],
    [{ source: ' ' }, 'source'],
    [{ source: 'a\0b' }, 'source'],
    [{ source: '315257' }, 'source'],
    [{ include: ['[a'] }, undefined],
  ])('settings that can never work (%j) are refused before the file is taken in', async (input, field) => {
    const { errors } = await upload(small(), input);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', ...(field && { field }) } }]);
    expect(uploaded()).toEqual([]);
  });

  test('who may not upload makes the server write nothing, and others keep their hands off jobs', async () => {
    const { errors } = await upload(small(), {}, { headers: {} });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(uploaded()).toEqual([]);
    const token = async (name: string, scopes: Scope[]) => {
      const { secret } = await store.tokens.create({ name, scopes, expiresAt: new Date(Date.now() + 60_000) }, 'test');
      return { authorization: `Bearer ${secret}` };
    };
    const [mine, yours] = [
      await token(`mine-${database.name}`, ['ingest']),
      await token(`yours-${database.name}`, ['ingest']),
    ];
    const { dataFile, job } = await begun(small(), {}, { headers: mine });
    expect(job.owner).toBe(`mine-${database.name}`);
    expect((await change('cancelJob', job.id, yours)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await change('retryJob', job.id, yours)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await post(DELETE, { id: dataFile.id }, yours)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', scope: 'admin' } },
    ]);
    expect(await jobOf(job.id)).toMatchObject({ state: 'QUEUED', dataFile: { status: 'PENDING' } });
    expect((await change('cancelJob', job.id, mine)).errors).toBeUndefined();
    // whose job is over may be deleted by others, but the upload stays for its owner to try again
    expect((await post(DELETE, { id: dataFile.id }, yours)).errors).toBeUndefined();
    expect(uploaded()).toHaveLength(1);
    const nothing = Buffer.from('Job:999999').toString('base64');
    expect((await change('cancelJob', nothing)).errors).toMatchObject([{ extensions: { code: expect.any(String) } }]);
    rmSync(uploads, { recursive: true });
  });

  test('a client has so many files in the queue, and is told before more are taken in', async () => {
    const few = createApp(store, parseConfig({ LUMIGRAPH_LOG: 'error', LUMIGRAPH_INGEST_ROOTS: roots }), {
      session: SESSION,
      intake: { ...intake, maxClientJobs: 1 },
    });
    for (const name of ['q1.csv', 'q2.csv']) writeFileSync(join(roots, name), small());
    const ask = async (query: string, variables: object) => {
      const headers = { 'content-type': 'application/json', ...AUTHORIZED };
      const body = JSON.stringify({ query, variables });
      return (await few.fetch('http://localhost/graphql', { method: 'POST', headers, body })).json();
    };
    const refused = [{ extensions: { code: 'LIMIT_EXCEEDED', setting: 'LUMIGRAPH_MAX_CLIENT_JOBS', actual: 2 } }];
    expect((await ask(INGEST, { input: { paths: ['q?.csv'] } })).errors).toMatchObject(refused);
    const { data } = await ask(INGEST, { input: { paths: ['q1.csv'] } });
    expect((await ask(INGEST, { input: { paths: ['q2.csv'] } })).errors).toMatchObject(refused);
    expect((await change('cancelJob', data.ingestDataFiles.jobs[0].id)).errors).toBeUndefined();
    expect((await ask(INGEST, { input: { paths: ['missing.csv'] } })).errors[0].extensions.code).not.toBe(
      'LIMIT_EXCEEDED',
    );
  });

  test('without folders to read from, paths are refused', async () => {
    const closed = createApp(store, parseConfig({ LUMIGRAPH_LOG: 'error' }), { session: SESSION });
    const response = await closed.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...AUTHORIZED },
      body: JSON.stringify({ query: INGEST, variables: { input: { paths: ['a.csv'] } } }),
    });
    expect((await response.json()).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
