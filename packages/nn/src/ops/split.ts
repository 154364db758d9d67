import { defineOp } from "../autograd/define-op";
import { view } from "../graph/run";
import { refuseValue } from "../tensor/kind";
import { resolveAxis, type Shape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { joinGradients } from "./concat";
import { reshape } from "./reshape";
import { partShape, partsOf } from "./split-parts";

interface Attributes {
  readonly axis: number;
  readonly count: number;
  /** Of a part, and of a part as it is handed out. */
  readonly shapes: { readonly part: Shape; readonly out: Shape };
}

const parted = defineOp<{ x: Tensor }, Attributes, Readonly<Record<string, Tensor>>, null>({
  name: "split",
  forward: ({ x }, { axis, count, shapes }) => ({
    out: Object.fromEntries(partsOf(x, axis, count, shapes.out).entries()),
    saved: null,
  }),
  // The gradients of the parts, end to end again.
  backward(d, _, __, { axis, count, shapes: { part } }) {
    const gradients = Array.from({ length: count }, (_, k) => {
      const gradient = d[k];
      return gradient && view(gradient, part);
    });
    return { x: joinGradients(gradients, part, axis) };
  },
});

function cutApart(x: Tensor, axis: number, count: number, out: Shape): Tensor[] {
  return Object.values(parted({ x }, { axis, count, shapes: { part: partShape(x.shape, axis, count), out } }));
}

/**
 * x cut into `count` equal parts along one axis, by default the last: the gates of a recurrent cell, say.
 * @throws ValueError unless the axis divides into so many parts
 */
export function split(x: Tensor, count: number, axis = -1): Tensor[] {
  const at = resolveAxis("split", axis, x);
  const extent = x.shape[at] as number;
  if (!(Number.isInteger(count) && count > 0 && extent % count === 0 && extent > 0)) {
    refuseValue("split", { count }, `a number of parts that ${extent}, the extent of axis ${at}, divides into`);
  }
  if (count === 1) return [x];
  return cutApart(x, at, count, partShape(x.shape, at, count));
}

/** The parts of x along one axis, by default the first, without that axis: the steps of a batch of sequences, say. The inverse of `stack`. */
export function unstack(x: Tensor, axis = 0): Tensor[] {
  const at = resolveAxis("unstack", axis, x);
  const count = x.shape[at] as number;
  const shape = x.shape.filter((_, other) => other !== at);
  if (count === 0) return [];
  return count === 1 ? [reshape(x, shape)] : cutApart(x, at, count, shape);
}
