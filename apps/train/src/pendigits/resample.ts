/** A digit as the tablet gave it: strokes of points. */
export type Strokes = readonly (readonly (readonly [x: number, y: number])[])[];

/** Points of a digit as the model reads it. */
export const POINTS = 8;
/** Features of a point: x and y, the way from the point before, and how often the pen was lifted on it. */
export const FEATURES = 5;

/**
 * A digit as 8 points at equal distances along its trajectory, as in Alpaydin & Alimoglu's pen digits. Coordinates are
 * scaled alike in x and y so that the longer side goes from −1 to 1; way through the air does not count.
 * @returns [8, 5] row by row: x, y, Δx, Δy, pen lifts since the point before
 */
export function resample(strokes: Strokes): number[] {
  const points = strokes.flatMap((stroke, lifts) => stroke.map(([x, y]) => ({ x, y, lifts })));
  const [first] = points;
  if (!first) return [];
  const along = [0];
  for (const [n, { x, y, lifts }] of points.entries()) {
    const before = points[n - 1];
    if (before) along.push((along[n - 1] ?? 0) + (before.lifts === lifts ? Math.hypot(x - before.x, y - before.y) : 0));
  }
  const place = centered(points);
  const features: number[] = [];
  let previous = { x: 0, y: 0, lifts: 0 };
  for (let n = 0, at = 0; n < POINTS; n++) {
    const wanted = ((along.at(-1) ?? 0) * n) / (POINTS - 1);
    while (at + 2 < points.length && (along[at + 1] ?? 0) < wanted) at++;
    const [from, to] = [points[at] ?? first, points[at + 1] ?? first];
    const [start, end] = [along[at] ?? 0, along[at + 1] ?? 0];
    const share = end > start ? Math.min(1, (wanted - start) / (end - start)) : 0;
    const point = place(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y));
    const now = { ...point, lifts: share > 0 ? to.lifts : from.lifts };
    const way = n === 0 ? [0, 0, 0] : [now.x - previous.x, now.y - previous.y, now.lifts - previous.lifts];
    features.push(now.x, now.y, ...way);
    previous = now;
  }
  return features;
}

/** Moves and scales coordinates into the square from −1 to 1. */
function centered(points: readonly { x: number; y: number }[]): (x: number, y: number) => { x: number; y: number } {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const half = Math.max(right - left, high - low) / 2 || 1;
  return (x, y) => ({ x: (x - (left + right) / 2) / half, y: (y - (low + high) / 2) / half });
}
