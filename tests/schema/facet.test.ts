import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { fillWorld } from './world.ts';

describe.each(databases)('facets of the graph on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;
  const statements: string[] = [];

  beforeAll(async () => {
    opened = await createTestStore(database, { onStatement: (sql) => statements.push(sql) });
    await fillWorld(opened.store);
    ask = asker(opened.store);
  });
  afterAll(() => opened.drop());

  const dataOf = async (query: string) => {
    const { data, errors } = await ask(query);
    expect(errors, query).toBeUndefined();
    return data;
  };

  it('count as the list under the same conditions does, in one statement each', async () => {
    const where = '{ year: { eq: 2018 }, NOT: { era: { eq: "2018B" } } }';
    const query = `{ runFacets(where: ${where}) { era { value count } datasetName { value count } fill { value count } } }`;
    await dataOf(query);
    statements.length = 0;
    const { runFacets } = await dataOf(query);
    expect(statements).toHaveLength(3);
    const { runs } = await dataOf(`{ runs(where: ${where}) { totalCount } }`);
    expect(runFacets.era).toEqual([{ value: '2018A', count: runs.totalCount }]);
    expect(runFacets.fill).toEqual([{ value: '6622', count: 2 }]);
    expect(runFacets.datasetName.map(({ count }: { count: number }) => count)).toEqual([1, 1]);
    const { lumisectionHistogramFacets: facets, lumisectionHistograms } = await dataOf(
      '{ lumisectionHistogramFacets { runNumber { value count } } lumisectionHistograms { totalCount } }',
    );
    const total = facets.runNumber.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
    expect(total).toBe(lumisectionHistograms.totalCount);
  });

  it('by flag are the verdicts of lumisections, and of runs', async () => {
    for (const judged of ['source: "golden-2018"', 'source: "rr-2018"', 'source: "rr-2018", subsystem: "pixel"']) {
      const { lumisectionFacets, lumisections, runFacets } = await dataOf(`{
        lumisectionFacets(where: { number: { gt: 2 } }) { flag(${judged}) { value count } }
        lumisections(first: 1000, where: { number: { gt: 2 } }) { nodes { verdict(${judged}) } }
        runFacets { flag(${judged}) { value count } } }`);
      const verdicts = new Map<string, number>();
      for (const { verdict } of lumisections.nodes) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
      const told = (flags: { value: string; count: number }[]) =>
        new Map(flags.map(({ value, count }) => [value, count]));
      expect(told(lumisectionFacets.flag), judged).toEqual(verdicts);
      // of 315257 lumisection 5 is not evaluated by golden-2018, 3 is BAD for rr-2018; 367129 is golden as far as it is stored
      const expected = judged.includes('golden')
        ? [
            ['NOT_EVALUATED', 3],
            ['GOOD', 1],
          ]
        : [
            ['NOT_EVALUATED', 3],
            ['BAD', 1],
          ];
      expect(told(runFacets.flag), judged).toEqual(new Map(expected as [string, number][]));
    }
  });

  it('are bounded, and say so', async () => {
    const { data, extensions } = await ask('{ runFacets { era(first: 1) { value count } } }');
    expect(data.runFacets.era).toEqual([{ value: '2018A', count: 2 }]);
    expect(extensions?.warnings).toEqual([
      expect.objectContaining({ code: 'MORE_VALUES', path: ['runFacets', 'era'] }),
    ]);
    for (const [field, code] of [
      ['era(first: 1001)', 'BAD_USER_INPUT'],
      ['era(first: -1)', 'BAD_USER_INPUT'],
      ['flag(source: "goldne")', 'NOT_FOUND'],
      ['flag(source: "a \\"b\\\\")', 'NOT_FOUND'],
    ]) {
      const { errors } = await ask(`{ runFacets { ${field} { count } } }`);
      expect(errors?.[0]?.extensions.code, field).toBe(code);
    }
    const { errors } = await ask('{ runFacets(where: { mask: "goldne" }) { era { count } } }');
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });
});
