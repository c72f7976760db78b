import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Environment } from '../../src/config.ts';
import { post, smallApp } from './small-app.ts';

const metricsOf = (environment: Environment = {}, url = 'http://localhost:4000/metrics', headers = {}) =>
  smallApp(environment).fetch(url, { headers });

describe('/metrics', () => {
  test('counts answers by operation and code, and rejections by limit', async () => {
    const app = smallApp({ LUMIGRAPH_MAX_DEPTH: '3' });
    await app.ask('query Named { hello }');
    await app.ask('query Named { hello }');
    await app.ask('{ notFound }');
    await app.ask('query Deep { thing { self { self { self { self { id } } } } } }');
    await app.fetch(post('{"query":'));
    await app.fetch('http://localhost:4000/nothing');
    const response = await app.fetch('http://localhost:4000/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    for (const line of [
      'lumigraph_requests_total{operation="query Named",code="OK"} 2',
      'lumigraph_requests_total{operation="query (unnamed)",code="NOT_FOUND"} 1',
      'lumigraph_requests_total{operation="(none)",code="LIMIT_EXCEEDED"} 1',
      'lumigraph_requests_total{operation="(none)",code="BAD_REQUEST"} 1',
      'lumigraph_requests_total{operation="(none)",code="HTTP_404"} 1',
      'lumigraph_rejections_total{limit="LUMIGRAPH_MAX_DEPTH"} 1',
      'lumigraph_request_duration_seconds_count{operation="query Named"} 2',
      'lumigraph_subscriptions 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  test('is shown to this machine alone unless told otherwise', async () => {
    expect((await metricsOf()).status).toBe(200);
    const named = { LUMIGRAPH_ALLOWED_HOSTS: 'dqm.example.org' };
    expect((await metricsOf(named, 'http://dqm.example.org/metrics')).status).toBe(403);
    expect((await metricsOf({}, undefined, { 'x-forwarded-for': '192.0.2.1' })).status).toBe(403);
    expect((await metricsOf({ ...named, LUMIGRAPH_METRICS: 'on' }, 'http://dqm.example.org/metrics')).status).toBe(200);
    expect((await metricsOf({ LUMIGRAPH_METRICS: 'off' })).status).toBe(404);
  });

  test('on a port of its own is not on the other one, and nothing else is there', async () => {
    const app = smallApp({ LUMIGRAPH_METRICS_PORT: '9464' });
    expect((await app.fetch('http://localhost:4000/metrics')).status).toBe(404);
    const server = createServer((request, response) => app.handleProbe(request, response)).listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
      expect(await Promise.all(['/metrics', '/health', '/graphql', '/graphiql'].map(statusOf))).toEqual([
        200, 200, 404, 404,
      ]);
    } finally {
      server.close();
    }
  });
});
