import { CellSums } from './cell-sums.ts';
import type { Bins, NumberArray } from './histogram.ts';

/**
 * The sum of histograms of one booking that come one after the other, as ROOT adds them: contents, squared weights and the
 * sums of profiles, cell by cell, flow bins too. Each number is the true sum of the parts, rounded once, so that it does
 * not depend on their order; memory does not grow with how many they are.
 * Where only some parts have squared weights, those of the others are the sizes of their contents (of a profile: its
 * squared weights are its entries). A profile of which one part does not know its sums of squares has none.
 */
export class BinsSum {
  readonly #flow: boolean;
  readonly #errorOption: Bins['errorOption'];
  readonly #contents: SectionSum;
  readonly #entries: SectionSum | undefined;
  /** Null of a profile of which a part does not know them. */
  #squares: SectionSum | null | undefined;
  #entrySquares: SectionSum | undefined;
  /** Sizes of the contents; those are their own sizes while it is undefined. */
  #sizes: CellSums | undefined;

  constructor(first: Bins) {
    const { flow, errorOption, contents, sumw2, binEntries, binSumw2 } = first;
    this.#flow = flow;
    this.#errorOption = errorOption;
    this.#contents = new SectionSum(contents);
    this.#entries = binEntries && new SectionSum(binEntries);
    this.#squares = sumw2 ? new SectionSum(sumw2) : binEntries ? null : undefined;
    this.#entrySquares = binSumw2 && new SectionSum(binSumw2);
    if (this.#needsSizes && hasNegative(contents)) this.#sizes = new CellSums(sizes(contents));
  }

  /** Nothing in `whyNotAdded` may speak against it and those before it. */
  add(part: Bins): void {
    this.#addSquares(part);
    this.#entries?.add(part.binEntries as NumberArray);
    if (this.#needsSizes && (this.#sizes || hasNegative(part.contents))) {
      this.#sizes ??= this.#contents.clone();
      this.#sizes.add(sizes(part.contents));
    }
    this.#contents.add(part.contents);
  }

  /** More may be added afterwards. */
  bins(): Bins {
    return {
      flow: this.#flow,
      contents: this.#contents.numbers(),
      ...(this.#squares && { sumw2: this.#squares.numbers() }),
      ...(this.#entries && { binEntries: this.#entries.numbers() }),
      ...(this.#entrySquares && { binSumw2: this.#entrySquares.numbers() }),
      ...(this.#errorOption && { errorOption: this.#errorOption }),
    };
  }

  /** Whether what comes later may have squared weights, beside which those of the parts so far are sizes. */
  get #needsSizes(): boolean {
    return this.#entries === undefined && this.#squares === undefined;
  }

  #addSquares({ contents, sumw2, binEntries, binSumw2 }: Bins): void {
    if (this.#entries !== undefined) {
      if (sumw2 === undefined) this.#squares = null;
      else this.#squares?.add(sumw2);
      if (binSumw2 && !this.#entrySquares) this.#entrySquares = this.#entries.like();
      this.#entrySquares?.add(binSumw2 ?? (binEntries as NumberArray));
      return;
    }
    if (sumw2 && !this.#squares) {
      this.#squares = new SectionSum(this.#sizes ?? this.#contents.clone());
      this.#sizes = undefined;
    }
    this.#squares?.add(sumw2 ?? sizes(contents));
  }
}

/** One kind of numbers of a histogram: a float32 where no part is a float64 and float32 holds every sum. */
class SectionSum {
  readonly #sums: CellSums;
  #hasDoubles: boolean;

  constructor(start: NumberArray | CellSums, hasDoubles = start instanceof CellSums || start instanceof Float64Array) {
    this.#sums = start instanceof CellSums ? start : new CellSums(start);
    this.#hasDoubles = hasDoubles;
  }

  add(numbers: NumberArray): void {
    this.#hasDoubles ||= numbers instanceof Float64Array;
    this.#sums.add(numbers);
  }

  clone(): CellSums {
    return this.#sums.clone();
  }

  /** Another sum of the same numbers. */
  like(): SectionSum {
    return new SectionSum(this.#sums.clone(), this.#hasDoubles);
  }

  numbers(): NumberArray {
    const sums = this.#sums.totals();
    // whole sums are stored as integers where those are wide enough, and as float64 beyond
    if (this.#hasDoubles || sums.every(Number.isSafeInteger)) return sums;
    const narrow = Float32Array.from(sums);
    return narrow.every((value, cell) => Object.is(value, sums[cell])) ? narrow : sums;
  }
}

/** Most contents are counts, in arrays that hold nothing else. */
function hasNegative(numbers: NumberArray): boolean {
  if (numbers instanceof Uint8Array || numbers instanceof Uint16Array || numbers instanceof Uint32Array) return false;
  return numbers.some((value) => value < 0);
}

/** ROOT's squared errors of a histogram that does not store them. */
const sizes = (contents: NumberArray): NumberArray => Float64Array.from(contents, Math.abs);
