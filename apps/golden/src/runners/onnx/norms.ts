import { add, concat, groupNorm, layerNorm, logSoftmax, mul, reshape, rmsNorm, softmax, type Tensor } from "@unroll/nn";
import { UnsupportedCase } from "../../compare";
import type { OnnxNode, OnnxOperator } from "./node";

/** Before this version Softmax took all axes from `axis` on for one, by default from the second on. */
const SOFTMAX_ALONG_ONE_AXIS = 13;

function alongAxis(apply: (x: Tensor, axis: number) => Tensor): OnnxOperator {
  return (node) => {
    const isFlat = (node.opset ?? SOFTMAX_ALONG_ONE_AXIS) < SOFTMAX_ALONG_ONE_AXIS;
    const [x, axis] = [node.float(0), node.attributes.only("axis").number("axis", isFlat ? 1 : -1)];
    if (!isFlat) return [apply(x, axis)];
    const columns = x.shape.slice(axis < 0 ? axis + x.rank : axis).reduce((a, b) => a * b, 1);
    return [reshape(apply(reshape(x, [-1, columns]), 1), x.shape)];
  };
}

export const softmaxOperator = alongAxis(softmax);
export const logSoftmaxOperator = alongAxis(logSoftmax);

/** x normalised over the axes from `axis` on, then scale and bias, which may broadcast; then the mean and 1/√(σ² + ε). */
export const layerNormalization: OnnxOperator = (node) => {
  const { x, axes, epsilon } = normalised(node);
  const [weight, bias] = [node.float(1), node.optionalFloat(2)];
  const isOwn = [weight, ...(bias ? [bias] : [])].every(({ shape }) => isOwnShape(x, axes, shape));
  const own = isOwn ? layerNorm(x, { axes, epsilon, weight, bias }) : layerNorm(x, { axes, epsilon });
  const scaled = isOwn ? own.y : mul(own.y, weight);
  return [isOwn || !bias ? scaled : add(scaled, bias), own.mean, own.inverseDeviation];
};

/** x / √(mean of x² + ε) · scale over the axes from `axis` on; the scale may broadcast. */
export const rmsNormalization: OnnxOperator = (node) => {
  const { x, axes, epsilon } = normalised(node);
  const weight = node.float(1);
  if (isOwnShape(x, axes, weight.shape)) return [rmsNorm(x, { axes, epsilon, weight })];
  return [mul(rmsNorm(x, { axes, epsilon }), weight)];
};

/** Groups of channels of [N, C, …], each by itself, then scale and bias by channel, or by group as before opset 21. */
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
  const [, C = 0] = x.shape;
  const ofChannels = (position: number): Tensor => {
    const values = node.float(position);
    if (values.size === C) return values;
    if (values.size !== groups) throw new UnsupportedCase(`${node.op} with ${values.size} scales for ${C} channels`);
    const each = reshape(values, [groups, 1]);
    return reshape(
      concat(
        Array.from({ length: C / groups }, () => each),
        1,
      ),
      [C],
    );
  };
  return groupNorm(x, groups, { weight: ofChannels(1), bias: ofChannels(2), epsilon });
}

function normalised(node: OnnxNode): { x: Tensor; axes: number; epsilon: number } {
  const { attributes } = node;
  attributes.only("axis", "epsilon", "stash_type");
  const x = node.float(0);
  const axis = attributes.number("axis", -1);
  return { x, axes: axis < 0 ? -axis : x.rank - axis, epsilon: attributes.number("epsilon", 1e-5) };
}

const isOwnShape = (x: Tensor, axes: number, shape: readonly number[]): boolean =>
  JSON.stringify(shape) === JSON.stringify(x.shape.slice(x.rank - axes));
