import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { createHttpServer } from '../../src/http-server.ts';
import type { Store } from '../../src/store/store.ts';
import { lumisectionBatch, type TestHistogram } from '../schema/batch.ts';
import { ingest, UL2018 } from '../schema/world.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { SESSION } from '../support/session.ts';

const MAPS = 150;
const SIDE = 150;
/** What is read and written together; all of them are more than the system holds for a connection whose client does not read. */
const MAPS_OF_A_CHUNK = 4;

describe.each(databases)('an export to a client over HTTP, on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let reads = 0;

  beforeAll(async () => {
    const onStatement = (sql: string) => {
      if (sql.includes('h.bins') || /^SELECT lumisection_number, bins/.test(sql)) reads++;
    };
    opened = await createTestStore(database, { onStatement });
    const side = { bins: SIDE, min: 0, max: 1, title: '' };
    const map = { path: 'Demo/map', title: '', axes: [side, side] };
    const contents = Float64Array.from({ length: (SIDE + 2) ** 2 }, (_, i) => i % 7);
    const histograms = Array.from(
      { length: MAPS },
      (_, i): TestHistogram => ({ run: 1, lumisection: i + 1, dataset: UL2018, element: map, contents }),
    );
    await ingest(opened.store, { path: 'maps.csv', format: 'test', dataset: UL2018 }, [lumisectionBatch(histograms)]);
  });
  afterAll(() => opened.drop());

  const serve = async (environment: Record<string, string>, stopping = new AbortController()) => {
    const config = parseConfig({ LUMIGRAPH_LOG: 'silent', ...environment });
    const app = createApp(opened.store, config, { session: SESSION, stopping: stopping.signal });
    const responses: ServerResponse[] = [];
    const http = createHttpServer((asked, response) => {
      responses.push(response);
      return app.handle(asked, response);
    }, config);
    await http.listen(0, '127.0.0.1');
    const get = (path: string) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        request({ port: http.port, host: '127.0.0.1', path, agent: false }, resolve).on('error', reject).end();
      });
    return { get, responses, stop: () => http.stop(0) };
  };

  it('is read no further than its client takes it, and gives its place to others when the client leaves', async () => {
    const { get, responses, stop } = await serve({ LUMIGRAPH_MAX_EXPORTS: '1' });
    try {
      reads = 0;
      const slow = await get('/export/histograms.arrow');
      await expect.poll(() => responses[0]?.writableNeedDrain).toBe(true);
      for (let turn = 0; turn < 30; turn++) await pause(1);
      const begun = reads;
      for (let turn = 0; turn < 30; turn++) await pause(1);
      expect(reads).toBe(begun);
      expect(begun).toBeLessThan(MAPS / MAPS_OF_A_CHUNK);
      // what waits in this process is what the last chunk was made of
      expect(responses[0]?.writableLength).toBeLessThan(5_000_000);
      expect((await get('/export/histograms.arrow')).statusCode).toBe(503);
      slow.destroy();
      await expect
        .poll(async () => {
          const next = await get('/export/histograms.arrow?limit=1');
          next.resume();
          return next.statusCode;
        })
        .toBe(200);
      expect(reads).toBeLessThanOrEqual(begun + 2);
    } finally {
      await stop();
    }
  });

  it('is cut when the server is to stop, and goes on elsewhere from where it was', async () => {
    const stopping = new AbortController();
    const { get, stop } = await serve({}, stopping);
    const lines = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    const read = async (answer: IncomingMessage) => {
      let text = '';
      for await (const piece of answer.setEncoding('utf8')) text += piece;
      return lines(text);
    };
    try {
      const answer = await get('/export/histograms.ndjson');
      stopping.abort();
      const begun = await read(answer);
      const { summary } = begun.at(-1);
      expect(summary.cut).toBe('STOPPING');
      expect(summary.rows).toBeLessThan(MAPS);
      expect(summary.rows % MAPS_OF_A_CHUNK).toBe(0);
      const other = await serve({});
      const rest = await read(await other.get(`/export/histograms.ndjson?after=${summary.cursor}`));
      await other.stop();
      expect(rest.at(-1).summary).toMatchObject({ cut: null, rows: MAPS - summary.rows });
      const lumisections = [...begun, ...rest].flatMap(({ lumisection }) => lumisection ?? []);
      expect(lumisections).toEqual(Array.from({ length: MAPS }, (_, i) => i + 1));
    } finally {
      await stop();
    }
  });
});
