import { mkdtempSync, openAsBlob, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { type Client, createClient } from '../../client/client.ts';
import { JobDocument, UploadDataFileDocument } from '../../client/documents.ts';
import { RequestError } from '../../client/errors.ts';
import { takeFiles, type UploadProgress } from '../../client/upload.ts';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { createIntake } from '../../src/jobs/intake.ts';
import { JobWorker } from '../../src/jobs/job-worker.ts';
import { csv, csvRow } from '../support/csv-files.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';

const dataset = '/ZeroBias/Run2026A-PromptReco-v1/DQMIO';
const folder = mkdtempSync(join(tmpdir(), 'lumigraph-client-upload-'));
const uploads = join(folder, 'uploads');
const MOST = 200_000;
let url: string;
let client: Client;
let worker: JobWorker;
/** Answers that come before those of the server. */
let before: ((request: IncomingMessage, response: ServerResponse) => void)[];
let stop: () => Promise<void>;

beforeAll(async () => {
  const sqlite = databases.find(({ name }) => name === 'sqlite') as (typeof databases)[number];
  const { store, drop } = await createTestStore(sqlite);
  const config = parseConfig({
    LUMIGRAPH_LOG: 'silent',
    LUMIGRAPH_UPLOADS: uploads,
    LUMIGRAPH_MAX_UPLOAD_BYTES: String(MOST),
  });
  const intake = createIntake(config);
  const app = createApp(store, config, { session: SESSION, intake });
  const server = createServer((request, response) => (before.shift() ?? app.handle)(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  client = createClient({ url, token: SESSION, retries: { firstDelay: 0 } });
  const parser = new ParseProcess();
  worker = new JobWorker(store, intake, { atATime: 1, parsers: [parser] });
  stop = async () => {
    await parser.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await drop();
  };
});
beforeEach(() => {
  before = [];
});
afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

const read = async (id: string) => {
  worker.wake();
  await worker.drained();
  const { job } = await client.request(JobDocument, { id });
  return job;
};

async function* chunks(text: string, length: number, ended?: () => void): AsyncGenerator<Uint8Array> {
  try {
    const bytes = new TextEncoder().encode(text);
    for (let i = 0; i < bytes.length; i += length) yield bytes.subarray(i, i + length);
  } finally {
    ended?.();
  }
}

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('no error was thrown'),
    (error: unknown) => error as RequestError,
  );

describe('a file among the variables', () => {
  it('of a disk is sent, and read by the server', async () => {
    const path = join(folder, 'a.csv');
    writeFileSync(path, csv(csvRow({ run: 1 })));
    const file = new File([await openAsBlob(path)], 'a.csv');
    const { uploadDataFile } = await client.request(UploadDataFileDocument, { input: { dataset, file } });
    expectTypeOf(uploadDataFile.job.id).toEqualTypeOf<string>();
    expect(uploadDataFile).toMatchObject({ dataFile: { status: 'PENDING' }, job: { state: 'QUEUED' } });
    expect(await read(uploadDataFile.job.id)).toMatchObject({
      ...{ state: 'DONE', error: null, dataFile: { status: 'DONE', report: { inserted: 1, rejected: 0 } } },
    });
  });

  it('of a stream is sent as it is made, and its progress is told', async () => {
    const text = csv(csvRow({ run: 2 }), csvRow({ run: 2, ls: 2 }));
    const told: UploadProgress[] = [];
    const { uploadDataFile } = await client.request(
      UploadDataFileDocument,
      { input: { dataset, file: { name: 'a "quoted" name.csv', stream: chunks(text, 100), size: text.length } } },
      { onUploadProgress: (progress) => told.push(progress) },
    );
    expect(told).toHaveLength(Math.ceil(text.length / 100));
    expect(told[0]).toEqual({ sent: 100, total: text.length });
    expect(told.at(-1)).toEqual({ sent: text.length, total: text.length });
    expect(await read(uploadDataFile.job.id)).toMatchObject({ state: 'DONE', dataFile: { report: { inserted: 2 } } });
  });

  it('that is a blob is sent again where the server was busy, with progress and without', async () => {
    for (const [run, options] of [
      [3, {}],
      [4, { onUploadProgress: () => {} }],
    ] as const) {
      before = [(request, response) => request.resume().on('end', () => response.writeHead(503).end())];
      const file = new File([csv(csvRow({ run }))], 'a.csv');
      const { uploadDataFile } = await client.request(UploadDataFileDocument, { input: { dataset, file } }, options);
      expect(await read(uploadDataFile.job.id)).toMatchObject({ state: 'DONE', dataFile: { report: { inserted: 1 } } });
    }
  });

  it('that is a stream is sent once, and ended where nobody wants it', async () => {
    before = [(request, response) => request.resume().on('end', () => response.writeHead(503).end())];
    const file = () => ({ name: 'a.csv', stream: chunks(csv(csvRow({ run: 5 })), 100) });
    const busy = await errorOf(client.request(UploadDataFileDocument, { input: { dataset, file: file() } }));
    expect(busy).toMatchObject({ code: 'HTTP', status: 503, attempts: 1 });
    const anonymous = createClient({ url });
    let ended = 0;
    const stream = chunks('x'.repeat(10_000), 100, () => ended++);
    const refused = await errorOf(
      anonymous.request(UploadDataFileDocument, { input: { dataset, file: { name: 'a.csv', stream } } }),
    );
    expect(refused).toBeInstanceOf(RequestError);
    expect(refused.code).toBe('UNAUTHENTICATED');
    await expect.poll(() => ended).toBe(1);
    expect(readdirSync(uploads)).toEqual([]);
  });

  it('that is too large is refused with the limit', async () => {
    const file = new File(['x'.repeat(MOST + 1)], 'a.csv');
    const error = await errorOf(client.request(UploadDataFileDocument, { input: { dataset, file } }));
    expect(error.errors[0]?.extensions).toMatchObject({
      ...{ code: 'LIMIT_EXCEEDED', setting: 'LUMIGRAPH_MAX_UPLOAD_BYTES' },
    });
  });

  it('is found wherever it stands, and leaves everything else as it was', () => {
    const blob = new Blob(['x']);
    const when = new Date(0);
    const variables = { input: { files: [blob, null, { inner: blob }], bins: [1, 2], when, none: null }, plain: 'x' };
    expect(takeFiles(variables)).toEqual({
      variables: { input: { files: [null, null, { inner: null }], bins: [1, 2], when, none: null }, plain: 'x' },
      files: [
        { path: 'variables.input.files.0', file: blob },
        { path: 'variables.input.files.2.inner', file: blob },
      ],
    });
    expect(takeFiles(undefined)).toEqual({ variables: undefined, files: [] });
  });
});
