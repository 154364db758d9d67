import { add, div, layerNorm, logSoftmax, mean, mul, reshape, softmax, sqrt, square, type Tensor } from "@unroll/nn";
import { UnsupportedCase } from "../../compare";
import type { OnnxNode, OnnxOperator } from "./node";

/** Before this version Softmax flattened all axes from `axis` on. */
const SOFTMAX_ALONG_ONE_AXIS = 13;

function alongAxis(apply: (x: Tensor, axis: number) => Tensor): OnnxOperator {
  return (node) => {
    if ((node.opset ?? SOFTMAX_ALONG_ONE_AXIS) < SOFTMAX_ALONG_ONE_AXIS) {
      throw new UnsupportedCase(`${node.op} of opset ${node.opset}, which flattens axes`);
    }
    return [apply(node.float(0), node.attributes.only("axis").number("axis", -1))];
  };
}

export const softmaxOperator = alongAxis(softmax);
export const logSoftmaxOperator = alongAxis(logSoftmax);

/** x normalised over the axes from `axis` on, scale and bias of their shape; then the mean and 1/√(σ² + ε). */
export const layerNormalization: OnnxOperator = (node) => {
  const { x, axes, epsilon } = normalised(node);
  const [weight, bias] = [node.float(1), node.optionalFloat(2)];
  expectOwnShape(node, x, axes, weight, bias);
  const { y, mean: average, inverseDeviation } = layerNorm(x, { axes, epsilon, weight, bias });
  return [y, average, inverseDeviation];
};

/** x / √(mean of x² + ε) · scale over the axes from `axis` on; made of elementary operations. */
export const rmsNormalization: OnnxOperator = (node) => {
  const { x, axes, epsilon } = normalised(node);
  const scale = node.float(1);
  expectOwnShape(node, x, axes, scale);
  const last = Array.from({ length: axes }, (_, k) => k - axes);
  const power = mean(square(x), { axes: last, keepDims: true });
  return [mul(div(x, sqrt(add(power, epsilon))), scale)];
};

/** Layer normalisation of groups of channels of [N, C, …], then scale and bias by channel. */
export const groupNormalization: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("epsilon", "num_groups", "stash_type");
  return [byChannel(node, attributes.number("num_groups"), attributes.number("epsilon", 1e-5))];
};

/** The same with a group for each channel. */
export const instanceNormalization: OnnxOperator = (node) => {
  node.attributes.only("epsilon");
  return [byChannel(node, node.input(0).shape[1] ?? 0, node.attributes.number("epsilon", 1e-5))];
};

function byChannel(node: OnnxNode, groups: number, epsilon: number): Tensor {
  const x = node.float(0);
  const [N = 0, C = 0] = x.shape;
  const { y } = layerNorm(reshape(x, [N, groups, x.size / (N * groups)]), { epsilon });
  const channel = (position: number): Tensor => {
    const values = node.float(position);
    if (values.size !== C) throw new UnsupportedCase(`${node.op} with one scale for each group`);
    return reshape(values, [C, ...x.shape.slice(2).map(() => 1)]);
  };
  return add(mul(reshape(y, x.shape), channel(1)), channel(2));
}

function normalised(node: OnnxNode): { x: Tensor; axes: number; epsilon: number } {
  const { attributes } = node;
  attributes.only("axis", "epsilon", "stash_type");
  const x = node.float(0);
  const axis = attributes.number("axis", -1);
  return { x, axes: axis < 0 ? -axis : x.rank - axis, epsilon: attributes.number("epsilon", 1e-5) };
}

/** @throws UnsupportedCase where a scale or bias would have to be broadcast */
function expectOwnShape(node: OnnxNode, x: Tensor, axes: number, ...parameters: readonly (Tensor | undefined)[]): void {
  const own = JSON.stringify(x.shape.slice(x.rank - axes));
  for (const parameter of parameters) {
    if (!parameter || JSON.stringify(parameter.shape) === own) continue;
    throw new UnsupportedCase(`${node.op} with a scale or bias of ${JSON.stringify(parameter.shape)}`);
  }
}
