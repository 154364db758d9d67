import { globalAveragePool1d, globalMaxPool1d } from "../ops/pool";
import type { Tensor } from "../tensor/tensor";
import { lastHidden, type ModelState, type SequenceCell } from "./cells";

/** What becomes of the outputs of all steps: what the last layer ends with, their mean, or the largest of each feature. */
export type Pooling = "last" | "mean" | "max";

export const POOLINGS = ["last", "mean", "max"] as const;

/** One vector [B, outputSize] for each row, of its true steps alone. */
export function pooledOver(
  pooling: Pooling,
  cell: SequenceCell,
  { output, state }: { readonly output: Tensor; readonly state: ModelState },
  lengths: Tensor | undefined,
): Tensor {
  if (pooling === "last") return lastHidden(cell, state);
  return pooling === "mean" ? globalAveragePool1d(output, lengths) : globalMaxPool1d(output, lengths);
}
