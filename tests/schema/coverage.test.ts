import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeRanges } from '../../src/domain/lumi-mask.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestStore, databases } from '../support/databases.ts';
import { type Ask, asker } from './ask.ts';
import { type Booking, lumisectionBatch, type TestHistogram } from './batch.ts';
import { CHARGE_PATH, ingest, PROMPT2023, UL2018 } from './world.ts';

const FIRST_RUN = 400_001;
const LAST = 12;
/** By code point. */
const PATHS = ['A/a', 'A/b', 'B/a', 'b'];
const booked: Booking[] = PATHS.map((path) => ({ ...CHARGE_PATH, path }));
const MASKED = [3, 4, 5, 9];

type Cell = 'absent' | 'empty' | 'filled';
/** `stored[ls - 1]`, `cells[path][ls - 1]` */
interface Grid {
  readonly stored: readonly boolean[];
  readonly cells: readonly (readonly Cell[])[];
}
const row = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: LAST, maxLength: LAST });
const grid: fc.Arbitrary<Grid> = fc.record({
  stored: row(fc.boolean()),
  cells: fc.tuple(...PATHS.map(() => row(fc.constantFrom<Cell>('absent', 'absent', 'empty', 'filled', 'filled')))),
});
const GRIDS = fc.sample(grid, { numRuns: 8, seed: 11 });

const numbers = Array.from({ length: LAST }, (_, i) => i + 1);
const cellOf = ({ cells }: Grid, path: number, lumisection: number) => cells[path]?.[lumisection - 1] ?? 'absent';
/** A lumisection is stored where anything says so, a histogram included. */
const isStored = (of: Grid, lumisection: number) =>
  of.stored[lumisection - 1] || PATHS.some((_, path) => cellOf(of, path, lumisection) !== 'absent');
const rangesOf = (of: readonly number[]) => mergeRanges(of.map((number) => ({ first: number, last: number }))).ranges;

describe.each(databases)('coverage on $name', (database) => {
  let opened: { store: Store; drop(): Promise<void> };
  let ask: Ask;

  beforeAll(async () => {
    opened = await createTestStore(database);
    const { store } = opened;
    const histograms = GRIDS.flatMap((of, g) =>
      booked.flatMap((element, path) =>
        numbers.flatMap((lumisection): TestHistogram[] => {
          const cell = cellOf(of, path, lumisection);
          if (cell === 'absent') return [];
          const contents = Float64Array.from({ length: 6 }, () => (cell === 'empty' ? 0 : 1));
          return [{ run: FIRST_RUN + g, lumisection, dataset: UL2018, element, contents }];
        }),
      ),
    );
    await ingest(store, { path: 'grids.csv', format: 'test' }, [
      {
        kind: 'lumisections',
        lumisections: GRIDS.flatMap(({ stored }, g) =>
          numbers.filter((number) => stored[number - 1]).map((number) => ({ run: FIRST_RUN + g, number })),
        ),
      },
      lumisectionBatch(histograms),
      // another dataset has everything
      lumisectionBatch(
        numbers.map((lumisection) => ({
          run: FIRST_RUN,
          lumisection,
          dataset: PROMPT2023,
          element: booked[0] as Booking,
          contents: new Float64Array(6),
        })),
      ),
    ]);
    await ingest(store, { path: 'mask.json', format: 'test', source: 'some' }, [
      {
        kind: 'certification',
        dataset: '',
        subsystem: '',
        runs: GRIDS.map((_, g) => ({
          run: FIRST_RUN + g,
          line: 1,
          ranges: rangesOf(MASKED).map((range) => ({ ...range, flag: 'GOOD' as const })),
        })),
      },
    ]);
    ask = asker(store);
  });
  afterAll(() => opened.drop());

  it.each(GRIDS.map((of, g) => ({ of, g })))('is what one sees by hand (grid $g)', async ({ of, g }) => {
    // the other dataset makes all lumisections of the first run known
    const known = numbers.filter((number) => g === 0 || isStored(of, number));
    for (const mask of [null, 'some']) {
      const expected = known.filter((number) => mask === null || MASKED.includes(number));
      const listed = PATHS.filter((_, path) => numbers.some((number) => cellOf(of, path, number) !== 'absent'));
      const { data, errors } = await ask(
        `query ($mask: String) {
          coverage(run: ${FIRST_RUN + g}, dataset: "${UL2018}", mask: $mask) {
            monitorElement { path } expected present empty missing { first last } presentRanges { first last } emptyRanges { first last }
          }
          lumisectionCoverage(run: ${FIRST_RUN + g}, dataset: "${UL2018}", mask: $mask) {
            lumisection expected present empty missing { path }
          }
          incomplete: lumisectionCoverage(run: ${FIRST_RUN + g}, dataset: "${UL2018}", mask: $mask, incomplete: true) { lumisection }
        }`,
        { mask },
      );
      expect(errors).toBeUndefined();
      expect(data.coverage).toEqual(
        listed.map((path) => {
          const having = (...cells: Cell[]) =>
            expected.filter((number) => cells.includes(cellOf(of, PATHS.indexOf(path), number)));
          return {
            monitorElement: { path },
            expected: expected.length,
            present: having('empty', 'filled').length,
            empty: having('empty').length,
            missing: rangesOf(having('absent')),
            presentRanges: rangesOf(having('empty', 'filled')),
            emptyRanges: rangesOf(having('empty')),
          };
        }),
      );
      const byLumisection = expected.map((lumisection) => {
        const having = (...cells: Cell[]) =>
          listed.filter((path) => cells.includes(cellOf(of, PATHS.indexOf(path), lumisection)));
        return {
          lumisection,
          expected: listed.length,
          present: having('empty', 'filled').length,
          empty: having('empty').length,
          missing: having('absent').map((path) => ({ path })),
        };
      });
      expect(data.lumisectionCoverage).toEqual(byLumisection);
      expect(data.incomplete).toEqual(
        byLumisection.filter(({ missing }) => missing.length > 0).map(({ lumisection }) => ({ lumisection })),
      );
    }
  });

  it('lists elements that reference runs have and the run lacks wholly', async () => {
    const of = `run: ${FIRST_RUN}, dataset: "${PROMPT2023}"`;
    const { data } = await ask(`{ coverage(${of}) { monitorElement { path } present missing { first last } } }`);
    expect(data.coverage).toEqual([{ monitorElement: { path: 'A/a' }, present: LAST, missing: [] }]);
    const other = await ask(`{
      coverage(run: ${FIRST_RUN + 1}, dataset: "${PROMPT2023}", referenceRuns: [${FIRST_RUN}]) { monitorElement { path } expected present empty missing { last } }
      lumisectionCoverage(run: ${FIRST_RUN + 1}, dataset: "${PROMPT2023}", referenceRuns: [${FIRST_RUN}], first: 1) { present missing { path } }
    }`);
    expect(other.data.coverage).toMatchObject([{ monitorElement: { path: 'A/a' }, present: 0, empty: 0 }]);
    expect(other.data.coverage[0].missing.at(-1).last).toBeGreaterThan(1);
    expect(other.data.lumisectionCoverage).toEqual([{ present: 0, missing: [{ path: 'A/a' }] }]);
  });

  it('goes on behind a path or lumisection, and takes conditions on monitor elements', async () => {
    const of = `run: ${FIRST_RUN + 2}, dataset: "${UL2018}"`;
    const { data } = await ask(`{
      first: coverage(${of}, first: 2) { monitorElement { path } }
      rest: coverage(${of}, after: "A/b") { monitorElement { path } }
      some: coverage(${of}, where: { path: { glob: "*/a" } }) { monitorElement { path } }
      cut: coverage(${of}, first: 1) { presentRanges(first: 1) { first } }
      behind: lumisectionCoverage(${of}, after: 8, first: 1, where: { path: { eq: "b" } }) { lumisection expected }
    }`);
    const paths = (rows: { monitorElement: { path: string } }[]) =>
      rows.map(({ monitorElement }) => monitorElement.path);
    expect([...paths(data.first), ...paths(data.rest)]).toEqual(PATHS);
    expect(paths(data.some)).toEqual(['A/a', 'B/a']);
    expect(data.cut[0].presentRanges).toHaveLength(1);
    expect(data.behind).toEqual([{ lumisection: expect.any(Number), expected: 1 }]);
    expect(data.behind[0].lumisection).toBeGreaterThan(8);
  });

  it.each([
    [`coverage(run: 1, dataset: "${UL2018}") { present }`, 'NOT_FOUND'],
    [`coverage(run: ${FIRST_RUN}, dataset: "/no/such/SET") { present }`, 'NOT_FOUND'],
    [`coverage(run: ${FIRST_RUN}, dataset: "${UL2018}", mask: "smoe") { present }`, 'NOT_FOUND'],
    [`coverage(run: ${FIRST_RUN}, dataset: "${UL2018}", mask: "some &") { present }`, 'BAD_USER_INPUT'],
    [`coverage(run: ${FIRST_RUN}, dataset: "${UL2018}", first: 10001) { present }`, 'BAD_USER_INPUT'],
    [`coverage(run: ${FIRST_RUN}, dataset: "${UL2018}", after: "\\u0000") { present }`, 'BAD_USER_INPUT'],
    [`coverage(run: ${FIRST_RUN}, dataset: "${UL2018}", first: 10000) { missing { first } }`, 'LIMIT_EXCEEDED'],
    [
      `lumisectionCoverage(run: ${FIRST_RUN}, dataset: "${UL2018}") { missing(first: 1001) { path } }`,
      'LIMIT_EXCEEDED',
    ],
    [
      `lumisectionCoverage(run: ${FIRST_RUN}, dataset: "${UL2018}", first: 1) { missing(first: 1001) { path } }`,
      'BAD_USER_INPUT',
    ],
  ])('%s is refused', async (field, code) => {
    const { errors } = await ask(`{ ${field} }`);
    expect(errors?.[0]?.extensions.code).toBe(code);
  });
});
