import { DTypeError } from "@unroll/kernels";
import { expectTensor } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { expectShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

/** Names of what models are told beside their input; a batch as a whole will do. */
export const READ_OPTIONS: readonly string[] = ["lengths", "x", "y"];

/** A batch of a model. @throws ValueError unless it is a record of x, y and lengths */
export const expectBatch = <B extends object>(where: string, batch: B): B =>
  expectKnown(where, batch, ["x", "y", "lengths"], "batch");

/** @throws DTypeError or ShapeError unless x is ids [B, T], as models of tokens read them */
export function expectIds(where: string, x: Tensor): void {
  const remedy =
    'Pass ids as tensor(Int32Array or Uint32Array, { shape: [rows, steps] }); a model is exported with dtype: "i32".';
  expectTensor(where, "x", x);
  if (x.dtype !== "i32" && x.dtype !== "u32") {
    const expected = "ids of tokens, i32 or u32,";
    throw new DTypeError({ where, what: "x", expected, received: x.dtype, remedy });
  }
  expectShape(where, { x }, ["B", "T"], remedy);
}
