import type { Steps } from './ranking.ts';

/** A point of a curve. `threshold` is null where nothing is flagged, or where all is (scores that are missing too). */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly threshold: number | null;
}

export interface CurveOptions {
  /** Leave out points on the straight line between their neighbours: the drawing stays the same. */
  readonly dropCollinear?: boolean;
  /** Most points, 2 or more; what is left out then lies evenly along the curve. 1,000 unless given. */
  readonly atMost?: number;
}

/**
 * ROC curve from (0, 0) to (1, 1): x the share of good lumisections that are flagged, y that of bad ones. Good lumisections
 * without a score are the step right after (0, 0), bad ones the last. Empty without weight in both classes.
 */
export function rocCurve({ thresholds, bad, good }: Steps, options: CurveOptions = {}): CurvePoint[] {
  const [badAll, goodAll] = [total(bad), total(good)];
  if (!(badAll > 0 && goodAll > 0)) return [];
  let [badAbove, goodAbove] = [0, 0];
  const points: CurvePoint[] = [{ x: 0, y: 0, threshold: null }];
  for (let step = 0; step < bad.length; step++) {
    badAbove += bad[step] as number;
    goodAbove += good[step] as number;
    const next = step + 1;
    const isStraight =
      next < bad.length &&
      (bad[step] as number) * (good[next] as number) === (bad[next] as number) * (good[step] as number);
    if (options.dropCollinear && isStraight) continue;
    points.push({ x: goodAbove / goodAll, y: badAbove / badAll, threshold: finite(thresholds[step] as number) });
  }
  return thin(points, options.atMost);
}

/**
 * Precision-recall curve by falling thresholds: x the recall (share of bad lumisections that are flagged), y the precision
 * (share of the flagged that are bad). Begins at the first threshold: nothing flagged has no precision. Empty without
 * weight in both classes.
 */
export function precisionRecallCurve({ thresholds, bad, good }: Steps, options: CurveOptions = {}): CurvePoint[] {
  const [badAll, goodAll] = [total(bad), total(good)];
  if (!(badAll > 0 && goodAll > 0)) return [];
  let [badAbove, goodAbove] = [0, 0];
  const points: CurvePoint[] = [];
  for (let step = 0; step < bad.length; step++) {
    badAbove += bad[step] as number;
    goodAbove += good[step] as number;
    if (badAbove + goodAbove === 0) continue;
    // between two gains of recall the points lie on a vertical line
    const isStraight = points.length > 0 && bad[step] === 0 && bad[step + 1] === 0;
    if (options.dropCollinear && isStraight) continue;
    const y = badAbove / (badAbove + goodAbove);
    points.push({ x: badAbove / badAll, y, threshold: finite(thresholds[step] as number) });
  }
  return thin(points, options.atMost);
}

/** Keeps both ends, and between them the first point at or after each of equal lengths along the curve (|dx| + |dy|). */
function thin(points: CurvePoint[], atMost = 1_000): CurvePoint[] {
  if (points.length <= atMost) return points;
  const lengths = new Float64Array(points.length);
  for (let i = 1; i < points.length; i++) {
    const [before, at] = [points[i - 1] as CurvePoint, points[i] as CurvePoint];
    lengths[i] = (lengths[i - 1] as number) + Math.abs(at.x - before.x) + Math.abs(at.y - before.y);
  }
  const whole = lengths.at(-1) as number;
  const kept = [points[0] as CurvePoint];
  for (let i = 1; i < points.length - 1 && kept.length < atMost - 1; i++) {
    if ((lengths[i] as number) >= (whole * kept.length) / (atMost - 1)) kept.push(points[i] as CurvePoint);
  }
  kept.push(points.at(-1) as CurvePoint);
  return kept;
}

function total(weights: Float64Array): number {
  let sum = 0;
  for (let step = 0; step < weights.length; step++) sum += weights[step] as number;
  return sum;
}

function finite(threshold: number): number | null {
  return Number.isFinite(threshold) ? threshold : null;
}
