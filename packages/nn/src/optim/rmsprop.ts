import { rmsprop } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import { expectAtLeast, expectOneOf } from "../ops/options";
import type { ParameterList } from "./groups";
import { Optimizer } from "./optimizer";
import { type OptimizerOptions, type Slot, scalarsOf, type UpdateCall } from "./optimizer-options";
import { expectDecays, expectOptions } from "./options";

export interface RMSPropOptions extends OptimizerOptions {
  /** Decay of the mean of squared gradients; PyTorch calls it alpha. 0.99 by default. */
  rho?: number;
  /** 1e-8 by default. */
  eps?: number;
  /** 0 by default. */
  momentum?: number;
  /** Divides by the deviation from the mean gradient instead (Graves 2013); false by default. */
  centered?: boolean;
  /** Where ε is added: to √v as in PyTorch, or to v as in Keras. `torch` by default. */
  epsilon?: "torch" | "keras";
  /**
   * What the velocity sums: scaled gradients, as in PyTorch, or steps with their learning rate, as in Keras.
   * `gradients` by default.
   */
  velocity?: "gradients" | "steps";
}

/**
 * RMSProp (Tieleman & Hinton 2012): v ← ρ·v + (1 − ρ)·g²;   b ← momentum·b + g/(√v + ε);   p ← p − lr·b
 */
export class RMSProp extends Optimizer {
  readonly rho: number;
  readonly eps: number;
  readonly momentum: number;
  readonly centered: boolean;
  readonly epsilon: "torch" | "keras";
  readonly velocity: "gradients" | "steps";

  /** @throws ValueError if there are no parameters or no `lr`, a number is negative, ρ is not less than 1, or an option is unknown */
  constructor(parameters: ParameterList, options: RMSPropOptions) {
    const own = ["rho", "eps", "momentum", "centered", "epsilon", "velocity"];
    const {
      rho = 0.99,
      eps = 1e-8,
      momentum = 0,
      centered = false,
      epsilon = "torch",
      velocity = "gradients",
    } = expectOptions("RMSProp", options, own);
    expectDecays("RMSProp", { rho });
    expectAtLeast("RMSProp", { eps, momentum });
    expectOneOf("RMSProp", { epsilon }, ["torch", "keras"]);
    expectOneOf("RMSProp", { velocity }, ["gradients", "steps"]);
    super({ where: "RMSProp" }, parameters, options);
    this.rho = rho;
    this.eps = eps;
    this.momentum = momentum;
    this.centered = centered;
    this.epsilon = epsilon;
    this.velocity = velocity;
  }

  protected slots(): Readonly<Record<string, Slot>> {
    return { v: {}, ...(this.centered ? { mean: {} } : {}), ...(this.momentum > 0 ? { velocity: {} } : {}) };
  }

  protected numbers(): Readonly<Record<string, number>> {
    return { oneMinusRho: 1 - this.rho, eps: this.eps, momentum: this.momentum };
  }

  protected update({ tensors, slots, dims, options, scalars }: UpdateCall): readonly KernelNode[] {
    const chosen = { ...options, insideRoot: this.epsilon === "keras", stepVelocity: this.velocity === "steps" };
    return [effect(rmsprop, { ...tensors, ...slots }, { dims, options: chosen, scalars: scalarsOf(rmsprop, scalars) })];
  }
}
