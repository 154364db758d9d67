import type { PenStroke } from "@unroll/data";

/** How far the pen goes in a step; the paper is 1 wide. */
export const STRIDE = 0.08;
/** What a step through the air is divided by, as `STRIDE` divides one on the paper: it may be long. */
export const AIR = 0.5;
/** Steps that are read at most: the longest digits have about 50. */
export const MOST_STEPS = 64;
/** What a step tells: its direction in x and y, whether the pen was in the air, and where it is as seen from the begin. */
export const FEATURES = 5;

/** A step of the pen, and where it ends. */
export interface PenStep {
  readonly x: number;
  readonly y: number;
  /** Whether it goes through the air, from the end of a stroke to the begin of the next. */
  readonly isLifted: boolean;
}

/**
 * Strokes as steps of equal length, so that it does not matter how fast the pen was, nor how often it was asked where it
 * is. Steps through the air are as long as they are. A pen that only began has no step.
 */
export function pathOf(strokes: readonly PenStroke[]): {
  readonly start: PenStroke[number];
  readonly steps: PenStep[];
} {
  const start = strokes[0]?.[0] ?? { x: 0, y: 0 };
  const steps: PenStep[] = [];
  let now = start;
  for (const [index, stroke] of strokes.entries()) {
    const [first] = stroke;
    if (index > 0 && first) {
      steps.push({ ...first, isLifted: true });
      now = first;
    }
    for (const { x, y } of stroke) {
      let far = Math.hypot(x - now.x, y - now.y);
      while (far >= STRIDE) {
        now = { x: now.x + (STRIDE * (x - now.x)) / far, y: now.y + (STRIDE * (y - now.y)) / far };
        steps.push({ ...now, isLifted: false });
        far = Math.hypot(x - now.x, y - now.y);
      }
    }
  }
  return { start, steps: steps.slice(0, MOST_STEPS) };
}

/** A row [64, 5] of what the network reads, zeros behind its end. */
export function featuresOf(strokes: readonly PenStroke[]): {
  readonly row: Float32Array<ArrayBuffer>;
  readonly length: number;
} {
  const { start, steps } = pathOf(strokes);
  const row = new Float32Array(MOST_STEPS * FEATURES);
  let before = start;
  for (const [at, { x, y, isLifted }] of steps.entries()) {
    const s = isLifted ? AIR : STRIDE;
    row.set([(x - before.x) / s, (y - before.y) / s, Number(isLifted), x - start.x, y - start.y], at * FEATURES);
    before = { x, y };
  }
  return { row, length: steps.length };
}
