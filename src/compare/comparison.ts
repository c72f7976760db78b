import type { Cancellation } from '../domain/cancellation.ts';
import { LimitExceededError } from '../domain/errors.ts';
import type { Filter } from '../domain/filter.ts';
import type { Metric } from '../domain/scores/metrics.ts';
import type { Score } from '../domain/scores/scored.ts';
import type { Store } from '../store/store.ts';
import { isEnough } from '../workers/score-histograms.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import { type ComparedSides, type ScoredElement, type Scoring, scoreElements } from './score-elements.ts';
import { KnownAxes, Side, type SideScope } from './side.ts';

export interface ComparisonRequest {
  readonly tested: SideScope;
  /** At least one. */
  readonly references: readonly SideScope[];
  /** On monitor elements. */
  readonly elements: Filter | undefined;
  /** At least one. */
  readonly metrics: readonly Metric[];
  /** What has fewer entries in range is not scored, nor used as a reference. */
  readonly minEntries: number;
  /** See ScoreOptions. */
  readonly largestPulls: number;
}

export interface ComparisonTools {
  readonly store: Store;
  readonly workers: WorkerPool;
  readonly cancellation: Cancellation;
}

interface OfElement {
  readonly id: number;
  readonly path: string;
}

export interface ComparedElement extends OfElement {
  /** By metric, as asked for. */
  readonly scores: readonly Score[];
  /** Entries in range. */
  readonly entries: number;
  /** Places of the references that it was held against. */
  readonly references: readonly number[];
  /** Bins in range. */
  readonly cells: number;
}

export interface MissingElement extends OfElement {
  readonly isTestedMissing: boolean;
  /** Places of the references that have none. */
  readonly references: readonly number[];
}

export interface LowStatistics extends OfElement {
  readonly entries: number;
  /** By reference; null where there is none to compare with. */
  readonly referenceEntries: readonly (number | null)[];
}

export interface IncompatibleHistogram extends OfElement {
  /** Place of the reference whose histogram was refused; null: the tested one. */
  readonly reference: number | null;
  /** A sentence. */
  readonly reason: string;
}

/** All lists by path, but for those that were compared. */
export interface Comparison {
  /** Worst first: by the size of the first score, those without one last; then by path. */
  readonly compared: readonly ComparedElement[];
  readonly missing: readonly MissingElement[];
  readonly lowStatistics: readonly LowStatistics[];
  readonly incompatible: readonly IncompatibleHistogram[];
  /** The same elements once more, with their pulls, by id. */
  pullsOf(elements: readonly ComparedElement[]): Promise<ReadonlyMap<number, readonly Score[]>>;
}

/** All results are in memory until they are sorted. */
const MOST_ELEMENTS = 5_000;

/**
 * Compares all monitor elements of a side with the same ones of its references, each reference scaled to it.
 * @throws LimitExceededError where they are too many.
 */
export async function compareSides(tools: ComparisonTools, request: ComparisonRequest): Promise<Comparison> {
  const { store, workers, cancellation } = tools;
  const { metrics, minEntries, largestPulls } = request;
  const axes = new KnownAxes(store);
  const open = (scope: SideScope) => Side.open(store, scope, request.elements, axes);
  const sides = { tested: await open(request.tested), references: await Promise.all(request.references.map(open)) };
  const elements = await elementsOf(store, sides);
  const scoring = (withPulls: boolean): Scoring => ({
    workers,
    cancellation,
    options: { metrics, minEntries, largestPulls, withPulls },
    pathOf: (id) => elements.get(id)?.path ?? '',
  });
  const findings = new Findings(sides, minEntries, elements);
  const ids = [...elements]
    .filter(([id, { isEfficiency }]) => findings.isToBeScored(id, isEfficiency))
    .map(([id]) => id);
  await scoreElements(sides, ids, scoring(false), (element) => findings.meet(element));
  return {
    ...findings.sorted(),
    async pullsOf(some) {
      const scores = new Map<number, readonly Score[]>();
      const wanted = some.map(({ id }) => id);
      await scoreElements(sides, wanted, scoring(true), ({ id, item }) => scores.set(id, item?.scores ?? []));
      return scores;
    },
  };
}

interface KnownElement {
  readonly path: string;
  readonly isEfficiency: boolean;
}

/** By id, in the order of their paths. */
async function elementsOf(store: Store, { tested, references }: ComparedSides): Promise<Map<number, KnownElement>> {
  const ids = [...new Set([tested, ...references].flatMap(({ elementIds }) => elementIds))];
  if (ids.length > MOST_ELEMENTS) {
    throw new LimitExceededError(
      `${ids.length} monitor elements are more than one comparison takes (${MOST_ELEMENTS}): select some by \`where\``,
      { limit: MOST_ELEMENTS, actual: ids.length },
    );
  }
  const [rows, efficiencies] = await Promise.all([store.reads.monitorElements(ids), store.reads.efficiencies(ids)]);
  const known = ids.map((id, i): [number, KnownElement] => [
    id,
    { path: rows[i]?.path ?? '', isEfficiency: efficiencies[i] ?? false },
  ]);
  return new Map(known.sort(([, a], [, b]) => byPath(a, b)));
}

const byPath = ({ path: a }: { path: string }, { path: b }: { path: string }) => (a === b ? 0 : a < b ? -1 : 1);

/** What was found of each element, into its list. */
class Findings {
  readonly #sides: ComparedSides;
  readonly #minEntries: number;
  readonly #elements: ReadonlyMap<number, KnownElement>;
  readonly #compared: ComparedElement[] = [];
  readonly #missing: MissingElement[] = [];
  readonly #lowStatistics: LowStatistics[] = [];
  readonly #incompatible: IncompatibleHistogram[] = [];

  constructor(sides: ComparedSides, minEntries: number, elements: ReadonlyMap<number, KnownElement>) {
    this.#sides = sides;
    this.#minEntries = minEntries;
    this.#elements = elements;
  }

  /** Whether it is worth to read its bins; what speaks against it is noted. */
  isToBeScored(id: number, isEfficiency: boolean): boolean {
    const { tested, references } = this.#sides;
    const isOnBothSides = tested.has(id) && references.some((reference) => reference.has(id));
    if (isEfficiency && isOnBothSides) {
      this.#incompatible.push({ ...this.#of(id), reference: null, reason: EFFICIENCY });
      return false;
    }
    if (isOnBothSides) return true;
    this.#miss(
      id,
      [tested, ...references].flatMap((side, i) => (side.has(id) ? [] : [i - 1])),
    );
    return false;
  }

  meet({ id, item, lacking, refused }: ScoredElement): void {
    if (lacking.length > 0) this.#miss(id, lacking);
    for (const { side, reason } of refused) this.#refuse(id, side, reason);
    if (item === null) return;
    for (const { reference, reason } of item.refused) {
      this.#refuse(id, reference, `${this.#nameOf(reference)} ${reason}.`);
    }
    const { sum: entries, referenceSums, scores, cells } = item;
    const references = referenceSums.flatMap((sum, i) =>
      sum !== null && isEnough({ sum }, this.#minEntries) ? [i] : [],
    );
    if (scores !== null) this.#compared.push({ ...this.#of(id), scores, entries, references, cells });
    else if (referenceSums.some((sum) => sum !== null)) {
      this.#lowStatistics.push({ ...this.#of(id), entries, referenceEntries: referenceSums });
    }
  }

  sorted(): Pick<Comparison, 'compared' | 'missing' | 'lowStatistics' | 'incompatible'> {
    return {
      compared: this.#compared.sort((a, b) => compareWorst(a, b)),
      missing: this.#missing.sort(byPath),
      lowStatistics: this.#lowStatistics.sort(byPath),
      incompatible: this.#incompatible.sort((a, b) => byPath(a, b) || (a.reference ?? -1) - (b.reference ?? -1)),
    };
  }

  #of(id: number): OfElement {
    return { id, path: this.#elements.get(id)?.path ?? '' };
  }

  #miss(id: number, sides: readonly number[]): void {
    const references = sides.filter((side) => side >= 0);
    this.#missing.push({ ...this.#of(id), isTestedMissing: sides.includes(-1), references });
  }

  #refuse(id: number, side: number, reason: string): void {
    this.#incompatible.push({ ...this.#of(id), reference: side < 0 ? null : side, reason });
  }

  #nameOf(side: number): string {
    const of = side < 0 ? this.#sides.tested : (this.#sides.references[side] as Side);
    return `The histogram of run ${of.scope.run}`;
  }
}

const EFFICIENCY = 'The monitor element is an efficiency: its contents are ratios, not counts.';

/** How bad it looks, for the order: the size of the first score, -1 without one. */
export const badness = ({ scores: [first] }: Pick<ComparedElement, 'scores'>): number =>
  first?.value === null || first === undefined ? -1 : Math.abs(first.value);

export function compareWorst(
  a: Pick<ComparedElement, 'scores' | 'path'>,
  b: Pick<ComparedElement, 'scores' | 'path'>,
): number {
  return badness(b) - badness(a) || byPath(a, b);
}
