import { type Float64Tensor, float64, sizeOf } from "@unroll/testing";

/** A tensor whose element at each place is what `value` says: float64 references are written with it, element by element. */
export function build(shape: readonly number[], value: (place: readonly number[]) => number): Float64Tensor {
  const data = new Float64Array(sizeOf(shape));
  const place = shape.map(() => 0);
  for (let index = 0; index < data.length; index++) {
    data[index] = value(place);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place[axis] = (place[axis] as number) + 1;
      if ((place[axis] as number) < (shape[axis] as number)) break;
      place[axis] = 0;
    }
  }
  return { shape: [...shape], data };
}

/** The element at a place of a larger shape: axes are matched from the last, an extent of 1 answers for all. */
export function at({ shape, data }: Float64Tensor, place: readonly number[]): number {
  let index = 0;
  const missing = place.length - shape.length;
  for (const [axis, extent] of shape.entries()) {
    index = index * extent + (extent === 1 ? 0 : (place[axis + missing] as number));
  }
  return data[index] as number;
}

/** NumPy's common shape. */
export function commonShape(tensors: readonly Float64Tensor[]): number[] {
  const rank = Math.max(...tensors.map(({ shape }) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    tensors.reduce((extent, { shape }) => {
      const own = shape[axis - rank + shape.length] ?? 1;
      return own === 1 ? extent : own;
    }, 1),
  );
}

/** f of the elements, shapes broadcast. */
export function elementwise64(f: (...numbers: number[]) => number, ...args: readonly Float64Tensor[]): Float64Tensor {
  return build(commonShape(args), (place) => f(...args.map((arg) => at(arg, place))));
}

export const reshape64 = ({ data }: Float64Tensor, shape: readonly number[]): Float64Tensor => float64(shape, data);

export function permute64(x: Float64Tensor, order: readonly number[]): Float64Tensor {
  const shape = order.map((axis) => x.shape[axis] as number);
  return build(shape, (place) => {
    const source = x.shape.map(() => 0);
    for (const [k, axis] of order.entries()) source[axis] = place[k] as number;
    return at(x, source);
  });
}

/** Last two axes swapped. */
export function transpose64(x: Float64Tensor): Float64Tensor {
  const order = x.shape.map((_, axis) => axis);
  return permute64(x, [...order.slice(0, -2), order.length - 1, order.length - 2]);
}

export function slice64(x: Float64Tensor, axis: number, start: number, end: number): Float64Tensor {
  const shape = x.shape.map((extent, k) => (k === axis ? end - start : extent));
  return build(shape, (place) =>
    at(
      x,
      place.map((index, k) => (k === axis ? index + start : index)),
    ),
  );
}

export function concat64(tensors: readonly Float64Tensor[], axis: number): Float64Tensor {
  const [first, ...rest] = tensors as [Float64Tensor, ...Float64Tensor[]];
  return rest.reduce((a, b) => {
    const extent = a.shape[axis] as number;
    const shape = a.shape.map((own, k) => (k === axis ? own + (b.shape[axis] as number) : own));
    return build(shape, (place) => {
      const index = place[axis] as number;
      if (index < extent) return at(a, place);
      return at(
        b,
        place.map((own, k) => (k === axis ? index - extent : own)),
      );
    });
  }, first);
}

/** Σ_k a[..., m, k]·b[..., k, n], leading axes broadcast. */
export function matmul64(a: Float64Tensor, b: Float64Tensor): Float64Tensor {
  const [M, K, N] = [a.shape.at(-2) as number, a.shape.at(-1) as number, b.shape.at(-1) as number];
  const lead = (x: Float64Tensor): Float64Tensor => ({ ...x, shape: x.shape.slice(0, -2) });
  return build([...commonShape([lead(a), lead(b)]), M, N], (place) => {
    const batch = place.slice(0, -2);
    const [m, n] = place.slice(-2) as [number, number];
    let sum = 0;
    for (let k = 0; k < K; k++) sum += at(a, [...batch, m, k]) * at(b, [...batch, k, n]);
    return sum;
  });
}

/** `of` all elements that lie along `axes`, for each place of the others. */
export function reduce64(
  x: Float64Tensor,
  of: (values: readonly number[]) => number,
  { axes = x.shape.map((_, axis) => axis), keepDims = false }: { axes?: readonly number[]; keepDims?: boolean } = {},
): Float64Tensor {
  const reduced = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const kept = x.shape.map((extent, axis) => (reduced.includes(axis) ? 1 : extent));
  const along = x.shape.map((extent, axis) => (reduced.includes(axis) ? extent : 1));
  const result = build(kept, (place) => {
    const values: number[] = [];
    build(along, (step) => {
      const value = at(
        x,
        place.map((index, axis) => index + (step[axis] as number)),
      );
      values.push(value);
      return value;
    });
    return of(values);
  });
  return keepDims ? result : { ...result, shape: x.shape.filter((_, axis) => !reduced.includes(axis)) };
}

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
export const average = (values: readonly number[]): number => total(values) / values.length;

/** ln Σ e^x over one axis, that axis kept as 1. */
export function logSumExp64(x: Float64Tensor, axis: number): Float64Tensor {
  return reduce64(x, (values) => Math.log(total(values.map(Math.exp))), { axes: [axis], keepDims: true });
}
