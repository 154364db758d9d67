import { DTypeError, ShapeError } from "@unroll/kernels";
import type { DType } from "./dtype";

/** Extents of a tensor's axes, outermost first; none for a scalar. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** An axis counted from the front, −1 being the last. @throws ShapeError if there is no such axis */
export function resolveAxis(where: string, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && resolved >= 0 && resolved < rank) return resolved;
  throw new ShapeError({
    where,
    what: "axis",
    expected: `a whole number from ${-rank} to ${rank - 1}`,
    received: String(axis),
  });
}

interface Shaped {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * Checks that a tensor has the shape written in `pattern`: a number must match, a name stands for any extent, and a
 * name met twice for the same one.
 * @returns the extents that the names stood for
 * @throws ShapeError that shows the whole pattern, the whole shape and `remedy`
 */
export function expectShape(
  where: string,
  tensors: Readonly<Record<string, Shaped>>,
  pattern: readonly (number | string)[],
  remedy?: string,
): Record<string, number> {
  const [[what, { shape }]] = Object.entries(tensors) as [[string, Shaped]];
  const bound: Record<string, number> = {};
  const matches =
    shape.length === pattern.length &&
    pattern.every((want, axis) => {
      const extent = shape[axis] as number;
      if (typeof want === "number") return want === extent;
      bound[want] ??= extent;
      return bound[want] === extent;
    });
  if (matches) return bound;
  throw new ShapeError({
    where,
    what,
    expected: formatShape(pattern),
    received: formatShape(shape),
    ...(remedy ? { remedy } : {}),
  });
}

/** @throws DTypeError unless the tensor has one of the dtypes */
export function expectDType(
  where: string,
  tensors: Readonly<Record<string, Shaped>>,
  ...dtypes: readonly DType[]
): void {
  for (const [what, { dtype }] of Object.entries(tensors)) {
    if (dtypes.includes(dtype)) continue;
    throw new DTypeError({ where, what, expected: dtypes.join(" or "), received: dtype });
  }
}
