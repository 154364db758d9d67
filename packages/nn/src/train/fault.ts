import { UnrollError } from "@unroll/kernels";
import { inputsOf, settle } from "../graph/node";
import type { Module } from "../modules/module";
import type { Optimizer } from "../optim/optimizer";
import { evaluateAgain } from "../plan/evaluate";
import { isFloat } from "../tensor/dtype";
import type { Parameter } from "../tensor/parameter";
import type { Tensor } from "../tensor/tensor";

/** Training met a loss or a gradient that is infinite or not a number. The update of that step was left out. */
export class NonFiniteLossError extends UnrollError {
  override readonly name = "NonFiniteLossError";
}

/** Operations between the inputs and `loss`, inputs first. */
function computationOf(loss: Tensor): Tensor[] {
  const ordered: Tensor[] = [];
  const seen = new Set<Tensor>();
  settle(loss);
  const stack: { tensor: Tensor; inputs: Tensor[] }[] = [{ tensor: loss, inputs: [...inputsOf(loss.node)] }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.inputs.shift();
    if (next) {
      if (!seen.has(next)) {
        settle(next);
        stack.push({ tensor: next, inputs: [...inputsOf(next.node)] });
      }
      continue;
    }
    stack.pop();
    if (seen.has(top.tensor)) continue;
    seen.add(top.tensor);
    ordered.push(top.tensor);
  }
  return ordered;
}

/** Which tensor first became infinite or NaN on the way to a loss: a sentence for an error message. */
export async function describeFault(loss: Tensor, model: Module, optimizer: Optimizer): Promise<string> {
  for (const [path, parameter] of model.namedParameters()) {
    if (!(await parameter.data()).every(Number.isFinite))
      return `The parameter ${path} holds values that are not finite.`;
  }
  for (const tensor of computationOf(loss)) {
    if (!isFloat(tensor.dtype)) continue;
    const values = await evaluateAgain(tensor);
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) return `The first tensor that is not finite is ${nameOf(tensor)}, at element ${at}: ${values[at]}.`;
  }
  const { firstBadParameter } = await optimizer.report();
  if (firstBadParameter)
    return `The gradient of ${firstBadParameter.name ?? firstBadParameter} was the first that is not finite.`;
  return "Computed again, the same batch gave finite numbers.";
}

function nameOf({ name, node, shape }: Tensor): string {
  const kind =
    node.kind === "kernel"
      ? `the output of ${node.kernel.name}`
      : node.kind === "elementwise"
        ? `the output of ${node.op}`
        : "an input";
  return `${name ? `"${name}", ` : ""}${kind} [${shape.join(", ")}]`;
}

/** The losses are finite, the gradients are not: every update since the last look was left out, and so would the next be. */
export function failGradient(epoch: number, steps: readonly number[], bad: Parameter | undefined): never {
  const [first, last] = [steps.at(0), steps.at(-1)];
  const fault = bad ? `The gradient of ${bad.name ?? bad} was the first that is not finite.` : "Its norm overflows.";
  throw new NonFiniteLossError({
    where: "train",
    what: `the gradient of ${first === last ? `step ${first}` : `steps ${first} to ${last}`} in epoch ${epoch}`,
    expected: "finite",
    received: "not",
    remedy: `${fault} No update since the last look was made. Look for a square root, quotient or power at 0, or scale the loss down.`,
  });
}
