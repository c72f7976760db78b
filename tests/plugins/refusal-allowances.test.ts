import { expect, test } from 'vitest';
import { RefusalAllowances } from '../../src/plugins/refusal-allowances.ts';

const TOKEN = { name: 'token shifter', authenticated: true };
const ADDRESS = { name: 'address 192.0.2.1', authenticated: false };
/** Longer than what is counted of any refusal. */
const DEAR_MS = 100;

/** What `connections` that ask again as soon as they are answered are refused within a time, each at a cost. */
function flood(
  allowances: RefusalAllowances,
  client: { name: string; authenticated: boolean },
  { connections, milliseconds, took = DEAR_MS, since = 0 }: Flood,
): number {
  const free = new Array<number>(connections).fill(since);
  for (let refused = 0; ; refused++) {
    const now = Math.min(...free);
    if (now >= since + milliseconds) return refused;
    // at least so long passes until the next one has come
    free[free.indexOf(now)] = now + 1 + allowances.pause(client, took, now);
  }
}

interface Flood {
  readonly connections: number;
  readonly milliseconds: number;
  readonly took?: number;
  readonly since?: number;
}

test('mistakes at first are answered at once: two of the dearest without a token, eight with one, and one every 12 s for ever', () => {
  const allowances = new RefusalAllowances(1);
  const atOnce = (client: typeof TOKEN) => {
    let count = 0;
    while (count < 100 && allowances.pause(client, DEAR_MS, 0) === 0) count++;
    return count;
  };
  expect([atOnce(ADDRESS), atOnce(TOKEN)]).toEqual([2, 8]);
  const patient = { ...TOKEN, name: 'token patient' };
  for (let i = 0; i < 100; i++) expect(allowances.pause(patient, DEAR_MS, i * 12_000)).toBe(0);
});

test('a client with a token whose refusals come one by one waits a second at most for each', () => {
  const allowances = new RefusalAllowances(1);
  let now = 0;
  for (let i = 0; i < 8; i++) expect(allowances.pause(TOKEN, DEAR_MS, now)).toBe(0);
  for (let i = 0; i < 50; i++) {
    const pause = allowances.pause(TOKEN, DEAR_MS, now);
    expect(pause).toBe(1_000);
    now += pause;
  }
  // what is cheap never waits longer than what is dear, and the allowance comes back while nothing is refused
  expect(allowances.pause(TOKEN, 0.5, now)).toBe(1_000);
  now += 120_000;
  for (let i = 0; i < 8; i++) expect(allowances.pause(TOKEN, DEAR_MS, now)).toBe(0);
});

test('a flood with a token waits as long as one without: beyond the allowance one a second, of many connections one in 10 s each', () => {
  const MINUTES = 600_000;
  const most = (connections: number, client: typeof TOKEN) =>
    flood(new RefusalAllowances(1), client, { connections, milliseconds: MINUTES }) / (MINUTES / 1_000);
  expect(most(1, TOKEN)).toBeLessThan(1.02);
  expect(most(4, TOKEN)).toBeLessThan(1.1);
  for (const connections of [16, 64]) {
    expect(most(connections, ADDRESS)).toBeLessThan(connections / 10 + 0.2);
    expect(most(connections, TOKEN)).toBeLessThan(connections / 10 + 0.2);
  }
});

test('many tokens together are let have no more than one of them, but for what each has at first', () => {
  const allowances = new RefusalAllowances(1);
  const tokens = Array.from({ length: 64 }, (_, i) => ({ name: `token ${i}`, authenticated: true }));
  for (const token of tokens) for (let i = 0; i < 8; i++) allowances.pause(token, DEAR_MS, 0);
  const free = tokens.map(() => 0);
  let refused = 0;
  for (; ; refused++) {
    const now = Math.min(...free);
    if (now >= 100_000) break;
    const next = free.indexOf(now);
    free[next] = now + 1 + allowances.pause(tokens[next] as typeof TOKEN, DEAR_MS, now);
  }
  expect(refused / 100).toBeLessThan(64 / 10 + 0.8);
});

test('a flood without a token does not make mistakes with one wait longer', () => {
  const allowances = new RefusalAllowances(1);
  flood(allowances, ADDRESS, { connections: 64, milliseconds: 20_000 });
  for (let i = 0; i < 8; i++) expect(allowances.pause(TOKEN, DEAR_MS, 20_000)).toBe(0);
  expect(allowances.pause(TOKEN, DEAR_MS, 20_000)).toBe(1_000);
});

test('cheap refusals take their share of the time and no more, with a token and without', () => {
  for (const client of [ADDRESS, TOKEN]) {
    const refused = flood(new RefusalAllowances(1), client, { connections: 16, milliseconds: 1_000_000, took: 1 });
    // a hundredth of 1,000 s, the allowance of at most a second, and what is under way
    expect(refused).toBeGreaterThan(10_000);
    expect(refused).toBeLessThan(10_000 + 1_000 + 100 + 16);
  }
});
