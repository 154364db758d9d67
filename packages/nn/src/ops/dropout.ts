import { dropout as dropoutKernel } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { run } from "../graph/run";
import { type Draw, expectGenerator, type Generator, sharedGenerator } from "../random/generator";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { type Scalar, scalar } from "../tensor/scalar";
import { expectDType } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { expectProbability } from "./options";

interface Attributes extends Draw {
  readonly p: Scalar;
}

const dropped = defineOp<{ x: Tensor }, Attributes, { y: Tensor }, null>({
  name: "dropout",
  forward: ({ x }, attributes) => ({ out: { y: masked(x, attributes) }, saved: null }),
  // No mask is kept: the same draw makes the same mask again.
  backward: ({ y: dy }, _, __, attributes) => (dy ? { x: masked(dy, attributes) } : {}),
});

/**
 * Zeroes each element with probability p and scales the others by 1/(1 − p) (Srivastava et al. 2014). Each call is a
 * draw of its own.
 * @param p from 0 up to but not including 1
 * @throws ValueError if p is not
 */
export function dropout(x: Tensor, p: number, options: { rng?: Generator } = {}): Tensor {
  const { rng = sharedGenerator() } = expectKnown("dropout", options, ["rng"]);
  expectDType("dropout", { x }, ...FLOATS);
  expectProbability("dropout", { p });
  if (p === 0) return x;
  return dropped({ x }, { p: scalar(p), ...expectGenerator(rng).next() }).y;
}

function masked(x: Tensor, { p, seedLow, seedHigh, draw }: Attributes): Tensor {
  // Rows draw each from a counter of their own, so that longer padding of the batch draws the same for what was there.
  const R = x.rank > 1 ? (x.shape[0] as number) : 1;
  const dims = { R, N: x.size / Math.max(1, R) };
  const scalars = { p, seedLow, seedHigh, stream: 0, draw };
  return run(dropoutKernel, { x }, { dims, scalars, shapes: { y: x.shape }, dtypes: { y: x.dtype } }).y;
}
