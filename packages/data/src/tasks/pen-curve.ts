/** A place on paper: x to the right, y down. */
export interface Point {
  x: number;
  y: number;
}

/** How finely a curve is followed between two points that it goes through. */
const FINE = 12;

/**
 * Points along the curve that goes through some (Catmull & Rom 1974), the first and the last among them. A point that
 * comes twice is a corner.
 *
 * @param stride the way from each to the next, asked for anew each time
 */
export function smoothStroke(through: readonly Point[], stride: () => number): Point[] {
  const [first] = through;
  if (!first) return [];
  const points = [{ ...first }];
  let [last, wanted] = [first, stride()];
  for (const point of curve(through)) {
    if (Math.hypot(point.x - last.x, point.y - last.y) < wanted) continue;
    points.push(point);
    [last, wanted] = [point, stride()];
  }
  const end = through.at(-1) ?? first;
  if (last.x !== end.x || last.y !== end.y) points.push({ ...end });
  return points;
}

function* curve(through: readonly Point[]): Generator<Point> {
  for (let at = 0; at + 1 < through.length; at++) {
    const [from, to] = [through[at] as Point, through[at + 1] as Point];
    if (from.x === to.x && from.y === to.y) continue; // between the two points of a corner there is no curve
    const [before, after] = [through[at - 1] ?? from, through[at + 2] ?? to];
    for (let step = 1; step <= FINE; step++) {
      const u = step / FINE;
      yield { x: between(before.x, from.x, to.x, after.x, u), y: between(before.y, from.y, to.y, after.y, u) };
    }
  }
}

/** The cubic that goes from b to c, parallel to a→c at its begin and to b→d at its end. */
function between(a: number, b: number, c: number, d: number, u: number): number {
  return b + 0.5 * u * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)));
}
