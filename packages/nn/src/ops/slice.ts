import { copyBlock, padBlock, ValueError } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { run, view } from "../graph/run";
import { formatShape, resolveAxis, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

const cut = defineOp<{ x: Tensor }, Cut, { part: Tensor }, { x: Tensor }>({
  name: "slice",
  forward({ x }, { axis, start, end }) {
    const shape = x.shape.map((extent, other) => (other === axis ? end - start : extent));
    const inner = sizeOf(x.shape.slice(axis + 1));
    const outer = sizeOf(x.shape.slice(0, axis));
    // A run of leading rows lies in one piece: it is looked at where it is.
    if (outer === 1) return { out: { part: view(x, shape, start * inner) }, saved: { x } };
    const stride = (x.shape[axis] as number) * inner;
    const dims = { outer, n: (end - start) * inner, start: start * inner, stride, total: x.size };
    const { copy } = run(copyBlock, { source: x }, { dims, shapes: { copy: shape }, dtypes: { copy: x.dtype } });
    return { out: { part: copy }, saved: { x } };
  },
  // The gradient of what was cut away is zero.
  backward({ part: d }, { x }, _, { axis, start, end }) {
    if (!d) return {};
    const inner = sizeOf(x.shape.slice(axis + 1));
    const dims = {
      outer: sizeOf(x.shape.slice(0, axis)),
      n: (end - start) * inner,
      start: start * inner,
      stride: (x.shape[axis] as number) * inner,
    };
    return { x: run(padBlock, { block: d }, { dims, shapes: { padded: x.shape }, dtypes: { padded: "f32" } }).padded };
  },
});

/**
 * The part of x from `start` up to but not including `end` along one axis; negative indices count from its end.
 * @throws ValueError if the part is empty or out of range
 */
export function slice(x: Tensor, axis: number, start: number, end = Number.POSITIVE_INFINITY): Tensor {
  const at = resolveAxis("slice", axis, x.rank);
  const extent = x.shape[at] as number;
  const from = start < 0 ? start + extent : start;
  const to = Math.min(end < 0 ? end + extent : end, extent);
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to)) {
    throw new ValueError({
      where: "slice",
      what: `[${start}, ${end}) of axis ${at} of ${formatShape(x.shape)}`,
      expected: "a part of at least one element",
      received: "empty or out of range",
    });
  }
  if (from === 0 && to === extent) return x;
  return cut({ x }, { axis: at, start: from, end: to }).part;
}
