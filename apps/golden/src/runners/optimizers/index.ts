import {
  add,
  assign,
  Linear,
  matmul,
  mul,
  type OptimizerOptions,
  type Parameter,
  parameter,
  SGD,
  square,
  sub,
  sum,
  type Tensor,
} from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { type Check, UnsupportedCase } from "../../compare";
import { ABOUT, type Fields } from "../../fields";
import { f32 } from "../tensors";
import { optimizerOf } from "./rule";

const KNOWN = [
  ...[...ABOUT, "optimizer", "op", "config", "update_rule", "objective", "problem", "initial_param", "initial"],
  ...["steps", "x_per_step", "inputs", "expected", "expected_after_last_step", "atol", "rtol"],
];

/** Update rules, driven through the optimizers themselves: each step minimises a loss whose gradient is the stated one. */
export function runOptimizer(fields: Fields): Promise<Check[]> {
  fields.only(...KNOWN);
  if (fields.has("op")) return clip(fields);
  if (fields.has("initial_param")) return stepByStep(fields);
  const problem = fields.text("problem", "");
  if (problem.startsWith("y = x @ weight + bias with weight stored [in,out]")) return affineSums(fields);
  if (problem.startsWith("linear regression y = x @ w^T + b, loss = sum((y - target)^2)")) return regression(fields);
  throw new UnsupportedCase(`problem ${problem}`);
}

function parameterOf({ shape, data }: GoldenTensor): Parameter {
  return parameter({ shape, data: Float32Array.from(data) });
}

async function numbersOf(p: Tensor): Promise<Check["actual"]> {
  return { shape: p.shape, data: await p.data() };
}

/** Gradients one after another, stated or of Σx²; the parameter is compared where a step states it. */
async function stepByStep(fields: Fields): Promise<Check[]> {
  const p = parameterOf(fields.tensor("initial_param"));
  const optimizer = optimizerOf(fields)([p]);
  const checks: Check[] = [];
  for (const [index, step] of fields.list("steps").entries()) {
    step.only("grad", "expected_param", "atol", "rtol");
    await optimizer.minimize(lossOf(p, step, fields.text("objective", "")));
    if (!step.has("expected_param")) continue;
    const expected = step.tensor("expected_param");
    checks.push({
      what: `step ${index}`,
      actual: await numbersOf(p),
      expected,
      tolerance: step.tolerance(fields.tolerance()),
    });
  }
  return checks;
}

/** Σ p·g, whose gradient is g; or the objective that the case states. */
function lossOf(p: Parameter, step: Fields, objective: string): Tensor {
  const gradient = step.raw("grad");
  if (typeof gradient !== "string") return sum(mul(p, f32(step.tensor("grad"))));
  if (gradient.startsWith("2*x") && /^f\(x\) = sum\(x\^2\)/.test(objective)) return sum(square(p));
  throw new UnsupportedCase(`gradient ${gradient} of ${objective || "no objective"}`);
}

/** Each step back-propagates the sum of x·weight + bias. */
async function affineSums(fields: Fields): Promise<Check[]> {
  const initial = fields.fields("initial").only("weight", "bias");
  const [weight, bias] = [parameterOf(initial.tensor("weight")), parameterOf(initial.tensor("bias"))];
  const optimizer = optimizerOf(fields)([weight, bias]);
  for (const x of fields.tensors("x_per_step")) {
    await optimizer.minimize(sum(add(matmul(f32(x), weight), bias)));
  }
  return afterLastStep(fields, { weight, bias });
}

/** Full batches of a linear regression from zero. */
async function regression(fields: Fields): Promise<Check[]> {
  if (!/w and b start at 0/.test(fields.text("problem"))) throw new UnsupportedCase("a start other than zero");
  const inputs = fields.fields("inputs").only("x", "target");
  const [x, target] = [f32(inputs.tensor("x")), f32(inputs.tensor("target"))];
  const linear = new Linear(x.shape[1] ?? 0, target.shape[1] ?? 0);
  await assign(linear.parameters().map((each) => [each, new Float32Array(each.size)] as const));
  const optimizer = optimizerOf(fields)(linear.parameters());
  for (let step = 0; step < fields.number("steps"); step++) {
    await optimizer.minimize(sum(square(sub(linear.forward(x), target))));
  }
  return afterLastStep(fields, { w: linear.weight, ...(linear.bias ? { b: linear.bias } : {}) });
}

async function afterLastStep(fields: Fields, parameters: Readonly<Record<string, Tensor>>): Promise<Check[]> {
  const expected = fields.fields("expected_after_last_step");
  return Promise.all(
    expected.keys.map(async (what) => {
      const found = parameters[what];
      if (!found) throw new UnsupportedCase(`no parameter ${what}`);
      return { what, actual: await numbersOf(found), expected: expected.tensor(what), tolerance: fields.tolerance() };
    }),
  );
}

/** Clipping alone: from zero, one step of learning rate 1 leaves minus the clipped gradient. */
async function clip(fields: Fields): Promise<Check[]> {
  const op = fields.text("op");
  const options = clipping(op, fields.fields("config"));
  const [inputs, expected] = [fields.fields("inputs"), fields.fields("expected")];
  const given = inputs.keys.flatMap((key) => inputs.tensors(key).map((golden, index) => ({ key, index, golden })));
  const parameters = given.map(({ golden }) => parameterOf({ ...golden, data: new Float64Array(golden.data.length) }));
  const losses = given.map(({ golden }, k) => sum(mul(parameters[k] as Parameter, f32(golden))));
  await new SGD(parameters, { lr: 1, ...options }).minimize(losses.reduce((a, b) => add(a, b)));
  return Promise.all(
    given.map(async ({ key, index }, k) => {
      const p = parameters[k] as Parameter;
      const wanted = expected.tensors(key)[index];
      if (!wanted) throw new UnsupportedCase(`no result for ${key}[${index}]`);
      const data = (await p.data()).map((value) => -value);
      return { what: key, actual: { shape: p.shape, data }, expected: wanted, tolerance: fields.tolerance() };
    }),
  );
}

function clipping(op: string, config: Fields): Partial<OptimizerOptions> {
  if (op === "clip_by_value") return { clipValue: config.only("clipvalue").number("clipvalue") };
  if (op !== "clip_by_norm" && op !== "clip_by_global_norm") throw new UnsupportedCase(`no operation ${op}`);
  config.only("clipnorm", "global_clipnorm");
  if (config.has("global_clipnorm")) return { clipNorm: config.number("global_clipnorm") };
  const clipNorm = config.number("clipnorm");
  return { clipNorm, clipScope: op === "clip_by_norm" ? "parameter" : "all" };
}
