import {
  logSoftmaxBackward,
  logSoftmax as logSoftmaxKernel,
  softmaxBackward,
  softmax as softmaxKernel,
} from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { run } from "../graph/run";
import { FLOATS } from "../tensor/dtype";
import { expectDType, resolveAxis, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { permute } from "./permute";

const rowsOf = (x: Tensor): { R: number; V: number } => ({ R: sizeOf(x.shape.slice(0, -1)), V: x.shape.at(-1) ?? 1 });

const normalised = defineOp<{ x: Tensor }, object, { y: Tensor }, { y: Tensor }>({
  name: "softmax",
  forward({ x }) {
    const { y } = run(softmaxKernel, { x }, { dims: rowsOf(x), shapes: { y: x.shape }, dtypes: { y: x.dtype } });
    return { out: { y }, saved: { y } };
  },
  // dx = y·(dy − Σ dy·y)
  backward: ({ y: dy }, { y }) =>
    dy
      ? { x: run(softmaxBackward, { y, dy }, { dims: rowsOf(y), shapes: { dx: y.shape }, dtypes: { dx: y.dtype } }).dx }
      : {},
});

const logNormalised = defineOp<{ x: Tensor }, object, { y: Tensor }, { y: Tensor }>({
  name: "logSoftmax",
  forward({ x }) {
    const { y } = run(logSoftmaxKernel, { x }, { dims: rowsOf(x), shapes: { y: x.shape }, dtypes: { y: x.dtype } });
    return { out: { y }, saved: { y } };
  },
  // dx = dy − eʸ·Σ dy
  backward: ({ y: dy }, { y }) =>
    dy
      ? {
          x: run(logSoftmaxBackward, { y, dy }, { dims: rowsOf(y), shapes: { dx: y.shape }, dtypes: { dx: y.dtype } })
            .dx,
        }
      : {},
});

/** y_v = e^(x_v) / Σ_u e^(x_u) along one axis, by default the last. Elements at or below −1e29 are masked and get exactly 0. */
export const softmax = (x: Tensor, axis = -1): Tensor =>
  along("softmax", x, axis, (rows) => normalised({ x: rows }, {}).y);

/** y_v = x_v − ln Σ_u e^(x_u) along one axis, by default the last. */
export const logSoftmax = (x: Tensor, axis = -1): Tensor =>
  along("logSoftmax", x, axis, (rows) => logNormalised({ x: rows }, {}).y);

/** Applies what works on the last axis to another: that one is moved to the end and back. */
function along(where: string, x: Tensor, axis: number, apply: (rows: Tensor) => Tensor): Tensor {
  expectDType(where, { x }, ...FLOATS);
  const at = resolveAxis(where, axis, x);
  if (at === x.rank - 1) return apply(x);
  const swap = x.shape.map((_, index) => (index === at ? x.rank - 1 : index === x.rank - 1 ? at : index));
  return permute(apply(permute(x, swap)), swap);
}
