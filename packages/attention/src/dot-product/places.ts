import { abs, add, arange, cast, reshape, sub, Tensor, tensor } from "@unroll/nn";

/** Places of the queries among the keys, i32 [B, 1, T, 1], or [1, 1, T, 1] where they are the same in all rows. */
export function queryPlaces(offset: number | Tensor | undefined, { B, T }: { B: number; T: number }): Tensor {
  const first =
    offset instanceof Tensor
      ? reshape(cast(offset, "i32"), [B, 1, 1, 1])
      : tensor(Int32Array.of(offset ?? 0), { shape: [1, 1, 1, 1] });
  return add(reshape(arange(T, { dtype: "i32" }), [1, 1, T, 1]), first);
}

/** Those of the keys, i32 [1, 1, 1, S]. */
export const keyPlaces = (S: number): Tensor => reshape(arange(S, { dtype: "i32" }), [1, 1, 1, S]);

/** |i − s| of each query and key, f32 [B, 1, T, S], or [1, 1, T, S]. */
export const distances = (queries: Tensor, keys: Tensor): Tensor => abs(cast(sub(queries, keys), "f32"));
