import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { hostCheck } from '../../src/plugins/allowed-hosts.ts';
import { smallApp } from './small-app.ts';

const checked = (environment: object, names: readonly string[]) =>
  names.filter(hostCheck(parseConfig({ ...environment })));

/** What a browser makes of the address of a page. */
const OF_THIS_MACHINE = ['localhost', 'lumigraph.localhost', 'localhost.', '127.0.0.1', '127.8.9.10', '[::1]'];
const OF_OTHERS = ['dqm.example.org', 'localhost.example.org', 'notlocalhost', '127.0.0.1.example.org', 'example.org'];

describe('the names by which a server answers', () => {
  test.each(['127.0.0.1', 'localhost', '::1', '127.3.2.1'])('at HOST=%s are those of this machine', (HOST) => {
    expect(checked({ HOST }, [...OF_THIS_MACHINE, ...OF_OTHERS])).toEqual(OF_THIS_MACHINE);
  });

  test('are all addresses as well: what asks by one was not led here by a name', () => {
    expect(checked({}, ['192.0.2.7', '[2001:db8::1]', '0.0.0.0'])).toHaveLength(3);
  });

  test('are those that are listed, whatever their case, and names below a star', () => {
    const LUMIGRAPH_ALLOWED_HOSTS = 'DQM.example.org, *.cern.ch';
    const names = ['dqm.example.org', 'a.dqm.example.org', 'cern.ch', 'dqm.cern.ch', 'a.b.cern.ch', 'notcern.ch'];
    for (const HOST of ['127.0.0.1', '0.0.0.0', 'dqm.example.org']) {
      expect(checked({ HOST, LUMIGRAPH_ALLOWED_HOSTS }, [...OF_THIS_MACHINE, ...names])).toEqual([
        ...OF_THIS_MACHINE,
        ...['dqm.example.org', 'dqm.cern.ch', 'a.b.cern.ch'],
      ]);
    }
  });

  test('are any where others reach the server and none are listed, or where that is said', () => {
    expect(checked({ HOST: '0.0.0.0' }, OF_OTHERS)).toEqual(OF_OTHERS);
    expect(checked({ LUMIGRAPH_ALLOWED_HOSTS: '*' }, OF_OTHERS)).toEqual(OF_OTHERS);
  });
});

describe('a request by a name of another site', () => {
  const app = smallApp({ LUMIGRAPH_METRICS: 'on' });
  const server = createServer(app.handle).on('upgrade', app.upgrade).listen(0, '127.0.0.1');
  afterAll(() => server.close());

  const ask = async (path: string, headers: Record<string, string>) => {
    if (!server.listening) await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = request({ port, path, headers, agent: false }).end();
    const [response] = await once(asked, 'response');
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return { status: response.statusCode as number, text };
  };
  const GRAPH = '/graphql?query=%7Bhello%7D';
  const csrf = { 'x-graphql-yoga-csrf': '1' };

  test.each([GRAPH, '/graphiql', '/metrics', '/export/histograms.csv', '/', '/nothing'])(
    'gets nothing of %s, and is told the setting',
    async (path) => {
      const { status, text } = await ask(path, { host: 'evil.example:80', ...csrf });
      expect(status).toBe(421);
      const { errors } = JSON.parse(text);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', setting: 'LUMIGRAPH_ALLOWED_HOSTS' } }]);
      expect(errors[0].message).toContain('evil.example');
      expect(errors[0].message).toContain('LUMIGRAPH_ALLOWED_HOSTS');
    },
  );

  test('opens no WebSocket, although its origin is the host that it asks', async () => {
    const { status, text } = await ask('/graphql', {
      ...{ host: 'evil.example', origin: 'http://evil.example', connection: 'upgrade', upgrade: 'websocket' },
      ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' },
    });
    expect([status, text]).toEqual([421, expect.stringContaining('LUMIGRAPH_ALLOWED_HOSTS')]);
  });

  test('is told whether the server lives, as a probe would be; by a name of its own it is answered', async () => {
    expect(await ask('/health', { host: 'evil.example' })).toEqual({ status: 200, text: '{"status":"ok"}' });
    expect((await ask(GRAPH, { host: 'a.localhost:4000', ...csrf })).text).toBe('{"data":{"hello":"Hello, world"}}');
  });
});
