import { opRule } from "@unroll/kernels";
import { type Float64Tensor, float64 } from "@unroll/testing";
import type { Tensor } from "..";
import { type Argument, computed, isTensor, type KernelNode } from "../graph/node";
import { average, build, at as elementAt, reduce64, total } from "./arrays.reference";

/**
 * Computes a recorded graph on the host in float64: what its operations and gradient rules say, without float32's
 * rounding. It knows host values, views, elementwise operations, sums and counting, which is all that they record.
 */
export function interpret(tensor: Tensor, known = new Map<Tensor, Float64Tensor>()): Float64Tensor {
  const found = known.get(tensor);
  if (found) return found;
  const value = compute(tensor, known);
  known.set(tensor, value);
  return value;
}

function compute({ node, shape, dtype }: Tensor, known: Map<Tensor, Float64Tensor>): Float64Tensor {
  switch (node.kind) {
    case "host":
      return float64(shape, node.data);
    case "view": {
      const size = shape.reduce((a, b) => a * b, 1);
      return float64(shape, interpret(node.input, known).data.subarray(node.start, node.start + size));
    }
    case "elementwise": {
      const args = node.args.map((arg) => argument(arg, known));
      const { value } = opRule(node.op);
      return build(shape, (place) =>
        value(
          args.map((arg) => elementAt(arg, place)),
          computed(dtype),
        ),
      );
    }
    case "kernel":
      if (node.kernel.name === "iota") return build(shape, ([index = 0]) => index);
      return { ...reduceSum64(node, known), shape };
    default:
      throw new Error(`A ${node.kind} node has no values on the host.`);
  }
}

function argument(arg: Argument, known: Map<Tensor, Float64Tensor>): Float64Tensor {
  if (isTensor(arg)) return interpret(arg, known);
  return float64([], [typeof arg === "number" ? arg : arg.current]);
}

function reduceSum64({ kernel, inputs, dims, options }: KernelNode, known: Map<Tensor, Float64Tensor>): Float64Tensor {
  if (kernel.name !== "reduce_sum" || !inputs.x) throw new Error(`No float64 rule for the kernel ${kernel.name}.`);
  const { reduced, mean } = options as { reduced: readonly boolean[]; mean: boolean };
  const extents = reduced.map((_, axis) => dims[`E${axis}`] as number);
  const axes = reduced.flatMap((isReduced, axis) => (isReduced ? [axis] : []));
  return reduce64(float64(extents, interpret(inputs.x, known).data), mean ? average : total, { axes });
}
