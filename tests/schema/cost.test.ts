import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { type Environment, parseConfig } from '../../src/config.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { asker } from './ask.ts';
import { type Booking, lumisectionBatch } from './batch.ts';
import { fillWorld, ingest } from './world.ts';

const LUMISECTIONS = 40;
const BINS = 100;
const DATASET = '/ZeroBias/Run2026A-PromptReco-v1/DQMIO';
const ELEMENT: Booking = { path: 'a/b', title: '', axes: [{ bins: BINS, min: 0, max: 1, title: '' }] };

const histograms = (fields: string, first = LUMISECTIONS) =>
  `{ lumisectionHistograms(first: ${first}) { nodes { ${fields} } } }`;

describe.each(databases)('what an operation takes, on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  beforeAll(async () => {
    opened = await createTestStore(database);
    await ingest(opened.store, { path: 'a.csv', format: 'test', dataset: DATASET }, [
      lumisectionBatch(
        Array.from({ length: LUMISECTIONS }, (_, i) => ({
          run: 1,
          lumisection: i + 1,
          dataset: DATASET,
          element: ELEMENT,
          // halves: their text is longer than the shortest that a bin may have
          contents: Float64Array.from({ length: BINS + 2 }, (_, bin) => (bin * (i + 1)) / 2 + 0.5),
        })),
      ),
    ]);
  });
  afterAll(() => opened.drop());

  const appAsker = (environment: Environment) => {
    const app = createApp(opened.store, parseConfig({ LUMIGRAPH_LOG: 'silent', ...environment }));
    return async (body: object, headers: Record<string, string> = {}) => {
      const response = await app.fetch('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
        body: JSON.stringify(body),
      });
      return { status: response.status, text: await response.text() };
    };
  };
  const settings = [{}, { LUMIGRAPH_SPLICE: 'off' }, { LUMIGRAPH_JIT: 'off' }];

  test.each(settings)('is told where it is asked for, and nowhere else (%j)', async (environment) => {
    const ask = appAsker({ LUMIGRAPH_MAX_NODES: '1000', ...environment });
    const query = histograms('bins monitorElement { path } lumisection { number }', 50);
    const untold = await ask({ query });
    expect(untold.text).not.toContain('extensions');
    // once more, compiled
    for (let i = 0; i < 2; i++) {
      for (const told of [
        await ask({ query }, { 'x-lumigraph-cost': '1' }),
        await ask({ query, extensions: { cost: true } }),
      ]) {
        const { data, extensions } = JSON.parse(told.text);
        expect(`{"data":${JSON.stringify(data)}}`).toBe(untold.text);
        expect(extensions).toEqual({
          cost: {
            // 50 histograms, each with an element and a lumisection
            nodes: { requested: 150, limit: 1000, actual: LUMISECTIONS, actualLimit: 200_000 },
            bytes: { actual: JSON.stringify(data).length, limit: 250_000_000 },
          },
        });
      }
    }
    expect((await ask({ query })).text).toBe(untold.text);
  });

  test.each(settings)('is refused in bytes before anything is sent, with the number (%j)', async (environment) => {
    const size = (await appAsker(environment)({ query: histograms('bins') })).text.length;
    const fits = appAsker({ LUMIGRAPH_MAX_RESPONSE_BYTES: String(size), ...environment });
    const tooSmall = appAsker({ LUMIGRAPH_MAX_RESPONSE_BYTES: String(size - 20), ...environment });
    for (let i = 0; i < 3; i++) {
      expect((await fits({ query: histograms('bins') })).status).toBe(200);
      const { status, text } = await tooSmall({ query: histograms('bins') });
      expect(status).toBe(400);
      const { data, errors } = JSON.parse(text);
      expect(data).toBeUndefined();
      expect(errors).toHaveLength(1);
      expect(errors[0].extensions).toMatchObject({
        code: 'LIMIT_EXCEEDED',
        setting: 'LUMIGRAPH_MAX_RESPONSE_BYTES',
        limit: size - 20,
        remedy: expect.stringContaining('first'),
      });
      expect(errors[0].extensions.actual).toBeGreaterThan(size - 20);
      expect(errors[0].message).toContain(`the limit is ${size - 20} (LUMIGRAPH_MAX_RESPONSE_BYTES)`);
    }
  });

  test.each([
    'bins',
    'errors',
    'bins(rebin: [2])',
    'bins(layout: NESTED)',
    'binsBase64',
    'axes { edges }',
    'axes { centers }',
    'a: entries b: integral c: meanX d: rmsX e: monitorElement { path }',
  ])('is bounded whatever makes the answer large: %s', async (fields) => {
    const { status, text } = await appAsker({ LUMIGRAPH_MAX_RESPONSE_BYTES: '1000' })({ query: histograms(fields) });
    expect(status).toBe(400);
    expect(JSON.parse(text).errors[0].extensions).toMatchObject({
      setting: 'LUMIGRAPH_MAX_RESPONSE_BYTES',
      limit: 1000,
    });
  });
});

describe('lists without a page size', () => {
  test('count as they come', async () => {
    const sqlite = databases.find(({ name }) => name === 'sqlite') as (typeof databases)[number];
    const { store, drop } = await createTestStore(sqlite);
    await fillWorld(store);
    const query = '{ run(number: 315257) { certifications { ranges { first } } } }';
    const answer = await asker(store)(query);
    const listed = answer.data.run.certifications.reduce(
      (sum: number, { ranges }: { ranges: unknown[] }) => sum + 1 + ranges.length,
      0,
    );
    const limit = listed - 1;
    expect((await asker(store, { LUMIGRAPH_MAX_ANSWER_NODES: `${listed}` })(query)).errors).toBeUndefined();
    const { data, errors } = await asker(store, { LUMIGRAPH_MAX_ANSWER_NODES: `${limit}` })(query);
    expect(data).toBeUndefined();
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([
      { code: 'LIMIT_EXCEEDED', setting: 'LUMIGRAPH_MAX_ANSWER_NODES', limit, actual: listed },
    ]);
    await drop();
  });
});
