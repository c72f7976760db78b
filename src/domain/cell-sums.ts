import { ExactSum } from './exact-sum.ts';
import type { NumberArray } from './histogram.ts';

/** Below this an addition of two numbers cannot pass a float64. */
const SAFE = 2 ** 1000;

/** Largest size of what an array of integers may hold; 0 for floats. */
function mostOf(numbers: NumberArray): number {
  if (numbers instanceof Float64Array || numbers instanceof Float32Array) return 0;
  return 2 ** (8 * numbers.BYTES_PER_ELEMENT);
}

/**
 * Sums by cell of numbers that come one after the other. Each is the true sum, rounded once, whatever the order (see
 * exactSum); memory does not grow with how many they are. Integers of integer arrays cost one addition a number.
 */
export class CellSums {
  /** What was added up, rounded at each step. */
  readonly #sums: Float64Array;
  /** What rounding lost, by cell; and all of it where sums came near the end of a float64. */
  readonly #lost: (ExactSum | undefined)[] = [];
  /** No sum is larger while only integers came; 0: others came as well. */
  #most: number;

  /** Begins with these numbers, a copy of them; or with so many zeros. */
  constructor(start: NumberArray | number) {
    this.#sums = new Float64Array(start as never);
    this.#most = typeof start === 'number' ? 1 : mostOf(start);
  }

  get cells(): number {
    return this.#sums.length;
  }

  /** A number for each cell. */
  add(numbers: NumberArray): void {
    if (this.#staysWhole(numbers)) {
      const sums = this.#sums;
      for (let cell = 0; cell < sums.length; cell++) sums[cell] = (sums[cell] as number) + (numbers[cell] as number);
      return;
    }
    for (let cell = 0; cell < this.#sums.length; cell++) this.#addTo(cell, numbers[cell] as number);
  }

  /** A number for each place, to the cell that `cells` says; none where that is below 0. */
  addAt(cells: Int32Array, numbers: NumberArray): void {
    const isWhole = this.#staysWhole(numbers, numbers.length);
    const sums = this.#sums;
    for (let i = 0; i < numbers.length; i++) {
      const cell = cells[i] as number;
      if (cell < 0) continue;
      if (isWhole) sums[cell] = (sums[cell] as number) + (numbers[i] as number);
      else this.#addTo(cell, numbers[i] as number);
    }
  }

  totals(): Float64Array {
    const totals = this.#sums.slice();
    for (const [cell, lost] of this.#lost.entries()) {
      if (lost === undefined) continue;
      const sum = ExactSum.of([lost]);
      sum.add(totals[cell] as number);
      totals[cell] = sum.total();
    }
    return totals;
  }

  clone(): CellSums {
    const copy = new CellSums(this.#sums);
    copy.#most = this.#most;
    for (const [cell, lost] of this.#lost.entries()) if (lost !== undefined) copy.#lost[cell] = ExactSum.of([lost]);
    return copy;
  }

  /** Whether all sums stay integers that a float64 holds, if at most `times` of these numbers go to one cell. */
  #staysWhole(numbers: NumberArray, times = 1): boolean {
    const most = mostOf(numbers);
    this.#most = most === 0 || this.#most === 0 ? 0 : this.#most + most * times;
    if (this.#most <= Number.MAX_SAFE_INTEGER) return this.#most !== 0;
    this.#most = 0;
    return false;
  }

  #addTo(cell: number, value: number): void {
    const before = this.#sums[cell] as number;
    const sum = before + value;
    if (Math.abs(sum) < SAFE && Math.abs(value) < SAFE) {
      this.#sums[cell] = sum;
      // exact, whichever of the two is larger (Knuth)
      const added = sum - before;
      const lost = before - (sum - added) + (value - added);
      if (lost !== 0) this.#lose(cell, lost);
      return;
    }
    this.#lose(cell, before);
    this.#lose(cell, value);
    this.#sums[cell] = 0;
  }

  #lose(cell: number, value: number): void {
    const known = this.#lost[cell];
    if (known) {
      known.add(value);
      return;
    }
    const sum = new ExactSum();
    sum.add(value);
    this.#lost[cell] = sum;
  }
}
