import { type Axis, edgesOf } from './axis.ts';
import type { Bins, NumberArray } from './histogram.ts';
import type { Injection } from './injection.ts';

type Random = () => number;

/**
 * A histogram with an anomaly in it. Whole contents stay whole: what is parted is rounded up or down by chance, and nothing
 * is lost by that. What is moved out of range lies in under- and overflow then, where there are such. Profiles have no
 * contents of which this could be said: null.
 * @param random numbers in [0, 1)
 */
export function injectedBins(
  bins: Bins,
  axes: readonly Axis[],
  { kind, strength }: Pick<Injection, 'kind' | 'strength'>,
  random: Random,
): Bins | null {
  if (bins.binEntries !== undefined) return null;
  const grid = gridOf(axes, bins.flow);
  const { contents, sumw2 } = bins;
  if (kind === 'DEAD_REGION') {
    const cells = region(contents, grid, strength, random);
    return { ...bins, contents: emptied(contents, cells), ...(sumw2 && { sumw2: emptied(sumw2, cells) }) };
  }
  if (kind === 'HOT_CHANNEL') {
    const cell = grid.cell(Math.floor(random() * grid.nx), Math.floor(random() * grid.ny));
    const added = amountOf(contents, grid, strength);
    return { ...bins, contents: raised(contents, cell, added), ...(sumw2 && { sumw2: raised(sumw2, cell, added) }) };
  }
  const sign = random() < 0.5 ? -1 : 1;
  const spread = kind === 'SHIFT' ? shifted(grid.nx, sign * strength) : stretched(axes[0] as Axis, sign, strength);
  return {
    ...bins,
    contents: moved(contents, grid, spread, isWhole(contents) ? random : null),
    ...(sumw2 && { sumw2: moved(sumw2, grid, spread, null) }),
  };
}

/** Whether there is anything else in a histogram than before. */
export const isChanged = ({ contents: before }: Bins, { contents: after }: Bins): boolean =>
  before.some((value, i) => value !== after[i]);

/**
 * Entries of a histogram that had `entries`, in which an anomaly was made: of counts more or fewer by what was added or taken
 * away; of weighted contents the share of them that is left, as a sum of weights is no number of entries.
 */
export function injectedEntries(entries: number, { contents: before }: Bins, { contents: after }: Bins): number {
  const [sizeBefore, sizeAfter] = [sizeOf(before), sizeOf(after)];
  if (isWhole(before) && before.every((value) => value >= 0)) return Math.max(0, entries + sizeAfter - sizeBefore);
  const share = sizeAfter / sizeBefore;
  return Number.isFinite(share) ? Math.round(entries * share) : entries;
}

function sizeOf(numbers: NumberArray): number {
  let size = 0;
  for (const value of numbers) size += Math.abs(value);
  return size;
}

interface Grid {
  readonly nx: number;
  readonly ny: number;
  readonly flow: boolean;
  /** Cells of a row, and rows, flow included where there is one. */
  readonly width: number;
  readonly height: number;
  /** Place of an in-range bin, from 0. */
  cell(x: number, y: number): number;
}

function gridOf(axes: readonly Axis[], flow: boolean): Grid {
  const [nx, ny] = [axes[0]?.bins ?? 0, axes[1]?.bins ?? 1];
  const width = flow ? nx + 2 : nx;
  const hasRows = axes.length > 1;
  const [dx, dy] = [flow ? 1 : 0, flow && hasRows ? 1 : 0];
  return { nx, ny, flow, width, height: ny + 2 * dy, cell: (x, y) => (y + dy) * width + x + dx };
}

const isWhole = (numbers: NumberArray): boolean => numbers.every((value) => Number.isSafeInteger(value));

/** Cells around one that is drawn by its content, so that something is lost with them; none of an empty histogram. */
function region(contents: NumberArray, grid: Grid, share: number, random: Random): number[] {
  const { nx, ny } = grid;
  const target = random() * inRange(contents, grid);
  let [centerX, centerY, sum] = [-1, -1, 0];
  for (let y = 0; y < ny && centerX < 0; y++) {
    for (let x = 0; x < nx && centerX < 0; x++) {
      sum += Math.max(0, contents[grid.cell(x, y)] as number);
      if (sum > target) [centerX, centerY] = [x, y];
    }
  }
  if (centerX < 0) return [];
  const wide = Math.max(1, Math.round((ny > 1 ? Math.sqrt(share) : share) * nx));
  const high = Math.min(ny, Math.max(1, Math.round((share * nx * ny) / wide)));
  const [fromX, fromY] = [beginOf(centerX, wide, nx), beginOf(centerY, high, ny)];
  return Array.from({ length: wide * high }, (_, i) => grid.cell(fromX + (i % wide), fromY + Math.floor(i / wide)));
}

/** Of so many bins around a center, within the axis. */
const beginOf = (center: number, length: number, bins: number) =>
  Math.min(Math.max(0, center - Math.floor(length / 2)), bins - length);

function inRange(contents: NumberArray, grid: Grid): number {
  let sum = 0;
  for (let y = 0; y < grid.ny; y++) {
    for (let x = 0; x < grid.nx; x++) sum += Math.max(0, contents[grid.cell(x, y)] as number);
  }
  return sum;
}

function emptied(numbers: NumberArray, cells: readonly number[]): Float64Array {
  const result = Float64Array.from(numbers);
  for (const cell of cells) result[cell] = 0;
  return result;
}

/** At least 1 where contents are whole. */
function amountOf(contents: NumberArray, grid: Grid, share: number): number {
  const amount = share * inRange(contents, grid);
  return isWhole(contents) ? Math.max(1, Math.round(amount)) : amount;
}

function raised(numbers: NumberArray, cell: number, by: number): Float64Array {
  const result = Float64Array.from(numbers);
  result[cell] = (result[cell] as number) + by;
  return result;
}

/** Where the content of a bin of x (from 0) goes, and which share of it: -1 is the underflow, nx the overflow. */
type Spread = (x: number) => readonly (readonly [x: number, share: number])[];

function shifted(nx: number, by: number): Spread {
  const distance = by * nx;
  const whole = Math.floor(distance);
  const part = distance - whole;
  const inside = (x: number) => Math.min(nx, Math.max(-1, x));
  return (x) => [
    [inside(x + whole), 1 - part],
    [inside(x + whole + 1), part],
  ];
}

/** About x = 0; what a bin holds is taken to lie evenly in it. */
function stretched(axis: Axis, sign: number, strength: number): Spread {
  const factor = sign > 0 ? 1 + strength : 1 / (1 + strength);
  const { bins } = axis;
  const edges = edgesOf(axis);
  const edge = (i: number) => edges[i] as number;
  return (x) => {
    const [low, high] = [edge(x) * factor, edge(x + 1) * factor];
    const shares: [number, number][] = [];
    for (let to = -1; to <= bins; to++) {
      const from = Math.max(low, to < 0 ? Number.NEGATIVE_INFINITY : edge(to));
      const until = Math.min(high, to === bins ? Number.POSITIVE_INFINITY : edge(to + 1));
      if (until > from) shares.push([to, (until - from) / (high - low)]);
    }
    return shares;
  };
}

/** @param random null: what is parted may be no whole numbers */
function moved(numbers: NumberArray, grid: Grid, spread: Spread, random: Random | null): Float64Array {
  const { nx, flow, width, height } = grid;
  const result = new Float64Array(numbers.length);
  const first = flow ? 1 : 0;
  const ways = Array.from({ length: nx }, (_, x) => spread(x));
  for (let row = 0; row < height; row++) {
    const begin = row * width + first;
    if (flow) {
      // where in under- and overflow contents lie is not known
      result[begin - 1] = (result[begin - 1] as number) + (numbers[begin - 1] as number);
      result[begin + nx] = (result[begin + nx] as number) + (numbers[begin + nx] as number);
    }
    for (let x = 0; x < nx; x++) {
      let left = numbers[begin + x] as number;
      let share = 1;
      const own = ways[x] as ReturnType<Spread>;
      for (const [i, [to, part]] of own.entries()) {
        const taken = i === own.length - 1 ? left : partOf(left, part / share, random);
        left -= taken;
        share -= part;
        if (flow || (to >= 0 && to < nx)) result[begin + to] = (result[begin + to] as number) + taken;
      }
    }
  }
  return result;
}

function partOf(content: number, share: number, random: Random | null): number {
  const exact = content * share;
  if (random === null || exact === 0) return exact;
  const rounded = Math.min(Math.abs(content), Math.floor(Math.abs(exact) + random()));
  return content < 0 ? -rounded : rounded;
}
