import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Axis } from '../../src/domain/axis.ts';
import { METRICS, type Metric } from '../../src/domain/scores/metrics.ts';
import { type Score, scored } from '../../src/domain/scores/scored.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { type Booking, lumisectionBatch, runBatch, type TestHistogram } from './batch.ts';
import { ingest, PROMPT2023, UL2018 } from './world.ts';

const [RUN, FIRST, SECOND] = [500_001, 500_002, 500_003];
const axis = (bins: number, max = 8): Axis => ({ bins, min: 0, max, title: '' });
const book = (path: string, ...axes: Axis[]): Booking => ({ path, title: '', axes });
const CHARGE = book('Pixel/charge', axis(8));
const MAP = book('Pixel/map', axis(4), axis(3));
const HITS = book('Strip/hits', axis(5));
const METRIC_NAMES = Object.keys(METRICS) as Metric[];

/** Some counts, alike for equal seeds, with flow bins. */
function counts({ axes }: Booking, seed: number, size = 100): Float64Array {
  const cells = axes.reduce((product, { bins }) => product * (bins + 2), 1);
  return Float64Array.from({ length: cells }, (_, i) => ((i * 7 + seed * 5) % 13) * size);
}

const ofRun = (run: number, element: Booking, contents: Float64Array, dataset = UL2018): TestHistogram => ({
  run,
  dataset,
  element,
  contents,
});
const scoresOf = (element: Booking, tested: Float64Array, references: Float64Array[], largestPulls = 1): Score[] => {
  const of = (contents: Float64Array) => scored({ flow: true, contents }, element.axes);
  return METRIC_NAMES.map((metric) => METRICS[metric](of(tested), references.map(of), { largestPulls }));
};
const shown = (scores: readonly Score[]) =>
  scores.map(({ value, pValue }, i) => ({ metric: METRIC_NAMES[i], value, pValue }));
const FIELDS = `totalCount nodes { monitorElement { path } entries references scores { metric value pValue } }
  missing { path inRun missingReferences } lowStatistics { path entries referenceEntries } incompatible { path reference reason }`;
const ALL = `metrics: [${METRIC_NAMES.join(', ')}]`;

describe.each(databases)('compare on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;

  beforeAll(async () => {
    opened = await createTestStore(database);
    const other = book(CHARGE.path, axis(9));
    const efficiency = runBatch(
      [RUN, FIRST].map((run) => ofRun(run, book('Eff/e', axis(2)), Float64Array.of(0, 1, 1, 0), PROMPT2023)),
    );
    const profile = book('Profile/p', axis(2));
    const lumisections = [RUN, FIRST].flatMap((run) =>
      [1, 2, 3, 4].map((lumisection) => ({
        ...ofRun(run, HITS, counts(HITS, run + lumisection, 10)),
        lumisection,
      })),
    );
    await ingest(opened.store, { path: 'compared.root', format: 'test' }, [
      runBatch([
        ...[RUN, FIRST, SECOND].map((run) => ofRun(run, CHARGE, counts(CHARGE, run))),
        ...[RUN, FIRST].map((run) => ofRun(run, MAP, counts(MAP, run * 2))),
        ofRun(RUN, book('Only/here', axis(2)), Float64Array.of(0, 1, 2, 0)),
        ofRun(FIRST, book('Only/there', axis(2)), Float64Array.of(0, 1, 2, 0)),
        ...[RUN, FIRST].map((run) => ofRun(run, book('Low/few', axis(2)), Float64Array.of(9e3, 1, 2, 0))),
      ]),
      // another dataset: other axes, an efficiency, profiles
      runBatch([
        ofRun(RUN, CHARGE, counts(CHARGE, 1), PROMPT2023),
        ofRun(FIRST, other, counts(other, 1), PROMPT2023),
        ofRun(SECOND, CHARGE, counts(CHARGE, 2), PROMPT2023),
      ]),
      {
        ...efficiency,
        monitorElements: efficiency.monitorElements.map((element) => ({ ...element, efficiency: true })),
      },
      runBatch(
        [RUN, FIRST].map((run) => ({
          ...ofRun(run, profile, Float64Array.of(0, 9, 4, 0), PROMPT2023),
          sections: { binEntries: Float64Array.of(0, 3, 2, 0) },
        })),
      ),
      lumisectionBatch([
        ...lumisections,
        { ...ofRun(RUN, book('Changed/binning', axis(2)), Float64Array.of(0, 1, 2, 0)), lumisection: 1 },
        { ...ofRun(RUN, book('Changed/binning', axis(3)), Float64Array.of(0, 1, 2, 3, 0)), lumisection: 2 },
        { ...ofRun(FIRST, book('Changed/binning', axis(2)), Float64Array.of(0, 1, 2, 0)), lumisection: 1 },
        // also there by lumisection: what the run has is taken
        { ...ofRun(RUN, CHARGE, counts(CHARGE, 99)), lumisection: 1 },
      ]),
    ]);
    ask = asker(opened.store);
  });
  afterAll(() => opened.drop());

  it('scores every monitor element against a run, the worst first, and lists all others', async () => {
    const { data, errors } = await ask(
      `{ compare(run: ${RUN}, dataset: "${UL2018}", references: [{ run: ${FIRST} }], ${ALL}, minEntries: 100) { ${FIELDS} } }`,
    );
    expect(errors).toBeUndefined();
    const sum = (run: number) =>
      [1, 2, 3, 4].map((ls) => counts(HITS, run + ls, 10)).reduce((a, b) => a.map((n, i) => n + (b[i] as number)));
    const elements = [
      { element: CHARGE, tested: counts(CHARGE, RUN), reference: counts(CHARGE, FIRST) },
      { element: MAP, tested: counts(MAP, RUN * 2), reference: counts(MAP, FIRST * 2) },
      { element: HITS, tested: sum(RUN), reference: sum(FIRST) },
    ].map(({ element, tested, reference }) => ({
      monitorElement: { path: element.path },
      entries: scored({ flow: true, contents: tested }, element.axes).sum,
      references: [0],
      scores: shown(scoresOf(element, tested, [reference])),
    }));
    expect(data.compare.nodes).toEqual(
      elements.sort((a, b) => (b.scores[0]?.value as number) - (a.scores[0]?.value as number)),
    );
    expect(data.compare.totalCount).toBe(3);
    expect(data.compare.missing).toEqual([
      { path: 'Only/here', inRun: true, missingReferences: [0] },
      { path: 'Only/there', inRun: false, missingReferences: [] },
    ]);
    // what lies in flow bins does not count
    expect(data.compare.lowStatistics).toEqual([{ path: 'Low/few', entries: 3, referenceEntries: [3] }]);
    expect(data.compare.incompatible).toEqual([
      {
        path: 'Changed/binning',
        reference: null,
        reason: expect.stringContaining('lumisection 2 has an x axis of 3 bins'),
      },
    ]);
  });

  it('averages over references, of those that have the monitor element', async () => {
    const { data } = await ask(
      `{ compare(run: ${RUN}, dataset: "${UL2018}", references: [{ run: ${FIRST} }, { run: ${SECOND} }], ${ALL}, largestPulls: 3,
          where: { path: { startsWith: "Pixel/" } }) { ${FIELDS} } }`,
    );
    const byPath = Object.fromEntries(
      data.compare.nodes.map((node: { monitorElement: { path: string } }) => [node.monitorElement.path, node]),
    );
    expect(byPath[CHARGE.path]).toMatchObject({
      references: [0, 1],
      scores: shown(scoresOf(CHARGE, counts(CHARGE, RUN), [counts(CHARGE, FIRST), counts(CHARGE, SECOND)], 3)),
    });
    expect(byPath[MAP.path]).toMatchObject({
      references: [0],
      scores: shown(scoresOf(MAP, counts(MAP, RUN * 2), [counts(MAP, FIRST * 2)], 3)),
    });
    expect(data.compare.missing).toEqual([{ path: MAP.path, inRun: true, missingReferences: [1] }]);
  });

  it('refuses other axes, profiles and efficiencies by name, and goes on with the other references', async () => {
    const { data } = await ask(
      `{ compare(run: ${RUN}, dataset: "${PROMPT2023}", references: [{ run: ${FIRST} }, { run: ${SECOND} }], minEntries: 1) { ${FIELDS} } }`,
    );
    expect(data.compare.nodes).toMatchObject([{ monitorElement: { path: CHARGE.path }, references: [1] }]);
    expect(data.compare.incompatible).toEqual([
      { path: 'Eff/e', reference: null, reason: expect.stringContaining('is an efficiency') },
      {
        path: CHARGE.path,
        reference: 0,
        reason: `The histogram of run ${FIRST} has an x axis of 9 bins from 0 to 8, not 8 from 0 to 8.`,
      },
      { path: 'Profile/p', reference: null, reason: expect.stringContaining('is a profile') },
    ]);
  });

  it('adds up the lumisections of a range or a mask', async () => {
    const other = `references: [{ run: ${FIRST}, mask: "${FIRST}:2" }]`;
    const { data, errors } = await ask(
      `{ compare(run: ${RUN}, lumisections: { first: 2, last: 3 }, dataset: "${UL2018}", ${other}, ${ALL}, minEntries: 1) { ${FIELDS} } }`,
    );
    expect(errors).toBeUndefined();
    const [two, three] = [2, 3].map((ls) => counts(HITS, RUN + ls, 10)) as [Float64Array, Float64Array];
    const tested = two.map((count, i) => count + (three[i] as number));
    expect(data.compare.nodes).toEqual([
      {
        monitorElement: { path: HITS.path },
        entries: scored({ flow: true, contents: tested }, HITS.axes).sum,
        references: [0],
        scores: shown(scoresOf(HITS, tested, [counts(HITS, FIRST + 2, 10)])),
      },
    ]);
    // histograms of the run say nothing of some lumisections
    expect(data.compare.missing).toContainEqual({ path: 'Changed/binning', inRun: true, missingReferences: [0] });
  });

  it('gives pulls by bin when they are asked for', async () => {
    const { data } = await ask(
      `{ compare(run: ${RUN}, dataset: "${UL2018}", references: [{ run: ${FIRST} }], ${ALL}, where: { path: { eq: "${MAP.path}" } }) {
          nodes { scores { metric pulls } } } }`,
    );
    const expected = scoresOf(MAP, counts(MAP, RUN * 2), [counts(MAP, FIRST * 2)]);
    expect(data.compare.nodes[0].scores).toEqual(
      expected.map(({ pulls }, i) => ({ metric: METRIC_NAMES[i], pulls: pulls ? [...pulls] : null })),
    );
    expect(data.compare.nodes[0].scores[1].pulls).toHaveLength(12);
  });

  it('is paged from the worst on', async () => {
    const page = async (after: string | null) => {
      const { data } = await ask(
        `query ($after: String) { compare(run: ${RUN}, dataset: "${UL2018}", references: [{ run: ${FIRST} }], metrics: [EMD, KS], minEntries: 1, first: 2, after: $after) {
            totalCount nodes { monitorElement { path } scores { value } } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      return data.compare;
    };
    const pages = [await page(null)];
    while (pages.at(-1).pageInfo.hasNextPage) pages.push(await page(pages.at(-1).pageInfo.endCursor));
    const nodes = pages.flatMap((one) => one.nodes);
    expect(nodes).toHaveLength(pages[0].totalCount);
    expect(new Set(nodes.map((node) => node.monitorElement.path)).size).toBe(nodes.length);
    const values = nodes.map((node) => node.scores[0].value);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });

  it('refuses what cannot be meant, by its place', async () => {
    const refused = async (args: string) => {
      const { errors } = await ask(`{ compare(run: ${RUN}, dataset: "${UL2018}", ${args}) { totalCount } }`);
      return errors?.[0]?.extensions;
    };
    const some = `references: [{ run: ${FIRST} }]`;
    expect(await refused('references: []')).toMatchObject({ code: 'BAD_USER_INPUT', field: 'references' });
    expect(await refused(`${some}, metrics: [KS, KS]`)).toMatchObject({ field: 'metrics' });
    expect(await refused(`${some}, metrics: []`)).toMatchObject({ field: 'metrics' });
    expect(await refused(`${some}, first: 1001`)).toMatchObject({ field: 'first' });
    expect(await refused(`${some}, minEntries: -1`)).toMatchObject({ field: 'minEntries' });
    expect(await refused(`${some}, largestPulls: 0`)).toMatchObject({ field: 'largestPulls' });
    expect(await refused(`${some}, lumisections: { first: 3, last: 2 }`)).toMatchObject({ field: 'lumisections' });
    expect(await refused(`${some}, after: "x"`)).toMatchObject({ field: 'after' });
    expect(await refused('references: [{ run: 7 }]')).toMatchObject({ code: 'NOT_FOUND', field: 'references[0].run' });
    expect(await refused(`references: [{ run: ${FIRST}, dataset: "none" }]`)).toMatchObject({
      field: 'references[0].dataset',
    });
    expect(await refused(`references: [{ run: ${FIRST}, mask: "a & " }]`)).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await refused(`${some}, mask: "unknown-source"`)).toMatchObject({ code: 'NOT_FOUND' });
  });
});
