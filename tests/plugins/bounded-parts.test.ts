import { describe, expect, test } from 'vitest';
import { smallApp } from './small-app.ts';

const LIMIT = 50_000;

/** The parts of an answer, without their frames. */
async function partsOf(query: string, headers: Record<string, string> = {}) {
  const response = await smallApp({ LUMIGRAPH_MAX_RESPONSE_BYTES: String(LIMIT) }).fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'multipart/mixed', ...headers },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  return text
    .split(/\r\n/)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

describe('an answer in parts', () => {
  test('is bounded in bytes as one answer is: what passes the limit is refused in its places, and the last part', async () => {
    const parts = await partsOf(
      `{ a: thing { id } ... @defer(label: "one") { thing { bins(size: 3000) } } ... @defer { b: thing { slowBins more: bins(size: 20000) } } }`,
    );
    const last = parts.at(-1);
    expect(last).toMatchObject({
      hasNext: false,
      incremental: [
        { label: 'one', path: [], data: { thing: { bins: expect.anything() } } },
        {
          path: [],
          data: null,
          errors: [{ extensions: { code: 'LIMIT_EXCEEDED', setting: 'LUMIGRAPH_MAX_RESPONSE_BYTES', limit: LIMIT } }],
        },
      ],
    });
    expect(last.incremental[1].errors[0].extensions).not.toHaveProperty('http');
    expect(parts.slice(0, -1).every(({ hasNext }) => hasNext)).toBe(true);
    expect(JSON.stringify(parts).length).toBeLessThan(LIMIT);
  });

  test('is refused in its first part where that is too large', async () => {
    const parts = await partsOf('{ thing { bins(size: 20000) ... @defer { slowBins } } }');
    expect(parts).toEqual([
      { errors: [expect.objectContaining({ extensions: expect.objectContaining({ limit: LIMIT }) })], hasNext: false },
    ]);
  });

  test('tells of its cost in the last part, where that is asked for', async () => {
    const query = '{ thing { id ... @defer { bins(size: 3) } } }';
    const { extensions, ...last } = (await partsOf(query, { 'x-lumigraph-cost': '1' })).at(-1);
    expect(last).toMatchObject({ hasNext: false });
    expect(extensions.cost.bytes).toEqual({
      actual: '{"thing":{"id":"1"}}'.length + '{"bins":[0,1,2]}'.length,
      limit: LIMIT,
    });
    expect(JSON.stringify(await partsOf(query))).not.toContain('cost');
  });
});
