import { ShapeError, UnsupportedError, ValueError } from "@unroll/kernels";
import { elementwise, fill } from "../graph/run";
import { clock } from "../tensor/clock";
import { type DType, FLOATS, isFloat } from "../tensor/dtype";
import { expectDType, formatShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import type { OpRecord } from "./record";

export interface GradOptions {
  /** The gradient of the loss itself, which scales all others; 1 when absent. */
  seed?: Tensor;
}

/**
 * The gradients of a scalar `loss` with respect to each tensor of `of`, as tensors of their shapes: reverse-mode
 * differentiation (Linnainmaa 1976) over the recorded operations. What the loss does not depend on gets zeros.
 * @throws ShapeError if `loss` has more than one element
 * @throws DTypeError if `loss` is not f32, or a tensor of `of` neither f32 nor f16
 * @throws UnsupportedError if an operation on the way has no derivative
 */
export function grad(loss: Tensor, of: readonly Tensor[], { seed = fill(1, loss.shape) }: GradOptions = {}): Tensor[] {
  if (loss.size !== 1) {
    throw new ShapeError({
      where: "grad",
      what: "the loss",
      expected: "of one element",
      received: formatShape(loss.shape),
      remedy: "Reduce it with sum or mean first.",
    });
  }
  expectDType("grad", { "the loss": loss }, "f32");
  for (const [index, target] of of.entries())
    expectDType("grad", { [target.name ?? `of[${index}]`]: target }, ...FLOATS);
  const targets = new Set(of);
  const records = reachable(loss, targets);
  const gradients = new Map<Tensor, Tensor>([[loss, seed]]);
  for (const record of records) backpropagate(record, gradients, targets, records);
  const results = of.map((target) => inDType(gradients.get(target) ?? fill(0, target.shape), target.dtype));
  return refuseSecondDerivative(loss, results);
}

/** A gradient in the dtype of its tensor: on the way there it may be of another. */
function inDType(gradient: Tensor, dtype: DType): Tensor {
  return gradient.dtype === dtype || !isFloat(dtype)
    ? gradient
    : elementwise("identity", [gradient], gradient.shape, dtype as "f32" | "f16");
}

/** Gradients are made of kernels that have no derivative of their own: differentiating them is an error, not a zero. */
function refuseSecondDerivative(loss: Tensor, gradients: readonly Tensor[]): Tensor[] {
  // One that an operation of its own made, such as a saved value passed on, keeps that operation.
  const results = gradients.map((gradient) => (gradient.origin ? elementwise("identity", [gradient]) : gradient));
  const record: OpRecord = {
    name: "grad",
    born: clock.now,
    attributes: {},
    inputs: { loss },
    outputs: Object.fromEntries(results.map((result, index) => [String(index), result])),
    backward() {
      throw new UnsupportedError({
        where: "grad",
        what: "a gradient cannot be differentiated again: the backward kernels have no derivative",
        remedy: "Write the penalty on the gradient as operations of the forward pass.",
      });
    },
  };
  for (const result of results) result.origin = record;
  return results;
}

/** Inputs that a gradient can flow to: conditions, tokens and the like have none. */
function differentiable({ inputs }: OpRecord): [name: string, input: Tensor][] {
  return Object.entries(inputs).filter(([, { dtype }]) => isFloat(dtype));
}

/** The operations between `targets` and `loss`, those nearest the loss first. */
function reachable(loss: Tensor, targets: ReadonlySet<Tensor>): Set<OpRecord> {
  const leads = new Map<OpRecord, boolean>();
  const ordered: OpRecord[] = [];
  const stack: { record: OpRecord; inputs: Tensor[] }[] = [];
  const push = (tensor: Tensor): void => {
    const record = tensor.origin;
    if (!record || leads.has(record)) return;
    leads.set(record, false);
    stack.push({ record, inputs: differentiable(record).map(([, input]) => input) });
  };
  push(loss);
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.inputs.pop();
    if (next) {
      push(next);
      continue;
    }
    stack.pop();
    const leadsToTarget = differentiable(top.record).some(
      ([, input]) => targets.has(input) || (input.origin && leads.get(input.origin)),
    );
    leads.set(top.record, leadsToTarget);
    if (leadsToTarget) ordered.push(top.record);
  }
  return new Set(ordered.reverse());
}

function backpropagate(
  record: OpRecord,
  gradients: Map<Tensor, Tensor>,
  targets: ReadonlySet<Tensor>,
  records: ReadonlySet<OpRecord>,
): void {
  const dOutputs: Record<string, Tensor | undefined> = {};
  let isUsed = false;
  for (const [name, output] of Object.entries(record.outputs)) {
    dOutputs[name] = gradients.get(output);
    isUsed ||= dOutputs[name] !== undefined;
  }
  if (!isUsed) return;
  const needs = new Set<string>();
  expectUnchanged(record);
  for (const [name, input] of differentiable(record)) {
    if (targets.has(input) || (input.origin && records.has(input.origin))) needs.add(name);
  }
  const dInputs = record.backward(dOutputs, needs);
  for (const name of needs) {
    const input = record.inputs[name] as Tensor;
    const gradient = dInputs[name];
    if (!gradient) {
      throw new UnsupportedError({ where: "grad", what: `${record.name} has no derivative with respect to "${name}"` });
    }
    const sum = gradients.get(input);
    gradients.set(input, sum ? elementwise("add", [sum, gradient]) : gradient);
  }
}

/** What was computed from a parameter cannot be differentiated with the values that it has got since. */
function expectUnchanged({ name, born, inputs }: OpRecord): void {
  const changed = Object.values(inputs).find(({ variable }) => variable && variable.changedAt > born);
  if (!changed) return;
  throw new ValueError({
    where: "grad",
    what: `the parameter ${changed.name ?? "it reads"} was changed after ${name} was recorded`,
    remedy: "Record the loss again from the parameters as they are now.",
  });
}
