/** Views of arrays as plain loops; all of them only move numbers. */

/** Axis k of the result is axis order[k] of x. */
export function permuteReference(x: Float64Array, shape: readonly number[], order: readonly number[]): Float64Array {
  const permuted = order.map((axis) => shape[axis] ?? 1);
  return gather(permuted, (place) => {
    const source = shape.map((_, axis) => place[order.indexOf(axis)] ?? 0);
    return x[flat(source, shape)] ?? Number.NaN;
  });
}

/** The elements begin, begin + step, … of each axis. */
export function sliceReference(
  x: Float64Array,
  shape: readonly number[],
  { begin, extent, step }: { begin: readonly number[]; extent: readonly number[]; step: readonly number[] },
): Float64Array {
  return gather(extent, (place) => {
    const source = place.map((i, axis) => (begin[axis] ?? 0) + i * (step[axis] ?? 1));
    return x[flat(source, shape)] ?? Number.NaN;
  });
}

/** x of shape `part` at `begin` of a zero array of `shape`. */
export function placeReference(
  x: Float64Array,
  shape: readonly number[],
  begin: readonly number[],
  part: readonly number[],
): Float64Array {
  return gather(shape, (place) => {
    const inner = place.map((i, axis) => i - (begin[axis] ?? 0));
    const isInside = inner.every((i, axis) => i >= 0 && i < (part[axis] ?? 0));
    return isInside ? (x[flat(inner, part)] ?? Number.NaN) : 0;
  });
}

function flat(place: readonly number[], shape: readonly number[]): number {
  return place.reduce((index, i, axis) => index * (shape[axis] ?? 1) + i, 0);
}

function gather(shape: readonly number[], of: (place: number[]) => number): Float64Array {
  const n = shape.reduce((a, b) => a * b, 1);
  return Float64Array.from({ length: n }, (_, index) => {
    let rest = index;
    const place = shape
      .toReversed()
      .map((extent) => {
        const i = rest % extent;
        rest = Math.floor(rest / extent);
        return i;
      })
      .toReversed();
    return of(place);
  });
}
