/** CMS tools' upper bound for "to the end of the run". */
export const END_OF_RUN = 268435455;

/** The greatest number that a lumisection can have: the next one stands for the end of the run. */
export const MAX_LUMISECTION = END_OF_RUN - 1;

/** Lumisections first to last of one run, both inclusive, from 1; `last` may be END_OF_RUN. */
export interface LumisectionRange {
  readonly first: number;
  readonly last: number;
}

/** What merging ranges had to mend. */
export interface MergeNotes {
  /** A range began before the one written before it. */
  readonly unsorted: boolean;
  /** Two ranges shared a lumisection. */
  readonly overlapping: boolean;
  /** A range began right after another ended. */
  readonly touching: boolean;
}

/** Sorts and merges the ranges of one run: sorted, disjoint, not touching. */
export function mergeRanges(ranges: readonly LumisectionRange[]): MergeNotes & { readonly ranges: LumisectionRange[] } {
  let unsorted = false;
  for (let i = 1; i < ranges.length && !unsorted; i++) unsorted = at(ranges, i).first < at(ranges, i - 1).first;
  const sorted = unsorted ? ranges.toSorted((a, b) => a.first - b.first) : ranges;
  let overlapping = false;
  let touching = false;
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of sorted) {
    const open = merged.at(-1);
    if (open === undefined || first > open.last + 1) {
      merged.push({ first, last });
      continue;
    }
    if (first <= open.last) overlapping = true;
    else touching = true;
    if (last > open.last) open.last = last;
  }
  return { ranges: merged, unsorted, overlapping, touching };
}

/**
 * An immutable set of lumisections: by run, sorted disjoint ranges. A run without lumisections is not in it.
 * A range up to END_OF_RUN is treated as that many lumisections by the algebra; `closed` cuts it where the number of
 * lumisections of the run is known.
 */
export class LuminosityMask {
  static readonly EMPTY = new LuminosityMask(new Map());

  /** Runs ascending; bounds flat: first, last, first, last ... */
  readonly #runs: ReadonlyMap<number, Bounds>;

  private constructor(runs: ReadonlyMap<number, Bounds>) {
    this.#runs = runs;
  }

  /**
   * Ranges in any order, runs in any order and more than once: everything is merged. What lies past MAX_LUMISECTION is no
   * lumisection, and in no mask: a range that goes on behind it reaches to the end of the run.
   * @throws RangeError for a run below 1, a first below 1, a last below first.
   */
  static fromRanges(
    runs: Iterable<{ readonly run: number; readonly ranges: readonly LumisectionRange[] }>,
  ): LuminosityMask {
    const byRun = new Map<number, LumisectionRange[]>();
    for (const { run, ranges } of runs) {
      if (!Number.isSafeInteger(run) || run < 1) throw new RangeError(`${run} is not a run number`);
      const known = byRun.get(run) ?? [];
      byRun.set(run, known);
      for (const range of ranges) {
        assertRange(run, range);
        if (range.first > MAX_LUMISECTION) continue;
        known.push(range.last <= END_OF_RUN ? range : { first: range.first, last: END_OF_RUN });
      }
    }
    const bounds = new Map<number, Bounds>();
    for (const run of [...byRun.keys()].sort((a, b) => a - b)) {
      bounds.set(
        run,
        mergeRanges(byRun.get(run) ?? []).ranges.flatMap(({ first, last }) => [first, last]),
      );
    }
    return LuminosityMask.#of(bounds);
  }

  /** The same from rows that begin with a run and a range of it. @throws RangeError */
  static fromRows(
    rows: readonly (readonly [run: number, first: number, last: number, ...unknown[]])[],
  ): LuminosityMask {
    return LuminosityMask.fromRanges(rows.map(([run, first, last]) => ({ run, ranges: [{ first, last }] })));
  }

  /** What any of the masks holds. */
  static unionOf(masks: readonly LuminosityMask[]): LuminosityMask {
    if (masks.length <= 1) return masks[0] ?? LuminosityMask.EMPTY;
    return LuminosityMask.fromRanges(masks.flatMap((mask) => [...mask]));
  }

  static #of(runs: Map<number, Bounds>): LuminosityMask {
    for (const [run, bounds] of runs) if (bounds.length === 0) runs.delete(run);
    return runs.size === 0 ? LuminosityMask.EMPTY : new LuminosityMask(runs);
  }

  /** Run numbers, ascending. */
  get runs(): number[] {
    return [...this.#runs.keys()];
  }

  get runCount(): number {
    return this.#runs.size;
  }

  /** Null where a range reaches to the end of a run whose length is unknown (see `closed`). */
  get lumisectionCount(): number | null {
    let count = 0;
    for (const bounds of this.#runs.values()) {
      if (bounds[bounds.length - 1] === END_OF_RUN) return null;
      for (let i = 0; i < bounds.length; i += 2) count += at(bounds, i + 1) - at(bounds, i) + 1;
    }
    return count;
  }

  /** Sorted, disjoint, not touching; empty for a run that is not in the mask. */
  rangesOf(run: number): LumisectionRange[] {
    const bounds = this.#runs.get(run) ?? [];
    const ranges: LumisectionRange[] = [];
    for (let i = 0; i < bounds.length; i += 2) ranges.push({ first: at(bounds, i), last: at(bounds, i + 1) });
    return ranges;
  }

  /** Runs ascending with their ranges. */
  *[Symbol.iterator](): IterableIterator<{ run: number; ranges: LumisectionRange[] }> {
    for (const run of this.#runs.keys()) yield { run, ranges: this.rangesOf(run) };
  }

  contains(run: number, lumisection: number): boolean {
    const bounds = this.#runs.get(run);
    if (bounds === undefined) return false;
    // the number of ranges that begin at or before the lumisection
    let low = 0;
    let high = bounds.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(bounds, 2 * middle) <= lumisection) low = middle + 1;
      else high = middle;
    }
    return low > 0 && lumisection <= at(bounds, 2 * low - 1);
  }

  union(other: LuminosityMask): LuminosityMask {
    return this.#combine(other, (a, b) => a || b);
  }

  intersection(other: LuminosityMask): LuminosityMask {
    return this.#combine(other, (a, b) => a && b);
  }

  /** What is here and not in the other. */
  difference(other: LuminosityMask): LuminosityMask {
    return this.#combine(other, (a, b) => a && !b);
  }

  /** Only the runs for which `keep` is true. */
  onlyRuns(keep: (run: number) => boolean): LuminosityMask {
    return LuminosityMask.#of(new Map([...this.#runs].filter(([run]) => keep(run))));
  }

  /** Runs with a range to the end of the run, whose length nobody has told (see `closed`); ascending. */
  get openRuns(): number[] {
    return [...this.#runs].filter(([, bounds]) => bounds[bounds.length - 1] === END_OF_RUN).map(([run]) => run);
  }

  /** Ranges to the end of a run end at its last lumisection, where `lastLumisection` knows it (else stay open). */
  closed(lastLumisection: (run: number) => number | null | undefined): LuminosityMask {
    const closed = new Map<number, Bounds>();
    for (const [run, bounds] of this.#runs) {
      const last = bounds[bounds.length - 1] === END_OF_RUN ? lastLumisection(run) : null;
      if (last === null || last === undefined || last > MAX_LUMISECTION) closed.set(run, bounds);
      else if (at(bounds, bounds.length - 2) > last) closed.set(run, bounds.slice(0, -2));
      else closed.set(run, [...bounds.slice(0, -1), last]);
    }
    return LuminosityMask.#of(closed);
  }

  equals(other: LuminosityMask): boolean {
    if (this.#runs.size !== other.#runs.size) return false;
    for (const [run, bounds] of this.#runs) {
      const theirs = other.#runs.get(run);
      if (theirs?.length !== bounds.length || bounds.some((bound, i) => bound !== theirs[i])) return false;
    }
    return true;
  }

  #combine(other: LuminosityMask, keep: (a: boolean, b: boolean) => boolean): LuminosityMask {
    const combined = new Map<number, Bounds>();
    const runs = [...new Set([...this.#runs.keys(), ...other.#runs.keys()])].sort((a, b) => a - b);
    for (const run of runs) {
      combined.set(run, combineBounds(this.#runs.get(run) ?? [], other.#runs.get(run) ?? [], keep));
    }
    return LuminosityMask.#of(combined);
  }
}

type Bounds = readonly number[];

/** Walks both lists of bounds once, edge by edge; an edge is the first lumisection of a stretch inside or outside. */
function combineBounds(a: Bounds, b: Bounds, keep: (inA: boolean, inB: boolean) => boolean): Bounds {
  const result: number[] = [];
  let i = 0;
  let j = 0;
  let inside = false;
  while (i < a.length || j < b.length) {
    const edge = Math.min(edgeAt(a, i), edgeAt(b, j));
    if (edgeAt(a, i) === edge) i++;
    if (edgeAt(b, j) === edge) j++;
    const now = keep((i & 1) === 1, (j & 1) === 1);
    if (now !== inside) result.push(now ? edge : edge - 1);
    inside = now;
  }
  return result;
}

function edgeAt(bounds: Bounds, i: number): number {
  const bound = bounds[i];
  if (bound === undefined) return Number.POSITIVE_INFINITY;
  return (i & 1) === 0 ? bound : bound + 1;
}

function assertRange(run: number, { first, last }: LumisectionRange): void {
  const valid = Number.isSafeInteger(first) && Number.isSafeInteger(last) && first >= 1;
  if (!valid || first > last) throw new RangeError(`[${first}, ${last}] is not a range of lumisections (run ${run})`);
}

function at<T>(list: readonly T[], i: number): T {
  return list[i] as T;
}
