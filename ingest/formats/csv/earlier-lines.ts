import type { RowKey } from '../format.ts';

/** Collects, for each of some rows, the lines before it that hold the same key. */
export class EarlierLines {
  /** Aligned with the keys. */
  readonly lines: readonly number[][];
  /** From here on no line can be an earlier one. */
  readonly end: number;
  readonly #wanted = new Map<string, { key: RowKey; lines: number[] }[]>();

  constructor(keys: readonly RowKey[]) {
    this.lines = keys.map((key) => {
      const place = placeOf(key.run, key.lumisection);
      const lines: number[] = [];
      const list = this.#wanted.get(place);
      if (list) list.push({ key, lines });
      else this.#wanted.set(place, [{ key, lines }]);
      return lines;
    });
    this.end = Math.max(0, ...keys.map((key) => key.line));
  }

  /** Whether any of the keys is of this run and lumisection. */
  concerns(run: number, lumisection: number): boolean {
    return this.#wanted.has(placeOf(run, lumisection));
  }

  /** Takes note of an accepted row. */
  see(run: number, lumisection: number, monitorElement: string, line: number): void {
    for (const { key, lines } of this.#wanted.get(placeOf(run, lumisection)) ?? []) {
      if (key.monitorElement === monitorElement && line < key.line) lines.push(line);
    }
  }
}

function placeOf(run: number, lumisection: number): string {
  return `${run}:${lumisection}`;
}
