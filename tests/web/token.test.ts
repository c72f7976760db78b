import { describe, expect, test } from 'vitest';
import { fetchWithToken, takeToken } from '../../web/src/token.ts';

function tab() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    kept,
  };
}

/** A server that knows one token, and lets everybody read. */
function server(good: string) {
  const seen: (string | null)[] = [];
  const answer = async (_input: unknown, init?: RequestInit) => {
    const authorization = new Headers(init?.headers).get('authorization');
    seen.push(authorization);
    return new Response(null, { status: authorization === null || authorization === `Bearer ${good}` ? 200 : 401 });
  };
  return { seen, answer: answer as typeof fetch };
}

describe('the token of the page', () => {
  test('comes from the link, leaves the address bar and goes with every request', async () => {
    const storage = tab();
    let forgotten = 0;
    takeToken('#token=lg_abc', storage, () => forgotten++);
    const { seen, answer } = server('lg_abc');
    const ask = fetchWithToken(storage, answer);
    expect((await ask('/graphql', { headers: { accept: 'x' } })).status).toBe(200);
    expect([forgotten, seen]).toEqual([1, ['Bearer lg_abc']]);
  });

  test('is nothing where the link has none', async () => {
    const storage = tab();
    takeToken('#elsewhere', storage, () => expect.unreachable());
    const { seen, answer } = server('lg_abc');
    await fetchWithToken(storage, answer)('/graphql');
    expect(seen).toEqual([null]);
  });

  test('gives way to a header that the user wrote', async () => {
    const storage = tab();
    takeToken('#token=lg_abc', storage, () => {});
    const { seen, answer } = server('lg_mine');
    await fetchWithToken(storage, answer)('/graphql', { headers: { Authorization: 'Bearer lg_mine' } });
    expect(seen).toEqual(['Bearer lg_mine']);
  });

  test('is dropped when the server refuses it, and the request is sent without', async () => {
    const storage = tab();
    takeToken('#token=lg_old', storage, () => {});
    const { seen, answer } = server('lg_new');
    const ask = fetchWithToken(storage, answer);
    expect((await ask('/graphql')).status).toBe(200);
    await ask('/graphql');
    expect(seen).toEqual(['Bearer lg_old', null, null]);
    expect(storage.kept.size).toBe(0);
  });
});
