/** Numbers in float64, row-major, with their shape: what references take and give. */
export type Float64Tensor = {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** Whole numbers (tokens, classes, lengths), through which no gradient flows. */
  readonly integer?: true;
};

/** Number of elements of a shape; 1 for a scalar's `[]`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** The place of a flat index in a row-major shape, as `[1, 0, 4]`. */
export function placeOf(index: number, shape: readonly number[]): string {
  const place: number[] = [];
  let rest = index;
  for (const extent of shape.toReversed()) {
    place.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return `[${place.join(", ")}]`;
}

/** Takes a tensor's shape and numbers together. */
export function float64(shape: readonly number[], data: ArrayLike<number>): Float64Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`[${shape.join(", ")}] holds ${sizeOf(shape)} elements, but ${data.length} were given.`);
  }
  return { shape: [...shape], data: Float64Array.from(data) };
}
