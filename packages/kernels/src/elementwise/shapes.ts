import { ShapeError } from "../core";

/**
 * The shape that two arrays have together, by NumPy's rule: shapes are aligned at their last axis, and an axis of
 * extent 1, or none at all, is repeated to the other's extent.
 * @throws ShapeError where two extents differ and neither is 1
 */
export function broadcastShapes(a: readonly number[], b: readonly number[], where = "broadcast"): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const m = a[axis - rank + a.length] ?? 1;
    const n = b[axis - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError({
        where,
        what: "the second shape",
        expected: `one that broadcasts with [${a.join(", ")}]`,
        received: `[${b.join(", ")}]`,
        remedy: `Extents ${m} and ${n} meet ${rank - axis === 1 ? "on the last axis" : `${rank - axis} axes from the end`}; they must be equal, or one of them 1.`,
      });
    }
    return m === 1 ? n : m;
  });
}

/** How arrays lie in the shape they are broadcast to, with as few axes as that takes. */
export interface BroadcastPattern {
  /** Extents of the merged axes, outermost first; at least one. */
  readonly extents: readonly number[];
  /** For each array, whether it has each merged axis of its own. */
  readonly has: readonly (readonly boolean[])[];
}

/**
 * Merges neighbouring axes on which every array does the same: has the axis, or is repeated along it. Axes of extent
 * 1 vanish. What is left tells a kernel all it needs, and is the same for all batch sizes from 2 on.
 * @throws ShapeError if an array does not broadcast to `shape`
 */
export function broadcastPattern(
  shape: readonly number[],
  arrays: readonly (readonly number[])[],
  where: string,
): BroadcastPattern {
  for (const [index, array] of arrays.entries()) checkBroadcast(shape, array, where, index);
  const extents: number[] = [];
  const columns: boolean[][] = [];
  for (const [axis, extent] of shape.entries()) {
    if (extent === 1) continue;
    const column = arrays.map((array) => (array[axis - shape.length + array.length] ?? 1) !== 1);
    const last = columns.at(-1);
    if (last?.every((has, index) => has === column[index])) {
      extents[extents.length - 1] = (extents.at(-1) ?? 1) * extent;
    } else {
      extents.push(extent);
      columns.push(column);
    }
  }
  if (extents.length === 0) return { extents: [1], has: arrays.map(() => [true]) };
  return { extents, has: arrays.map((_, index) => columns.map((column) => column[index] === true)) };
}

function checkBroadcast(shape: readonly number[], array: readonly number[], where: string, index: number): void {
  const fits =
    array.length <= shape.length &&
    array.every((extent, axis) => extent === 1 || extent === shape[axis - array.length + shape.length]);
  if (fits) return;
  throw new ShapeError({
    where,
    what: `input ${index}`,
    expected: `a shape that broadcasts to [${shape.join(", ")}]`,
    received: `[${array.join(", ")}]`,
  });
}
