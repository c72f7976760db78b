import { createSchema } from 'graphql-yoga';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { subscribe } from '../support/event-stream.ts';
import { smallApp } from './small-app.ts';

let ended = 0;

const schema = createSchema<Context>({
  typeDefs: /* GraphQL */ `
    type Query {
      hello: String
    }
    type Subscription {
      ticks: Int
      late: Int
    }
  `,
  resolvers: {
    Subscription: {
      ticks: {
        async *subscribe() {
          try {
            for (let tick = 1; tick <= 3; tick++) yield tick;
          } finally {
            ended++;
          }
        },
        resolve: (tick: number, _args: unknown, context: Context) => {
          context.beginEvent();
          return tick;
        },
      },
      late: {
        async *subscribe() {
          try {
            for (let tick = 1; ; tick++) yield tick;
          } finally {
            ended++;
          }
        },
        // the second event waits for something that never comes, until it is cancelled
        resolve: (tick: number, _args: unknown, context: Context) => {
          context.beginEvent();
          if (tick < 2) return tick;
          const { cancellation } = context;
          return new Promise((_resolve, reject) => cancellation.add(() => reject(cancellation.reason)));
        },
      },
    },
  },
});

const open = (environment: Record<string, string> = {}) =>
  smallApp({ LUMIGRAPH_LOG: 'silent', ...environment }, {}, { schema });

describe('a subscription', () => {
  test('gives all of its events, and is complete', async () => {
    const { next } = await subscribe(open(), 'subscription { ticks }', {}, {});
    const seen = [];
    for (let answer = await next(); answer; answer = await next()) seen.push(answer.data.ticks);
    expect(seen).toEqual([1, 2, 3]);
  });

  test('has as much time for each event as a query has, and ends when one takes longer', async () => {
    const { next } = await subscribe(open({ LUMIGRAPH_TIMEOUT_MS: '50' }), 'subscription { late }', {}, {});
    expect(await next()).toEqual({ data: { late: 1 } });
    const before = ended;
    expect(await next()).toMatchObject({
      data: { late: null },
      errors: [{ path: ['late'], extensions: { code: 'LIMIT_EXCEEDED', setting: 'LUMIGRAPH_TIMEOUT_MS', limit: 50 } }],
    });
    expect(await next()).toBeUndefined();
    expect(ended).toBe(before + 1);
  });

  test('that runs no more is not counted, however it ended', async () => {
    const app = open({ LUMIGRAPH_MAX_SUBSCRIPTIONS: '1' });
    const all = await subscribe(app, 'subscription { ticks }', {}, {});
    while (await all.next());
    const refused = await subscribe(app, 'subscription { nothing }', {}, {});
    expect((await refused.next()).errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const one = await subscribe(app, 'subscription { late }', {}, {});
    expect((await one.next()).data).toEqual({ late: 1 });
    const two = await subscribe(app, 'subscription { late }', {}, {});
    expect((await two.next()).errors[0].extensions).toMatchObject({
      code: 'UNAVAILABLE',
      setting: 'LUMIGRAPH_MAX_SUBSCRIPTIONS',
    });
    one.leave();
    const three = await subscribe(app, 'subscription { ticks }', {}, {});
    expect((await three.next()).data).toEqual({ ticks: 1 });
    three.leave();
  });
});
