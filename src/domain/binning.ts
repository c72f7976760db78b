import { createHash } from 'node:crypto';
import { type Axis, axisProblem, canonicalAxis } from './axis.ts';
import type { Binning } from './histogram.ts';

/** A binning as it is stored: one row for each distinct content. */
export interface StoredBinning {
  /** SHA-256 in hexadecimal over title and axes: equal binnings have equal hashes. */
  readonly hash: string;
  readonly dimension: number;
  readonly title: string;
  /** Canonical JSON of the axes, x first. */
  readonly axes: string;
}

export function storedBinning(binning: Binning): StoredBinning {
  const { title } = binning;
  const axes = JSON.stringify(binning.axes.map(canonicalAxis));
  const hash = createHash('sha256').update(JSON.stringify(title)).update(axes).digest('hex');
  return { hash, dimension: binning.axes.length, title, axes };
}

export function binningOf({ title, axes }: Pick<StoredBinning, 'title' | 'axes'>): Binning {
  return { title, axes: JSON.parse(axes) as Axis[] };
}

/** Why this is not a binning, beginning with the axis that is wrong, or null where it is one. */
export function binningProblem({ axes }: Binning): string | null {
  if (axes.length !== 1 && axes.length !== 2) return `there are ${axes.length} axes, not one or two`;
  for (const [i, axis] of axes.entries()) {
    const problem = axisProblem(axis);
    if (problem !== null) return `the ${i === 0 ? 'x' : 'y'} axis ${problem}`;
  }
  return null;
}
