import { ShapeError } from "@unroll/kernels";
import { expectDType, formatShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

/** What can be differentiated. @throws DTypeError unless it is a tensor of f32, ShapeError unless it is of one element */
export function expectLoss(where: string, loss: Tensor): void {
  expectDType(where, { loss }, "f32");
  if (loss.size === 1) return;
  throw new ShapeError({
    where,
    what: "the loss",
    expected: "of one element",
    received: formatShape(loss.shape),
    remedy: "Reduce it with sum or mean first.",
  });
}
