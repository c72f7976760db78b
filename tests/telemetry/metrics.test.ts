import { expect, test } from 'vitest';
import { noCounts } from '../../src/domain/record.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const lines = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));

test('metrics of two servers have nothing in common', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.rejected('LUMIGRAPH_MAX_DEPTH');
  expect(await lines(one, 'lumigraph_rejections_total')).toEqual([
    'lumigraph_rejections_total{limit="LUMIGRAPH_MAX_DEPTH"} 1',
  ]);
  expect(await lines(other, 'lumigraph_rejections_total')).toEqual([]);
});

test('names of operations beyond so many, and very long ones, share one series', async () => {
  const metrics = createMetrics();
  metrics.answered(`query ${'x'.repeat(500)}`, 'OK', 0.1);
  for (let i = 0; i < 1000; i++) metrics.answered(`query Q${i}`, 'OK', 0.002);
  const counts = await lines(metrics, 'lumigraph_request_duration_seconds_count');
  expect(counts).toHaveLength(101);
  expect(counts).toContain('lumigraph_request_duration_seconds_count{operation="query Q99"} 1');
  expect(counts).toContain('lumigraph_request_duration_seconds_count{operation="(other)"} 901');
});

test('statements are counted with their time and their failures, by whether they write', async () => {
  const metrics = createMetrics();
  metrics.observeStatement('read', 'SELECT 1')();
  metrics.observeStatement('read', 'SELECT 2')(new Error('gone'));
  metrics.observeStatement('write', 'TRANSACTION')();
  expect(await lines(metrics, 'lumigraph_sql_statements_total')).toEqual([
    'lumigraph_sql_statements_total{kind="read"} 2',
    'lumigraph_sql_statements_total{kind="write"} 1',
  ]);
  expect(await lines(metrics, 'lumigraph_sql_failures_total{kind="read"}')).toEqual([
    'lumigraph_sql_failures_total{kind="read"} 1',
  ]);
  // asked for twice they are not counted twice
  expect(await lines(metrics, 'lumigraph_sql_statements_total{kind="read"}')).toEqual([
    'lumigraph_sql_statements_total{kind="read"} 2',
  ]);
});

test('rows are counted by format and by what became of them', async () => {
  const metrics = createMetrics();
  metrics.brought('graphql', { ...noCounts(), inserted: 3, rejected: 1 });
  metrics.brought('graphql', { ...noCounts(), inserted: 2 });
  expect(await lines(metrics, 'lumigraph_rows_total')).toEqual([
    'lumigraph_rows_total{format="graphql",outcome="inserted"} 5',
    'lumigraph_rows_total{format="graphql",outcome="rejected"} 1',
  ]);
});

test('a gauge that cannot be read is left out, and what went away is not told any longer', async () => {
  const metrics = createMetrics();
  let jobs: Record<string, number> = { QUEUED: 2, RUNNING: 1 };
  metrics.gauge({ name: 'jobs', help: 'Jobs.', label: 'state' }, () => jobs);
  metrics.gauge({ name: 'broken', help: 'Never.', label: 'x' }, () => Promise.reject(new Error('no database')));
  expect(await lines(metrics, 'jobs')).toEqual(['jobs{state="QUEUED"} 2', 'jobs{state="RUNNING"} 1']);
  jobs = { DONE: 3 };
  expect(await lines(metrics, 'jobs')).toEqual(['jobs{state="DONE"} 3']);
  expect(await lines(metrics, 'broken')).toEqual([]);
});
