/**
 * What subscribers cost that wait for something to happen: `npm run bench:subscribers [-- --quick]`. See docs/performance.md.
 */
import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import { type DatabaseKind, startDatabases } from './support/databases.ts';
import { residentMemory } from './support/machine.ts';
import { Report } from './support/report.ts';
import { startLumigraph } from './support/servers.ts';

const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });

const SUBSCRIBERS = flags.quick ? 200 : 1000;
/** Long enough for a sign of life to each of them. */
const IDLE_SECONDS = flags.quick ? 3 : 20;
const MOST_MB = 100;
const QUERY = 'subscription { runAdded { number } }';

interface Subscribers {
  /** How many have heard of the run. */
  heard(run: number): number;
  leave(): void;
}
type Transport = (port: number, count: number) => Promise<Subscribers>;

let latestRun = 0;

const report = new Report('subscribers', `${SUBSCRIBERS} subscribers that wait`);
report.line(
  `Resident memory of the server before and after ${SUBSCRIBERS} clients, each with a connection of its own, subscribed to \`runAdded\` and waited
${IDLE_SECONDS} s. Before, 20 had come and gone, so that code is loaded; each line has a server of its own, as memory is not given back to the system at once.
Then one run is added by another process, and the time is taken until the last one has heard of it.
`,
);
for (const kind of ['sqlite', 'postgresql'] as const) await measure(kind);
report.end(!flags.quick);

async function measure(kind: DatabaseKind): Promise<void> {
  const databases = await startDatabases(kind);
  const url = await databases.create();
  const store = await openStore(url);
  const transports = [
    ['SSE', overEventStreams],
    ['WebSocket', overWebSockets],
  ] as const;
  try {
    for (const [name, transport] of transports) await measureOne(`${kind}, ${name}`, url, store, transport);
  } finally {
    await store.close();
    await databases.stop();
  }
}

async function measureOne(name: string, url: string, store: Store, transport: Transport): Promise<void> {
  const server = await startLumigraph(url, {
    environment: { LUMIGRAPH_MAX_CLIENT_SUBSCRIPTIONS: '100000', LUMIGRAPH_MAX_SUBSCRIPTIONS: '100000' },
  });
  try {
    const warming = await transport(server.port, 20);
    await timeToAll(store, warming, 20);
    warming.leave();
    await pause(1000);
    const before = residentMemory(server.pid);
    const subscribers = await transport(server.port, SUBSCRIBERS);
    await pause(IDLE_SECONDS * 1000);
    const cost = residentMemory(server.pid) - before;
    const seconds = await timeToAll(store, subscribers, SUBSCRIBERS);
    subscribers.leave();
    report.verdict(
      name,
      (cost / MOST_MB) * (1000 / SUBSCRIBERS),
      { atMost: 1 },
      `${cost.toFixed(0)} MB more than ${before.toFixed(0)} MB, of ${MOST_MB} MB for 1,000; all told within ${(seconds * 1000).toFixed(0)} ms`,
    );
  } finally {
    await server.stop();
  }
}

async function timeToAll({ ledger }: Store, subscribers: Subscribers, count: number): Promise<number> {
  const run = ++latestRun;
  const identity = { sha256: `bench-${run}`, dataset: '', source: '', format: 'bench', meMap: '' };
  const { file } = await ledger.begin(identity, { path: `bench-${run}`, size: 1 }, { force: false });
  const started = performance.now();
  const batch = { kind: 'runs', runs: [{ number: run, line: 1 }] } as never;
  await ledger.write(file.id, batch, [], { byte: 1, line: 1 }, { onConflict: 'keep', source: '' });
  while (subscribers.heard(run) < count) {
    if (performance.now() - started > 30_000)
      throw new Error(`only ${subscribers.heard(run)} have heard of run ${run}`);
    await pause(5);
  }
  return (performance.now() - started) / 1000;
}

async function overEventStreams(port: number, count: number): Promise<Subscribers> {
  const requests: ClientRequest[] = [];
  const texts: string[] = [];
  const open = async (index: number) => {
    const asking = request({
      ...{ host: '127.0.0.1', port, path: '/graphql', method: 'POST', agent: false },
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    });
    asking.on('error', () => {});
    asking.end(JSON.stringify({ query: QUERY }));
    requests.push(asking);
    const [response] = await once(asking, 'response');
    if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
    texts[index] = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      texts[index] += text;
    });
  };
  await inTurns(count, open);
  return {
    heard: (run) => texts.filter((text) => text.includes(`{"number":${run}}`)).length,
    leave: () => {
      for (const one of requests) one.destroy();
    },
  };
}

async function overWebSockets(port: number, count: number): Promise<Subscribers> {
  const clients: Client[] = [];
  const heard: Set<number>[] = [];
  const open = async (index: number) => {
    const runs = new Set<number>();
    heard[index] = runs;
    await new Promise<void>((resolve, reject) => {
      const client = createClient({
        url: `ws://127.0.0.1:${port}/graphql`,
        webSocketImpl: WebSocket,
        lazy: false,
        retryAttempts: 0,
        on: { connected: () => resolve() },
        onNonLazyError: reject,
      });
      clients.push(client);
      const next = ({ data }: { data?: { runAdded: { number: number } } | null }) => {
        if (data) runs.add(data.runAdded.number);
      };
      client.subscribe<{ runAdded: { number: number } }>({ query: QUERY }, { next, error: reject, complete: () => {} });
    });
  };
  await inTurns(count, open);
  // the socket is open before the subscription is
  await pause(1000);
  return {
    heard: (run) => heard.filter((runs) => runs.has(run)).length,
    leave: () => {
      for (const client of clients) client.terminate();
    },
  };
}

/** A few at a time: a queue of connections is not what is measured. */
async function inTurns(count: number, open: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await open(next++);
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}
