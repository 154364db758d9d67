import { type DimsOf, ShapeError, ValueError } from "../core";
import { MAX_COPY_RANK, type padZeros, type StridedDims, type StridedOptions } from "./strided-copy";

/** What `stridedCopy` is called with for a view. */
export interface StridedCall {
  readonly dims: StridedDims;
  readonly options: StridedOptions;
}

/** Elements from one to the next along each axis of an array without gaps. */
export function contiguousStrides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
}

/** The order that undoes a permutation of axes: what the gradient of `permute` is permuted by. */
export function inverseOrder(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}

/**
 * `strided_copy` that permutes axes: axis k of the result is axis `order[k]` of an array of `shape`. Axes that stay
 * neighbours in their order are copied as one.
 *
 * @throws ValueError if `order` does not name each axis once
 */
export function permuteDims(shape: readonly number[], order: readonly number[]): StridedCall {
  if (order.length !== shape.length || shape.some((_, axis) => !order.includes(axis))) {
    throw new ValueError({
      where: "permute",
      what: "the order of the axes",
      expected: `each of 0 to ${shape.length - 1} once`,
      received: `[${order.join(", ")}]`,
    });
  }
  const strides = contiguousStrides(shape);
  const merged: { extent: number; stride: number }[] = [];
  for (const [k, axis] of order.entries()) {
    const extent = shape[axis] ?? 1;
    const stride = strides[axis] ?? 1;
    const before = k > 0 && order[k - 1] === axis - 1 ? merged.pop() : undefined;
    merged.push({ extent: extent * (before?.extent ?? 1), stride });
  }
  return stridedDims("permute", merged, 0);
}

/**
 * `strided_copy` that takes `extent[k]` elements of axis k, every `step[k]`th from `begin[k]` on.
 *
 * @throws ValueError if the slice leaves the array
 */
export function sliceDims(
  shape: readonly number[],
  {
    begin,
    extent,
    step = shape.map(() => 1),
  }: { begin: readonly number[]; extent: readonly number[]; step?: readonly number[] },
): StridedCall {
  const strides = contiguousStrides(shape);
  let offset = 0;
  const axes = shape.map((size, axis) => {
    const [first = 0, count = 0, by = 1] = [begin[axis], extent[axis], step[axis]];
    if (first < 0 || count < 0 || by < 1 || (count > 0 && first + (count - 1) * by >= size)) {
      throw new ValueError({
        where: "slice",
        what: `axis ${axis}`,
        expected: `within its ${size} elements`,
        received: `${count} from ${first} on, every ${by}`,
      });
    }
    const stride = strides[axis] ?? 1;
    offset += first * stride;
    return { extent: count, stride: by * stride };
  });
  return stridedDims("slice", axes, offset);
}

/**
 * `pad_zeros` that puts an array of `part` at `begin` of a zero array of `shape`: the gradient of `sliceDims(shape,
 * { begin, extent: part })`.
 *
 * @throws ValueError if it does not fit there
 */
export function padDims(
  shape: readonly number[],
  begin: readonly number[],
  part: readonly number[],
): { readonly dims: DimsOf<typeof padZeros>; readonly options: StridedOptions } {
  const { options } = sliceDims(shape, { begin, extent: part });
  const [E0, E1, E2, E3, E4, E5] = six(shape, 1);
  const [F0, F1, F2, F3, F4, F5] = six(part, 1);
  const [P0, P1, P2, P3, P4, P5] = six(begin, 0);
  const n = shape.reduce((a, b) => a * b, 1);
  return { dims: { n, E0, E1, E2, E3, E4, E5, F0, F1, F2, F3, F4, F5, P0, P1, P2, P3, P4, P5 }, options };
}

function stridedDims(where: string, axes: readonly { extent: number; stride: number }[], offset: number): StridedCall {
  if (axes.length > MAX_COPY_RANK) {
    throw new ShapeError({
      where,
      what: "the array",
      expected: `of at most ${MAX_COPY_RANK} axes, those that stay neighbours counting as one`,
      received: `of ${axes.length}`,
    });
  }
  const [E0, E1, E2, E3, E4, E5] = six(
    axes.map(({ extent }) => extent),
    1,
  );
  const [S0, S1, S2, S3, S4, S5] = six(
    axes.map(({ stride }) => stride),
    0,
  );
  const n = axes.reduce((product, { extent }) => product * extent, 1);
  return { dims: { n, E0, E1, E2, E3, E4, E5, S0, S1, S2, S3, S4, S5, offset }, options: { rank: axes.length } };
}

function six(values: readonly number[], rest: number): [number, number, number, number, number, number] {
  const [a = rest, b = rest, c = rest, d = rest, e = rest, f = rest] = values;
  return [a, b, c, d, e, f];
}
