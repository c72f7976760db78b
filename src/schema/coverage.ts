import type { Context } from '../context.ts';
import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import { LuminosityMask } from '../domain/lumi-mask.ts';
import { parseMask } from '../domain/mask-expression-parser.ts';
import type { CoverageScope, CoveredElement } from '../store/coverage.ts';
import { checkAfter, checkFirst, countObjects } from './bounded-list.ts';
import { builder } from './builder.ts';
import { LumisectionRange } from './certification.ts';
import { LumisectionCoverage, LumisectionPage } from './lumisection-coverage.ts';
import { MonitorElement } from './refs.ts';
import { toFilter, type WhereValue, whereRef } from './where.ts';

const MOST_ROWS = 10_000;
const DEFAULT_ROWS = 1_000;
const MOST_RANGES = 10_000;
const DEFAULT_RANGES = 100;
const MOST_REFERENCE_RUNS = 100;

/** What the elements of one page share: ranges are read once for all of them, and only when asked for. */
class ElementPage {
  readonly scope: CoverageScope;
  readonly expected: LuminosityMask;
  readonly #elements: readonly CoveredElement[];
  readonly #context: Context;
  readonly #ranges = new Map<'present' | 'empty', Promise<Map<number, LuminosityMask>>>();

  constructor(scope: CoverageScope, expected: LuminosityMask, elements: readonly CoveredElement[], context: Context) {
    this.scope = scope;
    this.expected = expected;
    this.#elements = elements;
    this.#context = context;
  }

  get expectedCount(): number {
    return this.expected.lumisectionCount as number;
  }

  /** Of the expected lumisections. */
  async lumisections({ monitorElementId }: CoveredElement, which: 'present' | 'empty'): Promise<LuminosityMask> {
    let ranges = this.#ranges.get(which);
    if (!ranges) {
      const ids = this.#elements.map((element) => element.monitorElementId);
      ranges = this.#context.store.coverage.lumisections(this.scope, ids, which);
      this.#ranges.set(which, ranges);
    }
    return (await ranges).get(monitorElementId)?.intersection(this.expected) ?? LuminosityMask.EMPTY;
  }

  /** Counts are kept with the run; within a mask they are made of the ranges. */
  async count(element: CoveredElement, which: 'present' | 'empty'): Promise<number> {
    if (this.scope.lumisections === undefined) return element[which];
    return (await this.lumisections(element, which)).lumisectionCount as number;
  }
}

interface Covered {
  readonly page: ElementPage;
  readonly element: CoveredElement;
}

const ofElement = builder.objectRef<Covered>('MonitorElementCoverage');
const rangesArgument = builder.args((t) => ({
  first: t.int({
    required: true,
    defaultValue: DEFAULT_RANGES,
    description: `Most ranges, from the front; at most ${MOST_RANGES}.`,
  }),
}));

const MonitorElementCoverage = ofElement.implement({
  description: 'Which expected lumisections have a histogram of one monitor element, and which lack it.',
  fields: (t) => {
    const ranges = (description: string, of: (covered: Covered) => Promise<LuminosityMask>) =>
      t.field({
        type: [LumisectionRange],
        description: `${description} Ascending, disjoint, not touching.`,
        args: rangesArgument,
        resolve: async (covered, { first }, context) => {
          const most = checkFirst(first, MOST_RANGES);
          const lumisections = await of(covered);
          return countObjects(lumisections.rangesOf(covered.page.scope.run).slice(0, most), context);
        },
      });
    return {
      monitorElement: t.field({
        type: MonitorElement,
        description: 'What is histogrammed.',
        resolve: ({ element }, _args, { loaders }) =>
          loaders.monitorElement.load(element.monitorElementId) as Promise<never>,
      }),
      expected: t.int({
        description: 'Number of stored lumisections of the run (in `mask`): each should have a histogram.',
        resolve: ({ page }) => page.expectedCount,
      }),
      present: t.int({
        description: 'How many of them have one, empty ones included.',
        resolve: ({ page, element }) => page.count(element, 'present'),
      }),
      empty: t.int({
        description:
          'How many of them have an empty one: its contents in range sum to 0 (integral 0), as those of weights that cancel do.',
        resolve: ({ page, element }) => page.count(element, 'empty'),
      }),
      missing: ranges('Expected lumisections without a histogram.', async ({ page, element }) => {
        const { lumisections } = page.scope;
        if (lumisections === undefined && element.present === page.expectedCount) {
          return LuminosityMask.EMPTY;
        }
        return page.expected.difference(await page.lumisections(element, 'present'));
      }),
      presentRanges: ranges('Expected lumisections with a histogram, empty ones included.', ({ page, element }) =>
        page.lumisections(element, 'present'),
      ),
      emptyRanges: ranges(
        'Expected lumisections with an empty histogram: one whose contents in range sum to 0.',
        ({ page, element }) => page.lumisections(element, 'empty'),
      ),
    };
  },
});

interface ScopeArguments {
  readonly run: number;
  readonly dataset: string;
  readonly mask?: string | null | undefined;
  readonly where?: WhereValue | null | undefined;
  readonly referenceRuns?: readonly number[] | null | undefined;
}

const scopeArguments = builder.args((t) => ({
  run: t.int({ required: true, description: 'Run number, at least 1. One that is not stored is an error.' }),
  dataset: t.string({ required: true, description: 'Whole name of the dataset. One that is not stored is an error.' }),
  mask: t.string({
    description: 'Only lumisections of this mask are expected: a source, a saved mask, or an expression.',
  }),
  where: t.field({ type: whereRef('monitorElement'), description: 'Only these monitor elements.' }),
  referenceRuns: t.intList({
    description: `Runs whose monitor elements (of lumisections, in the dataset) are expected as well, so that those are listed which this run lacks wholly; at most ${MOST_REFERENCE_RUNS}.`,
  }),
}));

async function scopeOf(given: ScopeArguments, { store, loaders }: Context): Promise<CoverageScope> {
  const { run, dataset, mask, where, referenceRuns } = given;
  if (referenceRuns && referenceRuns.length > MOST_REFERENCE_RUNS) {
    throw new InvalidInputError(`referenceRuns: ${referenceRuns.length} are more than ${MOST_REFERENCE_RUNS}`, {
      field: 'referenceRuns',
      max: MOST_REFERENCE_RUNS,
    });
  }
  if (mask !== null && mask !== undefined) parseMask(mask, 'mask');
  const [storedRun, storedDataset] = await Promise.all([loaders.run.load(run), store.reads.datasetByName(dataset)]);
  if (!storedRun) throw new NotFoundError(`There is no run ${run}`, { field: 'run' });
  if (!storedDataset) {
    throw new NotFoundError(`No dataset is called ${JSON.stringify(dataset)}`, { field: 'dataset' });
  }
  return {
    run,
    datasetId: storedDataset.id,
    lumisections: mask === null || mask === undefined ? undefined : { kind: 'mask', mask },
    elements: toFilter('monitorElement', where),
    referenceRuns: referenceRuns ?? [],
  };
}

builder.queryFields((t) => ({
  coverage: t.field({
    type: [MonitorElementCoverage],
    description:
      'Of each monitor element that a run has by lumisection in a dataset: which lumisections have it, hold an empty one, or lack it. By path. Run and dataset have to be stored.',
    args: {
      ...scopeArguments,
      first: t.arg.int({
        required: true,
        defaultValue: DEFAULT_ROWS,
        description: `Most monitor elements, at most ${MOST_ROWS}.`,
      }),
      after: t.arg.string({
        description: 'Only paths behind this one, by code point: the last one of the page before.',
      }),
    },
    resolve: async (_root, { first, after, ...given }, context) => {
      const most = checkFirst(first, MOST_ROWS);
      const place = checkAfter(after);
      const scope = await scopeOf(given, context);
      const { coverage } = context.store;
      const [expected, elements] = await Promise.all([
        coverage.expected(scope),
        coverage.elements(scope, { after: place, most }),
      ]);
      const page = new ElementPage(scope, expected, elements, context);
      return countObjects(elements, context).map((element) => ({ page, element }));
    },
  }),
  lumisectionCoverage: t.field({
    type: [LumisectionCoverage],
    description:
      'The same the other way: of each expected lumisection, which of these monitor elements it has, has empty, or lacks. By number.',
    args: {
      ...scopeArguments,
      incomplete: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Only lumisections that lack a monitor element.',
      }),
      first: t.arg.int({
        required: true,
        defaultValue: DEFAULT_ROWS,
        description: `Most lumisections, at most ${MOST_ROWS}.`,
      }),
      after: t.arg.int({
        required: true,
        defaultValue: 0,
        description: 'Only lumisections behind this one: the last one of the page before.',
      }),
    },
    resolve: async (_root, { first, after, incomplete, ...given }, context) => {
      const most = checkFirst(first, MOST_ROWS);
      const scope = await scopeOf(given, context);
      const page = await LumisectionPage.read(scope, { after, most, incomplete }, context);
      return countObjects(page.rows, context);
    },
  }),
}));
