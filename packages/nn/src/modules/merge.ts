import { add, mul } from "../ops/arithmetic";
import { concat } from "../ops/concat";
import type { Tensor } from "../tensor/tensor";

/** What becomes of the outputs of a layer's two directions: side by side, or one of them by element. */
export type Merge = "concat" | "sum" | "mean" | "product";

export const MERGES: readonly Merge[] = ["concat", "sum", "mean", "product"];

/**
 * The outputs of two directions as one; of one direction, its own.
 * @param axis along which they are put side by side
 */
export function mergeDirections(outputs: readonly Tensor[], merge: Merge, axis = -1): Tensor {
  const [forward, reverse] = outputs as [Tensor, Tensor?];
  if (!reverse) return forward;
  switch (merge) {
    case "concat":
      return concat([forward, reverse], axis);
    case "sum":
      return add(forward, reverse);
    case "mean":
      return mul(add(forward, reverse), 0.5);
    case "product":
      return mul(forward, reverse);
  }
}
