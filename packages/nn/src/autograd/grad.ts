import { UnsupportedError, ValueError } from "@unroll/kernels";
import { settle } from "../graph/node";
import { elementwise, fill } from "../graph/run";
import { clock } from "../tensor/clock";
import { type DType, FLOATS, isFloat } from "../tensor/dtype";
import { expectTensors } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { expectDType } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { expectLoss } from "./expect-loss";
import type { OpRecord, OutputGradients, SharedBackward, SharedUse } from "./record";

export interface GradOptions {
  /** The gradient of the loss itself, which scales all others; 1 when absent. */
  seed?: Tensor;
  /** The caller, where a loss that depends on none of the tensors is taken for a mistake. */
  neededBy?: string;
}

/**
 * The gradients of a scalar `loss` with respect to each tensor of `of`, as tensors of their shapes: reverse-mode
 * differentiation (Linnainmaa 1976) over the recorded operations. What the loss does not depend on gets zeros.
 * @throws ShapeError if `loss` has more than one element
 * @throws DTypeError if `loss` is not f32, or a tensor of `of` neither f32 nor f16
 * @throws UnsupportedError if an operation on the way has no derivative
 * @throws ValueError if `neededBy` is given and `loss` depends on no tensor of `of`
 */
export function grad(loss: Tensor, of: readonly Tensor[], options: GradOptions = {}): Tensor[] {
  const { seed, neededBy } = expectKnown("grad", options, ["seed", "neededBy"]);
  expectLoss("grad", loss);
  expectTensors("grad", of, "of");
  for (const [index, target] of of.entries())
    expectDType("grad", { [target.name ?? `of[${index}]`]: target }, ...FLOATS);
  const targets = new Set(of);
  const records = reachable(loss, targets);
  if (neededBy !== undefined && records.size === 0 && !targets.has(loss)) throw independent(neededBy);
  const gradients = new Map<Tensor, Tensor>([[loss, seed ?? fill(1, loss.shape)]]);
  const shared = new SharedGradients(gradients);
  for (const record of records) backpropagate(record, { gradients, shared, targets, records });
  shared.flush();
  const results = of.map((target) => inDType(gradients.get(target) ?? fill(0, target.shape), target.dtype));
  return refuseSecondDerivative(loss, results);
}

function independent(where: string): ValueError {
  return new ValueError({
    where,
    what: "the loss",
    expected: "made with at least one of the optimizer's parameters",
    received: "made with none of them",
    remedy: "Make it of what the model gives, and give the optimizer that model's parameters().",
  });
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
    if (tensor.node.kind === "deferred" && tensor.origin) expectUnchanged(tensor.origin);
    settle(tensor);
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

/** A walk from the loss back to the targets. */
interface Walk {
  readonly gradients: Map<Tensor, Tensor>;
  readonly shared: SharedGradients;
  readonly targets: ReadonlySet<Tensor>;
  readonly records: ReadonlySet<OpRecord>;
}

function backpropagate(record: OpRecord, { gradients, shared, targets, records }: Walk): void {
  const dOutputs: Record<string, Tensor | undefined> = {};
  let isUsed = false;
  for (const [name, output] of Object.entries(record.outputs)) {
    shared.flush(output);
    dOutputs[name] = gradients.get(output);
    isUsed ||= dOutputs[name] !== undefined;
  }
  if (!isUsed) return;
  const needs = new Set<string>();
  expectUnchanged(record);
  for (const [name, input] of differentiable(record)) {
    if (targets.has(input) || (input.origin && records.has(input.origin))) needs.add(name);
  }
  shared.take(record, dOutputs, needs);
  const dInputs = needs.size > 0 ? record.backward(dOutputs, needs) : {};
  for (const name of needs) addGradient(gradients, record, name, dInputs[name]);
}

function addGradient(gradients: Map<Tensor, Tensor>, record: OpRecord, name: string, gradient: Tensor | undefined) {
  if (!gradient) {
    throw new UnsupportedError({ where: "grad", what: `${record.name} has no derivative with respect to "${name}"` });
  }
  const input = record.inputs[name] as Tensor;
  const sum = gradients.get(input);
  gradients.set(input, sum ? elementwise("add", [sum, gradient]) : gradient);
}

/** From so many uses of a weight on, bringing them together costs less than a product and a sum for each. */
const FEWEST_SHARED = 4;

/** Uses of one weight by records that can be differentiated together. */
interface Uses {
  readonly rule: SharedBackward;
  readonly needs: Set<string>;
  readonly list: SharedUse[];
}

/**
 * Gradients of weights that many records share, the steps of a sequence as a rule: put off until all of them are known,
 * then made by one call of their operation rather than by one for each and as many sums.
 */
class SharedGradients {
  readonly #gradients: Map<Tensor, Tensor>;
  readonly #byWeight = new Map<Tensor, Map<string, Uses>>();
  /** Weights whose uses also have a part in the gradient of another input: a bias, say. */
  readonly #beside = new Map<Tensor, Set<Tensor>>();

  constructor(gradients: Map<Tensor, Tensor>) {
    this.#gradients = gradients;
  }

  /** Notes a record and takes from `needs` what will be made later. */
  take(record: OpRecord, dOutputs: OutputGradients, needs: Set<string>): void {
    const { shared: rule } = record;
    const wanted = rule?.inputs.filter((name) => needs.has(name)) ?? [];
    const weight = rule && record.inputs[wanted[0] ?? ""];
    const alike = weight && rule.key(record);
    if (!rule || !weight || alike === undefined) return;
    const others = rule.inputs.map((name) => numberOf(record.inputs[name]));
    const key = `${alike} ${wanted} ${others}`;
    const uses = this.#byWeight.get(weight) ?? new Map<string, Uses>();
    this.#byWeight.set(weight, uses);
    const found = uses.get(key) ?? { rule, needs: new Set(wanted), list: [] };
    uses.set(key, found);
    found.list.push({ record, dOutputs });
    for (const name of wanted) {
      needs.delete(name);
      const input = record.inputs[name] as Tensor;
      if (input !== weight) this.#beside.set(input, (this.#beside.get(input) ?? new Set()).add(weight));
    }
  }

  /** Makes the gradients that were put off: those that have a part in that of one tensor, or all. */
  flush(input?: Tensor): void {
    const weights = input ? [input, ...(this.#beside.get(input) ?? [])] : [...this.#byWeight.keys()];
    for (const weight of weights) this.#flushWeight(weight);
  }

  #flushWeight(weight: Tensor): void {
    const uses = this.#byWeight.get(weight);
    this.#byWeight.delete(weight);
    for (const { rule, needs, list } of uses?.values() ?? []) {
      const [first] = list as [SharedUse];
      if (list.length < FEWEST_SHARED) {
        for (const { record, dOutputs } of list) this.#add(record, needs, record.backward(dOutputs, needs));
      } else {
        // in the order in which they ran: what others put side by side in that order is then the same
        this.#add(first.record, needs, rule.backward(list.toReversed(), needs));
      }
    }
  }

  #add(record: OpRecord, needs: ReadonlySet<string>, made: OutputGradients): void {
    for (const name of needs) addGradient(this.#gradients, record, name, made[name]);
  }
}

const numbers = new WeakMap<Tensor, number>();
let nextNumber = 0;

/** A number of each tensor's own. */
function numberOf(tensor: Tensor | undefined): number {
  if (!tensor) return -1;
  const found = numbers.get(tensor) ?? nextNumber++;
  numbers.set(tensor, found);
  return found;
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
