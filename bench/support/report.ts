import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { describeMachine } from './machine.ts';

/** What a number must reach; `aim` is what it should. */
export interface Limit {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly aim?: number;
}

/** Prints as it goes; at the end the whole text lies under bench/results, and the exit status tells of a missed limit. */
export class Report {
  #text = '';
  #failed = 0;
  readonly #name: string;

  constructor(name: string, title: string) {
    this.#name = name;
    this.line(`${title}\n${new Date().toISOString().slice(0, 10)}, ${describeMachine()}\n`);
  }

  line(text: string): void {
    this.#text += `${text}\n`;
    process.stdout.write(`${text}\n`);
  }

  /** One number against its limit. */
  verdict(what: string, value: number, limit: Limit, detail: string): void {
    const met =
      value >= (limit.atLeast ?? Number.NEGATIVE_INFINITY) && value <= (limit.atMost ?? Number.POSITIVE_INFINITY);
    if (!met) this.#failed++;
    const bound = limit.atLeast === undefined ? `<= ${limit.atMost}` : `>= ${limit.atLeast}`;
    const aim = limit.aim === undefined ? '' : `, aim ${limit.aim}`;
    this.line(
      `${met ? 'PASS' : 'FAIL'}  ${what.padEnd(34)} ${value.toFixed(2).padStart(7)}  (must be ${bound}${aim})  ${detail}`,
    );
  }

  /** Writes the text (unless told not to keep it, as for a trial with small sizes). */
  end(keep: boolean): void {
    this.line(`\nload average at the end ${loadavg()[0]?.toFixed(2)}`);
    this.line(this.#failed === 0 ? 'every limit was met' : `${this.#failed} limits were missed`);
    if (keep) {
      const folder = join(import.meta.dirname, '../results');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${this.#name}.txt`), this.#text);
    }
    if (this.#failed > 0) process.exitCode = 1;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export const spread = (values: readonly number[]): string =>
  `[${Math.min(...values).toFixed(2)} .. ${Math.max(...values).toFixed(2)}]`;
