import { sgd, ValueError } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import { expectAtLeast, expectOneOf } from "../ops/options";
import type { ParameterList } from "./groups";
import { Optimizer } from "./optimizer";
import { type OptimizerOptions, type Slot, scalarsOf, type UpdateCall } from "./optimizer-options";
import { expectOptions } from "./options";

export interface SGDOptions extends OptimizerOptions {
  /** 0 by default. */
  momentum?: number;
  /**
   * How much of each gradient is kept out of the velocity, from the second update on. An update left out because its
   * gradient or loss is not finite counts too: after one at the start, the first velocity is dampened. 0 by default.
   */
  dampening?: number;
  /** Looks ahead along the velocity (Sutskever et al. 2013); false by default. */
  nesterov?: boolean;
  /**
   * What the velocity sums: gradients, as in PyTorch, or steps, lr·g, as in Keras. They differ where lr changes.
   * `gradients` by default.
   */
  velocity?: "gradients" | "steps";
}

/**
 * Stochastic gradient descent, with momentum as in PyTorch:
 *   g ← g + weightDecay·p;   v ← momentum·v + (1 − dampening)·g;   p ← p − lr·v, or p − lr·(g + momentum·v) with `nesterov`
 */
export class SGD extends Optimizer {
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly velocity: "gradients" | "steps";

  /**
   * @throws ValueError if there are no parameters or no `lr`, a number is negative, an option is unknown, or `nesterov` or
   *   `dampening` is asked for without momentum
   */
  constructor(parameters: ParameterList, options: SGDOptions) {
    const own = ["momentum", "dampening", "nesterov", "velocity"];
    const {
      momentum = 0,
      dampening = 0,
      nesterov = false,
      velocity = "gradients",
    } = expectOptions("SGD", options, own);
    expectAtLeast("SGD", { momentum, dampening }); // before any parameter is taken
    expectOneOf("SGD", { velocity }, ["gradients", "steps"]);
    if (momentum === 0) expectNoVelocity({ nesterov, dampening });
    super({ where: "SGD" }, parameters, options);
    this.momentum = momentum;
    this.dampening = dampening;
    this.nesterov = nesterov;
    this.velocity = velocity;
  }

  protected slots(): Readonly<Record<string, Slot>> {
    return this.momentum > 0 ? { velocity: {} } : {};
  }

  protected numbers(t: number): Readonly<Record<string, number>> {
    return { momentum: this.momentum, dampening: t === 1 ? 0 : this.dampening }; // the first velocity is the whole gradient
  }

  protected update({ tensors, slots, dims, options, scalars }: UpdateCall): readonly KernelNode[] {
    const chosen = { ...options, nesterov: this.nesterov, stepVelocity: this.velocity === "steps" };
    const call = { dims, options: chosen, scalars: scalarsOf(sgd, scalars) };
    return [effect(sgd, { ...tensors, ...slots }, call)];
  }
}

/** @throws ValueError for options of a velocity, where there is none */
function expectNoVelocity(options: { readonly nesterov: boolean; readonly dampening: number }): void {
  for (const [what, value] of Object.entries(options)) {
    if (!value) continue;
    const expected = "left out without momentum";
    throw new ValueError({ where: "SGD", what, expected, received: String(value), remedy: "Pass a momentum above 0." });
  }
}
