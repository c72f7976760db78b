import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import { asker } from '../../schema/ask.ts';
import { lumisectionBatch } from '../../schema/batch.ts';
import { ingest } from '../../schema/world.ts';
import { createTestStore, databases } from '../../support/databases.ts';

const DATASET = '/ZeroBias/Run2026A-PromptReco-v1/DQMIO';
const NAMES = 200;
const long = 'a'.repeat(100);

/** Each takes a backtracking engine longer than the universe has time for. */
const CATASTROPHIC = [
  '^(a+)+$',
  '^(a|a)*$',
  '^(a|aa)+$',
  '(.*)*(.*)*(.*)*x$',
  '^([a-zA-Z]+)*$',
  '(a+a+)+b',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  `${'a?'.repeat(100)}${'a'.repeat(100)}$`,
  '(a?){500}(a){500}$',
  '(.*a){20}b',
  '.*.*.*.*.*.*.*.*.*=.*',
];

describe.each(databases)('patterns made to take for ever, on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  beforeAll(async () => {
    opened = await createTestStore(database);
    const element = (path: string) => ({ path, title: '', axes: [{ bins: 1, min: 0, max: 1, title: '' }] });
    await ingest(opened.store, { path: 'a.csv', format: 'test', dataset: DATASET }, [
      lumisectionBatch(
        Array.from({ length: NAMES }, (_, i) => ({
          run: 1,
          lumisection: 1,
          dataset: DATASET,
          element: element(`${long}/${i}!`),
          contents: Float64Array.of(0, 1, 0),
        })),
      ),
    ]);
  });
  afterAll(() => opened.drop());

  test.each(CATASTROPHIC)('regex %s is answered', async (regex) => {
    const ask = asker(opened.store);
    const query = 'query ($where: LumisectionHistogramWhere) { lumisectionHistograms(where: $where) { totalCount } }';
    const { data, errors } = await ask(query, { where: { monitorElement: { path: { regex } } } });
    // another engine would not come back
    if (errors) expect(errors[0]?.extensions.code).toBe('LIMIT_EXCEEDED');
    else expect(data.lumisectionHistograms.totalCount).toBeLessThanOrEqual(NAMES);
  });

  test.each(['((((a{30}){30}){30}){30})', '(a{1000}){6}', 'a{1000}b{1000}c{1000}d{1000}e{1000}f'])(
    'regex %s is refused by its size before it is compiled',
    async (regex) => {
      const ask = asker(opened.store);
      const query = 'query ($where: MonitorElementWhere) { monitorElements(where: $where) { totalCount } }';
      const { errors } = await ask(query, { where: { path: { regex } } });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', limit: 5000 });
    },
  );

  test('globs of many stars are answered', async () => {
    const ask = asker(opened.store);
    const query = 'query ($where: MonitorElementWhere) { monitorElements(where: $where) { totalCount } }';
    const { data, errors } = await ask(query, { where: { path: { glob: `${'*a'.repeat(400)}b` } } });
    expect(errors).toBeUndefined();
    expect(data.monitorElements.totalCount).toBe(0);
  });
});
