import { ValueError } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { hostValues } from "../graph/node";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { expectDType, expectShape, resolveAxis, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { arange } from "./arange";
import { less, sub, where } from "./arithmetic";
import { cast } from "./elementwise";
import { type Indexing, taken } from "./gather";
import { permute } from "./permute";
import { reshape } from "./reshape";
import { lengthsTensor } from "./sequence-mask";

export interface ReverseSequenceOptions {
  /** 0 by default. */
  batchAxis?: number;
  /** 1 by default. */
  timeAxis?: number;
}

// Reversing twice changes nothing, so the gradient is reversed by the same indices.
const reversed = defineOp<{ x: Tensor; ids: Tensor }, Indexing, { y: Tensor }, { ids: Tensor }>({
  name: "reverseSequence",
  forward: ({ x, ids }, indexing) => ({ out: { y: taken(x, ids, indexing) }, saved: { ids } }),
  backward: ({ y: dy }, { ids }, _, indexing) => (dy ? { x: taken(dy, ids, indexing) } : {}),
});

/**
 * Each row's first `lengths[b]` steps in reverse, the rest as they are: y[b, t] = x[b, lengths[b] − 1 − t] for
 * t < lengths[b]. Rows lie along axis 0 and steps along axis 1 unless told otherwise.
 * @param x of any dtype
 * @param lengths [B] of u32 or i32, or a list of numbers
 * @throws ValueError if both axes are one, or a length on the host is not from 0 to T
 */
export function reverseSequence(
  x: Tensor,
  lengths: Tensor | readonly number[],
  options: ReverseSequenceOptions = {},
): Tensor {
  const name = "reverseSequence";
  const { batchAxis = 0, timeAxis = 1 } = expectKnown(name, options, ["batchAxis", "timeAxis"]);
  const [batch, time] = [resolveAxis(name, batchAxis, x), resolveAxis(name, timeAxis, x)];
  if (batch === time) {
    throw new ValueError({ where: name, what: "timeAxis", expected: "another than batchAxis", received: `${time}` });
  }
  const [B, T] = [x.shape[batch] as number, x.shape[time] as number];
  const given = lengthsTensor(lengths);
  expectDType(name, { lengths: given }, "u32", "i32");
  expectShape(name, { lengths: given }, [B], "One length for each row.");
  for (const [row, length] of (hostValues(given) ?? []).entries()) {
    if (length >= 0 && length <= T) continue;
    refuseValue(name, { [`lengths[${row}]`]: length }, `a whole number from 0 to T = ${T}`);
  }
  const order = [batch, time, ...x.shape.flatMap((_, axis) => (axis === batch || axis === time ? [] : [axis]))];
  const rows = permute(x, order);
  const t = arange(T);
  const column = reshape(cast(given, "i32"), [B, 1]);
  const ids = where(less(t, column), sub(sub(column, 1), t), t);
  const dims = { outer: B, V: T, N: T, inner: sizeOf(rows.shape.slice(2)) };
  const { y } = reversed({ x: rows, ids }, { dims, ids: "rows", shape: rows.shape });
  return permute(
    y,
    order.map((_, axis) => order.indexOf(axis)),
  );
}
