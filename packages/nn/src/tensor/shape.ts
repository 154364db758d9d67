import { DTypeError, ShapeError } from "@unroll/kernels";
import type { DType } from "./dtype";
import { expectTensor, said } from "./kind";

/** Extents of a tensor's axes, outermost first; none for a scalar. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** Extents as errors say them: [2, 3]. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Whether these are extents, at least 0 each. */
export const isShape = (shape: Shape, least = 0): boolean =>
  Array.isArray(shape) && shape.every((extent) => Number.isInteger(extent) && extent >= least);

/** @throws ShapeError unless it is an array of whole numbers, of at least `least` */
export function expectExtents(where: string, shape: Shape, least = 0): void {
  if (isShape(shape, least)) return;
  const received = Array.isArray(shape) ? formatShape(shape) : said(shape);
  throw new ShapeError({
    where,
    what: "the shape",
    expected: `an array of whole extents, at least ${least} each,`,
    received,
  });
}

/**
 * An axis of a tensor, or of so many, counted from the front; −1 is the last.
 * @throws ShapeError if there is no such axis, DTypeError if it is no tensor
 */
export function resolveAxis(where: string, axis: number, x: Shaped | number): number {
  if (typeof x !== "number") expectTensor(where, "x", x);
  const rank = typeof x === "number" ? x : x.shape.length;
  const resolved = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && resolved >= 0 && resolved < rank) return resolved;
  throw new ShapeError({
    where,
    what: "axis",
    expected: `a whole number from ${-rank} to ${rank - 1}`,
    received: said(axis),
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
 * @throws ShapeError that shows the whole pattern, the whole shape and `remedy`; DTypeError if it is no tensor
 */
export function expectShape(
  where: string,
  tensors: Readonly<Record<string, Shaped>>,
  pattern: readonly (number | string)[],
  remedy?: string,
): Record<string, number> {
  const [[what, tensor]] = Object.entries(tensors) as [[string, Shaped]];
  expectTensor(where, what, tensor);
  const { shape } = tensor;
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
    remedy,
  });
}

/** @throws DTypeError unless all are tensors, of one of the dtypes */
export function expectDType(
  where: string,
  tensors: Readonly<Record<string, Shaped>>,
  ...dtypes: readonly DType[]
): void {
  for (const [what, tensor] of Object.entries(tensors)) {
    expectTensor(where, what, tensor);
    const { dtype } = tensor;
    if (dtypes.includes(dtype)) continue;
    throw new DTypeError({
      where,
      what,
      expected: dtypes.join(" or "),
      received: dtype,
      remedy: `Make it with tensor(values, { dtype: "${dtypes[0]}" }), or cast it.`,
    });
  }
}
