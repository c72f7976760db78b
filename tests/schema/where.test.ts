import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  MAX_CONDITIONS,
  MAX_RELATION_DEPTH,
  MAX_WHERE_DEPTH,
  toFilter,
  type WhereValue,
} from '../../src/schema/where.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { fillWorld, LUMISECTIONS } from './world.ts';

const test = (field: string, op: string, value: unknown) => ({ kind: 'test', field, op, value });

describe('a where-argument', () => {
  it('becomes the filter of the domain, all its parts joined by AND', () => {
    expect(toFilter('run', { number: { gte: 1, lt: 9 }, NOT: { era: { eq: 'x', mode: 'INSENSITIVE' } } })).toEqual({
      kind: 'and',
      of: [
        test('number', 'gte', 1),
        test('number', 'lt', 9),
        { kind: 'not', of: { ...test('era', 'eq', 'x'), insensitive: true } },
      ],
    });
  });

  it('is no condition where it is absent or empty', () => {
    for (const where of [null, undefined, {}, { AND: [{}] }, { number: {} }, { AND: [] }]) {
      expect(toFilter('run', where)).toBeUndefined();
    }
  });

  it('holds for nothing where a list of alternatives is empty', () => {
    expect(toFilter('run', { OR: [] })).toEqual({ kind: 'or', of: [] });
    expect(toFilter('run', { OR: [{}, { number: { eq: 1 } }] })).toEqual({
      kind: 'or',
      of: [{ kind: 'and', of: [] }, test('number', 'eq', 1)],
    });
  });
});

describe('the size of a where', () => {
  const nested = (depth: number, inner: WhereValue, key: string): WhereValue =>
    depth === 0 ? inner : { [key]: nested(depth - 1, inner, key) };
  const alternatives = (count: number) => ({ OR: Array.from({ length: count }, (_, i) => ({ number: { eq: i } })) });

  it('is bounded, because the time to compile it is', () => {
    expect(toFilter('run', alternatives(MAX_CONDITIONS - 1))).toBeDefined();
    expect(() => toFilter('run', alternatives(MAX_CONDITIONS))).toThrow('more than 500 conditions');
    expect(() => toFilter('run', nested(MAX_WHERE_DEPTH, {}, 'NOT'))).toThrow('more than 100 levels of objects');
    let related: WhereValue = { number: { eq: 1 } };
    for (let i = 0; i <= MAX_RELATION_DEPTH; i++) related = i % 2 ? { lumisections: related } : { run: related };
    expect(() => toFilter('lumisection', related)).toThrow('more than 8 relations in each other');
  });
});

describe.each(databases)('where on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;

  beforeAll(async () => {
    opened = await createTestStore(database);
    await fillWorld(opened.store);
    ask = asker(opened.store);
  });
  afterAll(() => opened.drop());

  async function numbers(where: string): Promise<number[]> {
    const { data, errors } = await ask(
      `{ run(number: 315257) { lumisections(where: ${where}) { totalCount nodes { number } } } }`,
    );
    expect(errors).toBeUndefined();
    const found = data.run.lumisections.nodes.map((node: { number: number }) => node.number);
    expect(data.run.lumisections.totalCount).toBe(found.length);
    return found;
  }

  it('of the largest size is answered', async () => {
    const parts = Array.from({ length: MAX_CONDITIONS - 1 }, (_, i) => ({ number: { gte: i + 1, lt: i + 2 } }));
    let deep: object = { number: { eq: 5 } };
    for (let i = 0; i < MAX_WHERE_DEPTH - 1; i++) deep = { NOT: deep };
    const count =
      'query ($where: LumisectionWhere) { run(number: 315257) { lumisections(where: $where) { totalCount } } }';
    expect((await ask(count, { where: { OR: parts } })).data.run.lumisections.totalCount).toBe(LUMISECTIONS.length);
    expect((await ask(count, { where: deep })).data.run.lumisections.totalCount).toBe(LUMISECTIONS.length - 1);
  });

  it('with more values than a statement takes is refused', async () => {
    const values = Array.from({ length: 30_000 }, (_, i) => i + 0.5);
    const where = { energy: { in: values }, endLumi: { in: values }, initialLumi: { in: values } };
    const { errors } = await ask('query ($where: RunWhere) { runs(where: $where) { totalCount } }', { where });
    expect(errors?.[0]?.extensions.code).toBe('LIMIT_EXCEEDED');
  });

  const all = LUMISECTIONS;
  it.each<[string, number[]]>([
    ['{ number: { eq: 5 } }', [5]],
    ['{ number: { ne: 5 } }', all.filter((n) => n !== 5)],
    ['{ number: { in: [1, 7, 12] } }', [1, 12]],
    ['{ number: { in: [] } }', []],
    ['{ number: { notIn: [1, 2, 3, 4, 5, 6] } }', [8, 9, 10, 11, 12]],
    ['{ number: { lt: 3 } }', [1, 2]],
    ['{ number: { lte: 3, gt: 1 } }', [2, 3]],
    ['{ number: { gte: 11 } }', [11, 12]],
    ['{ zeroBiasRate: { isNull: true } }', [5]],
    ['{ zeroBiasRate: { isNull: false, lt: 102 } }', [1, 2, 3]],
    ['{ zeroBiasRate: { ne: 100.5 } }', all.filter((n) => n !== 1)],
    ['{ NOT: { zeroBiasRate: { gte: 101.5 } } }', [1, 2, 5]],
    ['{ startedAt: { lt: "2018-04-30T23:12:00+02:00" } }', [1, 2]],
    ['{ flagsOn: { hasAll: [BEAM1_PRESENT, CMS_ACTIVE] } }', all.filter((n) => n > 3)],
    ['{ flagsOff: { hasAny: [CMS_ACTIVE, HF_READY] } }', [1, 2, 3]],
    ['{ mask: "golden-2018" }', all.filter((n) => n !== 5)],
    ['{ NOT: { mask: "golden-2018" } }', [5]],
    ['{ mask: "rr-2018" }', [1, 2]],
    ['{ OR: [{ number: { eq: 1 } }, { pileup: { gte: 42 } }], NOT: { number: { eq: 99 } } }', [1, 12]],
    ['{ AND: [{ number: { gt: 1 } }, { OR: [{ number: { lt: 3 } }, { AND: { number: { gt: 11 } } }] }] }', [2, 12]],
    ['{ run: { era: { eq: "2018A" }, fill: { eq: 6622 } }, number: { lte: 2 } }', [1, 2]],
    ['{ run: { number: { eq: 1 } } }', []],
    ['{ histograms: { monitorElement: { path: { eq: "CSC/Summary/status" } } }, number: { lt: 3 } }', [1, 2]],
  ])('%s selects what it says', async (where, expected) => {
    expect(await numbers(where)).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['{ path: { glob: "*charge*" } }', ['PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1', 'charge_PXLayer_1']],
    [
      '{ path: { regex: "^PixelPhase1/.*_[+-]\\\\d$" } }',
      ['PixelPhase1/Tracks/PXForward/clusterposition_xy_ontrack_PXDisk_+1'],
    ],
    ['{ name: { startsWith: "CHARGE", mode: INSENSITIVE }, subsystem: { isNull: true } }', ['charge_PXLayer_1']],
    ['{ name: { startsWith: "CHARGE" } }', []],
    ['{ path: { contains: "/Tracks/" }, dimension: { ne: 2 } }', ['PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1']],
    [
      '{ path: { endsWith: "_1" }, kind: { in: [TH1] } }',
      ['PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1', 'charge_PXLayer_1'],
    ],
    [
      '{ kind: { notIn: [TH1, TH2] } }',
      ['CSC/Summary/efficiency', 'CSC/Summary/rate', 'Info/ReleaseTag', 'Info/events'],
    ],
    ['{ kind: { eq: SCALAR } }', ['Info/ReleaseTag', 'Info/events']],
    [
      '{ runs: { number: { eq: 367129 } }, kind: { eq: TH2 } }',
      ['PixelPhase1/Tracks/PXForward/clusterposition_xy_ontrack_PXDisk_+1'],
    ],
    ['{ path: { in: ["charge_PXLayer_1", "nothing"] } }', ['charge_PXLayer_1']],
    [
      '{ path: { gt: "PixelPhase1/Tracks/PXB", lte: "PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1" } }',
      ['PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1'],
    ],
  ])('monitor elements by %s', async (where, expected) => {
    const { data, errors } = await ask(`{ monitorElements(where: ${where}) { nodes { path } } }`);
    expect(errors).toBeUndefined();
    expect(data.monitorElements.nodes.map(({ path }: { path: string }) => path)).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['{ size: { gt: 1007, lt: 9000000000 } }', ['inbox/2018A/broken.csv', 'scalars.root']],
    ['{ size: { in: [1001, 9007199254740991] } }', ['oms.csv']],
    ['{ status: { ne: DONE } }', ['inbox/2018A/broken.csv']],
    ['{ status: { notIn: [FAILED, DONE] } }', []],
    ['{ source: { ne: "" }, path: { contains: "rr" } }', ['rr-2018.json']],
    ['{ issues: { severity: { eq: REJECTED }, line: { gte: 9 } } }', ['inbox/2018A/broken.csv']],
    ['{ issues: { code: { in: ["CONFLICT"] } } }', []],
    ['{ createdAt: { lt: "2000-01-01T00:00:00Z" } }', []],
    ['{ errorCode: { isNull: false }, rejected: { eq: 2 } }', ['inbox/2018A/broken.csv']],
  ])('files by %s', async (where, expected) => {
    const { data, errors } = await ask(`{ dataFiles(where: ${where}) { totalCount nodes { path } } }`);
    expect(errors).toBeUndefined();
    expect(data.dataFiles).toEqual({ totalCount: expected.length, nodes: expected.map((path) => ({ path })) });
  });

  it('certifications by the runs of a mask', async () => {
    const all = '{ source: { eq: "golden-2018" } }';
    const ofMask = (where: string) => `certifications(where: ${where}) { nodes { run { number } version } }`;
    const { data, errors } = await ask(
      `{ all: ${ofMask(all)} one: ${ofMask('{ mask: "315257", source: { eq: "golden-2018" } }')} none: ${ofMask('{ mask: "999999" }')} }`,
    );
    expect(errors).toBeUndefined();
    const inRun = data.all.nodes.filter(({ run }: { run: { number: number } }) => run.number === 315257);
    expect([inRun.length > 0, inRun.length < data.all.nodes.length]).toEqual([true, true]);
    expect(data.one.nodes).toEqual(inRun);
    expect(data.none.nodes).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['{ hasBins: { eq: true } }', ['CSC/Summary/status']],
    ['{ hasBins: { ne: true }, entries: { isNull: true } }', ['CSC/Summary/rate']],
    ['{ title: { eq: "efficiency", mode: INSENSITIVE } }', ['CSC/Summary/efficiency']],
    ['{ meanX: { gte: 1, lt: 3.6 }, mask: "golden-2018" }', ['CSC/Summary/rate', 'CSC/Summary/status']],
    ['{ dataset: { tier: { eq: "DQMIO" } } }', []],
    ['{ run: { fill: { eq: 6622 } }, monitorElement: { kind: { eq: TH1 } } }', ['CSC/Summary/status']],
  ])('run-level histograms by %s', async (where, expected) => {
    const { data, errors } = await ask(`{ runHistograms(where: ${where}) { nodes { monitorElement { path } } } }`);
    expect(errors).toBeUndefined();
    expect(data.runHistograms.nodes).toEqual(expected.map((path) => ({ monitorElement: { path } })));
  });

  it('selects by the ids of objects and of related objects', async () => {
    const { data: listed } = await ask(
      '{ datasets { nodes { id name } } monitorElements { nodes { id path } } runs(first: 1) { nodes { id } } }',
    );
    const [dataset, ...others] = listed.datasets.nodes;
    const element = listed.monitorElements.nodes.find(({ path }: { path: string }) => path === 'charge_PXLayer_1');
    const { data, errors } = await ask(
      `query ($dataset: ID!, $element: ID!) {
        datasets(where: { id: { notIn: [$dataset] } }) { nodes { id name } }
        lumisectionHistograms(where: { monitorElement: { id: { in: [$element] } }, dataset: { id: { ne: $dataset } } }, first: 1) { totalCount nodes { monitorElement { path } } }
      }`,
      { dataset: dataset.id, element: element.id },
    );
    expect(errors).toBeUndefined();
    expect(data.datasets.nodes).toEqual(others);
    expect(data.lumisectionHistograms).toEqual({ totalCount: 11, nodes: [{ monitorElement: { path: element.path } }] });
    const foreign = await ask('query ($id: ID!) { datasets(where: { id: { eq: $id } }) { totalCount } }', {
      id: listed.runs.nodes[0].id,
    });
    expect(foreign.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'id' } }]);
  });

  it('selects histograms by every related object, by entries and by mask', async () => {
    const { data, errors } = await ask(`{
      lumisectionHistograms(where: {
        run: { number: { eq: 315257 } }, lumisection: { number: { in: [4, 5, 6] }, pileup: { lt: 36 } }, dataset: { tier: { eq: "DQMIO" } },
        monitorElement: { path: { eq: "charge_PXLayer_1" } }, entries: { gt: 0 }, mask: "golden-2018" }, orderBy: { field: LUMISECTION }) {
        totalCount nodes { lumisection { number } }
      }
    }`);
    expect(errors).toBeUndefined();
    expect(data.lumisectionHistograms).toEqual({ totalCount: 1, nodes: [{ lumisection: { number: 4 } }] });
  });

  it('refuses an unknown certification source, which could neither mean all nor none', async () => {
    const { errors } = await ask('{ lumisections(where: { mask: "golden-2081" }) { totalCount } }');
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    expect(errors?.[0]?.message).toContain('golden-2081');
  });

  it.each([
    ['{ number: { eq: null } }', 'where.number.eq'],
    ['{ number: null }', 'where.number'],
    ['{ OR: [{ era: { in: null } }] }', 'where.OR.0.era.in'],
    ['{ lumisections: { number: { lt: null } } }', 'where.lumisections.number.lt'],
    ['{ mask: null }', 'where.mask'],
    ['{ NOT: null }', 'where.NOT'],
  ])('refuses the null in %s and points to isNull', async (where, field) => {
    const { errors } = await ask(`{ runs(where: ${where}) { totalCount } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
    expect(errors?.[0]?.message).toContain('isNull');
  });

  it('refuses a null that comes in a variable', async () => {
    const { errors } = await ask('query ($n: Int) { runs(where: { number: { eq: $n } }) { totalCount } }', { n: null });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'where.number.eq' } }]);
  });

  it.each([
    ['{ runs(where: { numbr: { eq: 1 } }) { totalCount } }', 'Did you mean "number"'],
    ['{ runs(where: { number: { equals: 1 } }) { totalCount } }', 'is not defined by type "IntFilter"'],
    ['{ runs(where: { number: { gtee: 1 } }) { totalCount } }', 'Did you mean "gte"'],
    ['{ runs { nodes { numbr } } }', 'Did you mean "number"'],
    ['{ runs(orderBy: { field: NUMBR }) { totalCount } }', 'Did you mean the enum value "NUMBER"'],
    ['{ rums { totalCount } }', 'Did you mean "runs"'],
  ])('leaves what the schema does not know to GraphQL: %s', async (query, message) => {
    const { data, errors } = await ask(query);
    expect(data).toBeUndefined();
    expect(errors?.[0]?.message).toContain(message);
    expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('refuses a pattern that is none, with its reason', async () => {
    for (const path of ['{ regex: "(" }', '{ glob: "[a" }']) {
      const { errors } = await ask(`{ monitorElements(where: { path: ${path} }) { totalCount } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });
});
