import {
  badness,
  type ComparedElement,
  type Comparison,
  type IncompatibleHistogram,
  type LowStatistics,
  type MissingElement,
} from '../compare/comparison.ts';
import type { Context } from '../context.ts';
import { LimitExceededError } from '../domain/errors.ts';
import { finite } from '../domain/finite.ts';
import type { Metric } from '../domain/scores/metrics.ts';
import type { Score } from '../domain/scores/scored.ts';
import { checkFirst, countObjects } from './bounded-list.ts';
import { builder } from './builder.ts';
import { encodeCursor } from './cursor.ts';
import { PullsValue } from './pulls.ts';
import { MonitorElement } from './refs.ts';

const MOST_ROWS = 10_000;
const DEFAULT_ROWS = 1_000;
/** All pulls of a page are in memory at once. */
const MOST_PULLS = 4_000_000;

const ABOUT: Readonly<Record<Metric, string>> = {
  KS: 'Kolmogorov-Smirnov: the largest distance between the cumulative distributions, 0 to 1; of two axes the mean over both orders of their bins. `pValue` by the asymptotic distribution, which on binned data gives more than it should.',
  CHI2: "Sum of squared pulls over the number of bins that are not empty in both; errors are Garwood's 68.27 % intervals. Of counts alone.",
  MAX_PULL:
    'Mean of the `largestPulls` largest sizes of (k T - R) / max(1, sqrt(R)), T being scaled to R by k: how the maximum pull of ML4DQM is stated.',
  BETA_BINOMIAL:
    "AutoDQM's: the largest pull in size, with its sign (above 0: more than in the references), made of beta-binomial likelihood ratios averaged over the references and corrected for the number of bins; at most 37. No p-value. Of counts alone.",
  EMD: "Earth mover's distance as a share of the length of the axis, 0 to 1; of two axes the sum of those of both projections, 0 to 2: a lower bound of the distance along both axes, blind to a change that leaves both projections as they are. Not of negative contents.",
};

export const MetricEnum = builder.enumType('ComparisonMetric', {
  description: 'What histograms are compared by. All are larger in size the less two histograms are alike.',
  values: Object.fromEntries(
    Object.entries(ABOUT).map(([name, description]) => [name, { value: name as Metric, description }]),
  ) as Record<Metric, { value: Metric; description: string }>,
});

/** A page of a comparison. */
export class ComparisonPage {
  readonly comparison: Comparison;
  readonly metrics: readonly Metric[];
  readonly elements: readonly ComparedElement[];
  readonly hasNextPage: boolean;
  #pulls: Promise<ReadonlyMap<number, readonly Score[]>> | undefined;

  constructor(
    comparison: Comparison,
    metrics: readonly Metric[],
    elements: readonly ComparedElement[],
    hasNextPage: boolean,
  ) {
    this.comparison = comparison;
    this.metrics = metrics;
    this.elements = elements;
    this.hasNextPage = hasNextPage;
  }

  get endCursor(): string | null {
    const last = this.elements.at(-1);
    return last === undefined ? null : encodeCursor(cursorOrder(this.metrics), [badness(last), last.path]);
  }

  /** Computed for all elements of the page, once, and only when asked for. */
  async pullsOf({ id }: ComparedElement, metric: number): Promise<Float64Array | null> {
    this.#pulls ??= this.#computePulls();
    return (await this.#pulls).get(id)?.[metric]?.pulls ?? null;
  }

  #computePulls() {
    const cells = this.elements.reduce((sum, element) => sum + element.cells, 0) * this.metrics.length;
    if (cells > MOST_PULLS) {
      throw new LimitExceededError(
        `The page holds ${cells} pulls; the limit is ${MOST_PULLS}. Ask for fewer monitor elements (\`first\`) or metrics.`,
        { limit: MOST_PULLS, actual: cells },
      );
    }
    return this.comparison.pullsOf(this.elements);
  }
}

export const cursorOrder = ([first]: readonly Metric[]): string => `compare:${first}`;

interface PlacedScore {
  readonly page: ComparisonPage;
  readonly element: ComparedElement;
  readonly place: number;
}

const MetricScore = builder.objectRef<PlacedScore>('MetricScore').implement({
  description: 'How much a histogram differs from its references, by one metric.',
  fields: (t) => ({
    metric: t.field({
      type: MetricEnum,
      description: 'The metric.',
      resolve: ({ page, place }) => page.metrics[place] as Metric,
    }),
    value: t.float({
      nullable: true,
      description:
        'The score; null where the metric is not defined of these contents. Against several references their mean, but for BETA_BINOMIAL, which averages likelihoods by bin.',
      resolve: ({ element, place }) => finite(element.scores[place]?.value),
    }),
    pValue: t.float({
      nullable: true,
      description:
        'Probability of such a value or a worse one if both are drawn alike; null where the metric has none, and against several references.',
      resolve: ({ element, place }) => finite(element.scores[place]?.pValue),
    }),
    pulls: t.field({
      type: 'Bins',
      nullable: true,
      description:
        'By bin in range, flat and row-major with y outer: in standard deviations, above 0 where there is more than in the references. Against several references their mean, but for BETA_BINOMIAL. Null where the metric has none (KS, EMD). Bins are read again for them.',
      resolve: async ({ page, element, place }, _args, { cost }) => {
        const pulls = await page.pullsOf(element, place);
        if (pulls === null) return null;
        cost.addNumbers(pulls.length, pulls.length);
        return new PullsValue(pulls);
      },
    }),
  }),
});

interface OfPage {
  readonly page: ComparisonPage;
  readonly element: ComparedElement;
}

const elementOf = ({ id }: { readonly id: number }, { loaders }: Context) =>
  loaders.monitorElement.load(id) as Promise<never>;
const REFERENCES = 'Places in the list `references` of the query, from 0.';

const ComparedMonitorElement = builder.objectRef<OfPage>('ComparedMonitorElement').implement({
  description: 'A monitor element whose histogram was compared.',
  fields: (t) => ({
    monitorElement: t.field({
      type: MonitorElement,
      description: 'What is histogrammed.',
      resolve: ({ element }, _args, context) => elementOf(element, context),
    }),
    entries: t.float({ description: 'Sum of the bins in range.', resolve: ({ element }) => element.entries }),
    references: t.intList({
      description: `References that it was held against: those with its axes, and enough entries. ${REFERENCES}`,
      resolve: ({ element }) => element.references,
    }),
    scores: t.field({
      type: [MetricScore],
      description: 'By metric, as asked for.',
      resolve: ({ page, element }) => page.metrics.map((_, place) => ({ page, element, place })),
    }),
  }),
});

const Missing = builder.objectRef<MissingElement>('MissingInComparison').implement({
  description: 'A monitor element without a histogram on some side. With a single reference it was not compared.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Its path.' }),
    monitorElement: t.field({
      type: MonitorElement,
      description: 'The monitor element.',
      resolve: (element, _args, context) => elementOf(element, context),
    }),
    inRun: t.boolean({
      description: 'Whether the run that is compared has it; where it has, those references that have it were used.',
      resolve: ({ isTestedMissing }) => !isTestedMissing,
    }),
    missingReferences: t.intList({
      description: `References without it. ${REFERENCES}`,
      resolve: ({ references }) => references,
    }),
  }),
});

const LowStatisticsElement = builder.objectRef<LowStatistics>('LowStatisticsInComparison').implement({
  description:
    'A monitor element that was not compared: its histogram, or all those of references, have too few entries.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Its path.' }),
    monitorElement: t.field({
      type: MonitorElement,
      description: 'The monitor element.',
      resolve: (element, _args, context) => elementOf(element, context),
    }),
    entries: t.float({
      nullable: true,
      description: 'Sum of the bins in range; null where that is not finite.',
      resolve: ({ entries }) => finite(entries),
    }),
    referenceEntries: t.floatList({
      nullable: { list: false, items: true },
      description: 'The same of each reference; null where it has none to compare with.',
      resolve: ({ referenceEntries }) => referenceEntries.map(finite),
    }),
  }),
});

const Incompatible = builder.objectRef<IncompatibleHistogram>('IncompatibleInComparison').implement({
  description: 'A histogram that was refused: of other axes than the tested one, a profile, or an efficiency.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Path of the monitor element.' }),
    monitorElement: t.field({
      type: MonitorElement,
      description: 'The monitor element.',
      resolve: (element, _args, context) => elementOf(element, context),
    }),
    reference: t.exposeInt('reference', {
      nullable: true,
      description:
        'Place of the reference in the list `references` of the query, from 0; null: the run that is compared.',
    }),
    reason: t.exposeString('reason', { description: 'Why, as a sentence.' }),
  }),
});

const ComparisonPageInfo = builder.objectRef<ComparisonPage>('ComparisonPageInfo').implement({
  description: 'Where a page of a comparison ends.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether less bad ones follow.' }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'Place of the last one, null on an empty page: give it as `after`.',
    }),
  }),
});

export const ComparisonRef = builder.objectRef<ComparisonPage>('Comparison').implement({
  description: 'Histograms of a run held against those of references, each reference scaled to the run.',
  fields: (t) => {
    const first = t.arg.int({
      required: true,
      defaultValue: DEFAULT_ROWS,
      description: `Most of them, from the front; at most ${MOST_ROWS}.`,
    });
    const bounded = <Row>(rows: readonly Row[], most: number, context: Context) =>
      countObjects(rows.slice(0, checkFirst(most, MOST_ROWS)), context);
    return {
      totalCount: t.int({
        description: 'How many monitor elements were compared.',
        resolve: ({ comparison }) => comparison.compared.length,
      }),
      nodes: t.field({
        type: [ComparedMonitorElement],
        description:
          'Worst first: by the size of the first metric, those without a value of it last, then by path. So many as `first` of the query says.',
        resolve: (page, _args, context) => countObjects(page.elements, context).map((element) => ({ page, element })),
      }),
      pageInfo: t.field({
        type: ComparisonPageInfo,
        description: 'Where this page ends.',
        resolve: (page) => page,
      }),
      missing: t.field({
        type: [Missing],
        description: 'Monitor elements that some side lacks, by path.',
        args: { first },
        resolve: ({ comparison }, args, context) => bounded(comparison.missing, args.first, context),
      }),
      lowStatistics: t.field({
        type: [LowStatisticsElement],
        description: 'Monitor elements that have too few entries (`minEntries`) to be compared, by path.',
        args: { first },
        resolve: ({ comparison }, args, context) => bounded(comparison.lowStatistics, args.first, context),
      }),
      incompatible: t.field({
        type: [Incompatible],
        description: 'Histograms that were refused, never compared, by path.',
        args: { first },
        resolve: ({ comparison }, args, context) => bounded(comparison.incompatible, args.first, context),
      }),
    };
  },
});
