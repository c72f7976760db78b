import { createSchema } from 'graphql-yoga';
import { expect, test } from 'vitest';
import { post, smallApp } from './small-app.ts';

/** Counts to two, and then waits for what never comes. */
function schema(onReturn: () => void) {
  return createSchema({
    typeDefs: 'type Query { hello: String } type Subscription { count: Int failing: Int }',
    resolvers: {
      Subscription: {
        count: {
          subscribe: () => {
            let count = 0;
            return {
              [Symbol.asyncIterator]() {
                return this;
              },
              next: () =>
                count < 2 ? Promise.resolve({ done: false, value: { count: ++count } }) : new Promise(() => {}),
              async return() {
                onReturn();
                return { done: true, value: undefined };
              },
            };
          },
        },
      },
    },
  });
}

const subscribe = { accept: 'text/event-stream' };
const gauge = async (app: ReturnType<typeof smallApp>) =>
  /^lumigraph_subscriptions (\d+)$/m.exec(await (await app.fetch('http://localhost/metrics')).text())?.[1];

test('subscriptions are told that they are complete when the server stops', async () => {
  const stopping = new AbortController();
  let returned = 0;
  const app = smallApp({}, {}, { stopping: stopping.signal, schema: schema(() => returned++) });
  const response = await app.fetch(post({ query: 'subscription { count }' }, subscribe));
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  const readUntil = async (part: string) => {
    while (!text.includes(part)) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`the stream ended before ${part}: ${text}`);
      text += Buffer.from(value).toString();
    }
  };
  await readUntil('"count":2');
  expect(await gauge(app)).toBe('1');
  stopping.abort();
  await readUntil('event: complete');
  expect((await reader.read()).done).toBe(true);
  expect(returned).toBe(1);
  expect(await gauge(app)).toBe('0');
  // what comes later ends before it begins
  const late = await app.fetch(post({ query: 'subscription { count }' }, subscribe));
  expect(await late.text()).toContain('event: complete');
});

test('a client that leaves ends its subscription', async () => {
  let returned = 0;
  const app = smallApp({}, {}, { schema: schema(() => returned++) });
  const response = await app.fetch(post({ query: 'subscription { count }' }, subscribe));
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  await reader.cancel();
  await expect.poll(() => returned).toBe(1);
  expect(await gauge(app)).toBe('0');
});

test('a server that stops is not ready', async () => {
  const stopping = new AbortController();
  const app = smallApp({}, { lists: { count: async () => 0 } } as never, { stopping: stopping.signal });
  const ready = () => app.fetch('http://localhost/ready');
  expect((await ready()).status).toBe(200);
  stopping.abort();
  const response = await ready();
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ status: 'stopping' });
  expect((await app.fetch('http://localhost/health')).status).toBe(200);
});
