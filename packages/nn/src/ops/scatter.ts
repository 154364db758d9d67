import { NO_PLACE, type ScatterReduction, ShapeError, scatter, ValueError } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { numberType } from "../graph/node";
import { elementwise, fill, run, view } from "../graph/run";
import { expectKnown } from "../tensor/known-options";
import { expectDType, formatShape, resolveAxis, sameShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { arange } from "./arange";
import { add, equal, less, sub, where } from "./arithmetic";
import { cast } from "./elementwise";
import { elementsAlong, expectWithin, type Indexing, taken } from "./gather";
import { expectIndices } from "./index-check";
import { expectOneOf } from "./options";
import { padTo } from "./pad-to";
import { productSlope, withoutZeros, zeroOrOne } from "./product-slope";

export interface ScatterOptions {
  /** 0 by default. */
  axis?: number;
  /**
   * What becomes of an element that is written to: the last update, or all of them combined with its own value.
   * `none` by default.
   */
  reduction?: ScatterReduction;
}

type Inputs = { readonly x: Tensor; readonly updates: Tensor; readonly ids: Tensor };

interface Attributes {
  readonly indexing: Indexing;
  readonly reduction: ScatterReduction;
  readonly at: number;
}

/** Updates combined with x; and which of them each element is, where that is asked for. */
function scattered(x: Tensor, updates: Tensor, ids: Tensor, reduction: ScatterReduction, { dims }: Indexing) {
  return run(
    scatter,
    { data: x, ids, updates },
    {
      dims,
      options: { ids: "elements", reduction, type: numberType(x.dtype) },
      shapes: { out: x.shape, source: x.shape },
      dtypes: { out: x.dtype },
      ...(reduction === "add" || reduction === "mul" ? {} : { outputs: ["source"] as const }),
    },
  );
}

const written = defineOp<Inputs, Attributes, { y: Tensor }, Inputs>({
  name: "scatterElements",
  forward: (inputs, { indexing, reduction }) => ({
    out: { y: scattered(inputs.x, inputs.updates, inputs.ids, reduction, indexing).out },
    saved: inputs,
  }),
  // The gradient goes to the value that an element is: its own or one of the updates. A sum passes it to all of them, a
  // product times the product of the others.
  backward({ y: dy }, { x, updates, ids }, _, { indexing, reduction, at }) {
    if (!dy) return {};
    const there = (of: Tensor): Tensor => taken(of, ids, indexing);
    if (reduction === "add") return { x: dy, updates: there(dy) };
    if (reduction === "mul") {
      const zeros = scattered(zeroOrOne(x), zeroOrOne(updates), ids, "add", indexing).out;
      const nonzero = scattered(withoutZeros(x), withoutZeros(updates), ids, "mul", indexing).out;
      return {
        x: elementwise("mul", [dy, productSlope(x, zeros, nonzero)]),
        updates: elementwise("mul", [there(dy), productSlope(updates, there(zeros), there(nonzero))]),
      };
    }
    const { source } = scattered(x, updates, ids, reduction, indexing);
    const numbers = view(
      arange(indexing.dims.N, { start: 1, dtype: "u32" }),
      updates.shape.map((extent, axis) => (axis === at ? extent : 1)),
    );
    const isTaken = elementwise("equal", [there(source), numbers], updates.shape);
    return {
      x: elementwise("where", [elementwise("equal", [source, 0]), dy, fill(0, dy.shape)]),
      updates: elementwise("where", [isTaken, there(dy), fill(0, updates.shape)]),
    };
  },
});

/**
 * A copy of x with updates written to it by index: y[indices[i, j, k], j, k] = updates[i, j, k] for axis 0, and so for
 * others (ONNX's ScatterElements, PyTorch's scatter and scatter_reduce). Updates of one element come in the order of
 * their indices along the axis, so the same numbers give the same bits. A negative index counts from the end.
 * @param x of any dtype; `add`, `mul`, `min` and `max` take no bool
 * @param indices of as many axes as x, none but `axis` longer than x has it
 * @param updates of the shape of indices and the dtype of x
 * @throws ShapeError if the shapes disagree
 * @throws ValueError if an index on the host is out of range; updates of one made on the device are left out
 */
export function scatterElements(x: Tensor, indices: Tensor, updates: Tensor, options: ScatterOptions = {}): Tensor {
  const name = "scatterElements";
  const { axis = 0, reduction = "none" } = expectKnown(name, options, ["axis", "reduction"]);
  expectOneOf(name, { reduction }, ["none", "add", "mul", "min", "max"]);
  const at = resolveAxis(name, axis, x);
  const V = x.shape[at] as number;
  expectIndices(name, indices, [V], at);
  expectWithin(name, x, indices, at);
  expectDType(name, { updates }, x.dtype);
  if (reduction !== "none" && x.dtype === "bool") {
    throw new ValueError({ where: name, what: "reduction of bools", expected: "none", received: reduction });
  }
  if (!sameShape(updates.shape, indices.shape)) {
    throw new ShapeError({
      where: name,
      what: "updates",
      expected: formatShape(indices.shape),
      received: formatShape(updates.shape),
      remedy: "There is one update for each index.",
    });
  }
  const whole = x.shape.map((extent, other) => (other === at ? (indices.shape[at] as number) : extent));
  const ids = sameShape(indices.shape, whole) ? indices : paddedIndices(indices, whole, V);
  const indexing = elementsAlong(x.shape, whole, at);
  return written({ x, updates: padTo(updates, whole), ids }, { indexing, reduction, at }).y;
}

/** Indices among others that mean no place. A pad of zeros would mean place 0, so indices are counted from 1 meanwhile. */
function paddedIndices(indices: Tensor, shape: readonly number[], V: number): Tensor {
  const signed = cast(indices, "i32");
  const fromOne = add(where(less(signed, 0), add(signed, V), signed), 1);
  const padded = padTo(fromOne, shape);
  return where(equal(padded, 0), NO_PLACE, sub(padded, 1));
}
