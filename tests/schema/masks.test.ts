import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { maskFromGoldenJson } from '../../src/domain/golden-json.ts';
import type { Scope } from '../../src/domain/viewer.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';

const SAVE = `mutation ($input: SaveMaskInput!) { saveMask(input: $input) {
  created mask { id name version expression comment author madeOf { source mask version } mask { json lumisectionCount } } } }`;
const RANGES = { first: 1, last: 4, flag: 'GOOD' };

describe.each(databases)('masks of the graph on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let root: Ask;
  let reader: Ask;
  const statements: string[] = [];

  beforeAll(async () => {
    opened = await createTestStore(database, { onStatement: (sql) => statements.push(sql) });
    root = asker(opened.store);
    const token = async (scopes: Scope[]) => {
      const expiresAt = new Date(Date.now() + 60_000);
      return (await opened.store.tokens.create({ name: 'reader', scopes, expiresAt }, 'test')).secret;
    };
    reader = asker(opened.store, {}, await token(['read']));
    const { errors } = await root(
      `mutation ($l: [LumisectionInput!]!, $pixel: [CertifiedRunInput!]!, $golden: GoldenJson!, $dcs: GoldenJson!) {
        upsertLumisections(input: { lumisections: $l }) { report { rejected } }
        golden: upsertCertifications(input: { source: "golden-2018", certifications: [{ golden: $golden, cause: "first", comment: "by hand" }] }) { report { rejected } }
        dcs: upsertCertifications(input: { source: "dcs-2018", certifications: [{ golden: $dcs }] }) { report { rejected } }
        rr: upsertCertifications(input: { source: "rr-2018", certifications: [{ subsystem: "pixel", runs: $pixel }] }) { report { rejected } } }`,
      {
        l: [1, 2].flatMap((run) =>
          [1, 2, 3, 4, 5].map((number) => ({ run, number, ...(number < 5 && { recordedLumi: number / 8 }) })),
        ),
        golden: '{"1": [[1, 4]], "2": [[1, 2]]}',
        dcs: '{"1": [[1, 6]], "2": [[-1]]}',
        pixel: [
          {
            run: 1,
            ranges: [
              { ...RANGES, last: 2 },
              { first: 3, last: 3, flag: 'BAD' },
            ],
          },
        ],
      },
    );
    expect(errors).toBeUndefined();
  });
  afterAll(async () => {
    try {
      expect(await opened.store.verify()).toEqual([]);
    } finally {
      await opened.drop();
    }
  });

  test('are answered as documented: algebra, golden JSON, luminosity, whole runs to where they end', async () => {
    const select = await reader(
      'query Select { lumisectionMask(expression: "golden-2018 & dcs-2018 - bad(rr-2018, pixel)") { json lumisectionCount runCount recordedLumi } }',
    );
    expect(select).toEqual({
      data: {
        lumisectionMask: {
          json: '{"1": [[1, 2], [4, 4]],\n "2": [[1, 2]]}',
          lumisectionCount: 5,
          runCount: 2,
          recordedLumi: 1.25,
        },
      },
    });
    const whole = `{ lumisectionMask(expression: "dcs-2018 - golden-2018 | 7") {
      json lumisectionCount openRuns recordedLumi recordedLumiCount deliveredLumi storedCount madeOf { source version } } }`;
    expect((await reader(whole)).data.lumisectionMask).toEqual({
      json: '{"1": [[5, 6]],\n "2": [[3, 5]],\n "7": [[1, 268435455]]}',
      lumisectionCount: null,
      openRuns: [7],
      recordedLumi: 0.875,
      recordedLumiCount: 2,
      deliveredLumi: null,
      storedCount: 4,
      madeOf: [
        { source: 'dcs-2018', version: 1 },
        { source: 'golden-2018', version: 1 },
      ],
    });
  });

  test('of a source are the same by its name alone: whole runs end where they are known to', async () => {
    const { data } = await reader(
      '{ certificationMask(source: "dcs-2018") { json lumisectionCount } lumisectionMask(expression: "dcs-2018") { json lumisectionCount } }',
    );
    expect(data.certificationMask).toEqual({ json: '{"1": [[1, 6]],\n "2": [[1, 5]]}', lumisectionCount: 11 });
    expect(data.certificationMask).toEqual(data.lumisectionMask);
  });

  test('narrow every list, on the database and in one statement', async () => {
    const query = `{ lumisections(where: { mask: "golden-2018 - bad(rr-2018, pixel)" }) { nodes { run { number } number } }
      runs(where: { mask: "bad(rr-2018) & where(recordedLumi > 0.1)" }) { nodes { number } } }`;
    await reader(query);
    statements.length = 0;
    const { data } = await reader(query);
    expect(statements.filter((sql) => /FROM (lumisection|run) t/.test(sql))).toHaveLength(2);
    expect(
      data.lumisections.nodes.map((node: { run: { number: number }; number: number }) => [
        node.run.number,
        node.number,
      ]),
    ).toEqual([
      [1, 1],
      [1, 2],
      [1, 4],
      [2, 1],
      [2, 2],
    ]);
    expect(data.runs.nodes).toEqual([{ number: 1 }]);
  });

  test('fail closed: what nobody evaluated is never good, and a complement needs a universe', async () => {
    const { data } = await reader(`{ lumisection(run: 1, number: 4) {
      pixel: verdict(source: "rr-2018") golden: verdict(source: "golden-2018")
      both: combinedVerdict(sources: [{ source: "golden-2018" }, { source: "rr-2018", subsystem: "pixel" }]) }
      bad: lumisection(run: 1, number: 3) { combinedVerdict(sources: [{ source: "golden-2018" }, { source: "rr-2018" }]) }
      good: lumisection(run: 1, number: 2) { combinedVerdict(sources: [{ source: "golden-2018" }, { source: "rr-2018" }]) }
      all: lumisectionMask(expression: "good(all(golden-2018, rr-2018))") { json }
      none: lumisectionMask(expression: "golden-2018 & notEvaluated(all(golden-2018, rr-2018(pixel)))") { json } }`);
    expect(data).toEqual({
      lumisection: { pixel: 'NOT_EVALUATED', golden: 'GOOD', both: 'NOT_EVALUATED' },
      bad: { combinedVerdict: 'BAD' },
      good: { combinedVerdict: 'GOOD' },
      all: { json: '{"1": [[1, 2]]}' },
      none: { json: '{"1": [[4, 4]],\n "2": [[1, 2]]}' },
    });
    const errorOf = async (query: string) => {
      const { errors } = await reader(query);
      return [errors?.[0]?.extensions.code, errors?.[0]?.extensions.column];
    };
    expect(await errorOf('{ lumisectionMask(expression: "!golden-2018") { json } }')).toEqual(['BAD_USER_INPUT', 1]);
    expect(await errorOf('{ lumisectionMask(expression: "dcs-2018 - golden2018") { json } }')).toEqual([
      'NOT_FOUND',
      12,
    ]);
    expect(await errorOf('{ runs(where: { mask: "golden-2018 &" }) { totalCount } }')).toEqual(['BAD_USER_INPUT', 14]);
    // a BAD that is left out would leave a GOOD
    const flag = '{ certificationMask(source: "rr-2018", where: { flag: { eq: GOOD } }) { json } }';
    expect((await errorOf(flag))[0]).toBe('BAD_USER_INPUT');
    expect(await errorOf('{ runs(where: { mask: "nobody" }) { totalCount } }')).toEqual(['NOT_FOUND', 1]);
    const rules = Array.from({ length: 16 }, (_, n) => `{ name: "${n}", keeps: "1" }`).join(' ');
    const many = Array.from(
      { length: 6 },
      (_, n) => `l${n}: losses(universe: "1", rules: [${rules}]) { madeOf { version } }`,
    );
    expect((await errorOf(`{ ${many.join(' ')} }`))[0]).toBe('LIMIT_EXCEEDED');
    expect((await reader(`{ ${many.slice(1).join(' ')} }`)).errors).toBeUndefined();
    expect((await errorOf('{ lumisection(run: 1, number: 1) { combinedVerdict(sources: []) } }'))[0]).toBe(
      'BAD_USER_INPUT',
    );
  });

  test('say why lumisections are lost, by rule and by combination of rules', async () => {
    const { data, errors } = await reader(
      `query ($rules: [LossRuleInput!]!) { losses(universe: "dcs-2018", rules: $rules) {
        universe { lumisectionCount recordedLumi } kept { lumisectionCount } lost { lumisectionCount recordedLumi }
        rules { rules exclusive { lumisectionCount } inclusive { lumisectionCount recordedLumi } }
        combinations { rules exclusive { lumisectionCount } inclusive { lumisectionCount } } } }`,
      {
        rules: [
          { name: 'golden', keeps: 'golden-2018' },
          { name: 'pixel', loses: '!good(rr-2018, pixel)' },
          { name: 'low', loses: 'where(recordedLumi < 0.2)' },
        ],
      },
    );
    expect(errors).toBeUndefined();
    expect(data.losses).toEqual({
      // run 1: 1 to 6, run 2: 1 to 5; golden loses 1:5-6, 2:3-5; pixel 1:3-6, 2:1-5; low 1:1, 2:1
      universe: { lumisectionCount: 11, recordedLumi: 2.5 },
      kept: { lumisectionCount: 1 },
      lost: { lumisectionCount: 10, recordedLumi: 2.25 },
      rules: [
        {
          rules: ['golden'],
          exclusive: { lumisectionCount: 0 },
          inclusive: { lumisectionCount: 5, recordedLumi: 0.875 },
        },
        {
          rules: ['pixel'],
          exclusive: { lumisectionCount: 3 },
          inclusive: { lumisectionCount: 9, recordedLumi: 2.125 },
        },
        { rules: ['low'], exclusive: { lumisectionCount: 1 }, inclusive: { lumisectionCount: 2, recordedLumi: 0.25 } },
      ],
      combinations: [
        { rules: ['golden', 'pixel'], exclusive: { lumisectionCount: 5 }, inclusive: { lumisectionCount: 5 } },
        { rules: ['pixel', 'low'], exclusive: { lumisectionCount: 1 }, inclusive: { lumisectionCount: 1 } },
      ],
    });
    const refused = async (rules: object[]) =>
      (
        await reader(
          'query ($rules: [LossRuleInput!]!) { losses(universe: "dcs-2018", rules: $rules) { kept { lumisectionCount } } }',
          { rules },
        )
      ).errors?.[0]?.extensions.code;
    expect(await refused([])).toBe('BAD_USER_INPUT');
    expect(await refused([{ name: 'a' }])).toBe('BAD_USER_INPUT');
    expect(await refused([{ name: 'a', keeps: '1', loses: '2' }])).toBe('BAD_USER_INPUT');
    expect(await refused([1, 2].map(() => ({ name: 'a', keeps: '1' })))).toBe('BAD_USER_INPUT');
    expect(await refused(Array.from({ length: 17 }, (_, i) => ({ name: `r${i}`, keeps: '1' })))).toBe('LIMIT_EXCEEDED');
  });

  test('are saved by a mutation in versions, and found again by name and by id', async () => {
    const input = { name: 'pixel-good', expression: 'golden-2018 - bad(rr-2018, pixel)', comment: 'for training' };
    expect((await reader(SAVE, { input })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const { data } = await root(SAVE, { input });
    expect(data.saveMask).toMatchObject({
      created: true,
      mask: {
        ...input,
        version: 1,
        mask: { lumisectionCount: 5 },
        madeOf: [{ source: 'golden-2018' }, { source: 'rr-2018' }],
      },
    });
    expect((await root(SAVE, { input })).data.saveMask).toMatchObject({ created: false, mask: { version: 1 } });
    await root(SAVE, { input: { ...input, expression: 'pixel-good & 1' } });
    const found = await reader(
      `query ($id: ID!) { node(id: $id) { ... on SavedMask { name version } }
        masks(where: { name: { eq: "pixel-good" } }) { totalCount nodes { version mask { runCount } } }
        current: masks(where: { current: { eq: true } }) { nodes { name version } }
        lumisections(where: { mask: "pixel-good" }) { totalCount }
        first: lumisections(where: { mask: "pixel-good@1 - pixel-good" }) { totalCount } }`,
      { id: data.saveMask.mask.id },
    );
    expect(found).toEqual({
      data: {
        node: { name: 'pixel-good', version: 1 },
        masks: {
          totalCount: 2,
          nodes: [
            { version: 1, mask: { runCount: 2 } },
            { version: 2, mask: { runCount: 1 } },
          ],
        },
        current: { nodes: [{ name: 'pixel-good', version: 2 }] },
        lumisections: { totalCount: 3 },
        first: { totalCount: 2 },
      },
    });
    const codeOf = async (input: object) => (await root(SAVE, { input })).errors?.[0]?.extensions;
    expect(await codeOf({ name: 'golden-2018', expression: '1' })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'name',
    });
    for (const name of ['', 'a b', '1a', 'a-', 'not', 'a@1', `a${'b'.repeat(100)}`]) {
      expect(await codeOf({ name, expression: '1' }), name).toMatchObject({ code: 'BAD_USER_INPUT', field: 'name' });
    }
    // and no source may take the name of a mask
    const { errors } = await root(
      'mutation { upsertCertifications(input: { source: "pixel-good", certifications: [{ runs: [{ run: 1, ranges: [{ first: 1, flag: GOOD }] }] }] }) { report { inserted } } }',
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'source' });
  });

  test('shares of good lumisections are those that sources state', async () => {
    const { data } = await root(`mutation { upsertCertifications(input: { source: "rr-2018", fractions: [
        { run: 1, subsystem: "strip", fraction: 0.5 }, { run: 1, subsystem: "pixel", fraction: 0.25 }] }) { report { inserted } } }`);
    expect(data.upsertCertifications.report.inserted).toBe(2);
    expect(
      await reader(
        '{ runs { nodes { number certificationFractions(source: "rr-2018") { source subsystem fraction } } } }',
      ),
    ).toEqual({
      data: {
        runs: {
          nodes: [
            {
              number: 1,
              certificationFractions: [
                { source: 'rr-2018', subsystem: 'pixel', fraction: 0.25 },
                { source: 'rr-2018', subsystem: 'strip', fraction: 0.5 },
              ],
            },
            { number: 2, certificationFractions: [] },
          ],
        },
      },
    });
  });

  test('versions of certifications say who made them, when and why', async () => {
    const { data } = await reader(
      `{ certificationVersions(where: { source: { eq: "golden-2018" } }) { totalCount
        nodes { id source dataset subsystem version kind author cause comment createdAt dataFile { format } } } }`,
    );
    expect(data.certificationVersions).toEqual({
      totalCount: 1,
      nodes: [
        {
          ...{ id: expect.any(String), source: 'golden-2018', dataset: '', subsystem: '', version: 1, kind: 'graphql' },
          ...{ author: expect.stringMatching(/./), cause: 'first', comment: 'by hand', createdAt: expect.any(String) },
          dataFile: { format: 'graphql' },
        },
      ],
    });
    const { id } = data.certificationVersions.nodes[0];
    const node = await reader('query ($id: ID!) { node(id: $id) { ... on CertificationVersion { source version } } }', {
      id,
    });
    expect(node.data.node).toEqual({ source: 'golden-2018', version: 1 });
  });
});

const DATA = new URL('../../../shared/data/', import.meta.url);
if (existsSync(DATA)) {
  describe.each(databases)('the golden and the DCS-only file of 2018 on $name', (database) => {
    test('are what CMS certified, through the graph', async () => {
      const { store, drop } = await createTestStore(database);
      try {
        const ask = asker(store);
        const golden = (name: string) => readFileSync(new URL(`json_${name}_2018.txt`, DATA), 'utf8');
        for (const [source, name] of [
          ['golden-2018', 'GOLDEN'],
          ['dcs-2018', 'DCSONLY'],
        ] as const) {
          const { errors } = await ask(
            'mutation ($source: String!, $golden: GoldenJson!) { upsertCertifications(input: { source: $source, certifications: [{ golden: $golden }] }) { report { inserted rejected } } }',
            { source, golden: golden(name) },
          );
          expect(errors).toBeUndefined();
        }
        const { data, errors } = await ask(`{
          golden: lumisectionMask(expression: "golden-2018 & dcs-2018") { runCount lumisectionCount json }
          dcs: lumisectionMask(expression: "dcs-2018") { runCount lumisectionCount }
          outside: lumisectionMask(expression: "golden-2018 - dcs-2018") { lumisectionCount }
          left: lumisectionMask(expression: "dcs-2018 - golden-2018") { lumisectionCount } }`);
        expect(errors).toBeUndefined();
        expect(data).toMatchObject({
          golden: { runCount: 478, lumisectionCount: 234_529 },
          dcs: { runCount: 681, lumisectionCount: 258_508 },
          outside: { lumisectionCount: 0 },
          left: { lumisectionCount: 23_979 },
        });
        expect(maskFromGoldenJson(data.golden.json).equals(maskFromGoldenJson(golden('GOLDEN')))).toBe(true);
      } finally {
        await drop();
      }
    });
  });
} else console.log('the real golden JSON files are not beside this project: their test is left out');
