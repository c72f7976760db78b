import { type ComparedElement, compareSides, compareWorst } from '../compare/comparison.ts';
import type { SideScope } from '../compare/side.ts';
import type { Context } from '../context.ts';
import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import type { Filter } from '../domain/filter.ts';
import { parseMask } from '../domain/mask-expression-parser.ts';
import { checkFirst } from './bounded-list.ts';
import { builder } from './builder.ts';
import { ComparisonPage, ComparisonRef, cursorOrder, MetricEnum } from './comparison.ts';
import { decodeCursor } from './cursor.ts';
import { toFilter, whereRef } from './where.ts';

const MOST_ELEMENTS = 1_000;
const DEFAULT_ELEMENTS = 100;
const MOST_REFERENCES = 20;
const MOST_LARGEST_PULLS = 1_000;
/** With fewer, two histograms that are drawn alike differ by KS of 0.06 in one case of twenty: 1.358 sqrt(2 / 1000). */
const DEFAULT_MIN_ENTRIES = 1_000;

const ComparedRange = builder.inputType('ComparedLumisectionsInput', {
  description: 'Lumisections of a run, whose histograms are added up.',
  fields: (t) => ({
    first: t.int({ required: true, description: 'First lumisection (inclusive), at least 1.' }),
    last: t.int({ required: true, description: 'Last lumisection (inclusive), not below `first`.' }),
  }),
});

const LUMISECTIONS =
  'Sums of the histograms of these lumisections are compared. With neither these nor a mask: the histograms of the whole run, and where there is none the sum of all of its lumisections.';
const MASK = 'The same of lumisections of a mask: a source, a saved mask, or an expression.';

const ComparisonReference = builder.inputType('ComparisonReferenceInput', {
  description: 'What a run is compared with.',
  fields: (t) => ({
    run: t.int({ required: true, description: 'Run number. One that is not stored is an error.' }),
    dataset: t.string({ description: 'Whole name of the dataset; without it the one that is compared.' }),
    lumisections: t.field({ type: ComparedRange, description: LUMISECTIONS }),
    mask: t.string({ description: MASK }),
  }),
});

interface GivenSide {
  readonly run: number;
  readonly lumisections?: { readonly first: number; readonly last: number } | null | undefined;
  readonly mask?: string | null | undefined;
}

async function sideOf(
  { run, lumisections, mask }: GivenSide,
  dataset: string,
  at: string,
  { store, loaders }: Context,
): Promise<SideScope> {
  const selections: Filter[] = [];
  if (lumisections) {
    const { first, last } = lumisections;
    if (first < 1 || last < first) {
      throw new InvalidInputError(`${at}lumisections: ${first} to ${last} is no range of lumisections`, {
        field: `${at}lumisections`,
      });
    }
    selections.push(bound('gte', first), bound('lte', last));
  }
  if (mask !== null && mask !== undefined) {
    parseMask(mask, `${at}mask`);
    selections.push({ kind: 'mask', mask });
  }
  const [storedRun, storedDataset] = await Promise.all([loaders.run.load(run), store.reads.datasetByName(dataset)]);
  if (!storedRun) throw new NotFoundError(`There is no run ${run}`, { field: `${at}run` });
  if (!storedDataset) {
    throw new NotFoundError(`No dataset is called ${JSON.stringify(dataset)}`, { field: `${at}dataset` });
  }
  const selected = selections.length > 0;
  return { run, datasetId: storedDataset.id, lumisections: selected ? { kind: 'and', of: selections } : undefined };
}

const bound = (op: 'gte' | 'lte', value: number): Filter => ({ kind: 'test', field: 'lumisectionNumber', op, value });

function assertWithin(field: string, actual: number, least: number, most: number): void {
  if (actual >= least && actual <= most) return;
  throw new InvalidInputError(`${field}: ${actual} is not between ${least} and ${most}`, { field, max: most });
}

builder.queryField('compare', (t) =>
  t.field({
    type: ComparisonRef,
    description:
      'Compares histograms of a run, or of some of its lumisections, with those of references, monitor element by monitor element, worst first. Flow bins do not count. The runs and datasets have to be stored.',
    args: {
      run: t.arg.int({ required: true, description: 'Run number.' }),
      dataset: t.arg.string({ required: true, description: 'Whole name of the dataset.' }),
      lumisections: t.arg({ type: ComparedRange, description: LUMISECTIONS }),
      mask: t.arg.string({ description: MASK }),
      references: t.arg({
        type: [ComparisonReference],
        required: true,
        description: `What it is compared with, 1 to ${MOST_REFERENCES}; scores are averaged over them.`,
      }),
      metrics: t.arg({
        type: [MetricEnum],
        required: true,
        defaultValue: ['KS'],
        description: 'What to compare by, each once; the first one gives the order.',
      }),
      where: t.arg({ type: whereRef('monitorElement'), description: 'Only these monitor elements.' }),
      minEntries: t.arg.float({
        required: true,
        defaultValue: DEFAULT_MIN_ENTRIES,
        description:
          'Histograms with fewer entries in range are listed as `lowStatistics`, and not used as references; empty ones always. With 1000, two that are drawn alike differ by a KS distance of 0.06 in one case of twenty (1.358 sqrt(2 / n)).',
      }),
      largestPulls: t.arg.int({
        required: true,
        defaultValue: 1,
        description: `Of how many largest pulls MAX_PULL is the mean, 1 to ${MOST_LARGEST_PULLS}.`,
      }),
      first: t.arg.int({
        required: true,
        defaultValue: DEFAULT_ELEMENTS,
        description: `Most monitor elements of the page, at most ${MOST_ELEMENTS}. All are compared for each page.`,
      }),
      after: t.arg.string({ description: 'Only what follows this `endCursor` (exclusive).' }),
    },
    resolve: async (_root, given, context) => {
      const { metrics, minEntries, largestPulls, first, after } = given;
      assertWithin('references', given.references.length, 1, MOST_REFERENCES);
      assertWithin('largestPulls', largestPulls, 1, MOST_LARGEST_PULLS);
      assertWithin('minEntries', minEntries, 0, Number.MAX_SAFE_INTEGER);
      if (metrics.length === 0 || new Set(metrics).size < metrics.length) {
        throw new InvalidInputError('metrics: name at least one, and each once', { field: 'metrics' });
      }
      const most = checkFirst(first, MOST_ELEMENTS);
      const from = after == null ? undefined : decodeCursor(cursorOrder(metrics), 'after', after);
      const [tested, ...references] = await Promise.all([
        sideOf(given, given.dataset, '', context),
        ...given.references.map((reference, i) =>
          sideOf(reference, reference.dataset ?? given.dataset, `references[${i}].`, context),
        ),
      ]);
      const { store, workers, cancellation } = context;
      const elements = toFilter('monitorElement', given.where);
      const comparison = await compareSides(
        { store, workers, cancellation },
        { tested: tested as SideScope, references, elements, metrics, minEntries, largestPulls },
      );
      const behind = from ? comparison.compared.filter((element) => follows(element, from)) : comparison.compared;
      return new ComparisonPage(comparison, metrics, behind.slice(0, most), behind.length > most);
    },
  }),
);

/** Whether an element stands behind the place of a cursor. */
function follows(element: ComparedElement, [size, path]: readonly (string | number | null)[]): boolean {
  const place = { scores: [{ value: size === -1 ? null : (size as number), pValue: null }], path: String(path) };
  return compareWorst(element, place) > 0;
}
