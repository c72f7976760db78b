import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Store } from '../../src/store/store.ts';
import { withEventStreams } from '../../web/src/event-streams.ts';
import { beginFile, write } from '../store/writing/write.ts';
import { createTestStore, databases } from '../support/databases.ts';

describe('GraphiQL', () => {
  let opened: { store: Store; drop(): Promise<void> };
  let asking: Parameters<typeof withEventStreams>[1];
  const others = vi.fn();

  beforeAll(async () => {
    opened = await createTestStore(databases[0] as (typeof databases)[number]);
    const config = parseConfig({ LUMIGRAPH_LOG: 'silent', LUMIGRAPH_WEB: 'off' });
    const app = createApp(opened.store, config);
    const fetch = ((input: string, init: RequestInit) => app.fetch(input, init)) as typeof globalThis.fetch;
    asking = { url: 'http://localhost/graphql', headers: { 'x-graphql-yoga-csrf': '1' }, fetch };
  });
  afterAll(() => opened.drop());

  const ask = (query: string, headers = {}) =>
    withEventStreams(others, asking)(
      { query },
      { documentAST: parse(query), headers },
    ) as AsyncIterableIterator<unknown>;

  test('subscribes by an event stream, and stops', async () => {
    const results = ask('subscription { runAdded { number } }');
    const first = results.next();
    const { ledger } = opened.store;
    let number = 0;
    await vi.waitFor(async () => {
      number++;
      await write(ledger, await beginFile(ledger), { kind: 'runs', runs: [{ number, line: 1 }] } as never);
      expect(await Promise.race([first, Promise.resolve(null)])).not.toBeNull();
    });
    expect((await first).value).toMatchObject({ data: { runAdded: { number: expect.any(Number) } } });
    await results.return?.();
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test('shows why a subscription is refused', async () => {
    const unknown = ask('subscription { nothing }');
    expect((await unknown.next()).value).toMatchObject({ errors: [{ message: expect.stringContaining('nothing') }] });
    const noToken = ask('subscription { runAdded { number } }', { authorization: 'Bearer wrong' });
    expect((await noToken.next()).value).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('asks for anything else as before', () => {
    ask('{ __typename }');
    expect(others).toHaveBeenCalledTimes(1);
  });
});
