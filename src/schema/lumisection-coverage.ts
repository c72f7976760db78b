import type { Context } from '../context.ts';
import { LimitExceededError } from '../domain/errors.ts';
import type { CoverageScope, CoveredElement } from '../store/coverage.ts';
import { checkFirst, countObjects } from './bounded-list.ts';
import { builder } from './builder.ts';
import { MonitorElement } from './refs.ts';

/** Monitor elements that one answer goes through. */
const MOST_ELEMENTS = 20_000;
const MOST_MISSING = 1_000;
const DEFAULT_MISSING = 20;

interface CoveredLumisection {
  readonly page: LumisectionPage;
  readonly lumisection: number;
  readonly present: number;
}

/** What the lumisections of one page share: it is read once for all of them, and only when asked for. */
export class LumisectionPage {
  readonly elements: readonly CoveredElement[];
  rows: readonly CoveredLumisection[] = [];
  readonly #scope: CoverageScope;
  readonly #context: Context;
  #empty: Promise<Map<number, number>> | undefined;
  #present: Promise<Map<number, Set<number>>> | undefined;

  private constructor(scope: CoverageScope, elements: readonly CoveredElement[], context: Context) {
    this.#scope = scope;
    this.elements = elements;
    this.#context = context;
  }

  /** @throws LimitExceededError for more monitor elements than one answer goes through. */
  static async read(
    scope: CoverageScope,
    { after, most, incomplete }: { after: number; most: number; incomplete: boolean },
    context: Context,
  ): Promise<LumisectionPage> {
    const { coverage } = context.store;
    const elements = await coverage.elements(scope, { after: undefined, most: MOST_ELEMENTS + 1 });
    if (elements.length > MOST_ELEMENTS) {
      throw new LimitExceededError(
        `The dataset has more than ${MOST_ELEMENTS} monitor elements: name some in \`where\``,
        {
          field: 'where',
          limit: MOST_ELEMENTS,
        },
      );
    }
    const page = new LumisectionPage(scope, elements, context);
    const below = incomplete ? elements.length : undefined;
    const counts = await coverage.counts(scope, page.#ids, { after, most, below });
    page.rows = counts.map((count) => ({ page, ...count }));
    return page;
  }

  get #ids(): number[] {
    return this.elements.map(({ monitorElementId }) => monitorElementId);
  }

  async empty({ lumisection }: CoveredLumisection): Promise<number> {
    this.#empty ??= this.#context.store.coverage.emptyCounts(
      this.#scope,
      this.#ids,
      this.rows.filter(({ present }) => present > 0).map((row) => row.lumisection),
    );
    return (await this.#empty).get(lumisection) ?? 0;
  }

  /** The first ones, by path. */
  async missing({ lumisection, present }: CoveredLumisection, most: number): Promise<CoveredElement[]> {
    if (present === this.elements.length) return [];
    this.#present ??= this.#context.store.coverage.elementsOf(
      this.#scope,
      this.rows.filter((row) => row.present > 0 && row.present < this.elements.length).map((row) => row.lumisection),
    );
    const held = (await this.#present).get(lumisection);
    const missing: CoveredElement[] = [];
    for (const element of this.elements) {
      if (missing.length === most) break;
      if (!held?.has(element.monitorElementId)) missing.push(element);
    }
    return missing;
  }
}

export const LumisectionCoverage = builder.objectRef<CoveredLumisection>('LumisectionCoverage').implement({
  description: 'Which of the expected monitor elements one lumisection has, and which it lacks.',
  fields: (t) => ({
    lumisection: t.exposeInt('lumisection', { description: 'Lumisection number.' }),
    expected: t.int({
      description: 'Number of monitor elements that the run (or a reference run) has by lumisection in the dataset.',
      resolve: ({ page }) => page.elements.length,
    }),
    present: t.exposeInt('present', { description: 'How many of them this lumisection has, empty ones included.' }),
    empty: t.int({
      description:
        'How many of them are there but empty: their contents in range sum to 0 (integral 0), as those of weights that cancel do.',
      resolve: (row) => row.page.empty(row),
    }),
    missing: t.field({
      type: [MonitorElement],
      description: 'The monitor elements that this lumisection lacks, by path.',
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: DEFAULT_MISSING,
          description: `Most of them, at most ${MOST_MISSING}; \`expected\` - \`present\` is how many there are.`,
        }),
      },
      resolve: async (row, { first }, context) => {
        const missing = await row.page.missing(row, checkFirst(first, MOST_MISSING));
        const elements = missing.map(({ monitorElementId }) => context.loaders.monitorElement.load(monitorElementId));
        return countObjects((await Promise.all(elements)) as never[], context);
      },
    }),
  }),
});
