import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import type { Scope } from '../../src/domain/viewer.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { CHARGE_PATH, DISK, fillWorld, PROMPT2023, STATUS, UL2018 } from './world.ts';

const SAVE = `mutation ($input: SaveElementSetInput!) { saveElementSet(input: $input) {
  created elementSet { id name version description include exclude author } } }`;
const PIXEL = { name: 'pixel', include: ['PixelPhase1/*'], exclude: ['*PXForward*'], description: 'barrel alone' };

describe.each(databases)('saved sets of monitor elements on $name', (database) => {
  let opened: { store: Store; url: string; drop(): Promise<void> };
  let ask: Ask;
  const statements: string[] = [];

  beforeAll(async () => {
    opened = await createTestStore(database, { onStatement: (sql) => statements.push(sql) });
    await fillWorld(opened.store);
    ask = asker(opened.store);
    for (const input of [
      PIXEL,
      { ...PIXEL, name: 'status', include: ['CSC/Summary/st?tus'], exclude: [], description: null },
    ]) {
      expect((await ask(SAVE, { input })).errors).toBeUndefined();
    }
  });
  afterAll(() => opened.drop());

  const dataOf = async (query: string) => {
    const { data, errors } = await ask(query);
    expect(errors, query).toBeUndefined();
    return data;
  };
  const errorOf = async (query: string, variables?: Record<string, unknown>) => {
    const { errors } = await ask(query, variables);
    return `${errors?.[0]?.extensions.code}: ${errors?.[0]?.message}`;
  };

  it('are kept in versions with who saved them; the same content makes none', async () => {
    const input = { ...PIXEL, name: 'versions' };
    const { data } = await ask(SAVE, { input });
    expect(data.saveElementSet).toEqual({
      created: true,
      elementSet: { id: expect.any(String), version: 1, author: expect.stringMatching(/./), ...input },
    });
    expect((await ask(SAVE, { input })).data.saveElementSet).toMatchObject({
      created: false,
      elementSet: { version: 1 },
    });
    await ask(SAVE, { input: { ...input, exclude: [] } });
    const { id } = data.saveElementSet.elementSet;
    expect(
      await dataOf(`{ elementSet(name: "versions") { version exclude monitorElements { nodes { path } } }
        first: elementSet(name: "versions", version: 1) { version createdAt monitorElements(where: { dimension: { eq: 1 } }) { totalCount nodes { path } } }
        none: elementSet(name: "no such") { version } beyond: elementSet(name: "versions", version: 3) { version }
        node(id: "${id}") { ... on ElementSet { name version } }
        elementSets(where: { name: { eq: "versions" } }) { totalCount nodes { version } }
        current: elementSets(where: { current: { eq: true } }) { nodes { name version } } }`),
    ).toEqual({
      elementSet: {
        version: 2,
        exclude: [],
        monitorElements: { nodes: [{ path: CHARGE_PATH.path }, { path: DISK.path }] },
      },
      first: {
        version: 1,
        createdAt: expect.any(String),
        monitorElements: { totalCount: 1, nodes: [{ path: CHARGE_PATH.path }] },
      },
      none: null,
      beyond: null,
      node: { name: 'versions', version: 1 },
      elementSets: { totalCount: 2, nodes: [{ version: 1 }, { version: 2 }] },
      current: {
        nodes: [
          { name: 'pixel', version: 1 },
          { name: 'status', version: 1 },
          { name: 'versions', version: 2 },
        ],
      },
    });
  });

  it('narrow every list, trend, matrix, tree and coverage as the globs themselves do', async () => {
    const globs = 'monitorElement: { path: { glob: "PixelPhase1/*" }, NOT: { path: { glob: "*PXForward*" } } }';
    const fields = 'totalCount nodes { monitorElement { path } lumisection { number } }';
    const { bySet, byGlobs, not } = await dataOf(`{
      bySet: lumisectionHistograms(where: { monitorElement: { set: "pixel" } }) { ${fields} }
      byGlobs: lumisectionHistograms(where: { ${globs} }) { ${fields} }
      not: lumisectionHistograms(where: { NOT: { monitorElement: { set: "pixel" } } }) { totalCount } }`);
    expect(bySet).toEqual(byGlobs);
    expect(bySet.totalCount).toBe(12);
    expect(not.totalCount).toBe(24);
    const { run, trend, histogramMatrix, meTree, coverage } = await dataOf(`{
      run(number: 315257) { lumisections(first: 2) { nodes { histograms(where: { monitorElement: { OR: [{ set: "pixel" }, { set: "status@1" }] } }) {
        nodes { monitorElement { path } } } } } }
      trend(monitorElement: "${CHARGE_PATH.path}", quantity: ENTRIES, where: { monitorElement: { set: "status" } }) { points { value } }
      histogramMatrix(monitorElement: "${CHARGE_PATH.path}", dataset: "${UL2018}", where: { monitorElement: { set: "pixel" } }) { lumisections }
      meTree(where: { set: "status" }) { monitorElementCount }
      coverage(run: 315257, dataset: "${UL2018}", where: { set: "status" }) { monitorElement { path } } }`);
    const paths = [{ monitorElement: { path: STATUS.path } }, { monitorElement: { path: CHARGE_PATH.path } }];
    expect(run.lumisections.nodes).toEqual([{ histograms: { nodes: paths } }, { histograms: { nodes: paths } }]);
    expect(trend.points).toEqual([]);
    expect(histogramMatrix.lumisections).toHaveLength(11);
    expect(meTree.monitorElementCount).toBe(1);
    expect(coverage).toEqual([{ monitorElement: { path: STATUS.path } }]);
  });

  it('cost a condition no statement of its own', async () => {
    const query = `{ lumisectionHistograms(where: { monitorElement: { set: "pixel" }, dataset: { name: { eq: "${PROMPT2023}" } } }) { nodes { entries } } }`;
    await dataOf(query);
    statements.length = 0;
    await dataOf(query);
    expect(statements).toHaveLength(1);
  });

  it('narrow exports, which say the version that was meant', async () => {
    const app = createApp(opened.store, parseConfig({ LUMIGRAPH_LOG: 'silent' }));
    const get = async (parameters: Record<string, string>) => {
      const response = await app.fetch(`http://localhost/export/histograms.ndjson?${new URLSearchParams(parameters)}`);
      return {
        status: response.status,
        lines: (await response.text())
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      };
    };
    const both: Record<string, string>[] = [{ set: 'pixel' }, { where: '{"monitorElement":{"set":"pixel@1"}}' }];
    for (const parameters of both) {
      const { lines } = await get(parameters);
      expect(lines[0].provenance.sets).toEqual([{ name: 'pixel', version: 1 }]);
      expect(lines.at(-1).summary.rows).toBe(12);
    }
    const { status, lines } = await get({ set: 'pixle' });
    expect(status).toBe(404);
    expect(lines[0].errors[0].message).toContain('Did you mean "pixel"?');
  });

  it('are seen at once where another process saved them', async () => {
    const elsewhere = await openStore(opened.url);
    try {
      const other = asker(elsewhere);
      const count = async (by: Ask) =>
        (await by('{ monitorElements(where: { set: "moving" }) { totalCount } }')).data?.monitorElements.totalCount;
      expect(await count(ask)).toBeUndefined();
      await other(SAVE, { input: { name: 'moving', include: ['CSC/*'] } });
      const first = await count(ask);
      await other(SAVE, { input: { name: 'moving', include: ['*'] } });
      expect(await count(ask)).toBeGreaterThan(first);
      expect(
        (await ask('{ monitorElements(where: { set: "moving@1" }) { totalCount } }')).data.monitorElements.totalCount,
      ).toBe(first);
    } finally {
      await elsewhere.close();
    }
  });

  it('that are unknown are an error that names what is near', async () => {
    const by = (set: string) => `{ monitorElements(where: { set: "${set}" }) { totalCount } }`;
    expect(await errorOf(by('pixle'))).toMatch(/^NOT_FOUND: No set .* "pixle"\. Did you mean "pixel"\? Known: .*pixel/);
    expect(await errorOf(by('pixel@7'))).toBe('NOT_FOUND: the newest version of the set "pixel" is 1');
    for (const set of ['', 'a b', 'pixel@', 'pixel@0', '@1']) {
      expect(await errorOf(by(set)), set).toMatch(/^BAD_USER_INPUT: where\.set: /);
    }
  });

  it('are saved by who may ingest, and refused where they make no sense', async () => {
    const token = async (scopes: Scope[]) =>
      (await opened.store.tokens.create({ name: 'r', scopes, expiresAt: new Date(Date.now() + 60_000) }, 'test'))
        .secret;
    const reader = asker(opened.store, {}, await token(['read']));
    expect((await reader(SAVE, { input: PIXEL })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const refused: [object, string][] = [
      [{ name: 'a b' }, 'name'],
      [{ name: '' }, 'name'],
      [{ include: [] }, 'include'],
      [{ include: Array.from({ length: 201 }, (_, i) => `a${i}`) }, 'include'],
      [{ include: [''] }, 'include.0'],
      [{ exclude: ['a', 'x'.repeat(501)] }, 'exclude.1'],
      [{ description: 'x'.repeat(2_001) }, 'description'],
    ];
    for (const [change, field] of refused) {
      const { errors } = await ask(SAVE, { input: { ...PIXEL, ...change } });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
    }
    expect(await errorOf(SAVE, { input: { ...PIXEL, include: ['[a'] } })).toContain('bad glob');
  });
});
