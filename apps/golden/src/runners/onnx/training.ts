import {
  Adagrad,
  Adam,
  add,
  mul,
  type Optimizer,
  type OptimizerState,
  type Parameter,
  parameter,
  SGD,
  sum,
  type Tensor,
  tensor,
} from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { UnsupportedCase } from "../../compare";
import { f32 } from "../tensors";
import type { OnnxNode, OnnxOperator } from "./node";

/** One update from a given state: inputs R, T, then each of parameters, gradients and slots for all tensors in turn. */
interface Update {
  readonly lr: number;
  /** Updates before this one. */
  readonly count: number;
  readonly parameters: readonly Parameter[];
  readonly gradients: readonly Tensor[];
  readonly slots: readonly (readonly GoldenTensor[])[];
}

function updateOf(node: OnnxNode, slotCount: number): Update {
  const tensors = (node.inputCount - 2) / (2 + slotCount);
  if (!Number.isInteger(tensors)) throw new UnsupportedCase(`${node.inputCount} inputs of ${node.op}`);
  const [lr = Number.NaN] = node.input(0).data;
  const [count = Number.NaN] = node.input(1).data;
  const row = (k: number): GoldenTensor[] => Array.from({ length: tensors }, (_, i) => node.input(2 + k * tensors + i));
  return {
    lr,
    count,
    parameters: row(0).map(({ shape, data }) => parameter({ shape, data: Float32Array.from(data) })),
    gradients: row(1).map((golden) => f32(golden)),
    slots: Array.from({ length: slotCount }, (_, k) => row(2 + k)),
  };
}

/** Makes the update, and gives parameters and slots back as the operator does. @param names slots in the operator's order */
async function run(update: Update, optimizer: Optimizer, updates: number, names: readonly string[]): Promise<Tensor[]> {
  const { parameters, gradients, slots } = update;
  const state: OptimizerState = {
    ...(await optimizer.state()),
    updates,
    slots: new Map(names.map((name, k) => [name, (slots[k] ?? []).map(({ data }) => Float32Array.from(data))])),
  };
  optimizer.loadState(state);
  const losses = parameters.map((p, k) => sum(mul(p, gradients[k] as Tensor)));
  await optimizer.minimize(losses.reduce((a, b) => add(a, b)));
  const after = await optimizer.state();
  const values = names.flatMap((name) =>
    (after.slots.get(name) ?? []).map((data, k) => tensor(data, { shape: [...(parameters[k] as Parameter).shape] })),
  );
  optimizer.dispose();
  return [...parameters, ...values];
}

/** H' = H + G²;   X' = X − R/(1 + T·decay)·G/(√H' + ε),   G with the penalty. */
const adagrad: OnnxOperator = (node) => {
  node.attributes.only("decay_factor", "epsilon", "norm_coefficient");
  const update = updateOf(node, 1);
  const optimizer = new Adagrad(update.parameters, {
    lr: update.lr,
    lrDecay: node.attributes.number("decay_factor", 0),
    eps: node.attributes.number("epsilon", 0),
    weightDecay: node.attributes.number("norm_coefficient", 0),
  });
  return run(update, optimizer, update.count, ["sum"]);
};

/** Adam with ε on the uncorrected root; the corrections are those of T, and at T = 0 there are none. */
const adam: OnnxOperator = (node) => {
  node.attributes.only("alpha", "beta", "epsilon", "norm_coefficient", "norm_coefficient_post");
  if (node.attributes.number("norm_coefficient_post", 0) !== 0) throw new UnsupportedCase("decay after the step");
  const update = updateOf(node, 2);
  const optimizer = new Adam(update.parameters, {
    lr: update.lr,
    beta1: node.attributes.number("alpha", 0.9),
    beta2: node.attributes.number("beta", 0.999),
    eps: node.attributes.number("epsilon", 0),
    weightDecay: node.attributes.number("norm_coefficient", 0),
    epsilon: "keras",
    biasCorrection: update.count > 0,
  });
  return run(update, optimizer, Math.max(0, update.count - 1), ["m", "v"]);
};

/** V' = α·V + β·G, β taken for 1 at T = 0;   X' = X − R·V', or X − R·(G + α·V'). */
const momentum: OnnxOperator = (node) => {
  node.attributes.only("alpha", "beta", "mode", "norm_coefficient");
  const [mode, beta] = [node.attributes.text("mode"), node.attributes.number("beta")];
  const update = updateOf(node, 1);
  if (beta > 1 && update.count > 0) throw new UnsupportedCase("a beta of more than 1");
  const optimizer = new SGD(update.parameters, {
    lr: update.lr,
    momentum: node.attributes.number("alpha"),
    dampening: Math.max(0, 1 - beta),
    nesterov: mode === "nesterov",
    weightDecay: node.attributes.number("norm_coefficient"),
  });
  return run(update, optimizer, update.count, ["velocity"]);
};

export const trainingOperators = { Adagrad: adagrad, Adam: adam, Momentum: momentum };
