import { padDims, padZeros, sliceDims, stridedCopy, ValueError } from "@unroll/kernels";
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
  forward: ({ x }, cutting) => ({ out: { part: cutOut(x, cutting) }, saved: { x } }),
  // The gradient of what was cut away is zero.
  backward({ part: d }, { x }, _, cutting) {
    if (!d) return {};
    const { begin, extent } = place(x, cutting);
    const call = padDims(x.shape, begin, extent);
    return { x: run(padZeros, { x: d }, { ...call, shapes: { out: x.shape }, dtypes: { out: d.dtype } }).out };
  },
});

/** The part of x, with no record of where it came from: what backward rules cut gradients with. */
export function cutOut(x: Tensor, { axis, start, end }: Cut): Tensor {
  const { begin, extent } = place(x, { axis, start, end });
  // A run of leading rows lies in one piece: it is looked at where it is.
  const isOnePiece = sizeOf(x.shape.slice(0, axis)) === 1;
  if (isOnePiece) return view(x, extent, start * sizeOf(x.shape.slice(axis + 1)));
  const call = sliceDims(x.shape, { begin, extent });
  return run(stridedCopy, { x }, { ...call, shapes: { out: extent }, dtypes: { out: x.dtype } }).out;
}

/** Where the part begins on each axis, and its extents. */
function place({ shape }: Tensor, { axis, start, end }: Cut): { begin: number[]; extent: number[] } {
  return {
    begin: shape.map((_, other) => (other === axis ? start : 0)),
    extent: shape.map((extent, other) => (other === axis ? end - start : extent)),
  };
}

/**
 * The part of x from `start` up to but not including `end` along one axis; negative indices count from its end.
 * @throws ValueError if the part is empty or out of range
 */
export function slice(x: Tensor, axis: number, start: number, end = Number.POSITIVE_INFINITY): Tensor {
  const at = resolveAxis("slice", axis, x);
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
