import { scatter, topK as topKKernel } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { numberType } from "../graph/node";
import { run } from "../graph/run";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { expectDType, resolveAxis, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { permute } from "./permute";

export interface TopKOptions {
  /** Along which axis; the last by default. */
  axis?: number;
  /** Whether the largest are taken, or else the smallest; true by default. */
  largest?: boolean;
}

type Attributes = { readonly K: number; readonly smallest: boolean };

const best = defineOp<{ x: Tensor }, Attributes, { values: Tensor; indices: Tensor }, { x: Tensor; indices: Tensor }>({
  name: "topK",
  forward({ x }, { K, smallest }) {
    const shape = [...x.shape.slice(0, -1), K];
    const { values, indices } = run(
      topKKernel,
      { x },
      {
        dims: { R: sizeOf(x.shape.slice(0, -1)), V: x.shape.at(-1) as number, K },
        options: { type: numberType(x.dtype), smallest },
        shapes: { values: shape, indices: shape },
        dtypes: { values: x.dtype },
      },
    );
    return { out: { values, indices }, saved: { x, indices } };
  },
  // The gradient goes to the elements that were taken.
  backward({ values: d }, { x, indices }, _, { K }) {
    if (!d) return {};
    const dims = { outer: sizeOf(x.shape.slice(0, -1)), V: x.shape.at(-1) as number, N: K, inner: 1 };
    const call = { dims, options: { reduction: "add" as const }, shapes: { out: x.shape }, dtypes: { out: x.dtype } };
    return { x: run(scatter, { ids: indices, updates: d }, call).out };
  },
});

/**
 * The k largest elements along an axis, largest first, and where they are, as u32; or the smallest, smallest first. Of
 * equals the one of the lowest index comes first, and NaN comes last either way.
 * @param x of f32, f16, i32 or u32
 * @throws ValueError if k is not from 1 to the extent of the axis
 */
export function topK(x: Tensor, k: number, options: TopKOptions = {}): { values: Tensor; indices: Tensor } {
  const { axis = -1, largest = true } = expectKnown("topK", options, ["axis", "largest"]);
  expectDType("topK", { x }, "f32", "f16", "i32", "u32");
  const at = resolveAxis("topK", axis, x);
  const extent = x.shape[at] as number;
  if (!Number.isInteger(k) || k < 1 || k > extent) {
    refuseValue("topK", { k }, `a whole number from 1 to ${extent}, the extent of axis ${at}`);
  }
  const swap = x.shape.map((_, index) => (index === at ? x.rank - 1 : index === x.rank - 1 ? at : index));
  const { values, indices } = best({ x: permute(x, swap) }, { K: k, smallest: !largest });
  return { values: permute(values, swap), indices: permute(indices, swap) };
}
