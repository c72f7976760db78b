import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import type { Store } from '../../src/store/store.ts';
import { asker } from '../schema/ask.ts';
import { freeze } from '../schema/prediction-world.ts';
import { fillWorld, UL2018 } from '../schema/world.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Answer, Attacker } from './mutations-attacker.ts';
import { argumentsOf } from './mutations-values.ts';

/** How many calls of the graph's mutations are tried on each database; `ATTACK_RUNS=20000` tries for minutes. */
const RUNS = Number(process.env.ATTACK_RUNS ?? 80);
const SEED = Number(process.env.ATTACK_SEED ?? 4);
/** The whole database is read before and after one call in so many. */
const COMPARED_IN = RUNS > 1000 ? 20 : 4;

const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
const aCall = fc.oneof(
  ...mutations.map((field) =>
    fc.record({ field: fc.constant(field), values: argumentsOf(field as never), inDocument: fc.boolean() }),
  ),
);

describe.each(databases)('mutations under attack on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let attacker: Attacker;
  const uploads = mkdtempSync(join(tmpdir(), 'lumigraph-attack-'));

  beforeAll(async () => {
    opened = await createTestStore(database);
    await fillWorld(opened.store);
    await freeze(asker(opened.store), {
      ...{ name: 'judged', dataset: UL2018, monitorElements: ['charge_PXLayer_1'], allow: ['SHARED_RUNS'] },
      ...{ training: { mask: '315257:1-3' }, validation: { mask: '315257:4-6' }, testing: { mask: '315257:7-12' } },
      truth: { positive: '315257:[1,4,9]', negative: '315257:[2-3,5-8,10-12]' },
    });
    attacker = new Attacker(opened.store, { LUMIGRAPH_UPLOADS: uploads });
  });
  afterAll(async () => {
    await opened.drop();
    rmSync(uploads, { recursive: true, force: true });
  });

  test(
    'whatever their inputs are, they are answered in words of the graph, and a call that fails leaves nothing',
    async () => {
      let calls = 0;
      let succeeded = 0;
      await fc.assert(
        fc.asyncProperty(aCall, async ({ field, values, inDocument }) => {
          const before = calls++ % COMPARED_IN === 0 ? await contentsOf(opened.url) : null;
          const answer = await attacker.call(field as never, values, inDocument);
          const what = JSON.stringify([field.name, values]).slice(0, 2000);
          if (hasFailed(answer)) {
            if (before === null) return;
            const changed = changedIn(before, await contentsOf(opened.url));
            if (changed.length > 0) attacker.find(`a call that failed left something in ${changed}`, what);
          } else {
            succeeded++;
            const problem = miscounted(field.name, values, answer);
            if (problem !== null) attacker.find(problem, what);
          }
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
      expect(attacker.findings).toEqual([]);
      // a test that all calls fail would say nothing
      expect(succeeded).toBeGreaterThan(RUNS / 8);
      expect(await opened.store.verify()).toEqual([]);
    },
    Math.max(60_000, RUNS * 300),
  );

  test('names that fit one database alone are refused in both, and spoil no other row', async () => {
    // as long in UTF-8 as it gets, and not to be compressed
    const wide = Array.from({ length: 1000 }, (_, i) => String.fromCharCode(0x4e00 + ((i * i * 7919) % 20_000))).join(
      '',
    );
    const place = { run: 1, dataset: '/a', monitorElement: 'x', statusCode: 100, name: 'good' };
    const qualityTests = [
      place,
      { ...place, monitorElement: wide },
      { ...place, name: 'a\0b' },
      { ...place, name: '\ud800' },
    ];
    const query = `mutation ($input: UpsertQualityTestsInput!) { upsertQualityTests(input: $input) {
      qualityTests { name } report { inserted issues { index code } } } }`;
    const { data } = await attacker.post(JSON.stringify({ query, variables: { input: { qualityTests } } }));
    expect(data.upsertQualityTests).toEqual({
      qualityTests: [{ name: 'good' }, null, null, null],
      report: {
        inserted: 1,
        issues: ['BAD_PATH', 'BAD_TEXT', 'BAD_TEXT'].map((code, i) => ({ index: i + 1, code })),
      },
    });
  });

  test.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00'])(
    'a moment that not both databases hold is none: %s',
    async (time) => {
      const [set, find] = [
        `mutation { upsertRuns(input: { runs: [{ number: 9, startedAt: "${time}" }] }) { report { inserted } } }`,
        `{ runs(where: { startedAt: { lt: "${time}" } }) { totalCount } }`,
      ];
      for (const query of [set, find]) {
        const { errors } = await attacker.post(JSON.stringify({ query }));
        expect(errors).toMatchObject([{ message: expect.stringContaining('years 1 to 9999') }]);
      }
    },
  );

  if (database.name === 'postgresql') return;

  // what databases have no part in
  test('lists inside of a row, and texts that are lists, do not keep the server from others', async () => {
    const answer = async (mutation: string, type: string, input: object) => {
      const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { report { rejected } } }`;
      const { data, errors } = await attacker.post(JSON.stringify({ query, variables: { input } }));
      return data?.[mutation].report ?? errors[0]?.extensions.code;
    };
    const [on, off] = ['CMS_ACTIVE', 'BEAM1_PRESENT'].map((flag) => Array(150_000).fill(flag));
    const lumisections = [{ run: 1, number: 1, flagsOn: on, flagsOff: off }];
    // pairs of them would be compared for minutes
    expect(await answer('upsertLumisections', 'UpsertLumisectionsInput', { lumisections })).toEqual({ rejected: 0 });
    const ranges = Array.from({ length: 100_000 }, (_, i) => `[${2 * i + 1}, ${2 * i + 1}]`);
    for (const golden of [`{"1": [${ranges}]}`, '['.repeat(20_000), { 1: Array(20_000).fill([1, 2]) }]) {
      const input = { source: 'golden', certifications: [{ golden }] };
      expect(await answer('upsertCertifications', 'UpsertCertificationsInput', input)).toBe('LIMIT_EXCEEDED');
    }
  });

  test('a large input that is wrong in many ways is not repeated in each error', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`field${i}`, 1]));
    const runs = [{ number: 1, era: 'é'.repeat(500_000), ...unknown }];
    const query = 'mutation ($input: UpsertRunsInput!) { upsertRuns(input: $input) { report { inserted } } }';
    const { errors } = await attacker.post(JSON.stringify({ query, variables: { input: { runs } } }));
    expect(JSON.stringify(errors).length).toBeLessThan(20_000);
  });
});

const hasFailed = ({ data, errors }: Answer) =>
  errors.length > 0 && (data == null || Object.values(data).every((one) => one === null));

type Contents = ReadonlyMap<string, string | null>;

const changedIn = (before: Contents, after: Contents) =>
  [...after.keys()].filter((table) => before.get(table) !== after.get(table));

/** All that is stored, by table, but what later calls find again: binnings are kept beside the histograms that have them. */
async function contentsOf(url: string): Promise<Contents> {
  if (url.startsWith('file:')) {
    const { binnings, ...dump } = await dumpDatabase(url);
    return new Map(Object.entries(dump).map(([table, rows]) => [table, JSON.stringify(rows)]));
  }
  // one statement of many: here they are asked for hundreds of times, over a socket
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('binning', '_prisma_migrations') ORDER BY 1",
    );
    const digests = rows.map(
      ({ name }) =>
        `SELECT '${name}' AS name, md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest FROM "${name}" t`,
    );
    const contents = await client.query<{ name: string; digest: string | null }>(digests.join(' UNION ALL '));
    return new Map(contents.rows.map(({ name, digest }) => [name, digest]));
  } finally {
    await client.end();
  }
}

/** Every row of the input is counted exactly once. */
function miscounted(name: string, values: Readonly<Record<string, unknown>>, { data }: Answer): string | null {
  const payload = data[name];
  if (!payload?.report || name === 'upsertCertifications' || name === 'updateDataset') return null;
  const { inserted, identical, conflicting, replaced, added, rejected } = payload.report;
  const counted = inserted + identical + conflicting + replaced + added + rejected;
  const lists: unknown[][] = Object.values(values.input as object).filter((value) => Array.isArray(value));
  // one that is no list is a list of one
  const rows = lists.length === 1 ? (lists[0]?.length ?? 0) : 1;
  return counted === rows ? null : `${counted} rows counted of ${rows}`;
}
