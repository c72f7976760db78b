import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { lumisectionBatch, runBatch } from './batch.ts';
import { CHARGE_PATH, ingest, PROMPT2023, UL2018 } from './world.ts';

/** By path: run, dataset, number of per-LS histograms. */
const ELEMENTS: Readonly<Record<string, readonly [run: number, dataset: string, count: number][]>> = {
  leaf: [[1, UL2018, 2]],
  '/odd': [[1, UL2018, 1]],
  'Pixel/map': [[2, UL2018, 3]],
  'Pixel/Tracks/a': [
    [1, UL2018, 1],
    [2, PROMPT2023, 4],
  ],
  'Pixel/Tracks/b': [[1, UL2018, 5]],
  'Pixel/Tracks//c': [[1, UL2018, 1]],
  'Pixel/tracks/a': [[1, PROMPT2023, 2]],
  'Pixel2/x': [[2, UL2018, 1]],
  'Größe/größer/µ😀': [[1, UL2018, 1]],
};
const PATHS = Object.keys(ELEMENTS);

/** What lies under a prefix, made from the paths themselves. */
function treeOf(prefix: string, run?: number, dataset?: string) {
  const countOf = (path: string) =>
    (ELEMENTS[path] ?? [])
      .filter(([ofRun, of]) => (run ?? ofRun) === ofRun && (dataset ?? of) === of)
      .reduce((sum, [, , count]) => sum + count, 0);
  const below = PATHS.filter((path) => path.startsWith(prefix) && countOf(path) > 0);
  const sum = (paths: readonly string[]) => paths.reduce((total, path) => total + countOf(path), 0);
  const rests = below.map((path) => path.slice(prefix.length));
  const names = [...new Set(rests.filter((rest) => rest.includes('/')).map((rest) => rest.split('/')[0] as string))];
  const sorted = (texts: string[]) => texts.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return {
    path: prefix,
    monitorElementCount: below.length,
    histogramCount: sum(below),
    folders: sorted(names).map((name) => {
      const inside = below.filter((path) => path.startsWith(`${prefix}${name}/`));
      return {
        name,
        path: `${prefix}${name}/`,
        monitorElementCount: inside.length,
        histogramCount: sum(inside),
      };
    }),
    monitorElements: sorted(below.filter((path) => !path.slice(prefix.length).includes('/'))).map((path) => ({ path })),
  };
}

describe.each(databases)('tree of monitor elements on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;

  beforeAll(async () => {
    opened = await createTestStore(database);
    const histograms = Object.entries(ELEMENTS).flatMap(([path, of]) =>
      of.flatMap(([run, dataset, count]) =>
        Array.from({ length: count }, (_, i) => ({
          run,
          dataset,
          lumisection: i + 1,
          element: { ...CHARGE_PATH, path },
          contents: new Float64Array(6),
        })),
      ),
    );
    await ingest(opened.store, { path: 'tree.csv', format: 'test' }, [lumisectionBatch(histograms)]);
    ask = asker(opened.store);
  });
  afterAll(() => opened.drop());

  const FIELDS = `path monitorElementCount histogramCount
    folders { name path monitorElementCount histogramCount } monitorElements { path }`;

  it.each(['', 'Pixel/', 'Pixel/Tracks/', 'Pixel/Tracks//', '/', 'Größe/', 'Größe/größer/', 'Pix/', 'pixel/', 'leaf/'])(
    'shows what lies in %j, of everything, a run, a dataset, or both',
    async (prefix) => {
      for (const [run, dataset] of [[], [1], [undefined, UL2018], [2, UL2018], [2, PROMPT2023]] as const) {
        const { data, errors } = await ask(
          `query ($prefix: String!, $run: Int, $dataset: String) { meTree(prefix: $prefix, run: $run, dataset: $dataset) { ${FIELDS} } }`,
          { prefix, run, dataset },
        );
        expect(errors).toBeUndefined();
        expect(data.meTree).toEqual(treeOf(prefix, run, dataset));
      }
    },
  );

  it('takes a folder without its slash, and conditions; counts histograms of runs too', async () => {
    await ingest(opened.store, { path: 'runs.root', format: 'test' }, [
      runBatch([
        { run: 3, dataset: UL2018, element: { ...CHARGE_PATH, path: 'Late/x' }, contents: new Float64Array(6) },
      ]),
    ]);
    const { data } = await ask(`{
      bare: meTree(prefix: "Pixel/Tracks") { ${FIELDS} }
      some: meTree(where: { path: { glob: "*/a" } }) { monitorElementCount histogramCount folders { name monitorElementCount } }
      late: meTree(run: 3) { histogramCount folders { name histogramCount } }
      page: meTree { folders(first: 1, after: "Late") { name } }
      cut: meTree(prefix: "Pixel/Tracks") { monitorElements(first: 1, after: "Pixel/Tracks/a") { path } }
    }`);
    expect(data.bare).toEqual(treeOf('Pixel/Tracks/'));
    expect(data.some).toEqual({
      monitorElementCount: 2,
      histogramCount: 7,
      folders: [{ name: 'Pixel', monitorElementCount: 2 }],
    });
    expect(data.late).toEqual({ histogramCount: 1, folders: [{ name: 'Late', histogramCount: 1 }] });
    expect(data.page.folders).toEqual([{ name: 'Pixel' }]);
    expect(data.cut.monitorElements).toEqual([{ path: 'Pixel/Tracks/b' }]);
  });

  it.each([
    ['meTree(run: 99) { path }', 'NOT_FOUND'],
    ['meTree(dataset: "/no/such/SET") { path }', 'NOT_FOUND'],
    ['meTree { folders(after: "\\u0000") { name } }', 'BAD_USER_INPUT'],
    ['meTree { folders(first: 10001) { name } }', 'BAD_USER_INPUT'],
  ])('%s is refused', async (field, code) => {
    const { errors } = await ask(`{ ${field} }`);
    expect(errors?.[0]?.extensions.code).toBe(code);
  });
});
