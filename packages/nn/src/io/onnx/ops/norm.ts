import { Scalar } from "../../../tensor/scalar";
import { sizeOf } from "../../../tensor/shape";
import type { Value } from "../graph";
import { type Call, firstOf, type Lowering, type Rule } from "../lowering";
import { input, numbers } from "./layout";

const epsilonOf = ({ attributes }: Call): number => {
  const epsilon = attributes[0]?.epsilon;
  return epsilon instanceof Scalar ? epsilon.current : 1e-5;
};

/** x/√(mean of squares + ε), the mean over `axes`. */
function byRoot(x: Value, axes: readonly number[], epsilon: number, { graph }: Lowering): Value {
  const squares = graph.op("ReduceMean", [graph.op("Mul", [x, x])], { axes, keepdims: 1 });
  return graph.op("Div", [x, graph.op("Sqrt", [graph.op("Add", [squares, graph.number("float", epsilon)])])]);
}

/** The parameters of an affine map, under a shape that broadcasts to that of x where they have another. */
function affine(y: Value, call: Call, lowering: Lowering, shape?: readonly number[]): Value {
  const { graph } = lowering;
  const beside = (name: string): Value | undefined => {
    const given = call.inputs.get(name);
    if (!given) return undefined;
    return shape ? graph.op("Reshape", [lowering.value(given), graph.ints(shape)]) : lowering.value(given);
  };
  const [weight, bias] = [beside("weight"), beside("bias")];
  const scaled = weight === undefined ? y : graph.op("Mul", [y, weight]);
  return bias === undefined ? scaled : graph.op("Add", [scaled, bias]);
}

const layerNorm: Rule = {
  inputs: ["x", "weight", "bias"],
  attributes: ["axes", "epsilon"],
  ignores: ["R", "D", "B", "statistics"],
  lower(call, lowering) {
    const { graph } = lowering;
    const x = input(call, "x");
    const { shape, rank } = firstOf(x);
    const first = rank - (numbers(call, "axes")[0] ?? 1);
    const weight = call.inputs.get("weight");
    const isOpen = lowering.extents(x).some(({ names }, axis) => axis >= first && names.length > 0);
    if (!weight && isOpen) {
      // the operator's scale is a constant of the normalised shape
      const axes = shape.slice(first).map((_, axis) => first - rank + axis);
      const value = lowering.value(x);
      const centred = graph.op("Sub", [value, graph.op("ReduceMean", [value], { axes, keepdims: 1 })]);
      return { y: affine(byRoot(centred, axes, epsilonOf(call), lowering), call, lowering) };
    }
    const bias = call.inputs.get("bias");
    const normalised = shape.slice(first);
    const scale = weight
      ? lowering.value(weight)
      : graph.constant("ones", "float", normalised, () => new Float32Array(sizeOf(normalised)).fill(1));
    const inputs = [lowering.value(x), scale, ...(bias ? [lowering.value(bias)] : [])];
    const attributes = { axis: first - rank, epsilon: { float: epsilonOf(call) } };
    return { y: graph.op("LayerNormalization", inputs, attributes) };
  },
};

/** RMSNormalization itself came with opset 23. */
const rmsNorm: Rule = {
  inputs: ["x", "weight"],
  attributes: ["epsilon"],
  ignores: ["R", "D", "B"],
  lower(call, lowering) {
    const x = input(call, "x");
    // How many axes are normalised is in the rows and their lengths alone.
    const axes: number[] = [];
    for (let size = 1; size < (numbers(call, "D")[0] ?? 1); size *= firstOf(x).shape.at(axes[0] ?? 0) ?? 1) {
      axes.unshift((axes[0] ?? 0) - 1);
    }
    const y = byRoot(lowering.value(x), axes.length === 0 ? [-1] : axes, epsilonOf(call), lowering);
    return { y: affine(y, call, lowering) };
  },
};

/** By the statistics of the batch, as in training; a module that is exported uses the running ones. */
const batchNorm: Rule = {
  inputs: ["x", "weight", "bias"],
  attributes: ["channels", "epsilon"],
  ignores: ["dims"],
  lower(call, lowering) {
    const { graph } = lowering;
    const x = input(call, "x");
    const { rank } = firstOf(x);
    const channel = call.attributes[0]?.channels === "last" ? rank - 1 : 1;
    const axes = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== channel);
    const value = lowering.value(x);
    const average = graph.op("ReduceMean", [value], { axes, keepdims: 1 });
    const centred = graph.op("Sub", [value, average]);
    const squares = graph.op("ReduceMean", [graph.op("Mul", [centred, centred])], { axes, keepdims: 1 });
    const list = (statistic: Value): Value => graph.op("Squeeze", [statistic, graph.ints(axes)]);
    const shape = Array.from({ length: rank - channel }, (_, axis) => (axis === 0 ? -1 : 1));
    const y = affine(byRoot(centred, axes, epsilonOf(call), lowering), call, lowering, shape);
    return { y, mean: list(average), variance: list(squares) };
  },
};

export const NORM = { batchNorm, layerNorm, rmsNorm };
