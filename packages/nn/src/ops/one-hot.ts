import type { DType } from "../tensor/dtype";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { expectDType, resolveAxis } from "../tensor/shape";
import { type Tensor, tensor } from "../tensor/tensor";
import { arange } from "./arange";
import { add, equal, less, where } from "./arithmetic";
import { cast } from "./elementwise";
import { reshape } from "./reshape";

export interface OneHotOptions {
  /** Where the new axis lies in the result, −1 being its last; −1 by default. */
  axis?: number;
  /** What stands at the class; 1 by default. */
  on?: number;
  /** What stands at all others; 0 by default. */
  off?: number;
  /** `f32` by default. */
  dtype?: DType;
}

/**
 * Indices as vectors of `depth` numbers along a new axis: `on` at the index, `off` elsewhere. A negative index counts from
 * the end; one out of range gives `off` everywhere. Made on the device; nothing is read back.
 * @param indices [...] of i32 or u32
 * @returns [..., depth], or the new axis elsewhere
 * @throws ValueError if `depth` is not at least 1, or `on` or `off` none of the dtype
 */
export function oneHot(indices: Tensor, depth: number, options: OneHotOptions = {}): Tensor {
  const { axis = -1, on = 1, off = 0, dtype = "f32" } = expectKnown("oneHot", options, ["axis", "on", "off", "dtype"]);
  expectDType("oneHot", { indices }, "i32", "u32");
  if (!Number.isInteger(depth) || depth < 1) {
    refuseValue("oneHot", { depth }, "a whole number from 1");
  }
  const rank = indices.rank + 1;
  const at = resolveAxis("oneHot", axis, rank);
  const places = indices.dtype === "i32" ? where(less(indices, 0), add(indices, depth), indices) : indices;
  const column = reshape(places, [...indices.shape.slice(0, at), 1, ...indices.shape.slice(at)]);
  const classes = arange(depth, { dtype: indices.dtype === "i32" ? "i32" : "u32" });
  const hits = equal(column, reshape(classes, [depth, ...indices.shape.slice(at).map(() => 1)]));
  if (dtype === "bool" && on === 1 && off === 0) return hits;
  if (dtype === "f32" || dtype === "f16") return cast(where(hits, on, off), dtype);
  // numbers beside tensors of whole numbers alone would be f32
  const value = (number: number): Tensor => tensor([number], { shape: [], dtype });
  return where(hits, value(on), value(off));
}
