/** Reductions in float64 over an array of any shape, axes counted from 0. */
export interface ReductionReference {
  readonly sum: Float64Array;
  readonly mean: Float64Array;
  readonly product: Float64Array;
  readonly max: Float64Array;
  /** Row-major number of the first maximum among the reduced elements. */
  readonly argmax: Float64Array;
}

export function reduceReference(
  x: Float64Array,
  shape: readonly number[],
  axes: readonly number[],
): ReductionReference {
  const places = place(shape, axes);
  const kept = extent(shape, (axis) => !axes.includes(axis));
  const each = extent(shape, (axis) => axes.includes(axis));
  const sum = new Float64Array(kept);
  const product = new Float64Array(kept).fill(1);
  const max = new Float64Array(kept).fill(Number.NEGATIVE_INFINITY);
  const argmax = new Float64Array(kept);
  x.forEach((value, e) => {
    const { o, number } = places(e);
    sum[o] = (sum[o] ?? 0) + value;
    product[o] = (product[o] ?? 1) * value;
    if (value > (max[o] ?? 0)) {
      max[o] = value;
      argmax[o] = number;
    }
  });
  return { sum, mean: sum.map((value) => value / each), product, max, argmax };
}

/** The gradients of x for a gradient of the sum, the mean or the maximum. */
export function reduceReferenceBackward(
  x: Float64Array,
  shape: readonly number[],
  axes: readonly number[],
  dOut: Float64Array,
) {
  const places = place(shape, axes);
  const each = extent(shape, (axis) => axes.includes(axis));
  const { argmax } = reduceReference(x, shape, axes);
  const gradient = (of: (o: number, number: number) => number): Float64Array =>
    x.map((_, e) => {
      const { o, number } = places(e);
      return of(o, number) * (dOut[o] ?? 0);
    });
  return {
    sum: gradient(() => 1),
    mean: gradient(() => 1 / each),
    max: gradient((o, number) => (argmax[o] === number ? 1 : 0)),
  };
}

function extent(shape: readonly number[], isWanted: (axis: number) => boolean): number {
  return shape.reduce((product, n, axis) => (isWanted(axis) ? product * n : product), 1);
}

/** The result that element e belongs to, and its number among that result's elements. */
function place(shape: readonly number[], axes: readonly number[]): (e: number) => { o: number; number: number } {
  return (e) => {
    const coordinates = shape.map((n, axis) => Math.floor(e / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % n);
    let o = 0;
    let number = 0;
    for (const [axis, n] of shape.entries()) {
      if (axes.includes(axis)) number = number * n + (coordinates[axis] ?? 0);
      else o = o * n + (coordinates[axis] ?? 0);
    }
    return { o, number };
  };
}
